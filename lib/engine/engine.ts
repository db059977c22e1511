/**
 * Compute engines: one interface, two implementations. An engine holds one model's weights and optimizer
 * state, and the graph that it scores over where the model has one; it trains, predicts and scores. `simd`
 * (WebAssembly kernels) and `tfjs` (TensorFlow.js) start from the same weights, see the same batches, and
 * agree to a tolerance that test/engine states. Everything else in the suite talks to this interface alone.
 */

import type { Graph } from "../model/model";
import type { ModelSpec } from "../model/spec";

/** The engines: WebAssembly kernels, and TensorFlow.js. */
export const ENGINE_NAMES = ["simd", "tfjs"] as const;
/** Name of an engine. */
export type EngineName = (typeof ENGINE_NAMES)[number];

/** Who rated what, in user order. */
interface Rated {
  /** Uint32Array, n, non-descending */
  readonly users: Uint32Array;
  /** Uint32Array, n; ascending inside a user, no pair twice */
  readonly items: Uint32Array;
}

/** Samples of models that are trained on points: user, item, label. */
export interface PointSet extends Rated {
  readonly kind?: "points";
  /** Float32Array, n, in [0, 1] */
  readonly labels: Float32Array;
  /**
   * Sampled negatives per positive: drawn anew each epoch, label 0, never an item that the user has in this
   * set.
   */
  readonly negatives: number;
}

/**
 * Samples of models that are trained on pairs: a user, an item that the user rated, and one drawn uniformly
 * from those that the user has not in this set, anew each epoch.
 */
export interface PairSet extends Rated {
  readonly kind: "pairs";
}

/**
 * Training samples: what a sample is is the model's (`Model.samples`). A graph model propagates over their
 * graph.
 */
export type TrainingSet = PointSet | PairSet;

/**
 * Adam (Kingma and Ba 2015) with dense semantics: in each step every weight moves, also rows absent from the
 * batch.
 */
export interface AdamSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** The next batch to train: `batch` 0 of `epoch` e means that e whole epochs are behind. */
export interface Position {
  readonly epoch: number;
  readonly batch: number;
}

/** Settings of one call of `trainEpochs`. */
export interface TrainOptions {
  /** samples a step; the last batch of an epoch may be smaller */
  readonly batchSize: number;
  readonly adam: AdamSettings;
  /**
   * Ridge penalty: adds l2/2 * mean over the batch of (|user rows|^2 + |item rows|^2) to the loss; both items
   * of a pair count. Default 0.
   */
  readonly l2?: number;
  /**
   * Names the random choices (shuffles, negatives), e.g. [seed, "train", group]. Epochs open streams below
   * it.
   */
  readonly stream: readonly (string | number)[];
  /** epochs in all, counted from epoch 0 whatever `from` says */
  readonly epochs: number;
  /** where to go on; default { epoch: 0, batch: 0 } */
  readonly from?: Position;
  /** Also compute the mean training loss of each epoch (a logarithm a sample: slower by a little). */
  readonly trackLoss?: boolean;
  /** Stops at a batch boundary, at most about 200 ms later. */
  readonly signal?: AbortSignal;
  /** Called after each epoch. */
  readonly onEpoch?: (progress: { epoch: number; loss: number | undefined }) => void;
}

/** What one call of `trainEpochs` did. */
export interface TrainResult {
  /** Where training stands: { epoch: epochs, batch: 0 } when `finished`. */
  readonly position: Position;
  readonly finished: boolean;
  /** gradient samples and Adam steps of this call: the cost that does not depend on the machine */
  readonly samples: number;
  readonly steps: number;
}

/** Adam's state: first and second moments in the layout of the weights, and the number of steps taken. */
export interface Moments {
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly step: number;
}

/** Who computes a model: one interface for all engines. */
export interface Engine {
  readonly name: EngineName;
  /** What really computes: "WebAssembly SIMD", "TensorFlow.js wasm", "TensorFlow GPU" ... */
  readonly backend: string;
  readonly spec: ModelSpec;

  /**
   * Takes weights (copied) and, when given, the optimizer state; without it the optimizer starts new.
   * @throws InputError on a wrong length or a weight that is not finite, before anything is changed.
   */
  load(weights: Float32Array, moments?: Moments): void;
  /** A copy: Float32Array, spec.size. */
  weights(): Float32Array;
  /** A copy of the optimizer state. */
  moments(): Moments;

  /**
   * The graph that scores are read from from now on, for models that have one; others do not look at it.
   * Without any edge until the first call. Training goes by the graph of its own set, which then stays the
   * engine's.
   * @throws InputError when it is not a graph over the model's users and items.
   */
  setGraph(graph: Graph): void;

  /**
   * Trains on `set`. The result is a function of (weights, moments, set, options) alone, to the bit; stopping
   * and going on `from` the returned position gives the same bits as not stopping.
   * @throws InputError on bad ids, labels outside [0, 1], an empty set, samples of the wrong kind, mismatched
   *   lengths or bad options.
   */
  train(set: TrainingSet, options: TrainOptions): Promise<TrainResult>;

  /** Scores of pairs, in (0, 1) for models trained on points: Float32Array, users.length. */
  predict(users: Uint32Array, items: Uint32Array): Float32Array;
  /** Scores of all items for some users: Float32Array, users.length x spec.items, row-major. */
  scoreItems(users: Uint32Array): Float32Array;
  /** Frees what the engine holds outside the JavaScript heap. */
  dispose(): void;
}
