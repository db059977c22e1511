/**
 * The engine of WebAssembly SIMD kernels: no native build, and the same bits on every machine, since
 * WebAssembly fixes the arithmetic and every sum is taken in a fixed order on one thread. Everything is
 * checked here; the kernels (lib/kernels/assembly) check nothing. Scores of `predict` and `scoreItems` are
 * equal to the bit.
 */

import { instantiate } from "../kernels/instantiate";
import type { Graph, Kernel } from "../model/model";
import { requirePart } from "../model/models";
import { type ModelSpec, modelOf } from "../model/spec";
import { epochSamples } from "./batches";
import { checkGraph, checkIds, checkPairs, checkState, checkTraining } from "./checks";
import type { AdamSettings, Engine, Moments, TrainingSet, TrainOptions, TrainResult } from "./engine";
import { trainEpochs } from "./epochLoop";
import { byItem, emptyGraph, graphOf } from "./graph";
import { KernelState } from "./kernelState";
import { type TrainKernel, Workspace } from "./simdKernel";
import { Arena } from "./simdMemory";
import { probeCase } from "./simdProbe";
import { ActiveRows, isLarge, PlacedSet } from "./simdSet";

const PAIRS_AT_ONCE = 8192;
const USERS_AT_ONCE = 64;

export interface SimdEngine extends Engine {
  /**
   * The gradient of the mean loss over the whole of `set` as one batch, at the weights as they stand; for
   * tests. Items that are drawn come from stream ["gradient"], epoch 0. Float32Array, spec.size.
   */
  gradient(set: TrainingSet, l2?: number): Float32Array;
}

/**
 * An engine for models of the shape of `spec`, all weights 0 until `load`.
 * @param putsOff whether rows that a batch does not hold make Adam's steps when they are next needed: the
 *   same bits, sooner where tables are large
 * @throws InputError when the model does not fit into 4 GB.
 */
export function createSimdEngine(spec: ModelSpec, putsOff = isLarge): SimdEngine {
  return new KernelEngine(spec, putsOff);
}

/** Bytes that a kernel makes of a small training: what packing must not change. */
function probe(model: ModelSpec["model"], kernel: TrainKernel): Uint8Array {
  const { spec, weights, set, adam, batchSize, epochs } = probeCase(model);
  const parts = [true, false].flatMap((putsOff) => {
    const engine = new KernelEngine(spec, () => putsOff, kernel);
    engine.load(weights);
    engine.trainAtOnce(set, adam, batchSize, epochs);
    const { m, v } = engine.moments();
    return [engine.weights(), m, v, engine.scoreItems(Uint32Array.from({ length: spec.users }, (_, u) => u))];
  });
  return Buffer.concat(parts.map(({ buffer }) => new Uint8Array(buffer)));
}

class KernelEngine implements SimdEngine {
  readonly name = "simd";
  readonly backend = "WebAssembly SIMD";
  private readonly kernel: TrainKernel;
  private readonly layout: Kernel;
  private readonly arena: Arena;
  private readonly state: KernelState;
  /** addresses of the tables of slots, users and items */
  private readonly slotOf: readonly [number, number];
  private readonly scoring: Workspace;
  private readonly active: ActiveRows;
  private training = false;
  private disposed = false;
  /** The item side of `scoring` holds the whole catalogue at the present weights. */
  private catalogueReady = false;
  /** Weights or graph have changed since the kernel was made ready for scoring. */
  private stale = true;
  private readonly graphModel: boolean;
  /**
   * tables of a graph model in the layout of the weights: what scores are read from, and two of the
   * propagation
   */
  private readonly tables: readonly number[];
  /** top of the memory without the graph */
  private readonly base: number;

  constructor(
    readonly spec: ModelSpec,
    private readonly putsOff: typeof isLarge,
    kernel?: TrainKernel,
  ) {
    this.layout = requirePart(spec.model, "kernel", "engine simd");
    this.kernel = kernel ?? instantiate<TrainKernel>(this.layout.name, (one) => probe(spec.model, one));
    this.arena = new Arena(this.kernel.memory, this.kernel.heapBase());
    const flat = () => this.arena.allocate(4 * spec.size);
    this.slotOf = [this.arena.allocate(4 * spec.users), this.arena.allocate(4 * spec.items)];
    const gradients = this.layout.gradients === "dense" ? spec.size : spec.size - spec.shared;
    this.state = new KernelState(this.arena, spec.size, gradients);
    this.scoring = new Workspace(this.arena, this.layout, spec, PAIRS_AT_ONCE, this.slotOf);
    this.active = new ActiveRows(spec);
    this.kernel.setModel(...this.state.addresses, spec.users, spec.items, spec.embeddingSize);
    this.graphModel = modelOf(spec.model).graph;
    this.tables = this.graphModel ? [flat(), flat(), flat()] : [];
    this.base = this.arena.mark();
    this.placeGraph(emptyGraph(spec.users));
  }

  load(weights: Float32Array, moments?: Moments): void {
    checkState(this.spec, weights, moments);
    this.requireIdle("load");
    this.state.load(weights, moments);
    this.active.clear();
    if (moments) for (const moment of [moments.m, moments.v]) this.active.addMoments(moment);
    this.stale = true;
  }

  setGraph(graph: Graph): void {
    checkGraph(this.spec, graph);
    this.requireIdle("setGraph");
    this.placeGraph(graph);
  }

  weights(): Float32Array {
    this.settle();
    return this.state.weights();
  }

  moments(): Moments {
    this.settle();
    return this.state.moments();
  }

  async train(set: TrainingSet, options: TrainOptions): Promise<TrainResult> {
    const position = checkTraining(this.spec, set, options);
    this.requireIdle("train");
    const { stream, batchSize, l2 = 0, trackLoss = false } = options;
    this.placeGraph(graphOf(set, this.spec.users));
    const mark = this.arena.mark();
    this.training = true;
    try {
      const { placed, workspace } = this.place(set, batchSize);
      this.state.setAdam(this.kernel, options.adam);
      const { batches, samples } = placed;
      const draw = (epoch: number) => placed.draw(stream, epoch);
      const train = (from: number, to: number) => {
        workspace.open(this.kernel); // a score taken since the last call has moved the kernel elsewhere
        this.stale = true;
        this.state.steps += to - from;
        return placed.train(from, to, l2, trackLoss);
      };
      return await trainEpochs({ batches, samples, draw, train }, position, options);
    } finally {
      this.settle();
      this.training = false;
      this.arena.release(mark);
    }
  }

  /** The epochs of `train` without a pause, without a signal. */
  trainAtOnce(set: TrainingSet, adam: AdamSettings, batchSize: number, epochs: number): void {
    this.placeGraph(graphOf(set, this.spec.users));
    const mark = this.arena.mark();
    const { placed, workspace } = this.place(set, batchSize);
    this.state.setAdam(this.kernel, adam);
    workspace.open(this.kernel);
    this.stale = true;
    for (let epoch = 0; epoch < epochs; epoch++) {
      placed.draw(["probe"], epoch);
      placed.train(0, placed.batches, 0.01, true);
      this.state.steps += placed.batches;
    }
    this.kernel.settle();
    this.arena.release(mark);
  }

  predict(users: Uint32Array, items: Uint32Array): Float32Array {
    checkPairs(this.spec, users, items);
    this.requireAlive();
    const scores = new Float32Array(users.length);
    const mark = this.arena.mark();
    const at = [this.arena.allocate(4 * PAIRS_AT_ONCE), this.arena.allocate(4 * PAIRS_AT_ONCE)];
    this.openScoring();
    this.catalogueReady = false;
    for (let start = 0; start < users.length; start += PAIRS_AT_ONCE) {
      const count = Math.min(PAIRS_AT_ONCE, users.length - start);
      this.arena.words(at[0], count).set(users.subarray(start, start + count));
      this.arena.words(at[1], count).set(items.subarray(start, start + count));
      this.kernel.predictPairs(at[0], at[1], count);
      scores.set(this.arena.floats(this.scoring.predictions, count), start);
    }
    this.arena.release(mark);
    return scores;
  }

  scoreItems(users: Uint32Array): Float32Array {
    checkIds(users, this.spec.users, "users");
    this.requireAlive();
    const { items } = this.spec;
    const scores = new Float32Array(users.length * items);
    const mark = this.arena.mark();
    const most = Math.min(items, PAIRS_AT_ONCE);
    const padded = Math.ceil(most / 4) * 4;
    const ids = this.arena.allocate(4 * Math.max(most, USERS_AT_ONCE));
    const out = this.arena.allocate(4 * USERS_AT_ONCE * padded);
    this.openScoring();
    for (let first = 0; first < items; first += most) {
      const width = Math.min(most, items - first);
      if (!this.catalogueReady) {
        this.arena.words(ids, width).forEach((_, k, words) => {
          words[k] = first + k;
        });
        this.kernel.prepare(1, ids, width);
        this.catalogueReady = width === items;
      }
      this.scoreUsers(users, first, width, ids, out, scores);
    }
    this.arena.release(mark);
    return scores;
  }

  gradient(set: TrainingSet, l2 = 0): Float32Array {
    const samples = epochSamples(set);
    const adam = { learningRate: 0, beta1: 0, beta2: 0, epsilon: 1 };
    checkTraining(this.spec, set, {
      batchSize: Math.max(1, samples),
      adam,
      stream: ["gradient"],
      epochs: 1,
      l2,
    });
    this.requireIdle("gradient");
    this.placeGraph(graphOf(set, this.spec.users));
    const mark = this.arena.mark();
    const { placed, workspace } = this.place(set, samples);
    placed.draw(["gradient"], 0);
    workspace.open(this.kernel);
    this.stale = true;
    this.kernel.differentiate(0, samples, l2, false);
    const result = this.collectGradient(workspace);
    this.arena.release(mark);
    return result;
  }

  dispose(): void {
    this.requireIdle("dispose");
    this.disposed = true; // the instance goes with the last reference to the engine
  }

  /** Scores of `users` for the items first .. first + width that stand prepared. */
  private scoreUsers(
    users: Uint32Array,
    first: number,
    width: number,
    ids: number,
    out: number,
    scores: Float32Array,
  ): void {
    const padded = Math.ceil(width / 4) * 4;
    for (let start = 0; start < users.length; start += USERS_AT_ONCE) {
      const count = Math.min(USERS_AT_ONCE, users.length - start);
      this.arena.words(ids, count).set(users.subarray(start, start + count));
      this.kernel.prepare(0, ids, count);
      this.kernel.scoreBlock(count, width, out);
      const block = this.arena.floats(out, count * padded);
      for (let row = 0; row < count; row++) {
        const from = row * padded;
        scores.set(block.subarray(from, from + width), (start + row) * this.spec.items + first);
      }
    }
  }

  /** Makes up the steps of rows that the last batches did not hold. */
  private settle(): void {
    this.requireAlive();
    if (this.training) this.kernel.settle();
  }

  private openScoring(): void {
    this.settle();
    this.scoring.open(this.kernel);
    if (!this.stale) return;
    this.kernel.openScoring();
    this.catalogueReady = false;
    this.stale = false;
  }

  /** Puts a graph into memory, in place of the one before, for a model that has one. */
  private placeGraph(graph: Graph): void {
    if (!this.graphModel) return;
    const { arena } = this;
    arena.release(this.base);
    const turned = byItem(graph, this.spec.items);
    const parts = [graph.offsets, graph.items, turned.offsets, turned.users].map((part) => arena.place(part));
    this.kernel.setGraph?.(...parts, ...this.tables);
    this.stale = true;
  }

  /** Puts a training set and the workspace of its batches into memory. */
  private place(set: TrainingSet, batchSize: number): { placed: PlacedSet; workspace: Workspace } {
    this.active.addSet(set);
    this.active.place(this.arena, this.kernel, batchSize, this.putsOff);
    const placed = new PlacedSet(this.arena, this.kernel, this.spec, set, batchSize);
    const largest = placed.scored * Math.min(batchSize, placed.samples);
    return { placed, workspace: new Workspace(this.arena, this.layout, this.spec, largest, this.slotOf) };
  }

  /** The gradient of the batch that was differentiated last, in the layout of the weights. */
  private collectGradient(workspace: Workspace): Float32Array {
    const { shared, size } = this.spec;
    const { gradients } = this.layout;
    if (gradients === "dense") return this.state.gradient();
    const result = new Float32Array(size);
    result.set(this.state.gradient(), shared);
    const slots = [this.kernel.userSlots(), this.kernel.itemSlots()];
    const seen = [0, 0]; // tables of either kind so far
    for (const { kind, offset, shape } of this.spec.tensors) {
      if (kind === "shared") continue;
      const side = kind === "user" ? 0 : 1;
      const from = workspace.sides[side][gradients[seen[side]++]];
      const rows = this.arena.words(workspace.distinct[side], slots[side]);
      rows.forEach((row, slot) => {
        result.set(this.arena.floats(from + 4 * slot * shape[1], shape[1]), offset + row * shape[1]);
      });
    }
    return result;
  }

  private requireAlive(): void {
    if (this.disposed) throw new Error("engine simd: it has been disposed of");
  }

  private requireIdle(what: string): void {
    this.requireAlive();
    if (this.training) throw new Error(`engine simd: ${what} while a training runs; await that first`);
  }
}
