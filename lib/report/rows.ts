/**
 * Rows: what experiments hand to tables and charts. A row is a plain object of values; a table object is a Danfo
 * DataFrame, which is loaded only when one is asked for (it brings TensorFlow.js with it).
 */

import { InputError } from "../errors";

export type Value = string | number | boolean | null | undefined;
/** A plain object with one value a column. */
export type Row = Readonly<Record<string, Value>>;

/** The part of a Danfo DataFrame that notebooks use; a real DataFrame has more methods. */
export interface Frame {
  readonly columns: string[];
  readonly values: unknown;
  readonly shape: number[];
  /** The first rows. */
  head(rows?: number): Frame;
  /** Sorted by a column. */
  sortValues(by: string, options?: { ascending?: boolean }): Frame;
  /** Some rows and columns, by label. */
  loc(selection: { rows?: unknown[]; columns?: string[] }): Frame;
  /** Writes the frame to the terminal. */
  print(): void;
}

/** A Danfo DataFrame of rows; columns in the order of the first row. @throws InputError without rows. */
export async function toDataFrame(rows: readonly object[]): Promise<Frame> {
  if (rows.length === 0) throw new InputError("toDataFrame: no rows");
  const { DataFrame } = await import("danfojs-node");
  return new DataFrame(rows as object[]) as unknown as Frame;
}

/** Rows of rows or of a DataFrame. */
export function toRows(table: readonly object[] | Frame): readonly Row[] {
  if (isRows(table)) return table as readonly Row[];
  const values = table.values as Value[][];
  return values.map((line) => Object.fromEntries(table.columns.map((column, i) => [column, line[i]])));
}

const isRows = (table: readonly object[] | Frame): table is readonly object[] => Array.isArray(table);

/** @throws InputError naming the column when a row lacks it. */
export function requireColumns(
  rows: readonly Row[],
  columns: readonly (string | undefined)[],
  what: string,
): void {
  for (const column of columns) {
    if (column === undefined) continue;
    const at = rows.findIndex((row) => !(column in row));
    if (at >= 0)
      throw new InputError(
        `${what}: row ${at} has no column "${column}"; it has ${Object.keys(rows[at]).join(", ")}`,
      );
  }
}

/** Different values of a column, in order of first appearance. */
export const distinct = (rows: readonly Row[], column: string): Value[] => [
  ...new Set(rows.map((row) => row[column])),
];
