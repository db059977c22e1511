/**
 * Rating files to columns, by one scan over the bytes: no split, no object and no string per line. Every error names
 * the file, the line and the value that is wrong. Formats: MovieLens (Harper and Konstan 2015) `user::item::rating` and
 * `user<TAB>item<TAB>rating`, csv, and the json lines of the Amazon review collections (McAuley et al. 2015); each may
 * be gzipped.
 */

import { gunzipSync } from "node:zlib";
import { InputError } from "../errors";
import type { RatingColumns } from "./interactions";
import { catalogueOrder, IdTable } from "./table";

export const RATING_FORMATS = ["double-colon", "tab", "csv", "amazon-json"] as const;
/**
 * `double-colon`: user::item::rating[::time]. `tab`: user, item, rating[, time] between tabs. `csv`: the same between
 * commas, with or without a header: a first line whose rating is not a number and that holds no digit, so that a mistyped
 * rating is not taken for one. A field may stand in double quotes, and one between them is doubled (RFC 4180, but a line
 * ends a record wherever it is); elsewhere a quote is a letter like others.
 * `amazon-json`: one object a line with reviewerID, asin and overall.
 */
export type RatingFormat = (typeof RATING_FORMATS)[number];

/** The ratings that a file may hold, ends included. */
export interface RatingScale {
  readonly least: number;
  readonly most: number;
}

export interface RatingSource {
  /** how messages call it: the path as it was given */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ParsedRatings extends RatingColumns {
  readonly userIds: string[];
  readonly itemIds: string[];
}

const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const SEPARATORS = { "double-colon": 58, tab: 9, csv: 44 } as const;

/** What one file after the other adds to. */
interface Sink {
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  readonly ratings: Float32Array;
  /** line of each rating in its file, from 1 */
  readonly lines: Uint32Array;
  readonly userTable: IdTable;
  readonly itemTable: IdTable;
  count: number;
}

/**
 * Parses files and joins them in the given order (a published train and test split is one data set). Users and items
 * are numbered in numeric order of their ids when all are whole numbers, else by code unit.
 * @throws InputError on a malformed line, a rating that is not a number or not on `scale`, a pair that occurs twice
 * (in one file or across files), a file without ratings, ids that are not UTF-8, or damaged gzip data.
 */
export function parseRatings(
  sources: readonly RatingSource[],
  format: RatingFormat,
  scale: RatingScale,
): ParsedRatings {
  const plain = sources.map((source) => ({ name: source.name, bytes: uncompressed(source) }));
  const most = plain.reduce((sum, { bytes }) => sum + lineCount(bytes), 0);
  const sink: Sink = {
    users: new Uint32Array(most),
    items: new Uint32Array(most),
    ratings: new Float32Array(most),
    lines: new Uint32Array(most),
    userTable: new IdTable(),
    itemTable: new IdTable(),
    count: 0,
  };
  const ends: number[] = [];
  for (const source of plain) {
    const before = sink.count;
    if (format === "amazon-json") scanJson(source, scale, sink);
    else scanFields(source, format, scale, sink);
    if (sink.count === before) throw new InputError(`${source.name}: the file holds no ratings`);
    ends.push(sink.count);
  }
  const users = sink.users.subarray(0, sink.count);
  const items = sink.items.subarray(0, sink.count);
  const userOrder = catalogueOrder(sink.userTable.ids());
  const itemOrder = catalogueOrder(sink.itemTable.ids());
  for (let k = 0; k < sink.count; k++) {
    users[k] = userOrder.rank[users[k]];
    items[k] = itemOrder.rank[items[k]];
  }
  const parsed = {
    users,
    items,
    ratings: sink.ratings.subarray(0, sink.count),
    userIds: userOrder.sorted,
    itemIds: itemOrder.sorted,
  };
  const names = plain.map(({ name }) => name).join(", ");
  requireUtf8(names, "user", parsed.userIds);
  requireUtf8(names, "item", parsed.itemIds);
  const again = firstRepeat(parsed);
  if (again >= 0) {
    const file = plain[ends.findIndex((end) => again < end)].name;
    throw new InputError(
      `${file}: line ${sink.lines[again]}: user ${parsed.userIds[users[again]]} rates item ` +
        `${parsed.itemIds[items[again]]} for the second time`,
    );
  }
  return parsed;
}

/** What stands for bytes that are not UTF-8: ids that differ in such bytes alone would be one person's. */
const REPLACED = "\uFFFD";

function requireUtf8(name: string, what: string, ids: readonly string[]): void {
  const broken = ids.find((id) => id.includes(REPLACED));
  if (broken !== undefined)
    throw new InputError(
      `${name} is not UTF-8: ${what} id ${JSON.stringify(broken.slice(0, 80))} holds U+FFFD, which stands for bytes that ` +
        "are not; save the file as UTF-8",
    );
}

/** The bytes of a file, unpacked when they begin as gzip does. */
function uncompressed({ name, bytes }: RatingSource): Uint8Array {
  if (bytes.length === 0) throw new InputError(`${name}: the file is empty`);
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!zipped) {
    if (name.endsWith(".gz")) throw new InputError(`${name}: not gzip data, although the name ends in .gz`);
    return bytes;
  }
  try {
    return gunzipSync(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`${name}: gzip data truncated or damaged (${reason})`);
  }
}

function lineCount(bytes: Uint8Array): number {
  let count = 1; // the last line may lack its newline
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

function scanFields(
  { name, bytes }: RatingSource,
  format: keyof typeof SEPARATORS,
  scale: RatingScale,
  sink: Sink,
): void {
  const separator = SEPARATORS[format];
  const width = format === "double-colon" ? 2 : 1;
  const { users, items, ratings, lines, userTable, itemTable } = sink;
  const starts = new Uint32Array(5); // of a line's fields; one more than allowed, to see that there are too many
  const ends = new Uint32Array(5);
  const plain: (Uint8Array | undefined)[] = []; // of fields with doubled quotes: their bytes with single ones
  const numberOf = (table: IdTable, field: number): number => {
    const own = plain[field];
    return own ? table.number(own, 0, own.length) : table.number(bytes, starts[field], ends[field]);
  };
  let begin = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0; // a byte order mark
  for (let line = 1; begin < bytes.length; line++) {
    let fields = 0;
    let at = begin;
    let start = begin;
    let opened = -1; // where the quotes begin in which a field stands
    let quoted = false; // between them
    let lone = false; // a quote between them that is not doubled, or something behind them
    if (plain.length > 0) plain.length = 0;
    for (; ; at++) {
      const byte = at < bytes.length ? bytes[at] : NEWLINE;
      if (byte === QUOTE && format === "csv") {
        if (opened >= 0) quoted = !quoted;
        else if (begins(bytes, start, at)) {
          opened = at;
          quoted = true;
        }
      }
      const last = byte === NEWLINE;
      if (!last && (byte !== separator || quoted || (width === 2 && bytes[at + 1] !== separator))) continue;
      if (fields < 5) {
        let end = last && at > start && bytes[at - 1] === RETURN ? at - 1 : at;
        while (start < end && bytes[start] === SPACE) start++;
        while (end > start && bytes[end - 1] === SPACE) end--;
        if (opened >= 0) {
          start++;
          end--;
          let sound = bytes[end] === QUOTE;
          if (bytes.indexOf(QUOTE, start) < end) {
            plain[fields] = undoubled(bytes.subarray(start, end));
            sound &&= plain[fields] !== undefined;
          }
          lone ||= !sound;
          opened = -1;
        }
        starts[fields] = start;
        ends[fields] = end;
      }
      fields++;
      if (last) break;
      at += width - 1;
      start = at + 1;
    }
    const next = at + 1;
    if (fields === 1 && starts[0] === ends[0] && bytes[ends[0]] !== QUOTE) {
      begin = next; // a blank line
      continue;
    }
    const whole = (fields === 3 || fields === 4) && !quoted && !lone;
    if (!whole || starts[0] === ends[0] || starts[1] === ends[1])
      throw new InputError(
        `${name}: line ${line}: expected ${SHAPES[format]}, found ${shown(bytes, begin, at)}`,
      );
    const rating = numberIn(bytes, starts[2], ends[2]);
    if (!(rating >= scale.least && rating <= scale.most)) {
      const words = format === "csv" && line === 1 && Number.isNaN(rating);
      const error = badRating(name, line, shown(bytes, starts[2], ends[2]), rating, scale);
      if (!words) throw error;
      const heads = [0, 1, 2].map((f) => Buffer.from(bytes.subarray(starts[f], ends[f])).toString("utf8"));
      if (holdsDigit(bytes, begin, at) || MISSING.test(heads[2]))
        throw new InputError(`${error.message}; a header holds no digit and has a name for the ratings`);
      requireOrder(heads, `${name}: line ${line}`);
    } else {
      const k = sink.count++;
      users[k] = numberOf(userTable, 0);
      items[k] = numberOf(itemTable, 1);
      ratings[k] = rating;
      lines[k] = line;
    }
    begin = next;
  }
}

/** Whether a field that begins at `start` begins with what is at `at`, behind spaces. */
function begins(bytes: Uint8Array, start: number, at: number): boolean {
  let first = start;
  while (bytes[first] === SPACE) first++;
  return first === at;
}

/** What stands between quotes, with each doubled quote as one; undefined when a quote stands alone. */
function undoubled(field: Uint8Array): Uint8Array | undefined {
  const text = Buffer.from(field).toString("latin1"); // a character for each byte, there and back
  return /^(?:[^"]|"")*$/.test(text) ? Buffer.from(text.replaceAll('""', '"'), "latin1") : undefined;
}

/** What stands where a rating is missing. */
const MISSING = /^(|na|n\/a|nan|null|none|-)$/i;

const USER = /user|reviewer|customer/i;
const ITEM = /item|movie|film|product|asin|song|track|artist|book/i;
const RATING = /rating|score|stars|overall/i;

/** Refuses a header whose names say that the columns stand in another order; names that say nothing are taken as they are. */
function requireOrder([first, second, third]: readonly string[], where: string): void {
  const other =
    (ITEM.test(first) && !USER.test(first)) ||
    (USER.test(second) && !ITEM.test(second)) ||
    (RATING.test(second) && !ITEM.test(second)) ||
    ((USER.test(third) || ITEM.test(third)) && !RATING.test(third));
  if (other)
    throw new InputError(
      `${where}: the header names ${clipped([first, second, third].join(","))}; the columns are user, item and rating, in this order`,
    );
}

function holdsDigit(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] >= 48 && bytes[at] <= 57) return true;
  return false;
}

const SHAPES = {
  "double-colon": "user::item::rating or user::item::rating::time",
  tab: "user, item, rating and perhaps a time between tabs",
  csv: "user,item,rating or user,item,rating,time",
} as const;

function scanJson({ name, bytes }: RatingSource, scale: RatingScale, sink: Sink): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let begin = 0;
  for (let line = 1; begin < text.length; line++) {
    const newline = text.indexOf(NEWLINE, begin);
    const end = newline < 0 ? text.length : newline;
    const content = text.toString("utf8", begin, end).trim();
    if (content !== "") {
      const review = reviewOf(content, `${name}: line ${line}`);
      if (!(review.overall >= scale.least && review.overall <= scale.most))
        throw badRating(name, line, String(review.overall), review.overall, scale);
      const user = Buffer.from(review.reviewerID, "utf8");
      const item = Buffer.from(review.asin, "utf8");
      const k = sink.count++;
      sink.users[k] = sink.userTable.number(user, 0, user.length);
      sink.items[k] = sink.itemTable.number(item, 0, item.length);
      sink.ratings[k] = review.overall;
      sink.lines[k] = line;
    }
    begin = end + 1;
  }
}

function reviewOf(content: string, where: string): { reviewerID: string; asin: string; overall: number } {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw new InputError(`${where}: not a JSON object: ${clipped(content)}`);
  }
  const { reviewerID, asin, overall } = (value ?? {}) as Record<string, unknown>;
  if (typeof reviewerID === "string" && reviewerID && typeof asin === "string" && asin) {
    if (typeof overall === "number") return { reviewerID, asin, overall };
    throw new InputError(`${where}: overall ${JSON.stringify(overall)} is not a number`);
  }
  throw new InputError(`${where}: expected reviewerID, asin and overall, found ${clipped(content)}`);
}

function badRating(name: string, line: number, text: string, value: number, scale: RatingScale): InputError {
  const where = `${name}: line ${line}: rating ${text}`;
  if (Number.isNaN(value)) return new InputError(`${where} is not a number`);
  const allowed = scale.least === scale.most ? `${scale.least}` : `${scale.least} to ${scale.most}`;
  return new InputError(`${where} is outside the scale of this data set (${allowed})`);
}

/** A rating as programs write it: 4, 4.5, -1, .5, 4e0, 0.8982979700319381. */
export const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number in bytes[from .. to), rounded correctly; NaN where there is none. */
function numberIn(bytes: Uint8Array, from: number, to: number): number {
  const short = decimal(bytes, from, to);
  if (!Number.isNaN(short) || to - from > 64) return short;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");
  return NUMBER.test(text) ? Number(text) : Number.NaN;
}

/** The same for [-]digits[.digits] of at most 16 characters, which is nearly every rating: without a string. */
function decimal(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  const negative = bytes[at] === 45;
  if (negative) at++;
  if (at >= to || to - at > 16) return NaN; // at most 15 digits: whole part and fraction stay exact
  let digits = 0;
  let unit = 1;
  let point = false;
  for (; at < to; at++) {
    const digit = bytes[at] - 48;
    if (digit >= 0 && digit <= 9) {
      digits = digits * 10 + digit;
      if (point) unit *= 10;
    } else if (bytes[at] === 46 && !point && at > from && at + 1 < to) point = true;
    else return NaN;
  }
  return (negative ? -digits : digits) / unit;
}

/** Text of a file as messages quote it. */
function shown(bytes: Uint8Array, from: number, to: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.min(to - from, 200)).toString("utf8");
  return clipped(text);
}

const clipped = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);

/** The earliest place that repeats the pair of an earlier place, or -1. */
function firstRepeat({ users, items, userIds, itemIds }: ParsedRatings): number {
  const next = new Uint32Array(userIds.length + 1);
  for (let k = 0; k < users.length; k++) next[users[k] + 1]++;
  for (let u = 0; u < userIds.length; u++) next[u + 1] += next[u];
  const order = new Uint32Array(users.length); // places by user, in file order inside a user
  for (let k = 0; k < users.length; k++) order[next[users[k]]++] = k;
  const seenBy = new Uint32Array(itemIds.length); // last user + 1 that rated the item
  let first = -1;
  for (const k of order) {
    if (seenBy[items[k]] === users[k] + 1 && (first < 0 || k < first)) first = k;
    seenBy[items[k]] = users[k] + 1;
  }
  return first;
}
