/**
 * A training set inside a kernel's memory: its samples, the epoch drawn from them, and the rows that can
 * move. The draws follow batches.ts bit for bit.
 */

import { InputError } from "../errors";
import type { ModelSpec } from "../model/spec";
import { Random } from "../random";
import { batchCount, epochSamples } from "./batches";
import type { TrainingSet, TrainOptions } from "./engine";
import type { TrainKernel } from "./simdKernel";
import type { Arena } from "./simdMemory";

/** What a kernel needs that draws epochs and trains on them. */
export type SetKernel = Pick<
  TrainKernel,
  "setTrainingSet" | "setBatches" | "setEpoch" | "shuffleEpoch" | "fillEpoch" | "fillPairs" | "train"
>;

const MOST_SAMPLES = 2 ** 30;

export class PlacedSet {
  readonly samples: number;
  readonly batches: number;
  /** pairs that a sample scores: 1, or 2 where it is a pair of items */
  readonly scored: 1 | 2;
  /** addresses of the epoch in batch order, a place per scored pair: users and items (u32), labels (f32) */
  readonly epoch: readonly [number, number, number];

  constructor(
    arena: Arena,
    private readonly kernel: SetKernel,
    spec: Pick<ModelSpec, "items">,
    private readonly set: TrainingSet,
    private readonly batchSize: number,
  ) {
    const pairs = set.kind === "pairs";
    this.scored = pairs ? 2 : 1;
    this.samples = epochSamples(set);
    this.batches = batchCount(set, batchSize);
    if (this.samples > MOST_SAMPLES)
      throw new InputError(`training set: ${this.samples} samples an epoch; ${MOST_SAMPLES} is the most`);
    const labels = set.kind === "pairs" ? new Float32Array(0) : set.labels;
    const own = [arena.place(set.users), arena.place(set.items), arena.place(labels)] as const;
    const observedBytes = Math.ceil(spec.items / 8);
    const observed = arena.allocate(observedBytes);
    arena.bytes(observed, observedBytes).fill(0);
    const negatives = set.kind === "pairs" ? 0 : set.negatives; // of a pair are drawn beside
    kernel.setTrainingSet(...own, set.users.length, negatives, spec.items, observed);
    if (this.asItStands) {
      this.epoch = own;
      kernel.setEpoch(...own);
      return;
    }
    const markBytes = this.batches === 1 ? 0 : this.batches <= 256 ? 1 : this.batches <= 65_536 ? 2 : 4;
    const marks = arena.allocate(this.samples * markBytes);
    kernel.setBatches(batchSize, this.batches, marks, markBytes, arena.allocate(4 * this.batches));
    const column = () => arena.allocate(4 * this.samples * this.scored);
    this.epoch = [column(), column(), pairs ? own[2] : column()];
    kernel.setEpoch(...this.epoch);
  }

  /** One batch without negatives is the set itself; nothing is drawn, and no other draw depends on that. */
  private get asItStands(): boolean {
    return this.batches === 1 && this.set.kind !== "pairs" && this.set.negatives === 0;
  }

  /** Draws the samples and batches of an epoch. */
  draw(stream: TrainOptions["stream"], epoch: number): void {
    if (this.asItStands) return;
    const state = (name: string) => {
      const [a, b, c, d] = Random.stream(...stream, name, epoch).state();
      return [a, b, c, d] as const;
    };
    if (this.batches > 1) this.kernel.shuffleEpoch(...state("shuffle"));
    if (this.set.kind === "pairs") this.kernel.fillPairs?.(...state("negatives"));
    else this.kernel.fillEpoch?.(...state("negatives"));
  }

  /** Trains batches from .. to; the summed loss, 0 unless `track`. */
  train(from: number, to: number, l2: number, track: boolean): number {
    return this.kernel.train(from, to, this.batchSize, this.samples, l2, track);
  }
}

/**
 * Whether it pays to put off Adam's steps of the rows that a batch does not hold: where weights and moments
 * of the active rows (`bytes`) do not stay in a processor's cache, and a row is absent from many batches.
 */
export function isLarge(rows: number, bytes: number, batchSize: number): boolean {
  return bytes > 32 * 2 ** 20 && rows > 30 * batchSize;
}

/**
 * Rows whose moments are, or may become, other than zero. Adam leaves all others where they are, so the
 * kernels skip them. A flag once set stays until the optimizer starts new.
 */
export class ActiveRows {
  private readonly flags: readonly [Uint8Array, Uint8Array];

  constructor(private readonly spec: ModelSpec) {
    this.flags = [new Uint8Array(spec.users), new Uint8Array(spec.items)];
  }

  clear(): void {
    for (const flags of this.flags) flags.fill(0);
  }

  /** Rows with a moment in `moment` (flat, in the layout of the weights). */
  addMoments(moment: Float32Array): void {
    for (const { kind, offset, shape } of this.spec.tensors) {
      if (kind === "shared") continue;
      const flags = this.flags[kind === "user" ? 0 : 1];
      const [rows, width] = shape;
      for (let row = 0, at = offset; row < rows; row++)
        for (const end = at + width; at < end; at++) if (moment[at] !== 0) flags[row] = 1;
    }
  }

  /** Rows that training on `set` can move. */
  addSet(set: TrainingSet): void {
    const [users, items] = this.flags;
    for (let k = 0; k < set.users.length; k++) {
      users[set.users[k]] = 1;
      items[set.items[k]] = 1;
    }
    if (set.kind === "pairs" || set.negatives > 0) items.fill(1);
  }

  /**
   * Writes the lists of rows into kernel memory. @param putsOff says whether Adam's steps of absent rows wait
   */
  place(arena: Arena, kernel: TrainKernel, batchSize: number, putsOff: typeof isLarge): void {
    const [users, items] = this.flags.map((flags) => {
      const rows = new Uint32Array(flags.reduce((count, flag) => count + flag, 0));
      for (let row = 0, k = 0; row < flags.length; row++) if (flags[row]) rows[k++] = row;
      return { at: arena.place(rows), count: rows.length };
    });
    const counts = [users.count, items.count];
    const floats = this.spec.tensors.reduce(
      (sum, { kind, shape }) => (kind === "shared" ? sum : sum + counts[kind === "user" ? 0 : 1] * shape[1]),
      0,
    );
    const waits = putsOff(counts[0] + counts[1], 12 * floats, batchSize);
    const made = [this.spec.users, this.spec.items].map((rows) => arena.allocate(waits ? 4 * rows : 0));
    kernel.setActive(users.at, users.count, items.at, items.count, made[0], made[1], waits);
  }
}
