/**
 * The fields of delimited text, found in its bytes: no string and no object per line. A field may stand in
 * double quotes, where separators and line ends belong to it and two quotes are one (RFC 4180); elsewhere a
 * quote is a letter like others.
 */

import { grown } from "../table";

const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const TAB = 9;

/** How the fields of a line are told apart. */
export interface Layout {
  /** one character, `::`, or a space, which stands for runs of spaces and tabs */
  readonly separator: string;
  /**
   * `strict`: a field that begins with a quote ends with one. `lenient`: if it does not, its quotes are
   * letters, and a line ends a field wherever it is. `none`: quotes are letters.
   */
  readonly quotes: "strict" | "lenient" | "none";
}

/** As files with this separator are usually written. */
export const layoutOf = (separator: string): Layout => ({
  separator,
  quotes: separator === "::" ? "none" : separator === "\t" ? "lenient" : "strict",
});

/** Finds the fields of one record after the other. What it found is in its members until the next `read`. */
export class FieldReader {
  /** where fields begin and end: Uint32Array, at least `count` */
  starts = new Uint32Array(64);
  ends = new Uint32Array(64);
  /** fields of the record; 0 for a blank line */
  count = 0;
  /** behind the record and its line end */
  next = 0;
  /** lines that it stands on */
  lines = 1;
  /** a field in quotes that do not fit, from 0; -1 for none */
  misquoted = -1;
  /** of fields with doubled quotes: their bytes with single ones */
  private readonly plain: (Uint8Array | undefined)[] = [];
  private bytes: Uint8Array = new Uint8Array(0);
  private readonly separator: number;
  private readonly width: number;
  private readonly runs: boolean;
  private readonly ends1 = new Uint8Array(256);

  constructor(private readonly layout: Layout) {
    this.separator = layout.separator.charCodeAt(0);
    this.width = layout.separator.length;
    this.runs = layout.separator === " ";
    this.ends1[this.separator] = 1;
    this.ends1[NEWLINE] = 1;
    if (this.runs) this.ends1[TAB] = 1;
  }

  /** Whether the record that begins at `begin` is whole: with `last`, the end of the bytes ends it too. */
  read(bytes: Uint8Array, begin: number, last: boolean): boolean {
    const { separator, width, runs, ends1 } = this;
    const quotes = this.layout.quotes !== "none";
    const end = bytes.length;
    this.bytes = bytes;
    this.count = 0;
    this.lines = 1;
    this.misquoted = -1;
    if (this.plain.length > 0) this.plain.length = 0;
    let start = begin;
    for (;;) {
      while (start < end && (bytes[start] === SPACE || (runs && bytes[start] === TAB))) start++;
      let at = start;
      const inQuotes = quotes && bytes[start] === QUOTE ? this.quoted(start, last) : 0;
      if (inQuotes < 0) return false;
      if (inQuotes > 0) at = inQuotes;
      else {
        for (; at < end; at++) {
          if (ends1[bytes[at]] === 0) continue;
          if (width === 1 || bytes[at] === NEWLINE || bytes[at + 1] === separator) break;
        }
        if (at >= end && !last) return false;
        this.put(start, at, at >= end || bytes[at] === NEWLINE);
      }
      if (at >= end || bytes[at] === NEWLINE) {
        this.next = at + 1;
        this.trimRecord(inQuotes > 0);
        return true;
      }
      start = at + width;
    }
  }

  /** A field as text. */
  text(field: number): string {
    const bytes = this.fieldBytes(field);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
  }

  /** Whether a field's bytes stand as they are in bytes[starts .. ends). */
  isPlace(field: number): boolean {
    return this.plain[field] === undefined;
  }

  fieldBytes(field: number): Uint8Array {
    return this.plain[field] ?? this.bytes.subarray(this.starts[field], this.ends[field]);
  }

  private put(start: number, at: number, lineEnds: boolean): void {
    const { bytes } = this;
    let end = at;
    if (lineEnds && end > start && bytes[end - 1] === RETURN) end--;
    while (end > start && bytes[end - 1] === SPACE) end--;
    this.grow();
    this.starts[this.count] = start;
    this.ends[this.count++] = end;
  }

  private grow(): void {
    if (this.count < this.starts.length) return;
    this.starts = grown(this.starts, 2 * this.starts.length);
    this.ends = grown(this.ends, 2 * this.ends.length);
  }

  /**
   * The field whose quotes open at `start`. @returns the place of what ends it; 0 when its quotes are
   * letters; -1 when the bytes end within it
   */
  private quoted(start: number, last: boolean): number {
    const { bytes } = this;
    const strict = this.layout.quotes === "strict";
    let doubled = false;
    let lines = 0;
    for (let at = start + 1; ; at++) {
      if (at >= bytes.length) {
        if (!last) return -1;
        return strict ? this.broken(start, last) : 0;
      }
      if (bytes[at] === NEWLINE) {
        if (!strict) return 0;
        lines++;
      }
      if (bytes[at] !== QUOTE) continue;
      if (bytes[at + 1] === QUOTE) {
        doubled = true;
        at++;
        continue;
      }
      if (at + 2 >= bytes.length && !last) return -1; // what stands behind it decides
      let behind = at + 1;
      while (bytes[behind] === SPACE && !this.runs) behind++;
      if (bytes[behind] === RETURN) behind++;
      if (behind >= bytes.length && !last) return -1;
      if (behind < bytes.length && !this.endsField(behind)) return strict ? this.broken(start, last) : 0;
      this.grow();
      if (doubled) this.plain[this.count] = undoubled(bytes.subarray(start + 1, at));
      this.starts[this.count] = start + 1;
      this.ends[this.count++] = at;
      this.lines += lines;
      return behind;
    }
  }

  private endsField(at: number): boolean {
    const { bytes, separator } = this;
    if (bytes[at] === NEWLINE || (this.runs && bytes[at] === TAB)) return true;
    return bytes[at] === separator && (this.width === 1 || bytes[at + 1] === separator);
  }

  /** A record that cannot be read ends with its line. */
  private broken(start: number, last: boolean): number {
    const newline = this.bytes.indexOf(NEWLINE, start);
    if (newline < 0 && !last) return -1;
    const end = newline < 0 ? this.bytes.length : newline;
    this.misquoted = this.count;
    this.put(start, end, true);
    return end;
  }

  /** Blank lines have no field; a run of spaces at the end of a line begins none. */
  private trimRecord(quoted: boolean): void {
    const final = this.count - 1;
    const empty = !quoted && this.starts[final] === this.ends[final];
    if (empty && (this.count === 1 || this.runs)) this.count--;
  }
}

/** What stood between quotes, with each doubled quote as one. */
const undoubled = (field: Uint8Array): Uint8Array => {
  // a character for each byte
  const text = Buffer.from(field.buffer, field.byteOffset, field.length).toString("latin1");
  return Buffer.from(text.replaceAll('""', '"'), "latin1");
};
