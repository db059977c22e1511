/**
 * What a model is to the suite. A model is one folder here: its tensors, its mathematics in TensorFlow.js,
 * the kernel that computes it, and, where it can be folded in or aggregated, how. models.ts lists the
 * folders; no other room knows a model by its name.
 */

import type { FrozenModel } from "./frozen";

/** How many users and items a model is for, and how wide its embeddings are. */
export interface Shape {
  readonly users: number;
  readonly items: number;
  readonly embeddingSize: number;
}

/**
 * A tensor: its name, its shape (row-major; linear weights are [out][in]), and its kind. `user` and `item`:
 * an embedding table with one row per user or item; `shared`: every sample uses all of it. Shared tensors
 * stand behind the tables.
 */
export type TensorEntry = readonly [name: string, shape: readonly number[], kind: "user" | "item" | "shared"];

/** Who rated what, as a bipartite graph. */
export interface Graph {
  /** Uint32Array, users + 1: the items of user u are offsets[u] .. offsets[u + 1] */
  readonly offsets: Uint32Array;
  /** Uint32Array, edges: items, ascending within a user */
  readonly items: Uint32Array;
}

/** Which module of lib/kernels/assembly computes a model, and the working memory that it needs. */
export interface Kernel {
  readonly name: string;
  /** bytes per slot of each array of a side's workspace: a slot is a distinct user (item) of a batch */
  slotBytes(embeddingSize: number): readonly number[];
  /**
   * Where the gradients of the embedding tables are: numbers of those arrays in the order of the tables, or
   * `dense` when they stand with those of shared tensors in one array of the layout of the weights.
   */
  readonly gradients: readonly number[] | "dense";
}

/** A side of the catalogue. */
export type Side = "user" | "item";

/** Tensors of a model by name: views. */
export type TensorOf = (name: string) => Float32Array;

/** What lib/kernels/assembly/fold_in.ts exports to choose a model. */
export interface FoldInExports {
  setDmf(tower: number): void;
  setNmf(half: number, start: number, factors: number): void;
}

/** How rows of a model are fitted while all else stays frozen. */
export interface FoldIn {
  /** floats of a wide row: the embeddings of one user or item side by side */
  readonly row: number;
  /** floats that a row of the other side gives to a prediction */
  readonly output: number;
  /** Places what the kernel reads of the frozen weights; returns what makes a side the one that moves. */
  bind(
    kernel: FoldInExports,
    place: (...parts: Float32Array[]) => number,
    tensor: TensorOf,
  ): (side: Side) => void;
  /**
   * The frozen model's prediction in float64, not clipped; sums in a fixed order.
   * @returns a function of a user's wide row and output, and of the items' outputs from place `at` on
   */
  predictor(
    tensor: TensorOf,
  ): (row: Float32Array, output: Float32Array, itemOutputs: Float32Array, at: number) => number;
  /** The model to a new user row, in float64: what membership attacks fold users into. */
  frozen(items: number, tensor: (name: string) => Float64Array): FrozenModel;
}

/** The output layer of a shard's model: weights of the hidden units, and the constant. */
export interface OutputLayer {
  readonly hidden: Float32Array;
  readonly constant: number;
}

/** Of models whose score is a product: nothing is hidden, and the product starts as it is. */
export const NO_LAYER: OutputLayer = { hidden: new Float32Array(0), constant: 0 };

/** How RecEraser aggregates the models of shards (lib/kernels/assembly/rec_eraser.ts). */
export interface Aggregation {
  /** parts of a shard's vector that its transfer keeps apart, in floats: factors, and hidden units if any */
  parts(embeddingSize: number): readonly number[];
  /** the layer behind the parts; without it vectors are joined by their cosine */
  readonly outputLayer?: (tensor: TensorOf) => OutputLayer;
  /**
   * for models that are not folded in: makes of the tables of a shard, users x k and items x k, in place, the
   * vectors whose product is the score
   */
  vectors?(graph: Graph, users: Float32Array, items: Float32Array): void;
}

export interface Model {
  /** for people */
  readonly title: string;
  /** allowed widths of an embedding; the first is the default */
  readonly embeddingSizes: readonly number[];
  /** standard deviation of fresh embeddings under initialisation `xavier` */
  readonly embeddingScale: number;
  /**
   * What a training sample is. `points`: user, item, label in [0, 1]; the loss is the binary cross-entropy.
   * `pairs`: user, an item rated, an item not rated; the loss is -ln sigmoid(difference of their scores).
   */
  readonly samples: "points" | "pairs";
  /** Whether scores are read from a graph of ratings too: in training the graph of the training set. */
  readonly graph: boolean;
  tensors(shape: Shape): readonly TensorEntry[];
  /** The mathematics, readable: a `Forward` (tensors.ts). Loaded on demand: TensorFlow.js alone takes a second. */
  forward(): Promise<unknown>;
  /** absent: engine tfjs alone computes the model */
  readonly kernel?: Kernel;
  /** absent: methods that fold rows in do not take the model */
  readonly foldIn?: FoldIn;
  /** absent: RecEraser does not take the model */
  readonly aggregation?: Aggregation;
}
