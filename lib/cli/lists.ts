/**
 * Lists of what to forget: a file with a user's id a line, or a user and an item a line. Lines may be copied from a CSV
 * of ratings, and are then read as lib/data/reading reads it: fields may stand in double quotes, where a comma belongs to
 * an id and two quotes are one. A file named .json holds a JSON array of ids, or of [user, item]: it can name every id,
 * those with line breaks too.
 */

import { FieldReader, layoutOf } from "../data/reading/fields";
import { separatorNamed } from "../data/reading/sniff";
import { isTime, numberOf } from "../data/reading/values";
import { InputError } from "../errors";
import { parseShallow } from "../nesting";
import type { KeptReading } from "./keptReading";
import { trimmed } from "./options";
import { say } from "./output";
import { readText } from "./systemFiles";

const QUOTED = /^"((?:[^"]|"")*)"$/;

/** What stood between quotes, with each doubled quote as one. */
const undoubled = (text: string | undefined): string | undefined => text?.replaceAll('""', '"');

/** The lines of a list, from 1, without those that are empty. */
function lines(
  path: string,
  option: string,
  kept?: KeptReading,
): { readonly line: string; readonly number: number }[] {
  return readText(path, option, kept?.settings.encoding ?? "auto")
    .split(/\r?\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => trimmed(line) !== "");
}

const isText = (value: unknown): value is string => typeof value === "string";
const isPair = (value: unknown): value is [user: string, item: string] =>
  Array.isArray(value) && value.length === 2 && value.every(isText);

/** The JSON array of a file; undefined for one that is not named as JSON. @throws InputError where it holds anything else */
function listIn<T>(
  path: string,
  option: string,
  is: (value: unknown) => value is T,
  allowed: string,
): T[] | undefined {
  if (!/\.json$/i.test(path)) return undefined;
  const text = readText(path, option);
  const values = parseShallow(text, `${option}: ${path}`);
  if (Array.isArray(values) && values.length > 0 && values.every(is)) return values;
  throw new InputError(`${option}: ${path} is not a JSON array of ${allowed}`);
}

/**
 * Ids of users, one a line, perhaps in quotes.
 * @param kept how the system's own ratings were read @throws InputError for a file without any.
 */
export function readUsers(path: string, kept?: KeptReading): string[] {
  const listed = listIn(path, "--users-file", isText, 'ids: ["u1", "u2"]');
  if (listed) return listed;
  const ids = lines(path, "--users-file", kept).map(({ line }) => {
    const text = trimmed(line);
    return undoubled(QUOTED.exec(text)?.[1]) ?? text;
  });
  if (ids.length === 0) throw new InputError(`--users-file: ${path} holds no id`);
  return ids;
}

/**
 * User and item of single ratings, one a line: between tabs where the line has a tab, else between `::` where it has that
 * outside of quotes, else a CSV's fields. A rating and a time may stand behind them. A line of a file in which other columns
 * come first is read as `learn` read that file. What is erased cannot be had back, so a line that can be read in two ways
 * is an error.
 * @param kept how the system's own ratings were read @throws InputError naming the line.
 */
export function readPairs(path: string, kept?: KeptReading): [user: string, item: string][] {
  const listed = listIn(path, "--ratings-file", isPair, '[user, item]: [["u1", "i7"]]');
  if (listed) return listed;
  let told = false;
  const pairs = lines(path, "--ratings-file", kept).flatMap(({ line, number }): [string, string][] => {
    const where = `--ratings-file: ${path}, line ${number}`;
    const fields = fieldsOf(line, where, kept?.settings.separator ?? null);
    if (kept && fields && isCopied(fields, kept)) {
      if (fields.join("\n") === kept.header.join("\n")) return [];
      const [user, item] = [fields[kept.user - 1], fields[kept.item - 1]];
      if (!told)
        say(
          `${where}: read as learn read its file: user ${JSON.stringify(user)}, item ${JSON.stringify(item)}`,
        );
      told = true;
      return [[user, item]];
    }
    const [user, item, rating] = fields ?? [];
    if (!user || !item)
      throw new InputError(`${where}: a user and an item are needed, not ${JSON.stringify(trimmed(line))}`);
    if (rating && Number.isNaN(numberOf(rating)) && !isTime(rating)) {
      // a header, as a copy of the file of ratings may have it
      if (number === 1 && !/\d/.test(line)) {
        say(`${where} was read as a header: ${trimmed(line)}`);
        return [];
      }
      throw new InputError(
        `${where}: "${rating}" behind user and item is not a rating; an id with a comma needs quotes around it`,
      );
    }
    if (fields && fields.length > 4)
      throw new InputError(`${where}: user, item, rating and time are four fields, not ${fields.length}`);
    return [[user, item]];
  });
  if (pairs.length === 0) throw new InputError(`--ratings-file: ${path} holds no rating`);
  return pairs;
}

/** Whether a line is one of a file in which users and items do not come first. */
const isCopied = (fields: readonly string[], { user, item }: KeptReading): boolean =>
  (user !== 1 || item !== 2) &&
  fields.length >= Math.max(user, item) &&
  (fields.length > 2 || user + item === 3);

/** The fields of one line, cut as the reader of ratings cuts them; undefined when quotes do not fit. @throws InputError */
function fieldsOf(line: string, where: string, separator: string | null): string[] | undefined {
  const between = separator === null ? separatorOf(line, where) : separatorNamed(separator);
  const reader = new FieldReader(layoutOf(between));
  reader.read(Buffer.from(line), 0, true);
  if (reader.misquoted >= 0) return undefined;
  return Array.from({ length: reader.count }, (_, k) => reader.text(k));
}

function separatorOf(line: string, where: string): string {
  if (line.includes("\t")) return "\t";
  const bare = line.replace(/"[^"]*"/g, "");
  if (bare.includes("::")) return "::";
  const found = [",", ";", "|"].filter((separator) => bare.includes(separator));
  if (found.length > 1)
    throw new InputError(
      `${where}: user and item may stand between ${found.join(" or ")} in ${JSON.stringify(trimmed(line))}; put an id that has one of them in quotes`,
    );
  return found[0] ?? (/[^ ] +[^ ]/.test(bare) ? " " : ",");
}
