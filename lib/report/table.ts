/**
 * Tables: rows and column formats to HTML that reads well in a light or dark JupyterLab, in a report and on
 * paper, and to CSV with every digit. Numbers stand right, aligned by their digits; the best of each column
 * is bold.
 */

import { InputError } from "../errors";
import { type Row, requireColumns, type Value } from "./rows";
import { escapeHtml } from "./text";

/** A column of a table: which value, under which heading, in how many digits. */
export interface Column<Key extends string = string> {
  readonly key: Key;
  /** heading; default: the key */
  readonly label?: string;
  /** decimals of a number; default: 0 for a column of integers, else 3 */
  readonly digits?: number;
  /** stands behind the heading, in brackets: "s", "%" */
  readonly unit?: string;
  /** column of the standard deviation, printed as "mean ± deviation" */
  readonly error?: Key;
  /** mark the best row of this column in bold */
  readonly best?: "highest" | "lowest";
  /** heading that spans this column and its neighbours of the same group */
  readonly group?: string;
  /** shown only where it differs from the row above: a long text is read once */
  readonly once?: boolean;
}

/**
 * Columns by key and heading, in this order: `columns({ low: "Low", high: "High" }, { digits: 4 })`.
 * @param like what all of them have
 */
export const columns = <Key extends string>(
  headings: Readonly<Record<Key, string>>,
  like: Omit<Column, "key" | "label" | "error"> = {},
): Column<Key>[] =>
  (Object.entries(headings) as [Key, string][]).map(([key, label]) => ({ key, label, ...like }));

/** How rows become a table. */
export interface TableFormat<Key extends string = string> {
  /** default: all columns of the first row */
  readonly columns?: readonly Column<Key>[];
  readonly caption?: string;
  /** The best is looked for among rows that agree in these columns, which a rule parts. Default: all. */
  readonly within?: readonly Key[];
  /** Rows that compete for the best; anchors, for instance, do not. Default: all. */
  readonly competes?: (row: Row) => boolean;
  /** a line in smaller letters under the table */
  readonly note?: string;
}

const MISSING = "–";

/**
 * A number as a reader sees it: fixed decimals, thousands parted by a comma, a true minus sign. What these
 * decimals would show as 0.00 has one digit instead, so that it is seen on which side of 0 it lies; it is 0
 * below a hundredth of their last.
 */
export function formatNumber(value: number, digits: number): string {
  return fixed(value, decimalsFor(value, digits));
}

/** `digits`, or as many as a number needs that would be printed as 0 and is no more than two places below. */
function decimalsFor(value: number, digits: number): number {
  const size = Math.abs(value);
  const small = digits > 0 && size >= 10 ** -(digits + 2) && Number(size.toFixed(digits)) === 0;
  return small ? Math.ceil(-Math.log10(size)) : digits;
}

function fixed(value: number, decimals: number): string {
  if (Number.isNaN(value)) return MISSING;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

export const isNumber = (value: Value): value is number => typeof value === "number";

/** Decimals of a column. */
export function digitsOf(column: Column, rows: readonly Row[]): number {
  if (column.digits !== undefined) return column.digits;
  return rows.every((row) => !isNumber(row[column.key]) || Number.isInteger(row[column.key])) ? 0 : 3;
}

/** What stands in a cell: a missing value as a dash, a number with its deviation. */
export function cellText(row: Row, column: Column, digits: number): string {
  const value = row[column.key];
  if (value === null || value === undefined) return MISSING;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (!isNumber(value)) return value;
  const deviation = column.error === undefined ? undefined : row[column.error];
  if (!isNumber(deviation) || Number.isNaN(deviation)) return formatNumber(value, digits);
  const decimals = decimalsFor(deviation || value, digits); // both as fine as the deviation is
  return `${fixed(value, decimals)} ± ${fixed(deviation, decimals)}`;
}

/** Key of the block of a row: rows that agree in `within`. */
const blockOf = (row: Row, within: readonly string[]) =>
  JSON.stringify(within.map((key) => row[key] ?? null));

/** Rows with the best of a column, by what is printed: an unseen difference makes no winner. */
function bestRows(rows: readonly Row[], column: Column, digits: number, format: TableFormat): Set<Row> {
  const best = new Map<string, { value: number; rows: Row[] }>();
  if (column.best === undefined) return new Set();
  const sign = column.best === "highest" ? 1 : -1;
  for (const row of rows) {
    const value = row[column.key];
    if (!isNumber(value) || Number.isNaN(value) || (format.competes && !format.competes(row))) continue;
    const shown = sign * Number(value.toFixed(digits));
    const block = blockOf(row, format.within ?? []);
    const holder = best.get(block);
    if (!holder || shown > holder.value) best.set(block, { value: shown, rows: [row] });
    else if (shown === holder.value) holder.rows.push(row);
  }
  return new Set([...best.values()].flatMap((holder) => holder.rows));
}

const defaultColumns = (rows: readonly Row[]): Column[] => Object.keys(rows[0]).map((key) => ({ key }));

const TABLE =
  "border-collapse:collapse;margin:0.5em 0;font-variant-numeric:tabular-nums;line-height:1.35;color:inherit";
/** Texts longer than this are broken into lines. */
const LONG = 24;
const WRAPPED = "white-space:normal;max-width:24em;vertical-align:top";
/** The longer a text, the more room: a phrase takes two lines or three, however crowded its table. */
const room = (text: string): string => `min-width:${Math.min(18, Math.ceil(text.length / 4))}em`;
const CAPTION = "caption-side:top;text-align:left;padding:0 0 0.5em;font-weight:600;color:inherit";
const CELL = "padding:0.3em 0.75em 0.3em 0;border:0;background:none;white-space:nowrap";
/** A heading breaks before its table would grow. */
const HEAD = `${CELL.replace("nowrap", "normal")};vertical-align:bottom`;
const STRONG_RULE = "border-top:2px solid currentColor;border-bottom:1px solid currentColor";
const SOFT_RULE = "border-top:1px solid rgba(128,128,128,0.55)";
const NOTE = "font-size:0.85em;opacity:0.8;margin:0.3em 0 1em;max-width:66em";

/** The heading row, under a row of group headings where columns have one. */
function headHtml(columns: readonly Column[], numeric: readonly boolean[]): string {
  const align = (i: number) => `text-align:${numeric[i] ? "right" : "left"}`;
  const heads = columns.map(({ key, label, unit }, i) => {
    const text =
      escapeHtml(label ?? key) + (unit ? ` <span style="font-weight:400">(${escapeHtml(unit)})</span>` : "");
    return `<th scope="col" style="${HEAD};${align(i)};border-bottom:1px solid currentColor">${text}</th>`;
  });
  const grouped = columns.some(({ group }) => group !== undefined);
  if (!grouped) return `<tr style="${STRONG_RULE}">${heads.join("")}</tr>`;
  const spans: string[] = [];
  for (let i = 0; i < columns.length; ) {
    let end = i + 1;
    while (end < columns.length && columns[end].group === columns[i].group) end++;
    const group = columns[i].group;
    const scope = group ? `scope="colgroup" ` : "";
    const rule = group ? ";border-bottom:1px solid rgba(128,128,128,0.55);text-align:center" : "";
    const tag = group ? "th" : "td";
    const text = escapeHtml(group ?? "");
    spans.push(`<${tag} ${scope}colspan="${end - i}" style="${CELL}${rule}">${text}</${tag}>`);
    i = end;
  }
  return `<tr style="border-top:2px solid currentColor">${spans.join("")}</tr>\n<tr>${heads.join("")}</tr>`;
}

/**
 * A table as HTML: caption, column headings, the first column as row headings, numbers at the right.
 * @throws InputError without rows or with a column that they lack.
 */
export function tableHtml<Key extends string>(rows: readonly Row[], format: TableFormat<Key> = {}): string {
  if (rows.length === 0) throw new InputError("table: no rows");
  const columns: readonly Column[] = format.columns ?? defaultColumns(rows);
  requireColumns(
    rows,
    [...columns.flatMap(({ key, error }) => [key, error]), ...(format.within ?? [])],
    "table",
  );
  const digits = columns.map((column) => digitsOf(column, rows));
  const numeric = columns.map(({ key }) => rows.some((row) => isNumber(row[key])));
  const best = columns.map((column, i) => bestRows(rows, column, digits[i], format as TableFormat));
  const body = rows.map((row, r) => {
    const parted = r > 0 && blockOf(row, format.within ?? []) !== blockOf(rows[r - 1], format.within ?? []);
    const someLong = columns.some((column, i) => cellText(row, column, digits[i]).length > LONG);
    const cells = columns.map((column, i) => {
      const told = column.once && r > 0 && row[column.key] === rows[r - 1][column.key];
      const text = told ? "" : escapeHtml(cellText(row, column, digits[i]));
      const wrapped =
        text.length > LONG ? `;${WRAPPED};${room(text)}` : someLong ? ";vertical-align:top" : "";
      const rule = parted ? `;${SOFT_RULE}` : "";
      const place = `${CELL};text-align:${numeric[i] ? "right" : "left"}${rule}${wrapped}`;
      if (i === 0) return `<th scope="row" style="${place};font-weight:500">${text}</th>`;
      return `<td style="${place}">${best[i].has(row) ? `<strong>${text}</strong>` : text}</td>`;
    });
    return `<tr style="background:none">${cells.join("")}</tr>`;
  });
  const caption = format.caption
    ? `<caption style="${CAPTION}">${escapeHtml(format.caption)}</caption>\n`
    : "";
  // beside the table, not in it: a long line of text must not stretch the columns
  const note = format.note ? `\n<p style="${NOTE}">${escapeHtml(format.note)}</p>` : "";
  return `<table style="${TABLE}">
${caption}<thead>
${headHtml(columns, numeric)}
</thead>
<tbody style="border-bottom:2px solid currentColor">
${body.join("\n")}
</tbody>
</table>${note}`;
}

/** What a spreadsheet would take for a formula; numbers are none. */
const FORMULA = /^'*[=+\-@\t\r]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Rows as CSV (RFC 4180): all columns of all rows, every digit, missing values empty. A text that begins as a
 * formula of a spreadsheet does (= + - @, a tab, or ' before one of these) has a ' before it, as in the
 * spreadsheet itself.
 */
export function tableCsv(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const quoted = (value: Value) => {
    const plain = value === null || value === undefined || Number.isNaN(value) ? "" : String(value);
    const text = FORMULA.test(plain) && !NUMBER.test(plain) ? `'${plain}` : plain;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((line) => line.map(quoted).join(","))
    .join("\n")}\n`;
}
