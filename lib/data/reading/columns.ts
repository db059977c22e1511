/**
 * Which column holds what: by `columns` of the caller, else by the names in a header, else by their order
 * and by what stands in them. A column that could as well be another one is never taken: the error says how
 * to name it.
 */

import { InputError } from "../../errors";
import { shellWord } from "../../shell";
import { isNamed, type Meaning, mayName, meaningOf, ROLES, type Role } from "./names";
import { RefusedFile, type Way } from "./refusal";
import type { SampleRow } from "./sniff";
import { clipped, isDate, isMissing, isTime, numberOf, ratingOf } from "./values";

/** Columns by role: a name, or a number from 1. */
export type ColumnChoice = Partial<Readonly<Record<Role, string>>>;

/** What was taken for what; columns count from 0. */
export interface Columns {
  readonly user: number;
  readonly item: number;
  /** without one, pairs alone are read */
  readonly rating?: number;
  readonly time?: number;
  /** what the name of the rating's column says */
  readonly means: "rating" | "count" | "unknown";
  /** names in the header; undefined without one */
  readonly names?: readonly string[];
  /** lines at the beginning that hold no data */
  readonly skipped: readonly { readonly line: number; readonly what: "header" | "comment" }[];
  /** fields of a row */
  readonly width: number;
  /** what a reader of the file should know */
  readonly notes: readonly string[];
}

/** "user=1,item=movie" or with semicolons. @throws InputError */
export function parseColumns(text: string): ColumnChoice {
  const choice: Partial<Record<Role, string>> = {};
  for (const part of text.split(text.includes(";") ? ";" : ",")) {
    const [role, name, ...more] = part.split("=").map((one) => one.trim());
    if (!ROLES.includes(role as Role) || !name || more.length > 0)
      throw new InputError(
        `columns: ${JSON.stringify(part)} is not of the form ROLE=NAME or ROLE=NUMBER; roles are ` +
          `${ROLES.join(", ")}`,
      );
    if (choice[role as Role] !== undefined) throw new InputError(`columns: ${role} is given twice`);
    choice[role as Role] = name;
  }
  return choice;
}

/** An advice to name columns, with those of this file. */
const advice = (roles: string) => `say which with --columns ${shellWord(roles)}`;
const SAY_WHICH = "say which with --columns user=NUMBER,item=NUMBER[,rating=NUMBER]";

const ALONE =
  "; an export of one person has no column of users, and nothing is to be learned from it alone: join those of several " +
  "people, with a column that says whose each line is";

/** A column as `--columns` takes it: by its name, or by its number where that holds what parts names. */
const called = (names: readonly string[], k: number): string =>
  names[k] === "" || /[=,;]|^\d+$|^\s|\s$/.test(names[k]) ? String(k + 1) : names[k];

/**
 * @param rows the first rows, comments among them
 * @param implicit ratings are not asked for
 * @param keys names that stand beside the rows and not among them (JSON, Parquet)
 * @param separator what stands between columns in a text
 * @throws InputError naming `where`, the columns that were seen, and the way on
 */
export function chooseColumns(
  where: string,
  rows: readonly SampleRow[],
  choice: ColumnChoice,
  implicit: boolean,
  keys?: readonly string[],
  separator?: string,
): Columns {
  const comments = keys ? 0 : leadingComments(rows);
  const body = rows.slice(comments);
  if (body.length === 0) throw new InputError(`${where}: the file holds no ratings`);
  const names = keys ?? headerOf(where, body, choice);
  const data = names && !keys ? body.slice(1) : body;
  const width = names?.length ?? data.reduce((most, { fields }) => Math.max(most, fields.length), 0);
  const table = { where, names, data: data.map(({ fields }) => fields), width, implicit, choice, separator };
  const given = givenColumns(table, choice);
  const found = names ? byName(table, names, given) : byOrder(table, given);
  const { user, item } = found;
  if (user === undefined || item === undefined || user === item)
    throw new RefusedFile(
      `${where}: no columns of users and items are seen in ${listed(table)}; ` +
        `${turnAdvice(table, found) ?? `${SAY_WHICH}${user === undefined && names ? ALONE : ""}`}`,
      waysByName(table, found),
    );
  return {
    ...found,
    user,
    item,
    means: found.means ?? "unknown",
    ...(names ? { names } : {}),
    skipped: rows.slice(0, comments + (names && !keys ? 1 : 0)).map(({ line }, k) => ({
      line,
      what: k < comments ? ("comment" as const) : ("header" as const),
    })),
    width,
    notes: found.notes,
  };
}

interface Table {
  readonly where: string;
  readonly names: readonly string[] | undefined;
  readonly data: readonly (readonly string[])[];
  readonly width: number;
  readonly implicit: boolean;
  /** what the caller has named */
  readonly choice: ColumnChoice;
  /** undefined for JSON and Parquet */
  readonly separator: string | undefined;
}

/** The setting that names columns beside those that the caller has named. */
const wayWith = ({ choice }: Table, more: ColumnChoice): Way => ({
  columns: Object.entries({ ...choice, ...more })
    .map(([one, name]) => `${one}=${name}`)
    .join(","),
});
const wayTo = (table: Table, names: readonly string[], role: Role, k: number): Way =>
  wayWith(table, { [role]: called(names, k) });

type Found = { -readonly [R in Role]?: number } & { means?: Columns["means"]; notes: string[] };

const SHOWN = 30;
/** More columns of numbers without names are one for each item, and none of a few facts of a rating. */
const MANY = 8;

/** What a message shows of a table: its names, else its first row with the columns' numbers. */
function listed({ names, data }: Table): string {
  const texts = (names ?? data[0]).slice(0, SHOWN);
  const more = (names ?? data[0]).length - texts.length;
  const shown = names
    ? texts.map((name) => JSON.stringify(name))
    : texts.map((text, k) => `${k + 1}: ${clipped(text)}`);
  return `${names ? "line 1" : "the first row"}: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The command that turns a table with a column for each item, or a list of items in each line, into pairs. */
function turnAdvice({ where, names, data, width, separator }: Table, found: Found): string | undefined {
  const lengths = new Set(data.map((row) => row.length));
  const isEven = lengths.size < 4 && isWide(data, width) && (names !== undefined || width > MANY);
  const isDistinct = data.every(([, ...values]) => new Set(values).size === values.length);
  const isList = names === undefined && (isEven ? isDistinct : width > 4 && lengths.size > 3);
  if (!isList && !isEven) return undefined;
  const what = isList ? "a line with several items" : "a table with a column for each item";
  const text = `${what} is to be turned into one line for each ${isList ? "pair: user,item" : "rating: user,item,rating"}`;
  if (separator === undefined || separator.length > 1) return text;
  const areIds = data.length > 1 && new Set(data.map(([first]) => first)).size === data.length;
  const begin = areIds || names ? 1 : 0;
  const user = begin === 1 ? "l[0]" : "n";
  const item = names ? "r[0][k-len(l)]" : "k+1";
  const pair = found.item === 0 ? `${item},l[0]` : `${user},${item}`;
  const made = isList ? `(${user},v)` : `(${pair},v)`;
  const head = isList ? '("user","item")' : '("user","item","rating")';
  return (
    `${text}: python3 -c 'import csv,sys; r=list(csv.reader(open(sys.argv[1],encoding="utf-8-sig"),` +
    `delimiter=sys.argv[2],skipinitialspace=True)); csv.writer(sys.stdout).writerows([${head}]+[${made} ` +
    `for n,l in enumerate(r,1)${names ? " if n>1" : ""} for k,v in enumerate(l) if k>=${begin} and v.strip()])' ` +
    `${shellWord(where)} ${shellWord(separator)} > ratings.csv, and go on with npx erasable check ratings.csv`
  );
}

/** Whether a column tells rows apart: its values are there, of more than one kind, and no dates. */
const tells = ({ data }: Table, k: number): boolean =>
  data.some((row) => row[k] !== data[0][k]) && !mostly(data, k, isDate) && data.some((row) => row[k]);

/** The ways to take some columns, the first that can be, for the users and items that were not found. */
function waysByName(table: Table, found: Found): Way[] {
  const { names } = table;
  if (names === undefined) return [];
  const able = names.flatMap((name, k) =>
    /(ids?|key|code|hash)$/i.test(name.trim()) && meaningOf(name) === undefined && tells(table, k) ? [k] : [],
  );
  const missing = (["user", "item"] as const).filter((role) => found[role] === undefined);
  if (able.length < missing.length) return [];
  const named = missing.map((role, k) => [role, called(names, able[k])]);
  return [wayWith(table, Object.fromEntries(named))];
}

/** Of many columns without names: the first two that can be users and items, with each that can be a rating. */
function waysByNumber(table: Table, free: readonly number[]): Way[] {
  const [user, item, ...others] = free.filter((k) => tells(table, k));
  if (item === undefined) return [];
  const pair = { user: String(user + 1), item: String(item + 1) };
  const numbers = others.filter((k) => isColumnOf(table, k, isRating) && !isColumnOf(table, k, isTime));
  return [
    ...numbers.slice(0, 2).map((k) => wayWith(table, { ...pair, rating: String(k + 1) })),
    { ...wayWith(table, pair), implicit: true },
  ];
}

/** Whether nearly all columns hold numbers, and there are many. */
function isWide(rows: readonly (readonly string[])[], width: number): boolean {
  const numbers = Array.from({ length: width }, (_, k) => k).filter((k) => mostly(rows, k, isNumber));
  return numbers.length > 4 && numbers.length >= width - 2;
}

const TITLES = 5;

/**
 * Lines before the header or the data: those that begin with # or % or name the separator, the sizes of a
 * Matrix Market file, and titles that a spreadsheet has above its header.
 */
function leadingComments(rows: readonly SampleRow[]): number {
  let count = 0;
  const isComment = ({ fields }: SampleRow) => /^([#%]|sep=.?$)/i.test(fields[0]) && !isNamed(fields);
  while (count < rows.length && isComment(rows[count])) count++;
  if (count > 0 && rows[0].fields[0].startsWith("%%MatrixMarket")) count++;
  const isTitle = ({ fields }: SampleRow) => fields.filter((text) => text !== "").length < 2;
  const header = rows.slice(count, count + TITLES).findIndex((row) => !isTitle(row));
  if (header > 0 && isNamed(rows[count + header].fields)) count += header;
  return count === rows.length ? 0 : count;
}

const isNumber = (text: string): boolean => !Number.isNaN(numberOf(text));
const isRating = (text: string): boolean => !Number.isNaN(ratingOf(text));
/** R's and pandas' names for columns without one. */
const MADE_UP = /^(v|x|col(umn)?|field|c|unnamed:)[ _.]?\d*$/i;

/** The names in line 1 where it is a header. @throws InputError for one that is half a header, half data */
function headerOf(where: string, body: readonly SampleRow[], choice: ColumnChoice): string[] | undefined {
  const [{ fields, line }, ...later] = body;
  if (later.length === 0) return isNamed(fields) ? [...fields] : undefined;
  const width = later[0].fields.length;
  const shifted = fields.length === width - 1 && isNamed(fields); // R leaves the row numbers without a name
  const names = shifted ? ["", ...fields] : [...fields];
  if (isNamed(names) || Object.values(choice).some((name) => names.includes(name) && !/^\d+$/.test(name)))
    return names;
  const others = later.map((row) => row.fields);
  const odd = names.findIndex((name, k) => !isRating(name) && mostly(others, k, isRating));
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

/** Whether all values of a column that are there are of a kind, and there are some. */
function mostly(rows: readonly (readonly string[])[], k: number, is: (text: string) => boolean): boolean {
  const values = rows.map((row) => row[k] ?? "").filter((text) => !isMissing(text));
  return values.length > 0 && values.every(is);
}

const SEVERAL = 5;
const hasDigit = (text: string): boolean => /\d/.test(text);

/** Whether a line is made of words, while the ids below it have digits, in two columns or more. */
function isSpoken(names: readonly string[], others: readonly (readonly string[])[]): boolean {
  const below = names.filter((name, k) => name !== "" && mostly(others, k, hasDigit));
  return (
    others.length >= SEVERAL &&
    below.length > 1 &&
    !names.some((name, k) => hasDigit(name) || isBelow(others, k, name))
  );
}

/** The columns that the caller names. @throws InputError for one that is not there */
function givenColumns(table: Table, choice: ColumnChoice): Found {
  const found: Found = { notes: [] };
  for (const role of ROLES) {
    const name = choice[role];
    if (name === undefined) continue;
    const lower = name.toLowerCase();
    const exact = table.names?.indexOf(name) ?? -1;
    const place =
      exact >= 0 ? exact : (table.names?.findIndex((one) => one.trim().toLowerCase() === lower) ?? -1);
    const number = /^\d+$/.test(name) ? Number(name) - 1 : -1;
    const column = place >= 0 ? place : number;
    if (column < 0 || column >= table.width)
      throw new InputError(
        `${table.where}: columns: ${role}=${name} is not among the ${table.width} columns of ` +
          `${listed(table)}`,
      );
    const other = ROLES.find((one) => found[one] === column);
    if (other)
      throw new InputError(`${table.where}: columns: ${role} and ${other} are both column ${column + 1}`);
    found[role] = column;
    if (role === "rating") found.means = meaningOf(table.names?.[column] ?? "")?.counts ? "count" : "rating";
  }
  return found;
}

const taken = (found: Found): Set<number> => new Set(ROLES.flatMap((role) => found[role] ?? []));

function byName(table: Table, names: readonly string[], given: Found): Found {
  const found: Found = { ...given };
  const meanings = names.map((name) => meaningOf(name));
  const best = (role: Role, isStrict: boolean) => {
    const free = taken(given);
    const candidates = meanings.flatMap((one, k) =>
      one?.role === role && !free.has(k) ? [{ k, ...one }] : [],
    );
    return clearest(table, role, candidates, names, isStrict);
  };
  const asked = ROLES.filter((role) => given[role] === undefined);
  for (const role of asked) {
    const one = best(role, false);
    if (one) found[role] = one.k;
    if (one && role === "rating") found.means = one.counts ? "count" : "rating";
  }
  const unknown = names.flatMap((_, k) => (meanings[k] === undefined && !taken(found).has(k) ? [k] : []));
  const strangers = unknown.filter((k) => !isRowNumber(table, k) || names[k].trim() !== "");
  // what is left over is what is missing, in the order user, item, rating, where that leaves no choice
  const missing = (["user", "item"] as const).filter((role) => found[role] === undefined);
  const able = strangers.filter((k) => mayName(names[k]) > 0);
  const clear = able.filter((k) => mayName(names[k]) > 1);
  const left = clear.length >= missing.length ? clear : able;
  if (missing.length > 0 && left.length >= missing.length && left.length <= missing.length + 2)
    if (missing[0] !== "user" || table.width < 5 || repeats(table, left[0]))
      // else an item's own number
      for (const [k, role] of missing.entries()) found[role] = left[k];
  const isWhole = found.user !== undefined && found.item !== undefined;
  if (isWhole) for (const role of asked) best(role, true); // no doubt is told of a table that lacks users
  if (isWhole && found.rating === undefined && !table.implicit)
    ratingLeft(
      table,
      names,
      strangers.filter((k) => !taken(found).has(k)),
      found,
    );
  const unread = names.flatMap((name, k) => (taken(found).has(k) ? [] : [name || `column ${k + 1}`]));
  if (unread.length > 0) found.notes.push(`not read: ${unread.join(", ")}`);
  return found;
}

/** The column whose name says a role most clearly. @throws InputError when two say it alike */
function clearest<T extends Meaning & { readonly k: number }>(
  table: Table,
  role: Role,
  candidates: readonly T[],
  names: readonly string[],
  isStrict: boolean,
): T | undefined {
  const [best, ...others] = [...candidates].sort((a, b) => b.strength - a.strength);
  const rival = others.find(({ strength }) => strength === best.strength);
  if (best === undefined || rival === undefined || role === "time" || (best.counts && rival.counts))
    return best;
  if (!isStrict) return best;
  const both = [best, rival].map(({ k }) => k).sort((a, b) => a - b);
  throw new RefusedFile(
    `${table.where}: line 1: ${both.map((k) => JSON.stringify(names[k])).join(" and ")} both name a column ` +
      `of ${role}s; ${advice(`${role}=${called(names, both[0])}`)}`,
    both.map((k) => wayTo(table, names, role, k)),
  );
}

/**
 * A rating under a name that says nothing: the only column of numbers that is left. @throws InputError for
 * several
 */
function ratingLeft(table: Table, names: readonly string[], columns: readonly number[], found: Found): void {
  const numbers = columns.filter((k) => isColumnOf(table, k, isRating) && !isColumnOf(table, k, isTime));
  if (numbers.length === 0) return;
  const [only] = numbers;
  if (columns.length === 1 && table.width <= 4 && isColumnOf(table, only, isNumber)) {
    found.rating = only;
    return;
  }
  const ways = numbers.map((k) => wayTo(table, names, "rating", k));
  throw new RefusedFile(
    `${table.where}: line 1: no column is called rating; ` +
      `${numbers.map((k) => JSON.stringify(names[k])).join(" and ")} may hold ` +
      `ratings: ${advice(`rating=${called(names, only)}`)}, or take the pairs alone with --implicit`,
    [...ways, { implicit: true }],
  );
}

const isColumnOf = ({ data }: Table, k: number, is: (text: string) => boolean): boolean =>
  mostly(data, k, is);

/** Whether a column counts the rows, from any number on. */
function isRowNumber({ data }: Table, k: number): boolean {
  const first = Number(data[0]?.[k] || Number.NaN);
  return data.length >= 5 && data.every((row, n) => Number(row[k]) === first + n);
}

/** Whether a value of a column comes again, as users do, or there are too few rows to tell. */
const repeats = ({ data }: Table, k: number): boolean =>
  data.length < 5 || new Set(data.map((row) => row[k])).size < data.length;

/** Without a header: user, item, rating, time; a column before them that counts the rows is none of these. */
function byOrder(table: Table, given: Found): Found {
  const found: Found = { ...given };
  const free = Array.from({ length: table.width }, (_, k) => k).filter((k) => !taken(found).has(k));
  if (found.user === undefined && found.item === undefined) {
    if (free.length > 3 && isRowNumber(table, free[0])) {
      found.notes.push(
        `column ${free[0] + 1} counts the rows and is not read; if it is the users, say so with ` +
          `--columns user=${free[0] + 1},item=${free[1] + 1},rating=${free[2] + 1}`,
      );
      free.shift();
    }
    if (free.filter((k) => table.data.some((row) => row[k])).length > 4) {
      const turned = turnAdvice(table, found);
      throw new RefusedFile(
        `${table.where}: ${table.width} columns without names, ${listed(table)}; ${turned ?? SAY_WHICH}`,
        turned ? [] : waysByNumber(table, free),
      );
    }
  }
  for (const role of ["user", "item"] as const) {
    if (found[role] !== undefined) continue;
    const [k] = free.filter((one) => !isColumnOf(table, one, isDate));
    if (k === undefined) break;
    found[role] = k;
    free.splice(free.indexOf(k), 1);
  }
  const times = free.filter((k) => isColumnOf(table, k, isTime));
  if (found.time === undefined && times.length > 0) found.time = times[0];
  const rest = free.filter((k) => !times.includes(k));
  const numbers = rest.filter((k) => isColumnOf(table, k, isNumber));
  const [first] = rest; // unless it holds no number at all, and another one numbers alone
  const isText = numbers.length === 1 && isColumnOf(table, first, (text) => !isRating(text));
  if (found.rating === undefined && !table.implicit) found.rating = isText ? numbers[0] : first;
  const unread = free.filter((k) => !taken(found).has(k) && k !== found.time);
  const fourth = unread[0]; // a time that we do not know as one, in the place where it belongs
  if (found.time === undefined && fourth !== undefined && found.rating !== undefined && fourth > found.rating)
    found.time = fourth;
  const others = unread.filter((k) => k !== found.time).map((k) => `column ${k + 1}`);
  if (others.length > 0) found.notes.push(`not read: ${others.join(", ")}`);
  return found;
}
