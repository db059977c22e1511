/**
 * Delimited text to ratings: one pass over blocks of bytes, in which no line becomes a string or an object.
 */

import { InputError } from "../../errors";
import { shellWord } from "../../shell";
import { type ColumnChoice, type Columns, chooseColumns } from "./columns";
import { requireUtf8 } from "./encoding";
import { FieldReader, type Layout } from "./fields";
import { type LeftOut, type Tally, unratedBy } from "./leftOut";
import { NO_NUMBER, RefusedFile, waysAroundWords } from "./refusal";
import type { RatingSink } from "./sink";
import {
  namedLayout,
  type SampleRow,
  sampleRows,
  separatorName,
  sniffLayout,
  unusualSeparator,
} from "./sniff";
import { clipped, isMissing, isTimeNumber, ratingIn, whyNoNumber } from "./values";

/** A record longer than this is not one of ratings. */
const LONGEST = 1 << 20;

/** The beginning of a file, and all of it. */
export interface Beginning {
  readonly bytes: Uint8Array;
  /** the file ends with it */
  readonly complete: boolean;
}

/** How a text is to be read. */
export interface TextPlan {
  readonly layout: Layout;
  readonly columns: Columns;
  /** the first row of data */
  readonly first: SampleRow | undefined;
}

/** @throws InputError when no separator or no columns are seen */
export function planText(
  name: string,
  beginning: Beginning,
  asked: { readonly layout?: Layout; readonly columns: ColumnChoice; readonly implicit: boolean },
): TextPlan {
  const layout =
    asked.layout ?? namedLayout(beginning.bytes) ?? sniffLayout(beginning.bytes, beginning.complete);
  const rows = layout ? sampleRows(beginning.bytes, layout, beginning.complete) : [];
  const [widest] = [...rows].sort((a, b) => b.fields.length - a.fields.length);
  if (layout === undefined || widest === undefined || widest.fields.length < 2)
    throw noColumns(name, beginning, asked.layout);
  if (isUnderHeadings(rows)) throw headingsError(name, rows[0], layout.separator);
  const broken = rows.find(({ misquoted }) => misquoted >= 0);
  if (broken) throw misquotedError(name, broken.line, broken.fields[broken.misquoted]);
  const columns = chooseColumns(name, rows, asked.columns, asked.implicit, undefined, layout.separator);
  return { layout, columns, first: rows[columns.skipped.length] };
}

/** Whether an item stands alone above its ratings, as in the files of the Netflix prize: `1:`. */
const isUnderHeadings = ([first, second]: readonly SampleRow[]): boolean =>
  first.fields.length === 1 && /^.+:$/.test(first.fields[0]) && second?.fields.length > 1;

const headingsError = (name: string, { line, fields }: SampleRow, separator: string): InputError =>
  new InputError(
    `${name}: line ${line} is ${clipped(fields[0])}, an item above its ratings: put it into each of their lines, ` +
      `awk -F'${separator}' 'NF == 1 { sub(/:.*/, ""); item = $0; next } { print $1 "," item "," $2 }' ` +
      `${shellWord(name)} > ratings.csv, and go on with npx erasable check ratings.csv`,
  );

function noColumns(name: string, { bytes }: Beginning, layout: Layout | undefined): InputError {
  requireUtf8(name, 1, bytes.indexOf(0) >= 0 ? bytes : bytes.subarray(0, bytes.lastIndexOf(10) + 1));
  const lines = Buffer.from(bytes.subarray(0, 4096)).toString("utf8").split(/\r?\n/);
  const at = lines.findIndex((text) => text.trim() !== "");
  if (at < 0) return new InputError(`${name}: the file holds no ratings`);
  const seen = `line ${at + 1} is ${clipped(lines[at])}`;
  if (layout)
    return new InputError(
      `${name}: ${seen}, which has no ${separatorName(layout.separator)} between users and items; ` +
        `leave --separator out to have it found`,
    );
  const odd = unusualSeparator(lines.slice(at));
  return new RefusedFile(
    `${name}: ${seen}: no users and items are seen in it; they stand between commas, semicolons, ` +
      `tabs, |, :: or spaces, or what --separator says`,
    odd === undefined ? [] : [{ separator: odd }],
  );
}

/** Reads the rows of a text into the sink. @throws InputError naming file and line of what cannot be read */
export async function readText(
  name: string,
  blocks: AsyncIterable<Uint8Array>,
  { layout, columns }: TextPlan,
  range: { readonly least: number; readonly most: number } | undefined,
  settings: LeftOut,
  sink: RatingSink,
): Promise<Tally> {
  const reader = new FieldReader(layout);
  const rows = new Rows(name, reader, columns, range, settings, sink);
  let rest: Uint8Array = new Uint8Array(0);
  const scan = (bytes: Uint8Array, last: boolean) => {
    const from = rows.line;
    let begin = 0;
    sink.reserve((bytes.length >> 2) + 2); // a row takes four bytes or more, its line end among them
    while (begin < bytes.length && reader.read(bytes, begin, last)) {
      rows.take(bytes);
      begin = reader.next;
    }
    requireUtf8(name, from, bytes.subarray(0, begin));
    return begin;
  };
  for await (const block of blocks) {
    const bytes = rest.length === 0 ? block : Buffer.concat([rest, block]);
    rest = bytes.slice(scan(bytes, false));
    if (rest.length <= LONGEST) continue;
    if (reader.read(rest, 0, true) && reader.misquoted >= 0) rows.take(rest); // says so
    throw new InputError(
      `${name}: line ${rows.line} is longer than ${LONGEST} bytes, which no rating is: ` +
        `${clipped(Buffer.from(rest.subarray(0, 400)).toString("utf8"))}`,
    );
  }
  scan(rest, true);
  return rows;
}

/** Takes one record after the other from the reader of fields. */
class Rows implements Tally {
  line = 1;
  unrated = 0;
  incomplete = 0;
  blank = 0;
  private readonly isUnrated: (rating: number) => boolean;
  private readonly skips: boolean;
  private readonly user: number;
  private readonly item: number;
  private readonly rating: number;
  private readonly needed: number;
  private readonly least: number;
  private readonly most: number;
  private readonly skipTo: number;

  constructor(
    private readonly name: string,
    private readonly fields: FieldReader,
    private readonly columns: Columns,
    private readonly range: { readonly least: number; readonly most: number } | undefined,
    settings: LeftOut,
    private readonly sink: RatingSink,
  ) {
    this.isUnrated = unratedBy(settings, columns);
    this.skips = settings.incomplete === "skip";
    this.user = columns.user;
    this.item = columns.item;
    this.rating = columns.rating ?? -1;
    this.needed = Math.max(this.user, this.item, this.rating) + 1;
    this.least = range?.least ?? Number.NEGATIVE_INFINITY;
    this.most = range?.most ?? Number.POSITIVE_INFINITY;
    this.skipTo = columns.skipped.at(-1)?.line ?? 0;
  }

  take(bytes: Uint8Array): void {
    const { fields, sink, line } = this;
    this.line += fields.lines;
    if (fields.count === 0) {
      this.blank++;
      return;
    }
    if (line <= this.skipTo) return;
    if (fields.misquoted >= 0) throw misquotedError(this.name, line, fields.text(fields.misquoted));
    if (fields.count < this.needed || fields.count > this.columns.width) throw this.wrongCount(line);
    let rating = Number.NaN;
    if (this.rating >= 0) {
      const at = this.rating;
      rating = fields.isPlace(at) ? ratingIn(bytes, fields.starts[at], fields.ends[at]) : Number.NaN;
      if (this.isUnrated(rating)) {
        this.unrated++;
        return;
      }
      if (!(rating >= this.least && rating <= this.most)) {
        if (this.isBlank()) return;
        if (!this.skips || !isMissing(fields.text(at))) throw this.badRating(line, rating);
        this.incomplete++;
        return;
      }
    }
    if (this.isEmpty(this.user) || this.isEmpty(this.item)) {
      if (this.isBlank()) return;
      if (!this.skips) throw this.noId(line);
      this.incomplete++;
      return;
    }
    const user = this.idOf(sink.userTable, this.user, bytes);
    const item = this.idOf(sink.itemTable, this.item, bytes);
    sink.add(user, item, rating, line);
  }

  /** Whether separators are all that a line holds; it is counted then. */
  private isBlank(): boolean {
    for (let field = 0; field < this.fields.count; field++) if (!this.isEmpty(field)) return false;
    this.blank++;
    return true;
  }

  private isEmpty(field: number): boolean {
    const { fields } = this;
    return fields.isPlace(field) && fields.starts[field] === fields.ends[field];
  }

  private noId(line: number): RefusedFile {
    return new RefusedFile(
      `${this.name}: line ${line}: the ${this.isEmpty(this.user) ? "user" : "item"} is missing in ` +
        `${this.shown()}; correct it, or leave such lines out with --incomplete skip`,
      [{ incomplete: "skip" }],
    );
  }

  private idOf(
    table: { number(s: Uint8Array, from: number, to: number): number },
    field: number,
    bytes: Uint8Array,
  ) {
    const { fields } = this;
    if (!fields.isPlace(field)) {
      const own = fields.fieldBytes(field);
      return table.number(own, 0, own.length);
    }
    return table.number(bytes, fields.starts[field], fields.ends[field]);
  }

  private shown(): string {
    const { fields } = this;
    return clipped(Array.from({ length: Math.min(fields.count, 8) }, (_, k) => fields.text(k)).join(" | "));
  }

  private wrongCount(line: number): InputError {
    const { count } = this.fields;
    const { width } = this.columns;
    const more =
      count > width ? "; a separator in an id needs quotes around it" : "; correct or delete the line";
    return new InputError(
      `${this.name}: line ${line}: ${count} ${count === 1 ? "field" : "fields"} where ${width} are ` +
        `expected: ${this.shown()}${more}`,
    );
  }

  private badRating(line: number, value: number): InputError {
    const text = this.fields.text(this.rating);
    const where = `${this.name}: line ${line}: rating ${clipped(text)}`;
    if (Number.isNaN(value) && isMissing(text))
      return new RefusedFile(
        `${where} is missing: leave such lines out with --incomplete skip, or take the pairs alone ` +
          `with --implicit`,
        [{ incomplete: "skip" }, { implicit: true }],
      );
    if (Number.isNaN(value))
      return new RefusedFile(
        `${where} ${whyNoNumber(text)}; correct it, ${NO_NUMBER}`,
        waysAroundWords(this.columns),
      );
    const { least, most } = this.range as { least: number; most: number };
    const time = isTimeNumber(value)
      ? "; it looks like a time: name the column of ratings with --columns rating=..."
      : "";
    return new InputError(
      `${where} is outside the scale (${least === most ? least : `${least} to ${most}`})${time}`,
    );
  }
}

const misquotedError = (name: string, line: number, text: string): InputError =>
  new InputError(
    `${name}: line ${line}: the quotes of ${clipped(text)} do not fit: a field that begins with a ` +
      `quote ends with one, and a quote inside is written twice`,
  );
