/**
 * How a file of ratings of one's own is read, where its content does not say so by itself: for every
 * command, function and notebook.
 */

import { InputError } from "../../errors";
import { choice, flag, nullable, real, type SettingsOf, text } from "../../settings";
import { parseScale } from "../scale";
import { parseColumns } from "./columns";
import { ENCODINGS } from "./encoding";
import { separatorNamed } from "./sniff";

export const INCOMPLETE = ["refuse", "skip"] as const;
export const DUPLICATES = ["refuse", "last", "first", "mean", "sum"] as const;
/** What is made of a pair that occurs more than once: an error, or one rating. */
export type Duplicates = (typeof DUPLICATES)[number];

/** Whether a parser takes a text. */
const takes = (parse: (value: string) => unknown) => (value: string) => {
  try {
    parse(value);
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
};

const LARGE = Number.MAX_SAFE_INTEGER;
const anyNumber = (initial: number, doc: string) =>
  nullable({ ...real(-LARGE, LARGE, initial, doc), allowed: "any number" });

export const READING = {
  columns: nullable(
    text(
      takes(parseColumns),
      "user=NAME,item=NUMBER and so on",
      "user=1,item=2",
      "which column is what, user=NAME|NUMBER,item=...[,rating=...][,time=...]; without it, names and values tell",
    ),
  ),
  scale: nullable(
    text(
      takes(parseScale),
      "the lowest and the highest rating, such as 1-10 or -1-1",
      "1-5",
      "lowest and highest rating, such as 1-10 or -1-1; without it, the values tell, or it is asked for",
    ),
  ),
  liked: anyNumber(
    4,
    "the rating from which on an item is liked; without it, three quarters of the way up the scale",
  ),
  unrated: anyNumber(
    0,
    "the value that stands for 'not rated', of counts also all below it: such lines are left out; without it, none is",
  ),
  incomplete: choice(
    INCOMPLETE,
    "refuse",
    "lines in which user, item or rating is missing: refuse the file, or skip them and say how many",
  ),
  duplicates: choice(
    DUPLICATES,
    "refuse",
    "what is made of a pair that occurs again: an error, its last or first rating in the file, " +
      "their mean or sum",
  ),
  implicit: flag(false, "clicks, orders, plays: the pairs alone, without ratings"),
  separator: nullable(
    text(
      takes(separatorNamed),
      "comma, semicolon, tab, pipe, ::, space or a single character",
      ",",
      "what stands between columns: comma, semicolon, tab, pipe, ::, space or a single character; without it, the first lines tell",
    ),
  ),
  encoding: choice(ENCODINGS, "auto", "how letters are written; auto: UTF-8, or UTF-16 by its first bytes"),
};
export type ReadingSettings = SettingsOf<typeof READING>;
