/**
 * Lists of what to forget: a file with a user's id a line, or a user and an item a line. Lines may be copied from the
 * file of ratings, so they are read as lib/data/parse.ts reads it: fields of a CSV may stand in double quotes, where a comma
 * belongs to an id and two quotes are one.
 */

import { InputError } from "../errors";
import { say } from "./output";
import { readText } from "./systemFiles";

/** The fields of one line of a CSV, without the quotes and spaces around them; undefined when a quote is left open. */
function csvFields(line: string): string[] | undefined {
  const fields: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at <= line.length; at++) {
    if (line[at] === '"') quoted = !quoted;
    if (at < line.length && (line[at] !== "," || quoted)) continue;
    fields.push(unquoted(line.slice(start, at).trim()));
    start = at + 1;
  }
  return quoted ? undefined : fields;
}

const unquoted = (text: string): string =>
  text.length >= 2 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replaceAll('""', '"')
    : text;

/** The lines of a list, from 1, without those that are empty. */
function lines(path: string, option: string): { readonly line: string; readonly number: number }[] {
  return readText(path, option)
    .replace(/^\uFEFF/, "") // a byte order mark
    .split(/\r?\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== "");
}

/** Ids of users, one a line, perhaps in quotes. @throws InputError for a file without any. */
export function readUsers(path: string): string[] {
  const ids = lines(path, "--users-file").map(({ line }) => unquoted(line.trim()));
  if (ids.length === 0) throw new InputError(`--users-file: ${path} holds no id`);
  return ids;
}

/** A rating as files of ratings have it. */
const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * User and item of single ratings, one a line: between tabs where the line has a tab, else between `::` where it has that outside
 * of quotes, else a CSV's fields. A rating and a time may stand behind them. What is erased cannot be had back, so a line that can be
 * read in two ways is an error. @throws InputError naming the line.
 */
export function readPairs(path: string): [user: string, item: string][] {
  const pairs = lines(path, "--ratings-file").flatMap(({ line, number }): [string, string][] => {
    const fields = fieldsOf(line);
    const where = `--ratings-file: ${path}, line ${number}`;
    const [user, item, rating] = fields ?? [];
    if (!user || !item)
      throw new InputError(`${where}: a user and an item are needed, not ${JSON.stringify(line.trim())}`);
    if (rating && !NUMBER.test(rating)) {
      // a header, as a copy of the file of ratings may have it
      if (number === 1 && !/\d/.test(line)) {
        say(`${where} was read as a header: ${line.trim()}`);
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

function fieldsOf(line: string): string[] | undefined {
  const trimmed = (text: string) => text.trim();
  if (line.includes("\t")) return line.split("\t").map(trimmed);
  if (line.replace(/"[^"]*"/g, "").includes("::")) return line.split("::").map(trimmed);
  return csvFields(line);
}
