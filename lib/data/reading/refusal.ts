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
