/**
 * Rows: what questions hand to tables and charts. A row is a plain object of values; a table is an array of
 * rows, an Arquero table, or a Danfo DataFrame, which is loaded only when one is asked for (it brings
 * TensorFlow.js with it).
 */

import { InputError } from "../errors";

export type Value = string | number | boolean | null | undefined;
/** A plain object with one value a column. */
export type Row = Readonly<Record<string, Value>>;

/** An Arquero table, as far as this room knows it. */
export interface Columns {
  objects(): object[];
  columnNames(): string[];
  numRows(): number;
}

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
  /** Rows for which a list or Series of booleans says so. */
  query(condition: unknown): Frame;
  /** Count, mean, standard deviation and quantiles of the numeric columns. */
  describe(): Frame;
  /** Writes the frame to the terminal. */
  print(): void;
}

/** Rows of a table in any of its three forms. */
export type Table<R extends object = object> = readonly R[] | Columns | Frame;

const isColumns = (table: object): table is Columns => typeof (table as Columns).objects === "function";

const isFrame = (table: object): table is Frame =>
  Array.isArray((table as Frame).columns) && Array.isArray((table as Frame).shape) && "values" in table;

/** Whether something is rows, an Arquero table or a DataFrame: what tables and charts are made of. */
export const isTable = (value: unknown): value is Table =>
  typeof value === "object" &&
  value !== null &&
  (Array.isArray(value)
    ? value.length > 0 && value.every((row) => row !== null && typeof row === "object" && isPlain(row))
    : isColumns(value) || isFrame(value));

const isPlain = (value: object): boolean => {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** The rows of a table. @throws InputError for anything else */
export function rowsOf(table: Table): readonly Row[] {
  if (Array.isArray(table)) return table as readonly Row[];
  if (isColumns(table)) return table.objects() as Row[];
  if (isFrame(table)) {
    const values = table.values as Value[][];
    return values.map((line) => Object.fromEntries(table.columns.map((column, i) => [column, line[i]])));
  }
  throw new InputError("a table is an array of rows, an Arquero table or a Danfo DataFrame");
}

/** Frames take seconds to build beyond this many rows (4.4 s for 12,000). */
const LARGEST_FRAME = 2000;

/**
 * A Danfo DataFrame of a table; a DataFrame is handed back as it is.
 * @throws InputError without rows, or with more than 2,000: Arquero is the tool for those
 */
export async function toDataFrame(table: Table): Promise<Frame> {
  if (!Array.isArray(table) && isFrame(table)) return table;
  const rows = rowsOf(table);
  if (rows.length === 0) throw new InputError("toDataFrame: no rows");
  if (rows.length > LARGEST_FRAME)
    throw new InputError(
      `toDataFrame: ${rows.length} rows, and Danfo takes seconds beyond ${LARGEST_FRAME}; ` +
        "sum them up first, with Arquero",
    );
  const { DataFrame } = await import("danfojs-node");
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const values = rows.map((row) => columns.map((column) => row[column] ?? null));
  return new DataFrame(values, { columns }) as unknown as Frame;
}

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
