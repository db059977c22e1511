/**
 * Files of ratings as people have them to columns, and an account of what was taken for what. A file is
 * read once, as a stream: memory is that of the ratings and ids. Several files are joined in the given
 * order (a published train and test split is one data set). Users and items are numbered in numeric order
 * of their ids when all are whole numbers, else by code unit.
 */

import { basename } from "node:path";
import { InputError, StoppedError } from "../../errors";
import { isPapers, ontoStars, PAIRS, parseScale, type Scale, scaleOf, shortest } from "../scale";
import { type ColumnChoice, type Columns, parseColumns } from "./columns";
import {
  isParquet,
  openContent,
  peeked,
  type ReadProgress,
  requireText,
  type StreamOptions,
} from "./container";
import { sniffEncoding, toUtf8 } from "./encoding";
import { layoutOf } from "./fields";
import { guessScale, type Seen, seenIn } from "./guess";
import type { Tally } from "./leftOut";
import { flat, isJson, ObjectRows, parseLine, planObjects, type Row, textLines, textOf } from "./objects";
import { openParquet } from "./parquet";
import { RefusedFile } from "./refusal";
import { type ParsedRatings, settleRepeats } from "./repeats";
import { refuseArrays } from "./reshape";
import type { ReadingSettings } from "./settings";
import { RatingSink } from "./sink";
import { separatorName, separatorNamed } from "./sniff";
import { planText, readText } from "./text";

export type { ParsedRatings, ReadProgress };

/** What a file was taken for. Columns count from 1. */
export interface Account {
  readonly file: string;
  /** "gzip", "zip (ratings.csv)" */
  readonly packed?: string;
  /** "utf-8"; undefined for Parquet */
  readonly encoding?: string;
  /** "separated by comma", "JSON objects, one a line", "Parquet" */
  readonly form: string;
  /** the line of the header, as it stands in the file */
  readonly header?: { readonly line: number; readonly names: readonly string[] };
  readonly columns: readonly { readonly role: string; readonly column: number; readonly name?: string }[];
  /** the first row as it was read */
  readonly first: Readonly<Record<string, string>>;
  /** lines that hold no rating, by why */
  readonly skipped: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

/** Ratings on the paper's scale, and how they came about. */
export interface Readout {
  readonly ratings: ParsedRatings;
  readonly scale: Scale;
  /** why the scale, or the pairs, were taken; undefined where the caller said it */
  readonly why?: string;
  /** values as the file has them; undefined where there is no column of ratings */
  readonly seen?: Seen;
  /** how the file's own values are counted: not as ratings */
  readonly counts: boolean;
  readonly repeats: number;
  readonly accounts: readonly Account[];
}

/** @throws InputError naming file, line, what was seen and the way on; StoppedError on the signal */
export async function readRatings(
  paths: readonly string[],
  settings: ReadingSettings,
  options: StreamOptions = {},
): Promise<Readout> {
  const asked: Asked = {
    settings,
    columns: settings.columns === null ? {} : parseColumns(settings.columns),
    scale: settings.scale === null ? undefined : parseScale(settings.scale, settings.liked),
  };
  const sink = new RatingSink();
  const read: { account: Account; columns: Columns }[] = [];
  for (const path of paths) {
    const before = sink.count;
    sink.begin(path);
    read.push(await readFile(path, asked, sink, options));
    if (sink.count === before) throw new InputError(`${path}: the file holds no ratings`);
  }
  const accounts = read.map(({ account }) => account);
  const [{ columns }] = read;
  const found = valuesOf(sink, columns, asked);
  const how = found.scale === PAIRS ? "first" : settings.duplicates;
  const { parsed, repeats } = settleRepeats(sink.finish(), how, (row, beside) =>
    beside !== undefined && sink.fileOf(beside) === sink.fileOf(row)
      ? `line ${sink.lineOf(row)}`
      : sink.place(row),
  );
  bringOntoStars(parsed, found.scale, paths.join(", "));
  return { ratings: parsed, ...found, repeats, accounts };
}

interface Asked {
  readonly settings: ReadingSettings;
  readonly columns: ColumnChoice;
  readonly scale: Scale | undefined;
}

async function readFile(path: string, asked: Asked, sink: RatingSink, options: StreamOptions) {
  const { packed, blocks } = await openContent(path, options);
  try {
    const { first: head, all } = await peeked(blocks, HEAD);
    if (isParquet(head) && packed === undefined) return await readParquet(path, asked, sink, options);
    const encoding = sniffEncoding(head, asked.settings.encoding);
    if (!encoding.encoding.startsWith("utf-16")) requireText(path, head);
    const text = await peeked(toUtf8(path, all, encoding), BEGINNING);
    const common = { file: path, ...(packed ? { packed } : {}), encoding: encoding.encoding };
    const json = isJson(text.first);
    if (!json) refuseArrays(path, text.first);
    return json
      ? await readJson(path, json, text.all, asked, sink, common)
      : await readDelimited(path, text, asked, sink, common);
  } finally {
    await blocks.return(undefined);
  }
}

const HEAD = 512; // bytes that tell text from other things
const BEGINNING = 1 << 20; // bytes by which separator, header and columns are found

type Text = Awaited<ReturnType<typeof peeked>>;

type Common = Pick<Account, "file" | "packed" | "encoding">;

async function readDelimited(path: string, text: Text, asked: Asked, sink: RatingSink, common: Common) {
  const { separator, implicit } = asked.settings;
  const layout = separator === null ? undefined : layoutOf(separatorNamed(separator));
  const bytes = text.first.subarray(0, BEGINNING);
  const beginning = { bytes, complete: text.complete && bytes.length === text.first.length };
  const plan = planText(path, beginning, { layout, columns: asked.columns, implicit });
  const columns = implicit ? pairsOf(plan.columns) : plan.columns;
  const done = await readText(path, text.all, { ...plan, columns }, asked.scale, asked.settings, sink);
  const account = {
    ...common,
    form: `separated by ${separatorName(plan.layout.separator)}`,
    ...accountOf(columns, plan.first?.fields ?? [], done),
  };
  return { account, columns };
}

/** Users and items alone; a column of ratings is left unread, and named. */
function pairsOf(columns: Columns): Columns {
  const { rating, names, notes } = columns;
  if (rating === undefined) return columns;
  const name = names?.[rating] ?? `column ${rating + 1}`;
  return { ...columns, rating: undefined, notes: [...notes, `not read: ${name}, so every pair is a like`] };
}

const LARGEST_ARRAY = 1 << 28; // bytes of a JSON array, which is read as a whole

async function readJson(
  path: string,
  kind: "lines" | "array",
  all: AsyncIterable<Uint8Array>,
  asked: Asked,
  sink: RatingSink,
  common: Common,
) {
  const rows = kind === "array" ? numbered(await wholeArray(path, all)) : objectLines(path, all);
  const first: NumberedRow[] = [];
  while (first.length < SAMPLE) {
    const { done, value } = await rows.next();
    if (done) break;
    first.push(value);
  }
  const form = kind === "array" ? "a JSON array of objects" : "JSON objects, one a line";
  return readObjects(path, first, asked, sink, { ...common, form }, async (taker) => {
    for (const { row, line } of first) taker.take(row, line);
    for await (const { row, line } of rows) taker.take(row, line);
  });
}

const SAMPLE = 500; // rows by which the columns of objects are found

interface NumberedRow {
  readonly row: Row;
  readonly line: number;
}

/** Rows that come with the names of their columns. @param takeAll hands all of them to what takes them */
async function readObjects(
  path: string,
  first: readonly NumberedRow[],
  { settings, columns: choice, scale }: Asked,
  sink: RatingSink,
  common: Common & Pick<Account, "form">,
  takeAll: (taker: ObjectRows, wanted: readonly string[]) => Promise<void>,
) {
  const sample = first.map(({ row }) => row);
  if (sample.length === 0) throw new InputError(`${path}: the file holds no ratings`);
  const { implicit } = settings;
  const plan = planObjects(path, sample, { columns: choice, implicit });
  const columns = implicit ? { ...plan, ...pairsOf(plan) } : plan;
  const taker = new ObjectRows(path, columns, scale, settings, sink);
  const wanted = [columns.user, columns.item, columns.rating];
  await takeAll(
    taker,
    wanted.flatMap((k) => (k === undefined ? [] : columns.names[k])),
  );
  const texts = columns.names.map((key) => textOf(sample[0][key]));
  return { account: { ...common, ...accountOf(columns, texts, taker) }, columns };
}

async function* objectLines(path: string, blocks: AsyncIterable<Uint8Array>) {
  for await (const { text, line } of textLines(path, blocks))
    if (text.trim() !== "") yield { row: flat(parseLine(path, text, line)), line };
}

async function* numbered(rows: readonly Row[]) {
  for (let k = 0; k < rows.length; k++) yield { row: flat(rows[k]), line: k + 1 };
}

async function wholeArray(path: string, blocks: AsyncIterable<Uint8Array>): Promise<readonly Row[]> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const block of blocks) {
    parts.push(block);
    size += block.length;
    if (size > LARGEST_ARRAY)
      throw new InputError(
        `${path}: a JSON array of more than ${LARGEST_ARRAY} bytes; write one object a line (jq -c ".[]")`,
      );
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(parts).toString("utf8"));
    if (Array.isArray(value) && value.every((row) => typeof row === "object" && row !== null)) return value;
  } catch (error) {
    throw new InputError(`${path}: not a JSON array (${(error as Error).message})`);
  }
  throw new InputError(`${path}: not a JSON array of objects`);
}

async function readParquet(path: string, asked: Asked, sink: RatingSink, { signal }: StreamOptions) {
  const file = await openParquet(path);
  const first: NumberedRow[] = [];
  for await (const one of file.rows(file.names, SAMPLE)) first.push(one);
  return readObjects(path, first, asked, sink, { file: path, form: "Parquet" }, async (taker, wanted) => {
    for await (const { row, line } of file.rows(wanted)) {
      if (signal?.aborted) throw new StoppedError(`reading ${path} was stopped`);
      taker.take(row, line);
    }
  });
}

function accountOf(
  columns: Columns,
  row: readonly string[],
  { unrated, incomplete, blank }: Tally,
): Omit<Account, "file" | "form"> {
  const { user, item, rating, time, names, skipped, notes } = columns;
  const places = { user, item, rating, time };
  const used = Object.entries(places).flatMap(([role, column]) =>
    column === undefined ? [] : [{ role, column }],
  );
  const header = skipped.find(({ what }) => what === "header");
  const comments = skipped.filter(({ what }) => what === "comment").length;
  const counts = { header: header ? 1 : 0, comment: comments, blank, incomplete, unrated };
  return {
    ...(header && names ? { header: { line: header.line, names } } : {}),
    columns: used.map(({ role, column }) => ({
      role,
      column: column + 1,
      ...(names?.[column] ? { name: names[column] } : {}),
    })),
    first: Object.fromEntries(used.map(({ role, column }) => [role, row[column] ?? ""])),
    skipped: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    notes,
  };
}

type Found = Pick<Readout, "scale" | "why" | "seen" | "counts">;

/** Ratings of which scale, or pairs alone. @throws InputError where it is not obvious */
function valuesOf(sink: RatingSink, columns: Columns, { settings, scale }: Asked): Found {
  if (settings.implicit || columns.rating === undefined) {
    sink.ratings.fill(1, 0, sink.count);
    return {
      scale: PAIRS,
      counts: false,
      ...(settings.implicit ? {} : { why: "there is no column of ratings" }),
    };
  }
  const ratings = sink.ratings.subarray(0, sink.count);
  const seen = seenIn(ratings);
  if (scale) return { scale: scale.least === scale.most ? PAIRS : scale, seen, counts: false };
  const guess = guessScale(seen, columns.means);
  if (guess.kind === "scale") {
    const { liked } = settings;
    const { least, most } = guess.scale;
    return { scale: scaleOf(least, most, liked), why: guess.note, seen, counts: false };
  }
  if (guess.kind === "pairs") return { scale: PAIRS, why: guess.why, seen, counts: true };
  const row = ratings.findIndex((value) => guess.odd(shortest(value)));
  const about = Math.abs(ratings[row]) > 2 ** 24 ? "near " : ""; // float32 holds no more digits
  throw new RefusedFile(
    `${sink.place(row)}: rating ${about}${shortest(ratings[row])}: ${guess.text}`,
    guess.ways,
  );
}

/** In place. @throws InputError when a sum has left the scale */
function bringOntoStars({ ratings }: ParsedRatings, scale: Scale, where: string): void {
  const { least, most } = scale;
  const as = isPapers(scale);
  for (let k = 0; k < ratings.length; k++) {
    if (scale !== PAIRS && !(ratings[k] >= Math.fround(least) && ratings[k] <= Math.fround(most)))
      throw new RefusedFile(
        `${where}: the sum of a pair's ratings is ${shortest(ratings[k])}, outside the scale (${least} to ` +
          `${most}); take --duplicates mean or last`,
        [{ duplicates: "mean" }, { duplicates: "last" }],
      );
    if (!as) ratings[k] = ontoStars(ratings[k], scale);
  }
}

/** What was taken for what, in one line: for every command and notebook that reads a file. */
export function accountText({ accounts, scale, why, repeats, ratings }: Readout): string {
  const [{ file, packed, encoding, form, header, columns, first, skipped, notes }] = accounts;
  const named = columns.map(
    ({ role, column, name }) => `${role} = ${name === undefined ? "" : `${name}, `}column ${column}`,
  );
  const parts = [
    [packed, encoding?.toUpperCase(), form].filter((part) => part !== undefined).join(", "),
    header ? `header in line ${header.line}` : "no header",
    named.join(", "),
    `first row: ${Object.entries(first)
      .map(([role, text]) => `${role} ${JSON.stringify(text.slice(0, 60))}`)
      .join(", ")}`,
    ...notes,
    scale === PAIRS
      ? `pairs without ratings${why ? ` (${why})` : ""}`
      : `ratings ${scale.least} to ${scale.most}, liked from ${shortest(scale.liked)}${why ? ` (${why})` : ""}`,
    ...Object.entries(skipped).map(([what, count]) => `${count} ${SKIPPED[what]}`),
    ...(repeats > 0 ? [`${repeats} repeated pairs made one each`] : []),
  ];
  return (
    `${basename(file)}${accounts.length > 1 ? ` and ${accounts.length - 1} more` : ""}: ` +
    `${ratings.users.length} read; ${parts.join("; ")}`
  );
}

const SKIPPED: Readonly<Record<string, string>> = {
  header: "line skipped (header)",
  comment: "lines skipped (comments)",
  blank: "blank lines skipped",
  incomplete: "lines left out (user, item or rating missing)",
  unrated: "lines left out (not rated)",
};
