/**
 * Which column holds what: by `columns` of the caller, else by the names in a header, else by their order
 * and by what stands in them. A column that could as well be another one is never taken: the error says how
 * to name it.
 */

import { InputError } from "../../errors";
import { shellWord } from "../../shell";
import { headerOf, leadingLines } from "./header";
import { type Meaning, mayName, meaningOf, ROLES, type Role } from "./names";
import { RefusedFile, type Way } from "./refusal";
import { reshaping, type Table as Shape } from "./reshape";
import type { SampleRow } from "./sniff";
import { clipped, isColumn, isDate, isNumber, isRating, isTime } from "./values";

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
  const comments = keys ? 0 : leadingLines(rows);
  const body = rows.slice(comments);
  if (body.length === 0) throw new InputError(`${where}: the file holds no ratings`);
  const names = keys ?? headerOf(where, body, Object.values(choice));
  const data = names && !keys ? body.slice(1) : body;
  const width = names?.length ?? data.reduce((most, { fields }) => Math.max(most, fields.length), 0);
  const table = { where, names, data: data.map(({ fields }) => fields), width, implicit, choice, separator };
  const given = givenColumns(table, choice);
  const found = names ? byName(table, names, given) : byOrder(table, given);
  const { user, item } = found;
  if (user === undefined || item === undefined || user === item)
    throw new RefusedFile(
      `${where}: no columns of users and items are seen in ${listed(table)}; ` +
        `${reshaping(table, found.item === 0) ?? `${SAY_WHICH}${user === undefined && names ? ALONE : ""}`}`,
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

interface Table extends Shape {
  readonly implicit: boolean;
  /** what the caller has named */
  readonly choice: ColumnChoice;
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

/** What a message shows of a table: its names, else its first row with the columns' numbers. */
function listed({ names, data }: Table): string {
  const texts = (names ?? data[0]).slice(0, SHOWN);
  const more = (names ?? data[0]).length - texts.length;
  const shown = names
    ? texts.map((name) => JSON.stringify(name))
    : texts.map((text, k) => `${k + 1}: ${clipped(text)}`);
  return `${names ? "line 1" : "the first row"}: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Whether a column tells rows apart: its values are there, of more than one kind, and no dates. */
const tells = ({ data }: Table, k: number): boolean =>
  data.some((row) => row[k] !== data[0][k]) && !isColumn(data, k, isDate) && data.some((row) => row[k]);

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
  const numbers = others.filter((k) => isColumn(table.data, k, isRating) && !isColumn(table.data, k, isTime));
  return [
    ...numbers.slice(0, 2).map((k) => wayWith(table, { ...pair, rating: String(k + 1) })),
    { ...wayWith(table, pair), implicit: true },
  ];
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
  const doubts: RefusedFile[] = [];
  for (const role of ROLES.filter((one) => given[one] === undefined)) {
    const free = meanings.flatMap((one, k) =>
      one?.role === role && !taken(given).has(k) ? [{ k, ...one }] : [],
    );
    const [best, rival] = clearest(role, free);
    if (best === undefined) continue;
    found[role] = best.k;
    if (role === "rating") found.means = best.counts ? "count" : "rating";
    if (rival) doubts.push(doubtOf(table, role, names, best.k, rival.k));
  }
  const unknown = names.flatMap((_, k) => (meanings[k] === undefined && !taken(found).has(k) ? [k] : []));
  const strangers = unknown.filter((k) => !isRowNumber(table, k) || names[k].trim() !== "");
  // what is left over is what is missing, in the order user, item, rating, where that leaves no choice
  const missing = (["user", "item"] as const).filter((role) => found[role] === undefined);
  const able = strangers.filter((k) => mayName(names[k]) > 0);
  const clear = able.filter((k) => mayName(names[k]) > 1);
  const left = clear.length >= missing.length ? clear : able;
  const isClear = left.length >= missing.length && left.length <= missing.length + 2;
  const isItemsOwn = missing[0] === "user" && table.width >= 5 && !repeats(table, left[0]);
  if (isClear && !isItemsOwn) for (const [k, role] of missing.entries()) found[role] = left[k];
  const isWhole = found.user !== undefined && found.item !== undefined;
  if (isWhole && doubts.length > 0) throw doubts[0]; // of a table that lacks users something else is said
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

type Candidate = Meaning & { readonly k: number };

/** The column whose name says a role most clearly, and another that says it alike. */
function clearest(role: Role, candidates: readonly Candidate[]): [best?: Candidate, rival?: Candidate] {
  const [best, ...others] = [...candidates].sort((a, b) => b.strength - a.strength);
  if (best === undefined) return [];
  const rival = others.find(({ strength }) => strength === best.strength);
  const isAny = role === "time" || (best.counts && rival?.counts); // of several, one is as good as another
  return isAny ? [best] : [best, rival];
}

/** Two columns that might be a role. */
function doubtOf(
  table: Table,
  role: Role,
  names: readonly string[],
  one: number,
  other: number,
): RefusedFile {
  const both = [Math.min(one, other), Math.max(one, other)];
  return new RefusedFile(
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
  const numbers = columns.filter(
    (k) => isColumn(table.data, k, isRating) && !isColumn(table.data, k, isTime),
  );
  if (numbers.length === 0) return;
  const [only] = numbers;
  if (columns.length === 1 && table.width <= 4 && isColumn(table.data, only, isNumber)) {
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
      const reshaped = reshaping(table, false);
      throw new RefusedFile(
        `${table.where}: ${table.width} columns without names, ${listed(table)}; ${reshaped ?? SAY_WHICH}`,
        reshaped ? [] : waysByNumber(table, free),
      );
    }
  }
  for (const role of ["user", "item"] as const) {
    if (found[role] !== undefined) continue;
    const [k] = free.filter((one) => !isColumn(table.data, one, isDate));
    if (k === undefined) break;
    found[role] = k;
    free.splice(free.indexOf(k), 1);
  }
  const times = free.filter((k) => isColumn(table.data, k, isTime));
  if (found.time === undefined && times.length > 0) found.time = times[0];
  const rest = free.filter((k) => !times.includes(k));
  const numbers = rest.filter((k) => isColumn(table.data, k, isNumber));
  const [first] = rest; // unless it holds no number at all, and another one numbers alone
  const isText = numbers.length === 1 && isColumn(table.data, first, (text) => !isRating(text));
  if (found.rating === undefined && !table.implicit) found.rating = isText ? numbers[0] : first;
  const unread = free.filter((k) => !taken(found).has(k) && k !== found.time);
  const fourth = unread[0]; // a time that we do not know as one, in the place where it belongs
  if (found.time === undefined && fourth !== undefined && found.rating !== undefined && fourth > found.rating)
    found.time = fourth;
  const others = unread.filter((k) => k !== found.time).map((k) => `column ${k + 1}`);
  if (others.length > 0) found.notes.push(`not read: ${others.join(", ")}`);
  return found;
}
