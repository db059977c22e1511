/**
 * Rows that come with the names of their columns: lines of JSON objects. Parquet's come the same way
 * (parquet.ts).
 */

import { InputError } from "../../errors";
import { type ColumnChoice, type Columns, chooseColumns } from "./columns";
import { requireUtf8 } from "./encoding";
import { type LeftOut, type Tally, unratedBy } from "./leftOut";
import { NO_NUMBER, RefusedFile, waysAroundWords } from "./refusal";
import { refuseNested } from "./reshape";
import type { RatingSink } from "./sink";
import { clipped, isMissing, ratingOf, whyNoNumber } from "./values";

export type Row = Readonly<Record<string, unknown>>;

/** A value as an id, a number or a time of a text file would be written; "" where there is none. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value.replace(/^ +| +$/g, "");
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (value instanceof Date) return value.toISOString();
  return value === null || value === undefined ? "" : JSON.stringify(value, plain);
}

const DEEP = 4; // nobody keeps an id further below

/** Nested objects as columns: {"user": {"id": 7}} as {"user.id": 7}. Arrays and dates are values. */
export function flat(row: Row, prefix = "", depth = 0): Row {
  const isObject = (value: unknown): value is Row =>
    Object.prototype.toString.call(value) === "[object Object]";
  if (depth === 0 && !Object.values(row).some(isObject)) return row;
  return Object.fromEntries(
    Object.entries(row).flatMap(([key, value]) =>
      isObject(value) && depth < DEEP
        ? Object.entries(flat(value, `${prefix}${key}.`, depth + 1))
        : [[prefix + key, value]],
    ),
  );
}

/** The columns of objects, by the names of the first ones. */
export function planObjects(
  name: string,
  sample: readonly Row[],
  asked: { readonly columns: ColumnChoice; readonly implicit: boolean },
): Columns & { readonly names: readonly string[] } {
  if (sample.length === 1) refuseNested(name, sample[0]);
  const names = [...new Set(sample.flatMap((row) => Object.keys(row)))];
  const rows = sample.map((row, k) => ({
    line: k + 1,
    fields: names.map((key) => textOf(row[key])),
    misquoted: -1,
  }));
  return { ...chooseColumns(name, rows, asked.columns, asked.implicit, names), names };
}

const isEmpty = (text: string): boolean => text === "";

/** Puts rows into the sink. */
export class ObjectRows implements Tally {
  unrated = 0;
  incomplete = 0;
  readonly blank = 0;
  private readonly isUnrated: (rating: number) => boolean;
  private readonly user: string;
  private readonly item: string;
  private readonly rating: string | undefined;

  constructor(
    private readonly name: string,
    private readonly columns: Columns & { readonly names: readonly string[] },
    private readonly range: { readonly least: number; readonly most: number } | undefined,
    private readonly settings: LeftOut,
    private readonly sink: RatingSink,
  ) {
    const { user, item, rating, names } = columns;
    this.isUnrated = unratedBy(settings, columns);
    this.user = names[user];
    this.item = names[item];
    this.rating = rating === undefined ? undefined : names[rating];
  }

  take(row: Row, line: number): void {
    const where = `${this.name}: line ${line}`;
    const needed = [this.user, this.item, ...(this.rating === undefined ? [] : [this.rating])];
    const list = needed.find((key) => Array.isArray(row[key]));
    if (list !== undefined)
      throw new InputError(
        `${where}: ${list} is a list, ${clipped(textOf(row[list]))}: write a row for each of its values, or name ` +
          "another column with --columns",
      );
    const lacking = needed.find((key) => (key === this.rating ? isMissing : isEmpty)(textOf(row[key])));
    if (lacking !== undefined) {
      if (this.settings.incomplete === "skip") {
        this.incomplete++;
        return;
      }
      throw new RefusedFile(
        `${where}: ${lacking} is missing in ${clipped(JSON.stringify(row, plain))}; correct it, or leave such ` +
          `lines out with --incomplete skip`,
        [{ incomplete: "skip" }],
      );
    }
    let rating = Number.NaN;
    if (this.rating !== undefined) {
      const text = textOf(row[this.rating]);
      rating = ratingOf(text);
      if (this.isUnrated(rating)) {
        this.unrated++;
        return;
      }
      if (Number.isNaN(rating))
        throw new RefusedFile(
          `${where}: ${this.rating} ${clipped(text)} ${whyNoNumber(text)}; correct it, ${NO_NUMBER}`,
          waysAroundWords(this.columns),
        );
      const { least, most } = this.range ?? {
        least: Number.NEGATIVE_INFINITY,
        most: Number.POSITIVE_INFINITY,
      };
      if (!(rating >= least && rating <= most))
        throw new InputError(`${where}: rating ${text} is outside the scale (${least} to ${most})`);
    }
    const { sink } = this;
    sink.reserve(1);
    sink.add(this.id(row, this.user, "userTable"), this.id(row, this.item, "itemTable"), rating, line);
  }

  private id(row: Row, key: string, table: "userTable" | "itemTable"): number {
    const bytes = Buffer.from(textOf(row[key]), "utf8");
    return this.sink[table].number(bytes, 0, bytes.length);
  }
}

const plain = (_: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);

/** Whether a text begins as an object, or an array of them, does. */
export const isJson = (bytes: Uint8Array): "lines" | "array" | undefined => {
  const start = Buffer.from(bytes.subarray(0, 64)).toString("utf8").trimStart();
  if (start.startsWith("[") && /^\[\s*(\{|$)/.test(start)) return "array";
  return /^\{\s*("|$)/.test(start) ? "lines" : undefined;
};

/** @throws InputError naming the line when it holds no object */
export function parseLine(name: string, text: string, line: number): Row {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(`${name}: line ${line}: not a JSON object: ${clipped(text)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new InputError(`${name}: line ${line}: not a JSON object: ${clipped(text)}`);
  return value as Row;
}

/** Lines of blocks of UTF-8, from 1, without their ends. @throws InputError for one that is too long */
export async function* textLines(
  name: string,
  blocks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly text: string; readonly line: number }> {
  const LONGEST = 1 << 26;
  let rest: Uint8Array = new Uint8Array(0);
  let line = 1;
  for await (const block of blocks) {
    const bytes = rest.length === 0 ? block : Buffer.concat([rest, block]);
    let begin = 0;
    requireUtf8(name, line, bytes.subarray(0, bytes.lastIndexOf(10) + 1));
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, begin)) {
      yield {
        text: Buffer.from(bytes.buffer, bytes.byteOffset + begin, at - begin).toString("utf8"),
        line: line++,
      };
      begin = at + 1;
    }
    rest = bytes.slice(begin);
    if (rest.length > LONGEST)
      throw new InputError(
        `${name}: line ${line} is longer than ${LONGEST} bytes; one object a line is read`,
      );
  }
  requireUtf8(name, line, rest);
  if (rest.length > 0) yield { text: Buffer.from(rest).toString("utf8"), line };
}
