import type { ColumnTable } from "arquero";
import { isSyntheticName } from "../data/catalog";
import type { RunDescription } from "../report/provenance";

/** What rows with the columns `dataset` and `seed` are made of: also for an output that is made of some of the rows. */
export function runOf(rows: ColumnTable): RunDescription {
  const distinct = (column: string) =>
    rows.numRows() === 0 ? [] : [...new Set(rows.array(column) as (string | number)[])];
  const data = distinct("dataset").map((name) => ({
    name: String(name),
    synthetic: isSyntheticName(String(name)),
  }));
  return {
    data,
    seeds: distinct("seed")
      .map(Number)
      .sort((a, b) => a - b),
  };
}
