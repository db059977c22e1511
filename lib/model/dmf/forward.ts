/**
 * Deep Matrix Factorization, Eq. 1 (Xue et al., "Deep matrix factorization models for recommender systems",
 * 2017): a tower of two layers for users, one of the same shape for items, and the cosine of what comes out
 * of them.
 */

import * as tf from "@tensorflow/tfjs";
import { linear, rows } from "../layers";
import type { Weights } from "../tensors";

const LEAST_NORM = 1e-8; // a tower's ReLU may leave nothing: the cosine is then 0, and so is its gradient

/** The tower of one side: ids `batch`; result `batch x 32`, not negative. */
export function tower(weights: Weights, side: "user" | "item", ids: tf.Tensor1D): tf.Tensor2D {
  const embedding = rows(weights[`${side}_emb`], ids); // batch x 16
  const hidden = tf.relu(linear(embedding, weights[`${side}_fc1_w`], weights[`${side}_fc1_b`])); // batch x 64
  return tf.relu(linear(hidden, weights[`${side}_fc2_w`], weights[`${side}_fc2_b`])); // batch x 32
}

/** max(|x|, 1e-8) of each row. The bound is set under the root, whose slope at 0 is infinite. */
function norm(x: tf.Tensor2D): tf.Tensor1D {
  return tf.sqrt(tf.maximum<tf.Tensor1D>(tf.sum(tf.square(x), 1), LEAST_NORM ** 2)); // batch
}

/** Eq. 1: the cosine of user and item, before any clipping. Ids `batch`; result `batch`, in [0, 1]. */
export function dmf(weights: Weights, users: tf.Tensor1D, items: tf.Tensor1D): tf.Tensor1D {
  const a = tower(weights, "user", users); // batch x 32
  const b = tower(weights, "item", items); // batch x 32
  const product = tf.sum<tf.Tensor1D>(tf.mul(a, b), 1); // batch
  return tf.div<tf.Tensor1D>(product, tf.mul(norm(a), norm(b))); // batch
}
