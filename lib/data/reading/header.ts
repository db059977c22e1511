/** The lines before the data: comments, titles, and the header with the names of the columns. */

import { InputError } from "../../errors";
import { isNamed, meaningOf } from "./names";
import { isWide } from "./reshape";
import type { SampleRow } from "./sniff";
import { isColumn, isMissing, isRating, isTime } from "./values";

const TITLES = 5;

/**
 * Lines before the header or the data: those that begin with # or % or name the separator, the sizes of a
 * Matrix Market file, and titles that a spreadsheet has above its header.
 */
export function leadingLines(rows: readonly SampleRow[]): number {
  let count = 0;
  const isComment = ({ fields }: SampleRow) => /^([#%]|sep=.?$)/i.test(fields[0]) && !isNamed(fields);
  while (count < rows.length && isComment(rows[count])) count++;
  if (count > 0 && rows[0].fields[0].startsWith("%%MatrixMarket")) count++;
  const isTitle = ({ fields }: SampleRow) => fields.filter((text) => text !== "").length < 2;
  const header = rows.slice(count, count + TITLES).findIndex((row) => !isTitle(row));
  if (header > 0 && isNamed(rows[count + header].fields)) count += header;
  return count === rows.length ? 0 : count;
}

/** R's and pandas' names for columns without one. */
const MADE_UP = /^(v|x|col(umn)?|field|c|unnamed:)[ _.]?\d*$/i;

/**
 * The names in line 1 where it is a header.
 * @param asked names or numbers of columns that the caller gives
 * @throws InputError for one that is half a header, half data
 */
export function headerOf(
  where: string,
  body: readonly SampleRow[],
  asked: readonly string[],
): string[] | undefined {
  const [{ fields, line }, ...later] = body;
  if (later.length === 0) return isNamed(fields) ? [...fields] : undefined;
  const width = later[0].fields.length;
  const shifted = fields.length === width - 1 && isNamed(fields); // R leaves the row numbers without a name
  const names = shifted ? ["", ...fields] : [...fields];
  if (isNamed(names) || asked.some((name) => names.includes(name) && !/^\d+$/.test(name))) return names;
  const others = later.map((row) => row.fields);
  const odd = names.findIndex((name, k) => !isRating(name) && isColumn(others, k, isRating));
  if (names.length !== width) return undefined;
  const isCorner = names[0] === "" || meaningOf(names[0]) !== undefined; // above users, beside items
  const areItems =
    isCorner && isWide(others, width) && new Set(names.filter((name, k) => k === 0 || name)).size === width;
  if (odd < 0) return areItems || isSpoken(names, others) ? names : undefined;
  if (isWide(others, width))
    return areItems || names.some((name) => !isMissing(name) && !isRating(name)) ? names : undefined; // refused
  const madeUp = names.every((name) => name === "" || MADE_UP.test(name));
  const digits = !madeUp && !isTitled(names) && names.some((name) => /\d/.test(name));
  const again = names.find((name, k) => isBelow(others, k, name));
  if (!digits && again === undefined && !names.some((name, k) => k > 1 && isMissing(name))) return names;
  const reason =
    again === undefined
      ? digits
        ? "a header holds no digit"
        : "a header has a name for each column"
      : `${JSON.stringify(again)} stands in the lines below too`;
  throw new InputError(
    `${where}: line ${line}: ${JSON.stringify(names[odd])} in column ${odd + 1} is not a number, as ` +
      `below it, and the ` +
      `line is no header (${reason}); correct it or delete the line`,
  );
}

/** Whether a name is known, and of the others a few alone hold a digit, as ISBN13 and playtime_2weeks do. */
function isTitled(names: readonly string[]): boolean {
  const numbered = names.filter((name) => /\d/.test(name));
  return (
    4 * numbered.length <= names.length &&
    numbered.every((name) => /^\p{L}/u.test(name) && !isTime(name)) &&
    names.some((name) => meaningOf(name) !== undefined)
  );
}

const isBelow = (rows: readonly (readonly string[])[], k: number, name: string): boolean =>
  rows.some((row) => row[k] === name);

const SEVERAL = 5;
const hasDigit = (text: string): boolean => /\d/.test(text);

/** Whether a line is made of words, while the ids below it have digits, in two columns or more. */
function isSpoken(names: readonly string[], others: readonly (readonly string[])[]): boolean {
  const below = names.filter((name, k) => name !== "" && isColumn(others, k, hasDigit));
  return (
    others.length >= SEVERAL &&
    below.length > 1 &&
    !names.some((name, k) => hasDigit(name) || isBelow(others, k, name))
  );
}
