/**
 * A closed-form correction of each item on frozen user features: beta = (A + lambda I)^-1 b with A = sum of f f', b = sum
 * of f r over the item's raters, f a user's features and r what the frozen model leaves of the label. A and b are sums
 * over users, so forgetting a user is a subtraction; to be exact to the bit they are integers: features and residuals are
 * rounded to multiples of 2^-12 and stay within 8 in size, so that a product is an integer below 2^30, and sums of
 * 2^23 of them are exact in float64 in any order. Hoerl and Kennard 1970 for ridge; for additive statistics and exact
 * deletion, Cao and Yang 2015.
 */

import { InputError } from "../../errors";

const SCALE = 4096; // 2^12
const MOST = 8 * SCALE;
const MOST_RATERS = 2 ** 23;

/** The least lambda: below, the equations of an item or a user with few ratings may be singular to float64. */
export const LEAST_LAMBDA = 1e-6;

/** To a multiple of 2^-12 within +-8, as an integer. */
export const fixed = (value: number): number => Math.max(-MOST, Math.min(MOST, Math.round(value * SCALE)));

/** A user's features: integers, with a constant 1 in front. */
export type Features = Float64Array;
export const fixedFeatures = (outputs: Float32Array): Features =>
  Float64Array.of(SCALE, ...Array.from(outputs, fixed));

/** The statistics of one item, all integers: the lower triangle of A by rows, then b, then the number of raters. */
export type Statistics = Float64Array;

export const statisticsLength = (width: number): number => (width * (width + 1)) / 2 + width + 1;
export const emptyStatistics = (width: number): Statistics => new Float64Array(statisticsLength(width));

/**
 * Adds one rating to an item's statistics, or takes it off again. `residual` is an integer.
 * @throws InputError beyond 2^23 raters, where sums would no longer be exact
 */
export function addRating(statistics: Statistics, features: Features, residual: number, sign: 1 | -1): void {
  const width = features.length;
  let k = 0;
  for (let i = 0; i < width; i++) {
    const f = sign * features[i];
    if (f === 0) k += i + 1;
    else for (let j = 0; j <= i; j++) statistics[k++] += f * features[j];
  }
  for (let i = 0; i < width; i++) statistics[k++] += sign * features[i] * residual;
  statistics[k] += sign;
  if (statistics[k] > MOST_RATERS)
    throw new InputError(`ridge: an item has more than ${MOST_RATERS} ratings`);
}

/** beta of an item's statistics, by Cholesky in float64. Zeros without raters. Float32Array, width. */
export function solveRidge(statistics: Statistics, width: number, lambda: number): Float32Array {
  const beta = new Float32Array(width);
  const rhs = (width * (width + 1)) / 2;
  if (statistics[rhs + width] === 0) return beta;
  const unit = SCALE * SCALE;
  const factor = new Float64Array(rhs); // lower triangle by rows
  for (let i = 0; i < width; i++) {
    const row = (i * (i + 1)) / 2;
    for (let j = 0; j <= i; j++) {
      const other = (j * (j + 1)) / 2;
      let sum = statistics[row + j] / unit + (i === j ? lambda : 0);
      for (let k = 0; k < j; k++) sum -= factor[row + k] * factor[other + k];
      factor[row + j] = i === j ? Math.sqrt(sum) : sum / factor[other + j];
    }
  }
  const x = new Float64Array(width);
  for (let i = 0; i < width; i++) {
    const row = (i * (i + 1)) / 2;
    let sum = statistics[rhs + i] / unit;
    for (let k = 0; k < i; k++) sum -= factor[row + k] * x[k];
    x[i] = sum / factor[row + i];
  }
  for (let i = width - 1; i >= 0; i--) {
    let sum = x[i];
    for (let k = i + 1; k < width; k++) sum -= factor[(k * (k + 1)) / 2 + i] * x[k];
    x[i] = sum / factor[(i * (i + 1)) / 2 + i];
    beta[i] = x[i];
  }
  return beta;
}

/** <f, beta> of integer features and the `width` values of `betas` from `from` on. */
export function correction(features: Features, betas: Float32Array, from: number): number {
  let sum = 0;
  for (let d = 0; d < features.length; d++) sum += features[d] * betas[from + d];
  return sum / SCALE;
}
