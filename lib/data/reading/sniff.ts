/** Which separator a text is written with: the one that cuts its first lines into equally many fields. */

import { InputError } from "../../errors";
import { FieldReader, type Layout, layoutOf } from "./fields";
import { isNamed } from "./names";

/** Separators by name, the likelier ones first: of two that cut equally well, the first is taken. */
export const SEPARATORS = {
  tab: "\t",
  "::": "::",
  semicolon: ";",
  pipe: "|",
  comma: ",",
  space: " ",
} as const;

/** As messages and options call it. */
export const separatorName = (separator: string): string =>
  Object.entries(SEPARATORS).find(([, text]) => text === separator)?.[0] ?? separator;

/** From the name of a separator, or itself. @throws InputError */
export function separatorNamed(text: string): string {
  if (Object.hasOwn(SEPARATORS, text)) return SEPARATORS[text as keyof typeof SEPARATORS];
  if (text === "::" || /^[ -~\t]$/.test(text)) return text;
  throw new InputError(
    `separator: ${JSON.stringify(text)} is not one of ${Object.keys(SEPARATORS).join(", ")}, and no ` +
      `single character`,
  );
}

/** One record of the beginning of a file. */
export interface SampleRow {
  /** its line in the file, from 1 */
  readonly line: number;
  readonly fields: readonly string[];
  /** the place of a field in quotes that do not fit, or -1 */
  readonly misquoted: number;
}

const SAMPLE = 500; // rows

/** The first rows of a text under a layout; blank lines are left out. */
export function sampleRows(bytes: Uint8Array, layout: Layout, complete: boolean): SampleRow[] {
  const reader = new FieldReader(layout);
  const rows: SampleRow[] = [];
  let line = 1;
  for (let begin = 0; begin < bytes.length && rows.length < SAMPLE; begin = reader.next) {
    if (!reader.read(bytes, begin, complete)) break;
    const fields = Array.from({ length: reader.count }, (_, k) => reader.text(k));
    if (reader.count > 0) rows.push({ line, fields, misquoted: reader.misquoted });
    line += reader.lines;
  }
  return rows;
}

/** How many fields most rows have, of those with two or more, and in how many rows of all. */
function regularity(rows: readonly SampleRow[]): { fields: number; share: number } {
  const counts = new Map<number, number>();
  for (const { fields, misquoted } of rows)
    if (fields.length > 1 && misquoted < 0) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  const [fields, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
  return { fields, share: count / Math.max(1, rows.length) };
}

const ALIKE = 0.05; // a file of ratings may have lines without their time, or a wrong one

/** By a first line that says it, as spreadsheets write and read it: `sep=;`. */
export function namedLayout(bytes: Uint8Array): Layout | undefined {
  const said = /^sep=([ -~\t])\r?\n/i.exec(Buffer.from(bytes.subarray(0, 8)).toString("latin1"));
  return said ? layoutOf(said[1]) : undefined;
}

/** A character that may be the separator of some lines, although few files have it: equally often in each. */
export function unusualSeparator(lines: readonly string[]): string | undefined {
  const some = lines.filter((text) => text !== "").slice(0, -1); // the last may be cut
  const times = (text: string, mark: string) => text.split(mark).length;
  return [...new Set(some[0]?.match(/[!-/:-@[-`{-~]/g))].find(
    (mark) => some.length > 1 && some.every((text) => times(text, mark) === times(some[0], mark)),
  );
}

/** Whether a field holds words between commas or semicolons: "fruit,whole". */
const isListed = ({ fields }: SampleRow): boolean => fields.some((field) => /[^\d\s][,;][^\d\s]/.test(field));

/** The layout that cuts the sample best; undefined when none cuts it. */
export function sniffLayout(bytes: Uint8Array, complete: boolean): Layout | undefined {
  let best: { layout: Layout; share: number } | undefined;
  for (const separator of Object.values(SEPARATORS)) {
    const layout = layoutOf(separator);
    // in a CSV, :: may stand between quotes; where it is the separator, quotes are letters
    const tried: Layout = layout.quotes === "none" ? { separator, quotes: "strict" } : layout;
    const rows = sampleRows(bytes, tried, complete);
    if (rows.length > 2 && rows.slice(1).every(({ fields }) => fields.length < 2)) continue; // of a header's words
    // a header with known names is worth more than any order; a row of ids, "user 1,item 2,3", is like those
    // below it
    const [first, second] = rows;
    const named = first && isNamed(first.fields) && !(second && isNamed(second.fields)) ? 1 : 0;
    if (separator === " " && !named && 2 * rows.filter(isListed).length > rows.length) continue; // of names
    const share = named + regularity(rows).share;
    if (share > (best?.share ?? 0) + (best ? ALIKE : 0)) best = { layout, share };
  }
  return best?.layout;
}
