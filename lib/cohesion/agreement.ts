/**
 * How alike two groupings are and how even one is: for notebook 03 (Figure 9, and the work of user-balanced
 * groups) and for the tests that plant communities. Pure functions over labels.
 */

import { InputError } from "../errors";
import { mean, squaredDeviations } from "../statistics/statistics";

/**
 * Adjusted Rand index (Hubert and Arabie, "Comparing partitions", Journal of Classification 2, 1985): 1 for
 * the same partition, 0 expected for independent ones of the same sizes. Two partitions that are both trivial
 * (all in one, or all apart) and equal give 1.
 */
export function adjustedRandIndex(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const { cells, rows, columns, users } = contingency(a, b);
  const pairs = (counts: Iterable<number>) => {
    let sum = 0;
    for (const n of counts) sum += (n * (n - 1)) / 2;
    return sum;
  };
  const together = pairs(cells.values());
  const inA = pairs(rows.values());
  const inB = pairs(columns.values());
  const all = (users * (users - 1)) / 2;
  const expected = all > 0 ? (inA * inB) / all : 0;
  const most = (inA + inB) / 2;
  return most === expected ? 1 : (together - expected) / (most - expected);
}

/** Purity: the share of users whose class is the commonest of their group, in [1 / classes, 1]. */
export function purity(labels: ArrayLike<number>, classes: ArrayLike<number>): number {
  const { cells, users } = contingency(labels, classes);
  const most = new Map<number, number>();
  for (const [key, count] of cells) {
    const group = Number(key.slice(0, key.indexOf("|")));
    most.set(group, Math.max(most.get(group) ?? 0, count));
  }
  let sum = 0;
  for (const count of most.values()) sum += count;
  return sum / users;
}

/** How unequal some sizes are. */
export interface SizeStatistics {
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  /** population standard deviation over the mean */
  readonly variation: number;
  /** largest over mean: 1 is even; the slowest shard, or the costliest group, against the ideal */
  readonly imbalance: number;
}

/** Statistics of sizes (users per group) or of work (ratings per group). */
export function sizeStatistics(sizes: ArrayLike<number>): SizeStatistics {
  if (sizes.length === 0) throw new InputError("size statistics: there is no group");
  const values = Array.from(sizes);
  const centre = mean(values);
  const spread = Math.sqrt(squaredDeviations(values) / values.length);
  const most = Math.max(...values);
  return {
    least: Math.min(...values),
    most,
    mean: centre,
    variation: centre > 0 ? spread / centre : 0,
    imbalance: centre > 0 ? most / centre : 1,
  };
}

/** The work of each group: the sum of its users' loads (their ratings). Float64Array, S. */
export function workOf(groups: readonly ArrayLike<number>[], loads: ArrayLike<number>): Float64Array {
  return Float64Array.from(groups, (members) => {
    let sum = 0;
    for (let k = 0; k < members.length; k++) sum += loads[members[k]];
    return sum;
  });
}

function contingency(a: ArrayLike<number>, b: ArrayLike<number>) {
  if (a.length !== b.length || a.length === 0)
    throw new InputError(`agreement: labels of ${a.length} and of ${b.length} users`);
  const cells = new Map<string, number>();
  const rows = new Map<number, number>();
  const columns = new Map<number, number>();
  for (let i = 0; i < a.length; i++) {
    const key = `${a[i]}|${b[i]}`;
    cells.set(key, (cells.get(key) ?? 0) + 1);
    rows.set(a[i], (rows.get(a[i]) ?? 0) + 1);
    columns.set(b[i], (columns.get(b[i]) ?? 0) + 1);
  }
  return { cells, rows, columns, users: a.length };
}
