/** A file that cannot be read as it is, and the settings with which it can. */

import { InputError } from "../../errors";

/** A reading setting and its value (settings.ts). */
export type Way = Readonly<Record<string, string | number | boolean>>;

/** Its message names the ways on; a command line spells them out as commands to paste. */
export class RefusedFile extends InputError {
  constructor(
    message: string,
    readonly ways: readonly Way[],
  ) {
    super(message);
  }
}

/** What to do where a word stands for a rating. */
export const NO_NUMBER =
  "put numbers for words (a higher one for what is liked more), name another column with --columns " +
  "rating=..., or take all pairs for liked with --implicit";

/** No command takes words that say how much something is liked for likes: its author has to. */
export const waysAroundWords = ({ means }: { readonly means: string }): Way[] =>
  means === "rating" ? [] : [{ implicit: true }];
