/**
 * Pearson's and Spearman's correlation, and the interval of the latter by Fisher's z with the standard error
 * of Bonett and Wright, "Sample size requirements for estimating Pearson, Kendall and Spearman correlations"
 * (Psychometrika 65, 2000).
 */

import { InputError } from "../errors";
import { exp, log, normalQuantile } from "../numeric";
import { type Interval, mean, ranks } from "./statistics";

/** Pearson's correlation, in [-1, 1]; NaN when a side is constant. @throws InputError for unequal lengths. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number {
  if (x.length !== y.length) throw new InputError(`correlation: ${x.length} values against ${y.length}`);
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let k = 0; k < x.length; k++) {
    const [dx, dy] = [x[k] - mx, y[k] - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  if (!(xx > 0 && yy > 0)) return Number.NaN;
  return Math.min(1, Math.max(-1, xy / Math.sqrt(xx * yy)));
}

/** Spearman's: Pearson's of the ranks; equal values share the mean of theirs. Else as `pearson`. */
export const spearman = (x: ArrayLike<number>, y: ArrayLike<number>): number => pearson(ranks(x), ranks(y));

/**
 * Interval of Spearman's correlation over independent pairs.
 * @param r the coefficient
 * @param pairs at least four
 * @throws InputError for fewer pairs, where it does not exist
 */
export function spearmanInterval(r: number, pairs: number, level = 0.95): Interval {
  if (!(pairs >= 4)) throw new InputError(`spearmanInterval: needs 4 pairs, has ${pairs}`);
  if (Math.abs(r) === 1) return { low: r, high: r };
  const z = 0.5 * log((1 + r) / (1 - r));
  const half = normalQuantile(0.5 + level / 2) * Math.sqrt((1 + (r * r) / 2) / (pairs - 3));
  return { low: tanh(z - half), high: tanh(z + half) };
}

function tanh(z: number): number {
  const e = exp(2 * z);
  return (e - 1) / (e + 1);
}
