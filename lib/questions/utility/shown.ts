/** The rows of systems and anchors under the names that readers see; C-SISA by merged scoring unless it says otherwise. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { type FamilyOptions, inFamily } from "../metricRows";
import type { View } from "../question";
import { distinct } from "../shown";
import type { UtilityRow } from "./rows";

/** A row with its titles. */
export interface ShownRow extends UtilityRow {
  readonly data: string;
  readonly panel: string;
  readonly name: string;
  readonly after: string;
}

/** The rows that `keep` keeps, in the metrics that are shown. */
export const shown = (
  rows: ColumnTable,
  view: View<FamilyOptions>,
  keep: (row: UtilityRow) => boolean,
): ColumnTable =>
  inFamily(rows, view)
    .filter(aq.escape(keep))
    .derive({ name: (row: UtilityRow) => row.system });

export const isSystem = ({ scoring }: UtilityRow): boolean => scoring === "model" || scoring === "merged";
export const isAnchor = ({ scoring }: UtilityRow): boolean => scoring === "anchor";

/** The rows of a table sorted by some columns, each in the order in which its values first appear in `like`. */
export function inOrder(table: ColumnTable, like: ColumnTable, by: readonly string[]) {
  const places = by.map((key) => new Map(distinct(like, key).map((value, place) => [value, place])));
  const place = (row: Record<string, string>, k: number) => places[k].get(row[by[k]]) ?? 0;
  return (table.objects() as Record<string, string>[]).sort(
    (a, b) => by.map((_, k) => place(a, k) - place(b, k)).find((apart) => apart !== 0) ?? 0,
  );
}
