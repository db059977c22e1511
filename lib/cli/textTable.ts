/** Tables for a terminal: the columns of report/table.ts as aligned text. */

import type { Row } from "../report/rows";
import { type Column, cellText, digitsOf, isNumber } from "../report/table";
import { escapeLine } from "../report/text";

/** Headings, a rule, a line a row; numbers stand right. @param columns default: those of the first row */
export function textTable(
  rows: readonly object[],
  columns: readonly Column[] = Object.keys(rows[0]).map((key) => ({ key })),
): string {
  const given = rows as readonly Row[];
  const digits = columns.map((column) => digitsOf(column, given));
  const numeric = columns.map(({ key }) => given.some((row) => isNumber(row[key])));
  const heads = columns.map(({ key, label, unit }) => (label ?? key) + (unit ? ` (${unit})` : ""));
  const body = given.map((row) => columns.map((column, i) => escapeLine(cellText(row, column, digits[i]))));
  const widths = heads.map((head, i) => Math.max(head.length, ...body.map((line) => line[i].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (numeric[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join("  ")
      .trimEnd();
  return [line(heads), widths.map((width) => "-".repeat(width)).join("  "), ...body.map(line)].join("\n");
}
