/**
 * How deep JSON from outside may nest: what recurses over a parsed value (json.ts, parseCertificate.ts) would
 * else end with the stack, and not with a message.
 */

import { InputError } from "./errors";
import { parseJson } from "./json";

/** Levels; no file of this house has ten. */
const DEEPEST = 100;

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1)));

/** @param what whose value it is, for the message @throws InputError for one of more than 100 levels */
export function requireShallow(value: unknown, what: string): void {
  if (isDeeper(value, DEEPEST))
    throw new InputError(`${what}: it is nested more than ${DEEPEST} levels deep`);
}

/** As `parseJson`, which recurses over what it has parsed: the depth is looked at before. @throws InputError */
export function parseShallow(text: string, what: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // parseJson says what is wrong
  }
  requireShallow(value, what);
  return parseJson(text, what);
}
