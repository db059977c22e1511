/**
 * What the kernels of models export (lib/kernels/assembly/train_*.ts), and the working memory that one batch
 * needs. Addresses are bytes from the beginning of the kernel's memory; the shapes stand in the kernels' own
 * comments.
 */

import type { Kernel } from "../model/model";
import type { ModelSpec } from "../model/spec";
import type { Arena } from "./simdMemory";

export interface TrainKernel {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  setModel(
    w: number,
    m: number,
    root: number,
    g: number,
    users: number,
    items: number,
    embeddingSize: number,
  ): void;
  /** models that score over a graph: by user, by item, and three tables of the layout of the weights */
  setGraph?(...addresses: number[]): void;
  setSlots(...addresses: number[]): void;
  /** where the kernel keeps the addresses of a side's workspace, `slotBytes` of them */
  sideAt(side: 0 | 1): number;
  setSamples(predictions: number, slopes: number): void;
  setActive(
    users: number,
    userCount: number,
    items: number,
    itemCount: number,
    madeByUsers: number,
    madeByItems: number,
    putOff: boolean,
  ): void;
  settle(): void;
  setAdam(rate: number, beta1: number, beta2: number, epsilon: number, power1: number, power2: number): void;
  setTrainingSet(
    users: number,
    items: number,
    labels: number,
    count: number,
    negatives: number,
    catalogue: number,
    observed: number,
  ): void;
  setBatches(size: number, count: number, marks: number, markBytes: number, cursors: number): void;
  setEpoch(users: number, items: number, labels: number): void;
  shuffleEpoch(a: number, b: number, c: number, d: number): void;
  /** models trained on points */
  fillEpoch?(a: number, b: number, c: number, d: number): void;
  /** models trained on pairs */
  fillPairs?(a: number, b: number, c: number, d: number): void;
  train(from: number, to: number, size: number, samples: number, l2: number, track: boolean): number;
  differentiate(start: number, count: number, l2: number, track: boolean): number;
  userSlots(): number;
  itemSlots(): number;
  openScoring(): void;
  prepare(side: 0 | 1, ids: number, count: number): void;
  predictPairs(users: number, items: number, count: number): void;
  scoreBlock(users: number, items: number, out: number): void;
}

/** Arrays by slot and by scored pair for batches of at most `pairs` scored pairs. */
export class Workspace {
  readonly distinct: readonly [number, number];
  readonly sides: readonly [number[], number[]];
  readonly predictions: number;
  private readonly slots: number[];
  private readonly slopes: number;

  /** @param slotOf addresses of the users' and the items' slot tables, which all workspaces share */
  constructor(
    arena: Arena,
    layout: Kernel,
    spec: ModelSpec,
    pairs: number,
    slotOf: readonly [number, number],
  ) {
    const padded = (4 * Math.ceil(pairs / 4) + 4) * 4;
    const capacity = [Math.min(spec.users, pairs), Math.min(spec.items, pairs)] as const;
    // 4 slots to spare: the last block of four of a sweep over all items reads past the end
    const perSlot = (count: number, bytes: number) => arena.allocate((count + 4) * bytes);
    this.distinct = [perSlot(capacity[0], 4), perSlot(capacity[1], 4)];
    const runs = perSlot(capacity[0], 4);
    const samplesOf = [arena.allocate(padded), arena.allocate(padded)];
    this.slots = [...slotOf, ...this.distinct, runs, ...samplesOf, perSlot(capacity[1], 4)];
    this.predictions = arena.allocate(padded);
    this.slopes = arena.allocate(padded);
    const side = (count: number) =>
      layout.slotBytes(spec.embeddingSize).map((bytes) => perSlot(count, bytes));
    this.sides = [side(capacity[0]), side(capacity[1])];
  }

  /** Makes the kernel work here. */
  open(kernel: TrainKernel): void {
    kernel.setSlots(...this.slots);
    kernel.setSamples(this.predictions, this.slopes);
    for (const side of [0, 1] as const) setSide(kernel, side, this.sides[side]);
  }
}

/** Tells a kernel where the workspace of a side is. */
export function setSide(
  kernel: Pick<TrainKernel, "memory" | "sideAt">,
  side: 0 | 1,
  addresses: readonly number[],
): void {
  new Uint32Array(kernel.memory.buffer, kernel.sideAt(side), addresses.length).set(addresses);
}
