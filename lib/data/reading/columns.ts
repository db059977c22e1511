/**
 * Which column holds what: by `columns` of the caller, else by the names in a header, else by their order
 * and by what stands in them. A column that could as well be another one is never taken: the error says how
 * to name it.
 */

import { InputError } from "../../errors";
import { isNamed, type Meaning, mayName, meaningOf, ROLES, type Role } from "./names";
import { RefusedFile, type Way } from "./refusal";
import type { SampleRow } from "./sniff";
import { isMissing, isTime, numberOf, ratingOf } from "./values";

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
const advice = (roles: string) => `say which with --columns ${roles}`;

const NUMBERED = "user=NUMBER,item=NUMBER[,rating=NUMBER]";
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
 * @throws InputError naming `where`, the columns that were seen, and the way on
 */
export function chooseColumns(
  where: string,
  rows: readonly SampleRow[],
  choice: ColumnChoice,
  implicit: boolean,
  keys?: readonly string[],
): Columns {
  const comments = keys ? 0 : leadingComments(rows);
  const body = rows.slice(comments);
  if (body.length === 0) throw new InputError(`${where}: the file holds no ratings`);
  const names = keys ?? headerOf(where, body, choice);
  const data = names && !keys ? body.slice(1) : body;
  const width = names?.length ?? data.reduce((most, { fields }) => Math.max(most, fields.length), 0);
  const table = { where, names, data: data.map(({ fields }) => fields), width, implicit, choice };
  const given = givenColumns(table, choice);
  const found = names ? byName(table, names, given) : byOrder(table, given);
  const { user, item } = found;
  if (user === undefined || item === undefined || user === item)
    throw new InputError(
      `${where}: no columns of users and items are seen in ${listed(table)}; ` +
        `${advice(NUMBERED)}${wideAdvice(table)}${user === undefined && names ? ALONE : ""}`,
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
}

/** The setting that names a column beside those that the caller has named. */
const wayTo = ({ choice }: Table, names: readonly string[], role: Role, k: number): Way => ({
  columns: Object.entries({ ...choice, [role]: called(names, k) })
    .map(([one, name]) => `${one}=${name}`)
    .join(","),
});

type Found = { -readonly [R in Role]?: number } & { means?: Columns["means"]; notes: string[] };

/** What a message shows of a table: its names, else its first row. */
const listed = ({ names, data }: Table): string =>
  names
    ? `line 1: ${names.map((name) => JSON.stringify(name)).join(", ")}`
    : `the first row, ${JSON.stringify(data[0])}`;

/** What to do with a table that has a column for each item, if this is one. */
function wideAdvice({ data, width }: Table): string {
  return isWide(data, width)
    ? "; a table with a column for each item is to be turned into one line for each rating: user,item,rating"
    : "";
}

/** Whether nearly all columns hold numbers, and there are many. */
function isWide(rows: readonly (readonly string[])[], width: number): boolean {
  const numbers = Array.from({ length: width }, (_, k) => k).filter((k) => mostly(rows, k, isNumber));
  return numbers.length > 4 && numbers.length >= width - 2;
}

/** Lines that begin with # or %, or name the separator, before all others, unless they are a header. */
function leadingComments(rows: readonly SampleRow[]): number {
  let count = 0;
  const isComment = ({ fields }: SampleRow) => /^([#%]|sep=.?$)/i.test(fields[0]) && !isNamed(fields);
  while (count < rows.length && isComment(rows[count])) count++;
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
  if (odd < 0) return isSpoken(names, others) ? names : undefined;
  if (isWide(others, width)) return names; // and is refused
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
  for (const role of ROLES) {
    if (found[role] !== undefined) continue;
    const free = taken(given);
    const candidates = meanings.flatMap((one, k) =>
      one?.role === role && !free.has(k) ? [{ k, ...one }] : [],
    );
    const best = clearest(table, role, candidates, names);
    if (best) found[role] = best.k;
    if (best && role === "rating") found.means = best.counts ? "count" : "rating";
  }
  const unknown = names.flatMap((_, k) => (meanings[k] === undefined && !taken(found).has(k) ? [k] : []));
  const strangers = unknown.filter((k) => !isRowNumber(table, k) || names[k].trim() !== "");
  // what is left over is what is missing, in the order user, item, rating, where that leaves no choice
  const missing = (["user", "item"] as const).filter((role) => found[role] === undefined);
  const able = strangers.filter((k) => mayName(names[k]) > 0);
  const clear = able.filter((k) => mayName(names[k]) > 1);
  const left = clear.length >= missing.length ? clear : able;
  if (missing.length > 0 && left.length >= missing.length && left.length <= missing.length + 2)
    for (const [k, role] of missing.entries()) found[role] = left[k];
  const isWhole = found.user !== undefined && found.item !== undefined;
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
): T | undefined {
  const [best, ...others] = [...candidates].sort((a, b) => b.strength - a.strength);
  const rival = others.find(({ strength }) => strength === best.strength);
  if (best === undefined || rival === undefined || role === "time" || (best.counts && rival.counts))
    return best;
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
    if (free.length > 4)
      throw new InputError(
        `${table.where}: ${table.width} columns without names, ${listed(table)}; ` +
          `${advice(NUMBERED)}${wideAdvice(table)}`,
      );
  }
  for (const role of ["user", "item"] as const) if (found[role] === undefined) found[role] = free.shift();
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
