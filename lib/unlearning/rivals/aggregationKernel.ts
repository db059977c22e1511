/**
 * The kernel of RecEraser's aggregation (kernels/assembly/rec_eraser.ts) and its memory: trains by Adam on the batches of
 * engine/batches.ts, and scores. Every number is checked here; the kernel checks nothing. Scores of `predict` and
 * `scoreItems` are equal to the bit.
 */

import { epochSamples } from "../../engine/batches";
import { checkIds, checkTraining } from "../../engine/checks";
import type { Moments, TrainingSet, TrainOptions, TrainResult } from "../../engine/engine";
import { trainEpochs } from "../../engine/epochLoop";
import { KernelState } from "../../engine/kernelState";
import { setSide, type TrainKernel } from "../../engine/simdKernel";
import { Arena } from "../../engine/simdMemory";
import { PlacedSet, type SetKernel } from "../../engine/simdSet";
import { InputError } from "../../errors";
import { instantiate } from "../../kernels/instantiate";
import { modelSpec } from "../../model/spec";
import { longestRow } from "../../training/groupRatings";
import type { Trainable } from "../../training/partial";
import {
  type AggregationShape,
  aggregationOf,
  aggregationSize,
  attentionWidth,
  partsOf,
  vectorWidth,
} from "./aggregationWeights";
import type { Entries } from "./entries";

interface Exports extends SetKernel, Pick<TrainKernel, "setAdam" | "setSlots" | "setSamples" | "heapBase"> {
  readonly memory: WebAssembly.Memory;
  setParts(layered: boolean, first: number, second: number): void;
  setModel(shards: number, w: number, m: number, s: number, g: number, room: number): void;
  setEntries(side: 0 | 1, offsets: number, shards: number, vectors: number, turned: number): void;
  sideAt(side: 0 | 1): number;
  differentiate(start: number, count: number, track: boolean): number;
  prepare(side: 0 | 1, ids: number, count: number): void;
  score(users: number, items: number, userIds: number, itemIds: number, count: number, out: number): void;
}

export type Side = "user" | "item";
const NUMBER: Record<Side, 0 | 1> = { user: 0, item: 1 };

/** Trained is on points, whatever the shards' models are trained on: what is checked of a set is what dmf's would be. */
const POINTS = "dmf";
const ROWS_AT_ONCE = 2048;
const PAIRS_AT_ONCE = 1 << 16;

/** Where the open rows of a side stand. */
interface Room {
  readonly addresses: readonly number[];
  readonly places: number;
  readonly share: number;
  readonly sum: number;
}

export class AggregationKernel implements Trainable {
  readonly backend = "WebAssembly SIMD";
  readonly spec: { readonly size: number };
  private readonly kernel: Exports;
  private readonly arena: Arena;
  private readonly width: number;
  private readonly state: KernelState;
  private readonly entries: Record<Side, Entries>;
  private readonly mostEntries: Record<Side, number>;
  /** sums of every row, once weights have been asked to score */
  private tables: Record<Side, number> | undefined;
  /** top of the memory without them */
  private readonly base: number;
  private training = false;

  constructor(
    private readonly shape: AggregationShape,
    users: Entries,
    items: Entries,
  ) {
    checkEntries(users, shape);
    checkEntries(items, shape);
    this.entries = { user: users, item: items };
    this.mostEntries = { user: longestRow(users.offsets), item: longestRow(items.offsets) };
    this.width = vectorWidth(shape);
    const size = aggregationSize(shape);
    this.spec = { size };
    this.kernel = instantiate<Exports & WebAssembly.Exports>("rec_eraser");
    this.arena = new Arena(this.kernel.memory, this.kernel.heapBase());
    this.state = new KernelState(this.arena, size);
    const room = this.arena.allocate(4 * (shape.shards + 4));
    const layered = aggregationOf(shape.model).outputLayer !== undefined;
    const [first, second = 0] = partsOf(shape);
    this.kernel.setParts(layered, first, second);
    this.kernel.setModel(shape.shards, ...this.state.addresses, room);
    for (const side of ["user", "item"] as const) {
      const { offsets, shards, vectors } = this.entries[side];
      const turned = this.arena.allocate(4 * this.width * attentionWidth(shape));
      const places = [
        this.arena.place(offsets),
        this.arena.place(shards),
        this.arena.place(vectors),
      ] as const;
      this.kernel.setEntries(NUMBER[side], ...places, turned);
    }
    this.base = this.arena.mark();
  }

  /** Takes weights, and the state of Adam; without it Adam starts new. */
  load(weights: Float32Array, moments?: Moments): void {
    const { size } = this.spec;
    if (weights.length !== size)
      throw new InputError(`aggregation: ${weights.length} weights where ${size} are needed`);
    this.requireIdle();
    this.state.load(weights, moments);
    this.forgetTables();
  }

  weights(): Float32Array {
    return this.state.weights();
  }

  moments(): Moments {
    return this.state.moments();
  }

  /** Trains on pairs of rows: as `Engine.train`, with the same batches, and without its ridge. */
  async train(set: TrainingSet, options: Omit<TrainOptions, "l2">): Promise<TrainResult> {
    const position = checkTraining(this.rows(), set, options);
    this.requireIdle();
    this.forgetTables();
    this.training = true;
    try {
      const placed = this.place(set, options.batchSize);
      this.state.setAdam(this.kernel, options.adam);
      const { batches, samples } = placed;
      const draw = (epoch: number) => placed.draw(options.stream, epoch);
      const train = (from: number, to: number) => {
        this.state.steps += to - from;
        return placed.train(from, to, 0, options.trackLoss ?? false);
      };
      return await trainEpochs({ batches, samples, draw, train }, position, options);
    } finally {
      this.training = false;
      this.arena.release(this.base);
    }
  }

  /** The gradient of the mean loss over the whole of `set` as one batch, at the weights as they stand; for tests. */
  gradient(set: TrainingSet): Float32Array {
    const samples = epochSamples(set);
    this.requireIdle();
    this.forgetTables();
    const placed = this.place(set, samples);
    placed.draw(["gradient"], 0);
    this.kernel.differentiate(0, samples, false);
    const result = this.state.gradient();
    this.arena.release(this.base);
    return result;
  }

  /** Scores in (0, 1) of pairs of rows: Float32Array, users.length. */
  predict(users: Uint32Array, items: Uint32Array): Float32Array {
    if (users.length !== items.length)
      throw new InputError(`pairs: ${users.length} users and ${items.length} items`);
    const { users: userRows, items: itemRows } = this.rows();
    checkIds(users, userRows, "users");
    checkIds(items, itemRows, "items");
    this.requireIdle();
    const tables = this.sums();
    const mark = this.arena.mark();
    const most = Math.min(PAIRS_AT_ONCE, users.length);
    const at = [0, 1, 2].map(() => this.arena.allocate(4 * (most + 4)));
    const scores = new Float32Array(users.length);
    for (let start = 0; start < users.length; start += most) {
      const count = Math.min(most, users.length - start);
      [users, items].forEach((ids, k) => {
        const words = this.arena.words(at[k], count + 4);
        words.set(ids.subarray(start, start + count));
        words.fill(0, count);
      });
      this.kernel.score(tables.user, tables.item, at[0], at[1], count, at[2]);
      scores.set(this.arena.floats(at[2], count), start);
    }
    this.arena.release(mark);
    return scores;
  }

  /** Scores of all items for some users: Float32Array, users.length x items, row-major. */
  scoreItems(users: Uint32Array): Float32Array {
    const { items } = this.rows();
    const pairs = users.length * items;
    const rows = new Uint32Array(pairs);
    const columns = new Uint32Array(pairs);
    users.forEach((user, k) => {
      rows.fill(user, k * items, (k + 1) * items);
    });
    for (let k = 0; k < pairs; k++) columns[k] = k % items;
    return this.predict(rows, columns);
  }

  /**
   * What attention gives to the shards: Float32Array, ids.length x S, row-major; each row adds up to 1, and is 0 for shards
   * that have no say in it.
   */
  attention(side: Side, ids: Uint32Array): Float32Array {
    const { offsets, shards } = this.entries[side];
    checkIds(ids, offsets.length - 1, `${side}s`);
    this.requireIdle();
    const result = new Float32Array(ids.length * this.shape.shards);
    this.forEachChunk(side, ids, (room, first, some) => {
      let n = 0;
      some.forEach((row, r) => {
        for (let e = offsets[row]; e < offsets[row + 1]; e++, n++) {
          const [place] = this.arena.words(room.places + 4 * n, 1);
          const [share] = this.arena.floats(room.share + 4 * place, 1);
          result[(first + r) * this.shape.shards + shards[e]] = share;
        }
      });
    });
    return result;
  }

  /** Addresses of the sums of every row of both sides at the present weights. */
  private sums(): Record<Side, number> {
    if (this.tables) return this.tables;
    const bytes = 4 * this.width;
    const fill = (side: Side): number => {
      const count = this.entries[side].offsets.length - 1;
      const table = this.arena.allocate(bytes * count);
      const all = Uint32Array.from({ length: count }, (_, row) => row);
      this.forEachChunk(side, all, (room, first, some) => {
        const sums = this.arena.floats(room.sum, some.length * this.width);
        this.arena.floats(table + first * bytes, sums.length).set(sums);
      });
      return table;
    };
    this.tables = { user: fill("user"), item: fill("item") };
    return this.tables;
  }

  /** Works rows out at the present weights, some at a time. */
  private forEachChunk(
    side: Side,
    ids: Uint32Array,
    read: (room: Room, first: number, some: Uint32Array) => void,
  ): void {
    const mark = this.arena.mark();
    const most = Math.min(ROWS_AT_ONCE, ids.length);
    const room = this.room(side, most);
    const idsAt = this.arena.allocate(4 * most);
    setSide(this.kernel, NUMBER[side], room.addresses);
    for (let first = 0; first < ids.length; first += most) {
      const some = ids.subarray(first, first + most);
      this.arena.words(idsAt, some.length).set(some);
      this.kernel.prepare(NUMBER[side], idsAt, some.length);
      read(room, first, some);
    }
    this.arena.release(mark);
  }

  /** Memory for `rows` open rows of one side. */
  private room(side: Side, rows: number): Room {
    const { shards } = this.shape;
    const { offsets } = this.entries[side];
    const entries = Math.min(offsets[offsets.length - 1], rows * this.mostEntries[side]);
    const allocate = (count: number, floats = 1) => this.arena.allocate(4 * count * floats);
    const [starts, cursors, places] = [allocate(shards + 1), allocate(shards), allocate(entries)];
    const [a, x] = [allocate(entries, this.width), allocate(entries, this.width)];
    const z = allocate(entries, attentionWidth(this.shape));
    const [share, gx, gShare] = [allocate(entries), allocate(entries, this.width), allocate(entries)];
    const [sum, scale, gSum] = [allocate(rows, this.width), allocate(rows), allocate(rows, this.width)];
    const addresses = [starts, cursors, places, a, x, z, share, gx, gShare, sum, scale, gSum];
    return { addresses, places, share, sum };
  }

  /** Puts a training set and the room of its batches into memory, above `base`. */
  private place(set: TrainingSet, batchSize: number): PlacedSet {
    const { users, items } = this.rows();
    const { arena, kernel } = this;
    const placed = new PlacedSet(arena, kernel, { items }, set, batchSize);
    const samples = Math.min(batchSize, placed.samples);
    const padded = 4 * samples + 32;
    const perRow = (count: number) => arena.allocate(4 * (count + 1));
    const most = [Math.min(users, samples), Math.min(items, samples)] as const;
    kernel.setSlots(
      perRow(users),
      perRow(items),
      perRow(most[0]),
      perRow(most[1]),
      perRow(most[0]),
      arena.allocate(padded),
      arena.allocate(padded),
      perRow(most[1]),
    );
    kernel.setSamples(arena.allocate(padded), arena.allocate(padded));
    setSide(kernel, 0, this.room("user", most[0]).addresses);
    setSide(kernel, 1, this.room("item", most[1]).addresses);
    return placed;
  }

  private rows() {
    const count = ({ offsets }: Entries) => offsets.length - 1;
    return modelSpec(POINTS, count(this.entries.user), count(this.entries.item));
  }

  private forgetTables(): void {
    this.tables = undefined;
    this.arena.release(this.base);
  }

  private requireIdle(): void {
    if (this.training) throw new Error("aggregation: a training runs; await that first");
  }
}

function checkEntries({ offsets, shards, vectors }: Entries, shape: AggregationShape): void {
  const count = offsets[offsets.length - 1];
  let sound = offsets[0] === 0 && shards.length === count && vectors.length === count * vectorWidth(shape);
  for (let r = 1; r < offsets.length; r++) sound &&= offsets[r - 1] <= offsets[r];
  if (!sound || shards.some((shard) => shard >= shape.shards))
    throw new InputError("aggregation: rows, shards and vectors do not fit together");
}
