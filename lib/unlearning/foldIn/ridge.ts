/**
 * A closed-form correction of each item on frozen user features: beta = (A + lambda I)^-1 b with A = sum of f
 * f', b = sum of f r over the item's raters, f a user's features and r what the frozen model leaves of the
 * label. A and b are sums over users, so forgetting a user is a subtraction; to be exact to the bit they are
 * integers: features and residuals are rounded to multiples of 2^-12 and stay within 8 in size, so that a
 * product is an integer below 2^30, and sums of 2^23 of them are exact in float64 in any order. Hoerl and
 * Kennard 1970 for ridge; for additive statistics and exact deletion, Cao and Yang 2015.
 */

import { InputError } from "../../errors";
import { solveInPlace } from "../additive/dense";

const SCALE = 4096; // 2^12
const MOST = 8 * SCALE;
const MOST_RATERS = 2 ** 23;

/** The least lambda: below, the equations of an item or user with few ratings may be singular to float64. */
export const LEAST_LAMBDA = 1e-6;

/** To a multiple of 2^-12 within +-8, as an integer. */
export const fixed = (value: number): number => Math.max(-MOST, Math.min(MOST, Math.round(value * SCALE)));

/** A user's features: integers, with a constant 1 in front. */
export type Features = Float64Array;
export const fixedFeatures = (outputs: Float32Array): Features =>
  Float64Array.of(SCALE, ...Array.from(outputs, fixed));

/** The statistics of an item, integers: the lower triangle of A by rows, b, the number of raters. */
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
  const rhs = (width * (width + 1)) / 2;
  if (statistics[rhs + width] === 0) return new Float32Array(width);
  const unit = SCALE * SCALE;
  const normal = new Float64Array(width * width); // its lower triangle
  for (let i = 0, k = 0; i < width; i++)
    for (let j = 0; j <= i; j++) normal[i * width + j] = statistics[k++] / unit + (i === j ? lambda : 0);
  const beta = Float64Array.from({ length: width }, (_, i) => statistics[rhs + i] / unit);
  solveInPlace(normal, beta, width);
  return Float32Array.from(beta);
}

/** <f, beta> of integer features and the `width` values of `betas` from `from` on. */
export function correction(features: Features, betas: Float32Array, from: number): number {
  let sum = 0;
  for (let d = 0; d < features.length; d++) sum += features[d] * betas[from + d];
  return sum / SCALE;
}
