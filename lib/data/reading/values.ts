/** Numbers and times as files write them. */

/** A rating as programs write it: 4, 4.5, -1, .5, 4e0, 0.8982979700319381. */
export const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** With a decimal comma: 4,5. */
const COMMA = /^[+-]?\d+,\d+$/;
/** One thousand two hundred and thirty-four, or a bit more than one: nobody can tell. */
const THOUSANDS = /^[+-]?[1-9]\d{0,2}(,\d{3})+$/;
/** What stands where a rating is missing. */
const MISSING = /^(|na|n\/a|nan|null|none|-|\\n)$/i;

export const isMissing = (text: string): boolean => MISSING.test(text);

/** Of a hundred: 85%, 85 %. */
const PERCENT = /^(.*\d) ?%$/;
/** Of minutes and seconds, or hours before them: 1:02:45. */
const DURATION = /^\d{1,4}:[0-5]\d(:[0-5]\d)?(\.\d+)?$/;

/** The number that a text stands for, NaN for none. */
export function numberOf(given: string): number {
  const text = PERCENT.exec(given)?.[1] ?? given;
  if (NUMBER.test(text)) return Number(text);
  return COMMA.test(text) && !THOUSANDS.test(text) ? Number(text.replace(",", ".")) : Number.NaN;
}

/** Thumbs in words. */
const THUMBS: readonly [up: RegExp, down: RegExp] = [
  /^(true|yes|likes?|liked|up|thumbs?[ _-]?up|upvoted?|recommended|\u{1f44d}.?.?)$/iu,
  /^(false|no|dislikes?|disliked|down|thumbs?[ _-]?down|downvoted?|not[ _-]recommended|\u{1f44e}.?.?)$/iu,
];

/** Four of five: ★★★★☆. */
const STARRED = /^([★⭐]\ufe0f?)+☆*$/u;

/** The rating that a text stands for: a number, its stars, or 1 and 0 for "like" and "dislike"; NaN for none. */
export function ratingOf(text: string): number {
  const number = numberOf(text);
  if (!Number.isNaN(number)) return number;
  if (STARRED.test(text)) return text.match(/[★⭐]/gu)?.length ?? 0;
  return THUMBS[0].test(text) ? 1 : THUMBS[1].test(text) ? 0 : Number.NaN;
}

/** Why a text is no rating. */
export function whyNoNumber(text: string): string {
  if (THOUSANDS.test(text)) return "may be a thousand or a decimal; write it without the comma";
  if (DURATION.test(text)) return "is a duration, which is no rating";
  if (/^\d+(\.\d+)? ?(\/|of|out of) ?\d+$/.test(text)) return "is not a number; write the first one alone";
  return "is not a number";
}

/** The rating in bytes[from .. to), rounded correctly; NaN where there is none. */
export function ratingIn(bytes: Uint8Array, from: number, to: number): number {
  const short = decimal(bytes, from, to);
  if (!Number.isNaN(short) || to - from > 64) return short;
  return ratingOf(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8"));
}

/**
 * The same for [-]digits[.digits] of at most 16 characters, which is nearly every rating: without a string.
 */
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

const DATE =
  /^((19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|[A-Za-z]{3,9} \d{1,2}, \d{4})([ T].*)?$/;
const SECONDS = { least: 1e8, most: 1e10 }; // from 1973 on, in seconds; the same in milliseconds or finer
const FINER = [1, 1e3, 1e6, 1e9];

export const isDate = (text: string): boolean => DATE.test(text);

/**
 * Whether a text is a point in time: a date, or a whole number of seconds (or ms, us, ns) since 1970 after
 * 1973.
 */
export function isTime(text: string): boolean {
  if (isDate(text)) return true;
  return /^\d{9,19}(\.\d+)?$/.test(text) && isTimeNumber(Number(text));
}

export const isTimeNumber = (value: number): boolean =>
  FINER.some((unit) => value >= SECONDS.least * unit && value < SECONDS.most * unit);

/** Text of a file as messages quote it. */
export const clipped = (text: string): string =>
  JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);

export const isNumber = (text: string): boolean => !Number.isNaN(numberOf(text));
export const isRating = (text: string): boolean => !Number.isNaN(ratingOf(text));

/** Whether all values of a column that are not missing are of a kind, and there are some. */
export function isColumn(
  rows: readonly (readonly string[])[],
  column: number,
  is: (text: string) => boolean,
): boolean {
  const values = rows.map((row) => row[column] ?? "").filter((text) => !isMissing(text));
  return values.length > 0 && values.every(is);
}
