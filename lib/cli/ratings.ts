/**
 * Ratings of the user's own, as `learn` and `verify` read them: the library's loading, and what a person at the terminal
 * has to be told beside it.
 */

import { closeSync, openSync, readSync, statSync } from "node:fs";
import { constants, gunzipSync } from "node:zlib";
import { type Command, InvalidArgumentError, Option } from "commander";
import { CATALOG, isSyntheticName } from "../data/catalog";
import type { Interactions } from "../data/interactions";
import { loadDataset } from "../data/load";
import { RATING_FORMATS, type RatingFormat, type RatingScale } from "../data/parse";
import { InputError } from "../errors";
import { csvFields } from "./lists";
import { clip } from "./output";

/** How a file is written. */
export interface RatingsOptions {
  readonly format?: RatingFormat;
  readonly scale?: RatingScale;
}

/** @throws InputError: as loadDataset; StoppedError. */
export async function loadRatings(
  name: string,
  { format, scale, signal }: RatingsOptions & { readonly signal?: AbortSignal },
): Promise<Interactions> {
  return loadDataset(name, { format, scale, signal }).catch((error: unknown) => {
    if (error instanceof InputError && /outside the scale of this data set/.test(error.message))
      throw new InputError(`${error.message}; give the lowest and the highest rating with --scale`);
    throw error;
  });
}

const HEAD = 65_536;

/**
 * The first line of a file, which may be gzipped; undefined where it is longer than a line of ratings can be, or cannot be
 * read a second time (a pipe).
 */
function firstLine(path: string): string | undefined {
  if (!statSync(path).isFile()) return undefined;
  const bytes = Buffer.alloc(HEAD);
  const file = openSync(path, "r");
  let head: Buffer;
  try {
    head = bytes.subarray(0, readSync(file, bytes, 0, HEAD, 0));
  } finally {
    closeSync(file);
  }
  if (head[0] === 0x1f && head[1] === 0x8b) head = gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  const [line, ...more] = head.toString("utf8").split("\n");
  return more.length > 0 ? line : undefined;
}

/**
 * A CSV's first line is a header when its third field is not a number (lib/data/parse.ts). Where it holds a digit all the
 * same, a rating may have been mistyped: what to say then, else undefined.
 */
export function headerNotice(name: string, format: RatingFormat | undefined): string | undefined {
  const own = !isSyntheticName(name) && !CATALOG.some((entry) => entry.name === name);
  if (!own || (format ?? (/\.csv(\.gz)?$/i.test(name) ? "csv" : "")) !== "csv") return undefined;
  const line = firstLine(name)
    ?.replace(/^\uFEFF/, "")
    .trim();
  const third = line === undefined ? undefined : csvFields(line)?.[2];
  if (third === undefined || /^-?\d+(\.\d+)?$/.test(third) || !/\d/.test(third)) return undefined;
  return `${name}: line 1 was read as a header: ${clip(line ?? "")}`;
}

/** What an embedding of users says of a rating of 0: it weighs an edge of the hypergraph by it (Section 3.2). */
const ZERO = /^hypergraph: (user .* has rating .*)$/s;

/** Says of what file, and what to do, where a grouping needs ratings above 0. */
export function explainZero(name: string, error: unknown): never {
  const zero = error instanceof InputError ? ZERO.exec(error.message) : null;
  if (zero === null) throw error;
  throw new InputError(
    `${name}: ${clip(zero[1], 200)}. The embedding of users takes no rating of 0 or below: take --grouping bkm or rand with ` +
      "--set cohesion=ratings, or --method c-sisa with one of these groupings, receraser, ease or gaussian; or move the ratings up by 1",
  );
}

/** "1,10": least and most */
function scale(text: string): RatingScale {
  const [least, most, ...more] = text.split(",").map(Number);
  if (!(least < most) || more.length > 0)
    throw new InvalidArgumentError("It must be the lowest and the highest rating, such as 1,10.");
  return { least, most };
}

/** The options that say how a file of ratings is written. */
export const withRatings = (command: Command): Command =>
  command
    .addOption(
      new Option("--format <format>", "how the file is written (default: by its ending)").choices(
        RATING_FORMATS,
      ),
    )
    .option("--scale <least,most>", "the ratings that the file may hold (default: 0.5,5)", scale);
