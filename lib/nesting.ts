/**
 * How deep JSON from outside may nest: what recurses over a parsed value (json.ts, parseCertificate.ts) would
 * else end with the stack, and not with a message.
 */

import { InputError } from "./errors";

/** Levels; no file of this house has ten. */
const DEEPEST = 100;

/** @param what whose text it is, for the message @throws InputError for JSON of more than 100 levels */
export function requireShallow(text: string, what: string): void {
  let depth = 0;
  for (const [token] of text.matchAll(/[[\]{}]|"(?:[^"\\]|\\.)*"/g)) {
    if (token === "[" || token === "{") depth++;
    else if (token === "]" || token === "}") depth--;
    if (depth > DEEPEST) throw new InputError(`${what}: it is nested more than ${DEEPEST} levels deep`);
  }
}
