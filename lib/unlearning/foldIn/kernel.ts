/**
 * The kernel that fits rows (lib/kernels/assembly/fold_in.ts) and its memory. A kernel is made for frozen
 * shared weights; either side can be the one that moves. A row in it is wide: the embeddings of one user or
 * item side by side. Every number is checked here; the kernel checks nothing.
 */

import { setImmediate as macrotask } from "node:timers/promises";
import type { AdamSettings } from "../../engine/engine";
import { Arena } from "../../engine/simdMemory";
import { InputError, StoppedError } from "../../errors";
import { instantiate } from "../../kernels/instantiate";
import type { FoldIn, FoldInExports, Side } from "../../model/model";
import { requirePart } from "../../model/models";
import { type ModelName, modelSpec, tensorOf } from "../../model/spec";
import { longestRow } from "../../training/groupRatings";
import { withRest } from "../../training/layout";
import { floatsOf, joinBytes } from "../../training/store";
import type { FitSettings } from "./settings";

/** Addresses: of the samples, of what the other side gives, and of room for the largest row's samples. */
type Samples = [partners: number, labels: number, other: number, room: number, y: number, weights: number];

interface Exports extends FoldInExports {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  setFit(steps: number, rate: number, beta1: number, beta2: number, epsilon: number, ridge: number): void;
  setAnchor(at: number, step: number): void;
  outputs(rows: number, count: number, weigh: boolean, out: number): void;
  fit(rows: number, count: number, offsets: number, ...samples: Samples): void;
  gradient(row: number, count: number, ...samples: [...Samples, out: number]): void;
}

/** How a model is folded in. @throws InputError that names the models that can be. */
export const foldInOf = (model: ModelName): FoldIn => requirePart(model, "foldIn", "fold-in");

/** Samples of some rows: row r has partners[offsets[r] .. offsets[r + 1]) on the other side, and labels. */
export interface Runs {
  readonly offsets: Uint32Array;
  readonly partners: Uint32Array;
  readonly labels: Float32Array;
}

export interface FitOptions extends FitSettings {
  readonly adam: AdamSettings;
  /** the wide row that all rows are drawn to, or one for each row */
  readonly anchor: Float32Array;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

const AT_ONCE = 4_000_000; // samples times steps of one call, some 30 ms: signals have their turn in between
const ROWS_AT_ONCE = 4096;

export class FoldKernel {
  private readonly kernel: Exports;
  private readonly arena: Arena;
  private readonly form: FoldIn;
  private readonly turnTo: (side: Side) => void;
  /** Fits take turns: each owns the top of the memory until it ends. */
  private turn: Promise<unknown> = Promise.resolve();

  /** @param rest item tables and shared layers in the layout of training/layout.ts, for `items` items */
  constructor(model: ModelName, rest: Float32Array, items: number) {
    this.kernel = instantiate<Exports & WebAssembly.Exports>("fold_in");
    this.arena = new Arena(this.kernel.memory, this.kernel.heapBase());
    this.form = foldInOf(model);
    const spec = modelSpec(model, 1, items);
    const weights = withRest(spec, rest);
    const place = (...parts: Float32Array[]) => this.arena.place(floatsOf(joinBytes(parts)));
    this.turnTo = this.form.bind(this.kernel, place, (name) => tensorOf(spec, weights, name));
  }

  /** What wide rows (count x row) of a side give to a prediction, for fits of the other: count x output. */
  outputs(side: Side, rows: Float32Array): Float32Array {
    this.turnTo(side);
    const { row, output } = this.form;
    const count = rows.length / row;
    const result = new Float32Array(count * output);
    const mark = this.arena.mark();
    const most = Math.min(count, ROWS_AT_ONCE);
    const at = this.arena.allocate(4 * most * row);
    const out = this.arena.allocate(4 * most * output);
    for (let first = 0; first < count; first += most) {
      const now = Math.min(most, count - first);
      this.arena.floats(at, now * row).set(rows.subarray(first * row, (first + now) * row));
      this.kernel.outputs(at, now, true, out);
      result.set(this.arena.floats(out, now * output), first * output);
    }
    this.arena.release(mark);
    return result;
  }

  /**
   * Fits wide rows of `side`: the result is a function of each row's start and samples alone, to the bit.
   * @param rows count x row, where each starts; left as it is
   * @param other what every row of the other side gives: `outputs` of that side
   * @returns count x row; rows without samples as they were
   * @throws StoppedError when the signal fires
   */
  fit(
    side: Side,
    rows: Float32Array,
    runs: Runs,
    other: Float32Array,
    options: FitOptions,
  ): Promise<Float32Array> {
    const fitted = this.turn.then(() => this.fitNow(side, rows, runs, other, options));
    this.turn = fitted.catch(() => undefined);
    return fitted;
  }

  private async fitNow(
    side: Side,
    rows: Float32Array,
    runs: Runs,
    other: Float32Array,
    options: FitOptions,
  ): Promise<Float32Array> {
    const { row, output } = this.form;
    const count = rows.length / row;
    this.check(runs, count, other.length / output);
    const anchors = options.anchor.length / row;
    if (anchors !== 1 && anchors !== count)
      throw new InputError(`fold-in: ${anchors} anchors for ${count} rows`);
    const { offsets, partners, labels } = runs;
    const { adam, steps, learningRate, ridge, signal } = options;
    const result = rows.slice();
    const mark = this.arena.mark();
    try {
      const anchor = this.arena.place(options.anchor);
      const apart = options.anchor.length === row ? 0 : 4 * row;
      const { beta1, beta2, epsilon } = adam;
      const otherAt = this.arena.place(other);
      const scratch = this.scratch(longestRow(offsets));
      const inner = this.arena.mark();
      for (let first = 0; first < count; ) {
        if (signal?.aborted) throw new StoppedError("fold-in stopped; the same call goes on");
        let last = first + 1;
        const room = () =>
          (offsets[last + 1] - offsets[first]) * steps <= AT_ONCE && last - first < ROWS_AT_ONCE;
        while (last < count && room()) last++;
        const at = this.arena.place(result.subarray(first * row, last * row));
        const offsetsAt = this.arena.place(offsets.slice(first, last + 1).map((end) => end - offsets[first]));
        const partnersAt = this.arena.place(partners.subarray(offsets[first], offsets[last]));
        const labelsAt = this.arena.place(labels.subarray(offsets[first], offsets[last]));
        this.turnTo(side); // outputs of the other side may have been asked for in between
        this.kernel.setFit(steps, learningRate, beta1, beta2, epsilon, ridge);
        this.kernel.setAnchor(anchor + first * apart, apart);
        this.kernel.fit(at, last - first, offsetsAt, partnersAt, labelsAt, otherAt, ...scratch);
        result.set(this.arena.floats(at, (last - first) * row), first * row);
        this.arena.release(inner);
        first = last;
        options.onProgress?.(first / count);
        if (first < count) await macrotask();
      }
    } finally {
      this.arena.release(mark);
    }
    return result;
  }

  /** The gradient of the mean cross-entropy of one wide row's samples, without the ridge; for tests. */
  gradient(side: Side, rowValues: Float32Array, runs: Runs, other: Float32Array): Float32Array {
    this.check(runs, 1, other.length / this.form.output);
    const mark = this.arena.mark();
    this.turnTo(side);
    const { offsets, partners, labels } = runs;
    const at = this.arena.place(rowValues);
    const out = this.arena.allocate(4 * this.form.row);
    const places = [partners, labels, other].map((values) => this.arena.place(values));
    const [partnersAt, labelsAt, otherAt] = places;
    const scratch = this.scratch(offsets[1]);
    this.kernel.gradient(at, offsets[1], partnersAt, labelsAt, otherAt, ...scratch, out);
    const result = this.arena.floats(out, this.form.row).slice();
    this.arena.release(mark);
    return result;
  }

  /** Room for the samples of one row: what they are fitted to, labels, weights. */
  private scratch(samples: number): [room: number, y: number, weights: number] {
    const padded = 8 * Math.ceil(samples / 8);
    const { arena } = this;
    return [
      arena.allocate(4 * padded * this.form.output),
      arena.allocate(4 * padded),
      arena.allocate(4 * padded),
    ];
  }

  private check({ offsets, partners, labels }: Runs, count: number, others: number): void {
    let fit = offsets.length === count + 1 && offsets[0] === 0;
    for (let r = 0; r < count; r++) fit &&= offsets[r] <= offsets[r + 1];
    fit &&= offsets[count] === partners.length && labels.length === partners.length;
    for (let k = 0; k < partners.length; k++) fit &&= partners[k] < others;
    if (!fit) throw new InputError("fold-in: rows, samples and the other side do not fit together");
  }
}
