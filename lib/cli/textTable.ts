/** Tables for a terminal: the columns of report/table.ts as aligned text. */

import type { Row, Value } from "../report/rows";
import { type Column, formatNumber } from "../report/table";

const isNumber = (value: Value): value is number => typeof value === "number";

function text(row: Row, { key, error }: Column, digits: number): string {
  const value = row[key];
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (!isNumber(value)) return value;
  const deviation = error === undefined ? undefined : row[error];
  const shown = formatNumber(value, digits);
  return isNumber(deviation) && !Number.isNaN(deviation)
    ? `${shown} ± ${formatNumber(deviation, digits)}`
    : shown;
}

/** Headings, a rule, a line a row; numbers stand right. */
export function textTable(rows: readonly object[], columns: readonly Column[]): string {
  const given = rows as readonly Row[];
  const digits = columns.map(({ key, digits }) => {
    if (digits !== undefined) return digits;
    return given.every((row) => !isNumber(row[key]) || Number.isInteger(row[key])) ? 0 : 3;
  });
  const numeric = columns.map(({ key }) => given.some((row) => isNumber(row[key])));
  const heads = columns.map(({ key, label, unit }) => (label ?? key) + (unit ? ` (${unit})` : ""));
  const body = given.map((row) => columns.map((column, i) => text(row, column, digits[i])));
  const widths = heads.map((head, i) => Math.max(head.length, ...body.map((line) => line[i].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (numeric[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join("  ")
      .trimEnd();
  return [line(heads), widths.map((width) => "-".repeat(width)).join("  "), ...body.map(line)].join("\n");
}
