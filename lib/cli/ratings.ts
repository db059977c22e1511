/**
 * Ratings of the user's own, as `learn` and `verify` read them: the library's loading, and what a person at the terminal
 * has to be told beside it.
 */

import { type Command, InvalidArgumentError, Option } from "commander";
import type { Interactions } from "../data/interactions";
import { loadDataset } from "../data/load";
import { RATING_FORMATS, type RatingFormat, type RatingScale } from "../data/parse";
import { InputError } from "../errors";
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

/** What an embedding of users says of a rating of 0: it weighs an edge of the hypergraph by it (Section 3.2). */
const ZERO = /^hypergraph: (user .* has rating .*)$/s;

/** Says of what file, and what to do, where a grouping needs ratings above 0. */
export function explainZero(name: string, error: unknown): never {
  const zero = error instanceof InputError ? ZERO.exec(error.message) : null;
  if (zero === null) throw error;
  throw new InputError(
    `${name}: ${clip(zero[1], 200)}. The embedding of users takes no rating of 0 or below: take --grouping bkm or ` +
      "rand, or --method receraser, ease or gaussian; or move the ratings up by 1",
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
