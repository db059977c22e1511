/**
 * What a model predicts and what its training makes small: Section 2.3 of LASER for models trained on points;
 * for models trained on pairs the criterion of Rendle et al., "BPR: Bayesian personalized ranking from
 * implicit feedback", 2009. This is the reference that the kernels are held to; automatic differentiation
 * gives its gradient.
 */

import * as tf from "@tensorflow/tfjs";
import { rows } from "./layers";
import { type ModelSpec, modelOf } from "./spec";
import type { Forward, GraphTensors, Weights } from "./tensors";

/**
 * Predicted labels are kept this far from 0 and 1, so that no logarithm diverges; beyond it the gradient is
 * 0.
 */
export const LEAST_PREDICTION = 1e-6;

/** The samples of a step. */
export interface BatchTensors {
  /** int32, batch */
  readonly users: tf.Tensor1D;
  /** int32, batch; of pairs 2 x batch: the items rated, and behind them those that were not */
  readonly items: tf.Tensor1D;
  /** float32, batch, in [0, 1]; not read of pairs */
  readonly labels: tf.Tensor1D;
}

/** Scores of pairs, ids `batch`; result `batch`: for models trained on points labels, in [1e-6, 1 - 1e-6]. */
export function scores(
  spec: ModelSpec,
  forward: Forward,
  weights: Weights,
  users: tf.Tensor1D,
  items: tf.Tensor1D,
  graph: GraphTensors,
): tf.Tensor1D {
  const raw = forward(weights, users, items, graph); // batch
  if (modelOf(spec.model).samples === "pairs") return raw;
  return tf.clipByValue(raw, LEAST_PREDICTION, 1 - LEAST_PREDICTION);
}

/** The mean loss of a batch, without the ridge; a scalar. */
export function loss(
  spec: ModelSpec,
  forward: Forward,
  weights: Weights,
  { users, items, labels }: BatchTensors,
  graph: GraphTensors,
): tf.Scalar {
  if (modelOf(spec.model).samples === "points")
    return crossEntropy(scores(spec, forward, weights, users, items, graph), labels);
  const twice = tf.concat<tf.Tensor1D>([users, users]);
  const [rated, other] = tf.split(scores(spec, forward, weights, twice, items, graph), 2) as tf.Tensor1D[];
  return pairLoss(rated, other);
}

/** Mean binary cross-entropy: predictions `batch`, labels `batch` in [0, 1]; a scalar. */
function crossEntropy(predicted: tf.Tensor1D, labels: tf.Tensor1D): tf.Scalar {
  const liked = tf.mul(labels, tf.log(predicted)); // batch
  const disliked = tf.mul(tf.sub(1, labels), tf.log(tf.sub(1, predicted))); // batch
  return tf.neg(tf.mean<tf.Scalar>(tf.add(liked, disliked)));
}

/** Mean of -ln sigmoid(x_ui - x_uj): scores of what was rated and of what was not, `batch` each; a scalar. */
function pairLoss(rated: tf.Tensor1D, other: tf.Tensor1D): tf.Scalar {
  return tf.mean<tf.Scalar>(tf.softplus(tf.sub(other, rated)));
}

/**
 * Half the mean over the batch of |user rows|^2 + |item rows|^2, over all embedding tables of the model; a
 * scalar. Both items of a pair count.
 */
export function ridge(spec: ModelSpec, weights: Weights, { users, items }: BatchTensors): tf.Scalar {
  const tables = spec.tensors.filter(({ kind }) => kind !== "shared");
  const squares = tables.map(({ name, kind }) => {
    const used = rows(weights[name], kind === "user" ? users : items); // batch x k
    return tf.sum<tf.Scalar>(tf.square(used));
  });
  return tf.div<tf.Scalar>(tf.addN(squares), 2 * users.shape[0]);
}
