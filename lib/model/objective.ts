/**
 * What a model predicts and what its training makes small: Section 2.3 of LASER for models trained on points; for models
 * trained on pairs the criterion of Rendle et al., "BPR: Bayesian personalized ranking from implicit feedback", 2009.
 * This is the reference that the kernels are held to; automatic differentiation gives its gradient.
 */

import * as tf from "@tensorflow/tfjs";
import { rows } from "./layers";
import type { Weights } from "./model";
import type { ModelSpec } from "./spec";

/** Predicted labels are kept this far from 0 and 1, so that no logarithm diverges; beyond it the gradient is 0. */
export const LEAST_PREDICTION = 1e-6;

/** Labels from the scores of a model trained on points: `batch`, in [1e-6, 1 - 1e-6]. */
export function clipped(scores: tf.Tensor1D): tf.Tensor1D {
  return tf.clipByValue(scores, LEAST_PREDICTION, 1 - LEAST_PREDICTION); // batch
}

/** Mean binary cross-entropy: predictions `batch`, labels `batch` in [0, 1]; a scalar. */
export function crossEntropy(predicted: tf.Tensor1D, labels: tf.Tensor1D): tf.Scalar {
  const liked = tf.mul(labels, tf.log(predicted)); // batch
  const disliked = tf.mul(tf.sub(1, labels), tf.log(tf.sub(1, predicted))); // batch
  return tf.neg(tf.mean<tf.Scalar>(tf.add(liked, disliked)));
}

/** Mean of -ln sigmoid(x_ui - x_uj): scores of what was rated and of what was not, `batch` each; a scalar. */
export function pairLoss(rated: tf.Tensor1D, other: tf.Tensor1D): tf.Scalar {
  return tf.mean<tf.Scalar>(tf.softplus(tf.sub(other, rated)));
}

/**
 * Half the mean over the batch of |user rows|^2 + |item rows|^2, over all embedding tables of the model; a scalar.
 * @param users,items every id that a sample names: one user, and one item, or two of a pair
 */
export function ridge(spec: ModelSpec, weights: Weights, users: tf.Tensor1D, items: tf.Tensor1D): tf.Scalar {
  const tables = spec.tensors.filter(({ kind }) => kind !== "shared");
  const squares = tables.map(({ name, kind }) => {
    const used = rows(weights[name], kind === "user" ? users : items); // batch x k
    return tf.sum<tf.Scalar>(tf.square(used));
  });
  return tf.div<tf.Scalar>(tf.addN(squares), 2 * users.shape[0]);
}
