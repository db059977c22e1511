/**
 * Logistic regression of labels in [0, 1] on a few features: makes sum -(y ln p + (1 - y) ln(1 - p)) + ridge/2 |w|^2 small,
 * p = sigmoid(w x + b), b free of the ridge. Newton's method from 0 in float64, a step halved as long as it does not help:
 * convex, so there is one answer, and sums in a fixed order, so it has the same bits everywhere.
 */

import { exp, log } from "../../numeric";
import { solveInPlace } from "../additive/dense";

const SETTLED = 1e-9; // of the loss: when a step promises less, the next would promise its square
const MOST_STEPS = 50;
const MOST_HALVINGS = 30;

export interface Regression {
  /** Float64Array, features + 1: the constant last */
  readonly weights: Float64Array;
  /** passes over the data: gradients, and losses of steps that were tried */
  readonly passes: number;
  /** steps taken */
  readonly steps: number;
}

/** 1 / (1 + e^-x) */
export const sigmoid = (x: number): number => 1 / (1 + exp(-x));

/**
 * @param features one Float32Array a feature, each with a value a sample
 * @param onPass called after each pass over the data; what it throws ends the work
 */
export async function regress(
  features: readonly Float32Array[],
  labels: Float32Array,
  ridge: number,
  onPass: () => Promise<void> = async () => undefined,
): Promise<Regression> {
  const size = features.length + 1;
  let weights = new Float64Array(size);
  let passes = 0;
  const lossAt = async (point: Float64Array) => {
    const loss = lossOf(features, labels, ridge, point);
    passes++;
    await onPass();
    return loss;
  };
  let loss = await lossAt(weights);
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const { gradient, hessian } = derivatives(features, labels, ridge, weights);
    passes++;
    await onPass();
    const direction = gradient.slice();
    solveInPlace(hessian, direction, size);
    // labels that are all 0 or all 1 have no minimum: the constant runs off until there is no curvature left
    if (!direction.every(Number.isFinite)) return { weights, passes, steps };
    const along = (scale: number) => weights.map((weight, k) => weight - scale * direction[k]);
    const promised = direction.reduce((sum, step, k) => sum + gradient[k] * step, 0) / 2;
    if (!(promised > SETTLED * loss)) return { weights: along(1), passes, steps: steps + 1 };
    let scale = 1;
    let next = await lossAt(along(scale));
    for (let halving = 0; !(next < loss) && halving < MOST_HALVINGS; halving++) {
      scale /= 2;
      next = await lossAt(along(scale));
    }
    weights = along(scale);
    loss = next;
  }
  return { weights, passes, steps: MOST_STEPS };
}

/** w x + b of a sample. */
export function linear(features: readonly Float32Array[], sample: number, weights: Float64Array): number {
  let sum = weights[features.length];
  for (let f = 0; f < features.length; f++) sum += weights[f] * features[f][sample];
  return sum;
}

function lossOf(
  features: readonly Float32Array[],
  labels: Float32Array,
  ridge: number,
  weights: Float64Array,
): number {
  let sum = 0;
  for (let n = 0; n < labels.length; n++) {
    const x = linear(features, n, weights);
    sum += Math.max(x, 0) - x * labels[n] + log(1 + exp(-Math.abs(x)));
  }
  for (let f = 0; f < features.length; f++) sum += (ridge / 2) * weights[f] * weights[f];
  return sum;
}

function derivatives(
  features: readonly Float32Array[],
  labels: Float32Array,
  ridge: number,
  weights: Float64Array,
): { gradient: Float64Array; hessian: Float64Array } {
  const size = weights.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size); // its lower triangle
  const x = new Float64Array(size).fill(1);
  for (let n = 0; n < labels.length; n++) {
    for (let f = 0; f + 1 < size; f++) x[f] = features[f][n];
    const p = sigmoid(linear(features, n, weights));
    const curvature = p * (1 - p);
    for (let i = 0; i < size; i++) {
      gradient[i] += (p - labels[n]) * x[i];
      for (let j = 0; j <= i; j++) hessian[i * size + j] += curvature * x[i] * x[j];
    }
  }
  for (let f = 0; f + 1 < size; f++) {
    gradient[f] += ridge * weights[f];
    hessian[f * size + f] += ridge;
  }
  return { gradient, hessian };
}
