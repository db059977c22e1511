/**
 * Files whose ratings do not stand one in a line: a table with a column for each item, a list of items in each line,
 * JSON in one object or in arrays. They are refused, with the command that reshapes them.
 */

import { InputError } from "../../errors";
import { shellWord } from "../../shell";
import { isColumn, isNumber } from "./values";

/** A command of Python, which this project needs anyway, that writes another file. */
const python = (work: string, args: readonly string[], made: string): string =>
  `python3 -c ${shellWord(`import csv,json,sys; ${work}`)} ${args.map(shellWord).join(" ")} > ${made}, and go on ` +
  `with npx erasable check ${made}`;

const CSV = 'csv.reader(open(sys.argv[1],encoding="utf-8-sig"),delimiter=sys.argv[2],skipinitialspace=True)';
const WRITE = "csv.writer(sys.stdout).writerows";
const JSON_FILE = "json.load(open(sys.argv[1]))";
const RATINGS = '("user","item","rating")';

/** Whether nearly all columns hold numbers, and there are many. */
export function isWide(rows: readonly (readonly string[])[], width: number): boolean {
  const numbers = Array.from({ length: width }, (_, k) => k).filter((k) => isColumn(rows, k, isNumber));
  return numbers.length > 4 && numbers.length >= width - 2;
}

/** More columns of numbers without names are one for each item, and none of a few facts of a rating. */
const MANY = 8;

/** A table of texts as it lies in a file. */
export interface Table {
  readonly where: string;
  readonly names: readonly string[] | undefined;
  readonly data: readonly (readonly string[])[];
  readonly width: number;
  /** what stands between columns; undefined for JSON and Parquet */
  readonly separator: string | undefined;
}

/**
 * What a table with a column for each item, or with a list of items in each line, is, and the command that makes pairs
 * of it; undefined for others.
 * @param byItem each line is an item, each column a user
 */
export function reshaping(table: Table, byItem: boolean): string | undefined {
  const { where, names, data, width, separator } = table;
  const lengths = new Set(data.map((row) => row.length));
  const isEven = lengths.size < 4 && isWide(data, width) && (names !== undefined || width > MANY);
  const isDistinct = data.every(([, ...values]) => new Set(values).size === values.length);
  const isList = names === undefined && (isEven ? isDistinct : width > 4 && lengths.size > 3);
  if (!isList && !isEven) return undefined;
  const what = isList ? "a line with several items" : "a table with a column for each item";
  const text = `${what} is to be turned into one line for each ${isList ? "pair: user,item" : "rating: user,item,rating"}`;
  if (separator === undefined || separator.length > 1) return text;
  const isDistinctFirst = data.length > 1 && new Set(data.map(([first]) => first)).size === data.length;
  const isNamed = names !== undefined || isDistinctFirst; // the first field of a line is its id
  const line = isNamed ? "l[0]" : "n";
  const column = names ? "r[0][k-len(l)]" : "k+1";
  const pair = byItem ? `${column},l[0]` : `${line},${column}`;
  const made = isList ? `(${line},v)` : `(${pair},v)`;
  const each = `for n,l in enumerate(r,1)${names ? " if n>1" : ""} for k,v in enumerate(l)`;
  const head = isList ? '("user","item")' : RATINGS;
  const kept = `if k>=${isNamed ? 1 : 0} and v.strip()`;
  const work = `r=list(${CSV}); ${WRITE}([${head}]+[${made} ${each} ${kept}])`;
  return `${text}: ${python(work, [where, separator], "ratings.csv")}`;
}

/** @throws InputError for the only object of a file when all the ratings are in it, with what takes them out */
export function refuseNested(where: string, object: Readonly<Record<string, unknown>>): void {
  const entries = Object.entries(object);
  const isRows = (value: unknown) =>
    Array.isArray(value) && value.length > 1 && value.every((one) => typeof one === "object" && one !== null);
  const [key] = entries.find(([, value]) => isRows(value)) ?? [];
  if (key !== undefined) {
    const path = key.split(".").map((part) => `[${JSON.stringify(part)}]`);
    throw new InputError(
      `${where}: one JSON object, whose ${JSON.stringify(key)} holds the rows: take them out, ` +
        python(`json.dump(${JSON_FILE}${path.join("")},sys.stdout)`, [where], "ratings.json"),
    );
  }
  const isPair = ([pair, value]: [string, unknown]) => /^[^.]+\../.test(pair) && typeof value === "number";
  const work = `${WRITE}([${RATINGS}]+[(u,i,v) for u,l in ${JSON_FILE}.items() for i,v in l.items()])`;
  if (entries.length > 3 && entries.every(isPair))
    throw new InputError(
      `${where}: one JSON object, with what each user rates in it: write a line for each rating, ` +
        python(work, [where], "ratings.csv"),
    );
}

/** @throws InputError for rows that are arrays: all in one, or one a line */
export function refuseArrays(where: string, bytes: Uint8Array): void {
  const [line] = Buffer.from(bytes.subarray(0, 4096)).toString("utf8").trimStart().split("\n", 1);
  const isWhole = /^\[\s*(\[\s*["\d-]|$)/.test(line);
  if (!isWhole && !isArray(line)) return;
  const rows = isWhole ? JSON_FILE : "map(json.loads,open(sys.argv[1]))";
  throw new InputError(
    `${where}: rows in JSON are objects, with names, and these are arrays: turn them into CSV, ` +
      python(`${WRITE}(${rows})`, [where], "ratings.csv"),
  );
}

function isArray(line: string): boolean {
  try {
    return Array.isArray(JSON.parse(line));
  } catch {
    return false;
  }
}
