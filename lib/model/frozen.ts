/**
 * What is left of a model after a user's row is gone, in float64 with +, -, *, / and sqrt and the portable
 * exp: the same bits everywhere. A model's folder says how it scores a new row and how that row's loss
 * changes with it.
 */

export const CLIP = 1e-6; // as in training (protocol section 2)

export interface FrozenModel {
  /** floats of a user's row */
  readonly width: number;
  /** Predictions of a row for some items: Float64Array, items.length. */
  predict(row: Float64Array, items: ArrayLike<number>): Float64Array;
  /** The gradient of the mean cross-entropy of these items in the row: Float64Array, width. */
  gradient(row: Float64Array, items: ArrayLike<number>, labels: ArrayLike<number>): Float64Array;
}

/** Tensors of the model by name. */
export type Tensors64 = (name: string) => Float64Array;

/** The slope of the cross-entropy in the prediction; none where the prediction is clipped. */
export const slope = (label: number, p: number) =>
  p <= CLIP || p >= 1 - CLIP ? 0 : (p - label) / (p * (1 - p));

/** y = W x + b, optionally with ReLU. W is row-major, out x in. */
export function linear(w: Float64Array, b: Float64Array, x: Float64Array, relu: boolean): Float64Array {
  const y = new Float64Array(b.length);
  for (let o = 0; o < y.length; o++) {
    let sum = b[o];
    for (let i = 0; i < x.length; i++) sum += w[o * x.length + i] * x[i];
    y[o] = relu && sum < 0 ? 0 : sum;
  }
  return y;
}

/** <a, b from place `at` on>. */
export const dot = (a: Float64Array, b: Float64Array, at = 0): number => {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[at + k];
  return sum;
};
