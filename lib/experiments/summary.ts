/** Rows over seeds to rows with mean, standard deviation and interval: what tables and error bars show. */

import { mean, meanInterval, standardDeviation } from "../metrics/statistics";

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
