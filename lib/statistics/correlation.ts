/**
 * Pearson's and Spearman's correlation with intervals by Fisher's z. Spearman's uses the standard error of Bonett and
 * Wright, "Sample size requirements for estimating Pearson, Kendall and Spearman correlations", Psychometrika 2000.
 */

import { InputError } from "../errors";
import { exp, log, normalQuantile } from "../numeric";
import { studentTwoSided } from "./distributions";
import { type Interval, mean, meanRanks, requireAtLeast } from "./statistics";

/** A correlation with its interval. */
export interface Correlation {
  /** in [-1, 1] */
  readonly r: number;
  /** Two-sided, from Student's t with n - 2 degrees of freedom. */
  readonly p: number;
  /** undefined below four pairs, where it does not exist */
  readonly interval: Interval | undefined;
  readonly pairs: number;
}

/** @throws InputError for unequal lengths, fewer than three pairs, or a side without variation. */
export function pearson(x: readonly number[], y: readonly number[], level = 0.95): Correlation {
  const r = coefficient(x, y);
  return describe(r, x.length, level, 1);
}

/** Pearson's coefficient of the ranks; equal values share their mean rank. Errors as for `pearson`. */
export function spearman(x: readonly number[], y: readonly number[], level = 0.95): Correlation {
  const r = coefficient(meanRanks(x), meanRanks(y));
  return describe(r, x.length, level, 1 + (r * r) / 2);
}

function coefficient(x: readonly number[], y: readonly number[]): number {
  if (x.length !== y.length) throw new InputError(`correlation: ${x.length} values against ${y.length}`);
  requireAtLeast(x, 3, "correlation");
  requireAtLeast(y, 3, "correlation");
  const mx = mean(x);
  const my = mean(y);
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < x.length; i++) {
    const dx = x[i] - mx;
    const dy = y[i] - my;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  if (xx === 0 || yy === 0) throw new InputError("correlation: all values of one side are the same");
  return Math.min(1, Math.max(-1, xy / Math.sqrt(xx * yy)));
}

function describe(r: number, pairs: number, level: number, variance: number): Correlation {
  const exact = Math.abs(r) === 1;
  const p = exact ? 0 : studentTwoSided(r * Math.sqrt((pairs - 2) / (1 - r * r)), pairs - 2);
  if (pairs < 4) return { r, p, interval: undefined, pairs };
  if (exact) return { r, p, interval: { low: r, high: r }, pairs };
  const z = 0.5 * log((1 + r) / (1 - r));
  const half = normalQuantile(0.5 + level / 2) * Math.sqrt(variance / (pairs - 3));
  return { r, p, interval: { low: tanh(z - half), high: tanh(z + half) }, pairs };
}

function tanh(z: number): number {
  const e = exp(2 * z);
  return (e - 1) / (e + 1);
}
