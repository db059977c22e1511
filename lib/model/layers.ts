/** The small words that models are written in, in TensorFlow.js. Shapes stand in trailing comments. */

import * as tf from "@tensorflow/tfjs";

/** One row of an embedding table for each id: ids `batch`, table `n x k`; result `batch x k`. */
export function rows(table: tf.Tensor, ids: tf.Tensor1D): tf.Tensor2D {
  return tf.gather(table as tf.Tensor2D, ids);
}

/** x W^T + b: x `batch x in`, weight `out x in`, bias `out`; result `batch x out`. */
export function linear(x: tf.Tensor2D, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor2D {
  return tf.add(tf.matMul(x, weight as tf.Tensor2D, false, true), bias);
}

/** The product of two rows: both `batch x k`; result `batch`. */
export function product(x: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor1D {
  return tf.sum<tf.Tensor1D>(tf.mul(x, y), 1);
}
