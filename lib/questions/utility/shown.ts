/** The rows of systems and anchors under the names that readers see; C-SISA by merged scoring unless it says otherwise. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { datasetTitle } from "../labels";
import { shownMetrics } from "../metricRows";
import type { View } from "../question";
import type { UtilityRow } from "./rows";

/** Which family of metrics is shown: labCode, testOnly, or fullRank. */
export interface Options {
  readonly metricFamily: string;
}

/** A row with its titles. */
export interface ShownRow extends UtilityRow {
  readonly data: string;
  readonly panel: string;
  readonly name: string;
}

/** The rows that `keep` keeps, in the metrics that are shown. */
export function shown(
  rows: ColumnTable,
  { options }: View<Options>,
  keep: (row: UtilityRow) => boolean,
): ColumnTable {
  const metrics = shownMetrics(rows, options.metricFamily);
  return rows.filter(aq.escape((row: UtilityRow) => metrics.includes(row.metric) && keep(row))).derive({
    data: aq.escape((row: UtilityRow) => datasetTitle(row.dataset)),
    panel: aq.escape((row: UtilityRow) => row.model.toUpperCase()),
    name: aq.escape((row: UtilityRow) => row.system),
  });
}

export const isSystem = ({ scoring }: UtilityRow): boolean => scoring === "model" || scoring === "merged";
export const isAnchor = ({ scoring }: UtilityRow): boolean => scoring === "anchor";

/** The values of a column, in order of first appearance. */
export const distinct = <T>(table: ColumnTable, column: string): T[] => [
  ...new Set(table.array(column) as T[]),
];

/** The rows of a table sorted by some columns, each in the order in which its values first appear in `like`. */
export function inOrder(table: ColumnTable, like: ColumnTable, by: readonly string[]) {
  const places = by.map((key) => new Map(distinct(like, key).map((value, place) => [value, place])));
  const place = (row: Record<string, string | number>, k: number) => places[k].get(row[by[k]]) ?? 0;
  return (table.objects() as Record<string, string | number>[]).sort(
    (a, b) => by.map((_, k) => place(a, k) - place(b, k)).find((apart) => apart !== 0) ?? 0,
  );
}
