/**
 * What train_dmf.wasm and train_nmf.wasm export (lib/kernels/assembly), and the working memory that one batch needs.
 * Addresses are bytes from the beginning of the kernel's memory; the shapes stand in the kernels' own comments.
 */

import type { ModelSpec } from "../model/spec";
import type { Arena } from "./simdMemory";

export interface TrainKernel {
  heapBase(): number;
  setModel(w: number, m: number, v: number, g: number, users: number, items: number): void;
  setSlots(...addresses: number[]): void;
  setSide(side: 0 | 1, ...addresses: number[]): void;
  setSamples(predictions: number, slopes: number): void;
  setActive(users: number, userCount: number, items: number, itemCount: number): void;
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
  fillEpoch(a: number, b: number, c: number, d: number): void;
  train(from: number, to: number, size: number, samples: number, l2: number, track: boolean): number;
  differentiate(start: number, count: number, l2: number, track: boolean): number;
  userSlots(): number;
  itemSlots(): number;
  openScoring(): void;
  prepare(side: 0 | 1, ids: number, count: number): void;
  predictPairs(users: number, items: number, count: number): void;
  scoreBlock(users: number, items: number, out: number): void;
}

interface Layout {
  /** bytes a slot of each array of `setSide` */
  readonly side: readonly number[];
  /** which of them hold the gradients of the embedding tables, in the order of the spec's tables */
  readonly gradients: readonly number[];
}

export const LAYOUTS: Readonly<Record<ModelSpec["model"], Layout>> = {
  dmf: { side: [64, 256, 8, 128, 4, 128, 64], gradients: [6] },
  nmf: { side: [64, 128, 128, 64, 64, 128, 128], gradients: [4, 6] },
};

/** Arrays by slot and by sample for batches of at most `samples` samples. */
export class Workspace {
  readonly distinct: readonly [number, number];
  readonly sides: readonly [number[], number[]];
  readonly predictions: number;
  private readonly slots: number[];
  private readonly slopes: number;

  /** @param slotOf addresses of the users' and the items' slot tables, which all workspaces share */
  constructor(arena: Arena, spec: ModelSpec, samples: number, slotOf: readonly [number, number]) {
    const padded = (4 * Math.ceil(samples / 4) + 4) * 4;
    const capacity = [Math.min(spec.users, samples), Math.min(spec.items, samples)] as const;
    // 4 slots to spare: the last block of four of a sweep over all items reads past the end
    const perSlot = (count: number, bytes: number) => arena.allocate((count + 4) * bytes);
    this.distinct = [perSlot(capacity[0], 4), perSlot(capacity[1], 4)];
    const runs = perSlot(capacity[0], 4);
    const samplesOf = [arena.allocate(padded), arena.allocate(padded)];
    this.slots = [...slotOf, ...this.distinct, runs, ...samplesOf, perSlot(capacity[1], 4)];
    this.predictions = arena.allocate(padded);
    this.slopes = arena.allocate(padded);
    const side = (count: number) => LAYOUTS[spec.model].side.map((bytes) => perSlot(count, bytes));
    this.sides = [side(capacity[0]), side(capacity[1])];
  }

  /** Makes the kernel work here. */
  open(kernel: TrainKernel): void {
    kernel.setSlots(...this.slots);
    kernel.setSamples(this.predictions, this.slopes);
    kernel.setSide(0, ...this.sides[0]);
    kernel.setSide(1, ...this.sides[1]);
  }
}
