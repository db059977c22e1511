/**
 * Neural Matrix Factorization, Eq. 2 (He et al., "Neural collaborative filtering", 2017): a generalised
 * matrix factorization and a perceptron, each with embeddings of its own, joined by one sigmoid unit.
 */

import * as tf from "@tensorflow/tfjs";
import { linear, rows } from "../layers";
import type { Weights } from "../tensors";

/** Eq. 2: the sigmoid output, before any clipping. Ids `batch`; result `batch`, in [0, 1]. */
export function nmf(weights: Weights, users: tf.Tensor1D, items: tf.Tensor1D): tf.Tensor1D {
  const factors = tf.mul(rows(weights.user_gmf, users), rows(weights.item_gmf, items)); // batch x 16
  const pair = tf.concat([rows(weights.user_mlp, users), rows(weights.item_mlp, items)], 1); // batch x 64
  const hidden = tf.relu(linear(pair as tf.Tensor2D, weights.fc1_w, weights.fc1_b)); // batch x 32
  const joined = tf.concat([factors, hidden], 1) as tf.Tensor2D; // batch x 48
  return tf.sigmoid(tf.squeeze<tf.Tensor1D>(linear(joined, weights.out_w, weights.out_b), [1])); // batch
}
