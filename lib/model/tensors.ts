/**
 * What the mathematics of a model is given and gives back, in TensorFlow.js. These types stand apart from
 * model.ts, so that whoever reads the library's declarations, as the kernel of a notebook does, need not
 * read those of TensorFlow.js too.
 */

import type * as tf from "@tensorflow/tfjs";

/** The tensors of a model by name. */
export type Weights = Readonly<Record<string, tf.Tensor>>;

/** The edges of a graph as tensors of one length. */
export interface GraphTensors {
  /** int32, edges, ascending */
  readonly users: tf.Tensor1D;
  /** int32, edges */
  readonly items: tf.Tensor1D;
  /** float32, edges x 1: 1 / sqrt(degree of the user x degree of the item) */
  readonly weights: tf.Tensor2D;
}

/**
 * Scores of pairs, ids `batch`, result `batch`: for models trained on points a label before any clipping,
 * else any number.
 */
export type Forward = (
  weights: Weights,
  users: tf.Tensor1D,
  items: tf.Tensor1D,
  graph: GraphTensors,
) => tf.Tensor1D;
