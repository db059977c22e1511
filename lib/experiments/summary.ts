/** Rows over seeds to rows with mean, standard deviation and interval: what tables and error bars show. */

import { mean, meanInterval, pairedT, standardDeviation } from "../metrics/statistics";

/** Mean, spread and 95 % interval of some values. */
export interface Summary {
  readonly mean: number;
  /** NaN for a single seed */
  readonly std: number;
  /** 95 % t interval of the mean; both ends are the mean for a single seed */
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/**
 * One row for each combination of the columns `by`, in order of first appearance.
 * @param value the column, or function, that is averaged
 */
export function summarise<Row extends object, Key extends keyof Row & string>(
  rows: readonly Row[],
  by: readonly Key[],
  value: (row: Row) => number,
): (Pick<Row, Key> & Summary)[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = JSON.stringify(by.map((key) => row[key]));
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return [...groups.values()].map((group) => {
    const values = group.map(value);
    const centre = mean(values);
    const many = values.length > 1;
    const { low, high } = many ? meanInterval(values) : { low: centre, high: centre };
    const columns = Object.fromEntries(by.map((key) => [key, group[0][key]])) as Pick<Row, Key>;
    const std = many ? standardDeviation(values) : Number.NaN;
    return { ...columns, mean: centre, std, low, high, n: values.length };
  });
}

/** A value of one seed. */
export interface BySeed {
  readonly seed: number;
  readonly value: number;
}

/**
 * How far `own` is above `other`, paired by seed over the seeds that both have.
 * @returns the mean difference and half of its 95 % interval; NaN without a pair, and for the half with a single one
 */
export function seedDifference(
  own: readonly BySeed[],
  other: readonly BySeed[],
): { difference: number; half: number } {
  const values = new Map(other.map(({ seed, value }) => [seed, value]));
  const pairs = own.flatMap(({ seed, value }) => {
    const against = values.get(seed);
    return against === undefined ? [] : [[value, against] as const];
  });
  if (pairs.length === 0) return { difference: Number.NaN, half: Number.NaN };
  if (pairs.length === 1) return { difference: pairs[0][0] - pairs[0][1], half: Number.NaN };
  const { difference, interval } = pairedT(
    pairs.map(([a]) => a),
    pairs.map(([, b]) => b),
  );
  return { difference, half: (interval.high - interval.low) / 2 };
}

/**
 * The rows with what a seed has in common taken out, for error bars that show how well *conditions* (methods, S) can be
 * told apart. Seeds share split and start, so all methods rise and fall together; bars of raw values mostly show that.
 * Cousineau's normalisation with Morey's correction ("Confidence intervals from normalized data", 2008): subtract the
 * mean of each seed within its panel, add the panel's mean, widen by sqrt(C / (C - 1)) around each condition's mean.
 *
 * @param panel columns of a panel, whose values are comparable
 * @param condition columns that tell conditions apart inside a panel
 */
export function withinSeeds<Row extends { readonly seed: number; readonly value: number }>(
  rows: readonly Row[],
  panel: readonly (keyof Row & string)[],
  condition: readonly (keyof Row & string)[],
): Row[] {
  const key = (row: Row, columns: readonly (keyof Row & string)[]) =>
    JSON.stringify(columns.map((column) => row[column]));
  const means = (columns: readonly (keyof Row & string)[]) => {
    const lists = new Map<string, number[]>();
    for (const row of rows) {
      const name = key(row, columns);
      lists.set(name, [...(lists.get(name) ?? []), row.value]);
    }
    return new Map([...lists].map(([name, values]) => [name, mean(values)]));
  };
  const bySeed = [...panel, "seed" as const];
  const byCondition = [...panel, ...condition];
  const [panels, seeds, conditions] = [means(panel), means(bySeed), means(byCondition)];
  const count = new Map<string, Set<string>>();
  for (const row of rows) {
    const name = key(row, panel);
    count.set(name, (count.get(name) ?? new Set()).add(key(row, condition)));
  }
  return rows.map((row) => {
    const at = key(row, panel);
    const C = (count.get(at) as Set<string>).size;
    if (C < 2) return row;
    const centred = row.value - (seeds.get(key(row, bySeed)) as number) + (panels.get(at) as number);
    const middle = conditions.get(key(row, byCondition)) as number;
    return { ...row, value: middle + (centred - middle) * Math.sqrt(C / (C - 1)) };
  });
}
