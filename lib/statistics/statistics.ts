/**
 * Statistics over seeds: mean, standard deviation, t intervals, paired tests (Student; Wilcoxon, exact), and Holm's
 * correction for several comparisons at once. Few seeds are the rule here, so nothing relies on large samples.
 */

import { InputError } from "../errors";
import { normalCdf, studentQuantile, studentTwoSided } from "./distributions";

/** A confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The arithmetic mean. */
export function mean(values: readonly number[]): number {
  requireAtLeast(values, 1, "mean");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation (divisor n - 1). */
export function standardDeviation(values: readonly number[]): number {
  requireAtLeast(values, 2, "standardDeviation");
  const centre = mean(values);
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - centre) * (value - centre), 0) / (values.length - 1),
  );
}

/** The t interval of a mean. @param level in (0, 1) */
export function meanInterval(values: readonly number[], level = 0.95): Interval {
  const centre = mean(values);
  const half =
    (studentQuantile(0.5 + level / 2, values.length - 1) * standardDeviation(values)) /
    Math.sqrt(values.length);
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

/** Paired t-test of a against b: value i of both comes from the same seed. At least two pairs. */
export function pairedT(a: readonly number[], b: readonly number[], level = 0.95): PairedTest {
  const differences = paired(a, b);
  const difference = mean(differences);
  const error = standardDeviation(differences) / Math.sqrt(differences.length);
  const t = error > 0 ? difference / error : difference === 0 ? 0 : Math.sign(difference) * Infinity;
  const p = error > 0 ? studentTwoSided(t, differences.length - 1) : difference === 0 ? 1 : 0;
  return { difference, interval: meanInterval(differences, level), t, p };
}

/** Outcome of Wilcoxon's signed-rank test. */
export interface SignedRankTest {
  /** The smaller of the two rank sums. */
  readonly statistic: number;
  /** Pairs with a difference that is not 0; the others are left out (Wilcoxon 1945). */
  readonly pairs: number;
  /** Two-sided. */
  readonly p: number;
  readonly exact: boolean;
}

/** Above this many pairs the normal approximation with the correction for ties is as good. */
const EXACT_PAIRS = 200;

/**
 * Wilcoxon's signed-rank test of a against b. Exact by counting all sign patterns, with mean ranks for equal differences
 * (so ties need no approximation), up to 200 pairs.
 */
export function signedRank(a: readonly number[], b: readonly number[]): SignedRankTest {
  const differences = paired(a, b).filter((difference) => difference !== 0);
  const n = differences.length;
  if (n === 0) return { statistic: 0, pairs: 0, p: 1, exact: true };
  const ranks = meanRanks(differences.map(Math.abs));
  const total = (n * (n + 1)) / 2;
  const positive = ranks.reduce((sum, rank, i) => (differences[i] > 0 ? sum + rank : sum), 0);
  const statistic = Math.min(positive, total - positive);
  if (n <= EXACT_PAIRS) {
    const p = Math.min(1, 2 * lowerTail(ranks, statistic));
    return { statistic, pairs: n, p, exact: true };
  }
  const variance = ranks.reduce((sum, rank) => sum + rank * rank, 0) / 4;
  const p = Math.min(1, 2 * normalCdf((statistic - total / 2) / Math.sqrt(variance)));
  return { statistic, pairs: n, p, exact: false };
}

/** P(rank sum <= statistic) when every sign is a fair coin; ranks are multiples of 1/2. */
function lowerTail(ranks: readonly number[], statistic: number): number {
  const most = Math.round(2 * statistic);
  const probability = new Float64Array(most + 1);
  probability[0] = 1;
  for (const rank of ranks) {
    const step = Math.round(2 * rank);
    for (let sum = most; sum >= 0; sum--)
      probability[sum] = (probability[sum] + (sum >= step ? probability[sum - step] : 0)) / 2;
  }
  return probability.reduce((sum, p) => sum + p, 0);
}

/** Ranks from 1, ascending; equal values share the mean of their ranks. */
export function meanRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j]);
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let k = from; k < to; k++) ranks[order[k]] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/** Holm's step-down correction: adjusted p-values in the given order, which keep the family-wise error rate. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((i, j) => pValues[i] - pValues[j]);
  const adjusted = new Array<number>(pValues.length);
  let most = 0;
  order.forEach((i, step) => {
    most = Math.max(most, Math.min(1, (pValues.length - step) * pValues[i]));
    adjusted[i] = most;
  });
  return adjusted;
}

/** a - b, pair by pair. @throws InputError when the lengths differ. */
export function paired(a: readonly number[], b: readonly number[]): number[] {
  if (a.length !== b.length)
    throw new InputError(`paired values: ${a.length} on one side, ${b.length} on the other`);
  return a.map((value, i) => value - b[i]);
}

export function requireAtLeast(values: readonly number[], least: number, what: string): void {
  if (values.length < least) throw new InputError(`${what}: needs ${least} values, has ${values.length}`);
  for (const value of values) {
    if (!Number.isFinite(value)) throw new InputError(`${what}: ${value} is not a finite number`);
  }
}
