/**
 * Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015) in TensorFlow.js, dense: every
 * weight moves in each step. The bias correction stands where PyTorch has it: w -= lr / (1 - b1^t) * m /
 * (sqrt(v) / sqrt(1 - b2^t) + eps).
 */

import * as tf from "@tensorflow/tfjs";
import type { AdamSettings } from "./engine";

/**
 * Below this a first moment is set to 0, in both engines: else rows out of use fill up with slow denormals.
 */
export const LEAST_MOMENT = 1e-30;

/** A tensor of the model with its two moments, all of one shape. */
export type AdamState = { readonly weight: tf.Tensor; readonly m: tf.Tensor; readonly v: tf.Tensor };

/** Factors of one step that depend on its number alone. */
export interface BiasCorrection {
  /** lr / (1 - b1^t) */
  readonly stepSize: number;
  /** sqrt(1 - b2^t) */
  readonly rootOfSecond: number;
}

/**
 * Bias corrections of step 1, 2, ... after `done` steps; powers by repeated products, the same on every
 * machine.
 */
export function* biasCorrections(settings: AdamSettings, done: number): Generator<BiasCorrection, never> {
  let power1 = 1;
  let power2 = 1;
  for (let t = 1; ; t++) {
    power1 *= settings.beta1;
    power2 *= settings.beta2;
    if (t > done)
      yield { stepSize: settings.learningRate / (1 - power1), rootOfSecond: Math.sqrt(1 - power2) };
  }
}

/** One step for one tensor; the old state is left to its owner to dispose of. */
export function adamStep(
  { weight, m, v }: AdamState,
  gradient: tf.Tensor,
  { beta1, beta2, epsilon }: AdamSettings,
  { stepSize, rootOfSecond }: BiasCorrection,
): AdamState {
  const first = tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1));
  const second = tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  // 1 or 0; three times faster than comparing and choosing
  const alive = tf.step(tf.sub(tf.abs(first), LEAST_MOMENT));
  const flushed = tf.mul(first, alive);
  const scale = tf.add(tf.div(tf.sqrt(second), rootOfSecond), epsilon);
  return { weight: tf.sub(weight, tf.mul(tf.div(flushed, scale), stepSize)), m: flushed, v: second };
}
