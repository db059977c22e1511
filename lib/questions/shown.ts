/**
 * What tables and charts of all questions share: the names that readers see, an output for each data set, and what an
 * output is made of.
 */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { isSyntheticName } from "../data/catalog";
import type { RunDescription } from "../report/provenance";
import { datasetTitle, modelLabel, requestLabel } from "./labels";

/** The values of a column, in order of first appearance. */
export const distinct = <T = string>(table: ColumnTable, column: string): T[] =>
  table.numRows() === 0 ? [] : [...new Set(table.array(column) as T[])];

/** What rows with the columns `dataset` and `seed` are made of: also for an output that is made of some of the rows. */
export const runOf = (rows: ColumnTable): RunDescription => ({
  data: distinct(rows, "dataset").map((name) => ({ name, synthetic: isSyntheticName(name) })),
  seeds: distinct<number>(rows, "seed").sort((a, b) => a - b),
});

/** Titles: of which column, and how they are made of it. */
const TITLES = {
  data: ["dataset", datasetTitle],
  panel: ["model", modelLabel],
  after: ["request", requestLabel],
} as const;

/** The rows with titles of data set, model and request as `data`, `panel` and `after`, where they have such columns. */
export function titled(rows: ColumnTable): ColumnTable {
  const known = Object.entries(TITLES).filter(([, [column]]) => rows.columnNames().includes(column));
  const titles = known.map(([name, [column, title]]) => [
    name,
    aq.escape((row: Readonly<Record<string, string>>) => title(row[column])),
  ]);
  return rows.derive(Object.fromEntries(titles));
}

/** An output for each data set, of its own rows, which says what it is made of. */
export const byDataset = <O extends object>(
  rows: ColumnTable,
  output: (own: ColumnTable, title: string, dataset: string) => O,
) =>
  distinct(rows, "dataset").map((dataset) => {
    const own = rows.filter(aq.escape((row: { readonly dataset: string }) => row.dataset === dataset));
    return { run: runOf(own), ...output(own, datasetTitle(dataset), dataset) };
  });
