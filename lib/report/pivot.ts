/** Long rows to wide ones: a column per value of one key, as tables by the number of groups want it. */

import type { Row, Value } from "./rows";

/**
 * One row for each combination of `keep`, and in it one column for each value of `across`, named by `name`;
 * both in order of first appearance. A combination that does not occur is missing; of several rows for one
 * place the last counts.
 */
export function pivot<R extends object, Key extends keyof R & string>(
  rows: readonly R[],
  keep: readonly Key[],
  across: keyof R & string,
  value: (row: R) => Value,
  name: (across: Value) => string = String,
): Row[] {
  const columns = [...new Set(rows.map((row) => name(row[across] as Value)))];
  const wide = new Map<string, Record<string, Value>>();
  for (const row of rows) {
    const at = JSON.stringify(keep.map((key) => row[key]));
    const kept = Object.fromEntries(keep.map((key) => [key, row[key] as Value]));
    const line = wide.get(at) ?? { ...kept, ...Object.fromEntries(columns.map((column) => [column, null])) };
    line[name(row[across] as Value)] = value(row);
    wide.set(at, line);
  }
  return [...wide.values()];
}
