/**
 * Statistics over seeds and over groups: mean, spread, quantiles, ranks, Student's t for a mean and for
 * pairs. Seeds split one data set again and again, so their results are not independent:
 * `Sampling.testToTrain` widens intervals by the correction of Nadeau and Bengio, "Inference for the
 * generalization error" (Machine Learning 52, 2003).
 */

import { InputError } from "../errors";
import { normalQuantile } from "../numeric";
import { studentQuantile, studentTwoSided } from "./distributions";

/** A confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How values were drawn. */
export interface Sampling {
  /** in (0, 1); default .95 */
  readonly level?: number;
  /**
   * Size of the test part over that of the training part, where each value comes from another random split of
   * the same data: the variance of the mean is then taken as s^2 (1 / n + testToTrain). 0, the default, for
   * independent values.
   */
  readonly testToTrain?: number;
}

/** The arithmetic mean; NaN of none. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k];
  return sum / values.length;
}

/** The sum of squared deviations from the mean. */
export function squaredDeviations(values: ArrayLike<number>): number {
  const centre = mean(values);
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += (values[k] - centre) * (values[k] - centre);
  return sum;
}

/** Sample standard deviation (divisor n - 1); NaN of fewer than two values. */
export const standardDeviation = (values: ArrayLike<number>): number =>
  values.length > 1 ? Math.sqrt(squaredDeviations(values) / (values.length - 1)) : Number.NaN;

/** Standard error of the mean. */
const standardError = (values: ArrayLike<number>, { testToTrain = 0 }: Sampling): number =>
  standardDeviation(values) * Math.sqrt(1 / values.length + testToTrain);

/**
 * The t interval of a mean.
 * @throws InputError for fewer than two values, or one that is not finite
 */
export function meanInterval(values: ArrayLike<number>, sampling: Sampling = {}): Interval {
  requireFinite(values, 2, "meanInterval");
  const { level = 0.95 } = sampling;
  const half = studentQuantile(0.5 + level / 2, values.length - 1) * standardError(values, sampling);
  const centre = mean(values);
  return { low: centre - half, high: centre + half };
}

/**
 * The interval of the mean of independent estimates, each with a standard error of its own (normal
 * approximation). It is narrower than the mean of their intervals, by the root of their number.
 */
export function meanOfEstimates(
  values: ArrayLike<number>,
  errors: ArrayLike<number>,
  level = 0.95,
): Interval {
  if (values.length !== errors.length || values.length === 0)
    throw new InputError(`meanOfEstimates: ${values.length} values with ${errors.length} errors`);
  let squares = 0;
  for (let k = 0; k < errors.length; k++) squares += errors[k] * errors[k];
  const half = (normalQuantile(0.5 + level / 2) * Math.sqrt(squares)) / values.length;
  const centre = mean(values);
  return { low: centre - half, high: centre + half };
}

/** Outcome of a paired t-test. */
export interface PairedTest {
  /** Mean of a - b. */
  readonly difference: number;
  /** t interval of that mean. */
  readonly interval: Interval;
  readonly t: number;
  /** Two-sided; 1 when all differences are 0, 0 when they are all the same and not 0. */
  readonly p: number;
}

/**
 * Paired t-test of a against b: value i of both comes from the same seed.
 * @throws InputError for unequal lengths, fewer than two pairs, or a value that is not finite
 */
export function pairedT(a: ArrayLike<number>, b: ArrayLike<number>, sampling: Sampling = {}): PairedTest {
  if (a.length !== b.length)
    throw new InputError(`paired values: ${a.length} on one side, ${b.length} on the other`);
  const differences = Float64Array.from(a, (value, i) => value - b[i]);
  const interval = meanInterval(differences, sampling);
  const difference = mean(differences);
  const error = standardError(differences, sampling);
  const t = error > 0 ? difference / error : difference === 0 ? 0 : Math.sign(difference) * Infinity;
  const p = error > 0 ? studentTwoSided(t, differences.length - 1) : difference === 0 ? 1 : 0;
  return { difference, interval, t, p };
}

/**
 * Quantile by linear interpolation between order statistics (definition 7 of Hyndman and Fan 1996). NaN when
 * empty.
 * @param sorted ascending
 * @param p in [0, 1]
 */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = (sorted.length - 1) * p;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** Ranks from 1, ascending; equal values share the mean of their ranks. Float64Array, one per value. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort(
    (i, j) => values[i] - values[j],
  );
  const result = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let k = from; k < to; k++) result[order[k]] = (from + 1 + to) / 2;
    from = to;
  }
  return result;
}

function requireFinite(values: ArrayLike<number>, least: number, what: string): void {
  if (values.length < least) throw new InputError(`${what}: needs ${least} values, has ${values.length}`);
  for (let k = 0; k < values.length; k++)
    if (!Number.isFinite(values[k])) throw new InputError(`${what}: ${values[k]} is not a finite number`);
}
