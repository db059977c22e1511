/** What the functions of api.ts are given, against what they take: for callers without a type checker. */

import type { Interactions } from "../data/interactions";
import { InputError, requireKnownKeys, seen } from "../errors";

/** Whether `value` is an object read by keys: no array, no Set. Notebooks have an Object of their own. */
const isObject = (value: unknown): value is Record<string, unknown> =>
  Object.prototype.toString.call(value) === "[object Object]";

function refuse(what: string, allowed: string, value: unknown): never {
  throw new InputError(`${what}: ${allowed} is needed, not ${seen(value)}`);
}

/** @throws InputError unless `value` holds ratings as `loadDataset` gives them. */
export function requireRatings(value: unknown, what: string): asserts value is Interactions {
  const { userIds, itemIds, byUser } = isObject(value) ? value : {};
  const rows = isObject(byUser) ? [byUser.offsets, byUser.columns, byUser.values] : [];
  if (
    !Array.isArray(userIds) ||
    !Array.isArray(itemIds) ||
    !rows.every(ArrayBuffer.isView) ||
    rows.length === 0
  )
    refuse(what, "an object of ratings, as loadDataset gives it,", value);
}

/** @throws InputError unless `value` is the path of a folder. */
export function requirePath(value: unknown, what: string): void {
  if (typeof value !== "string" || value === "") refuse(what, "the path of a folder", value);
}

/** @throws InputError unless `value` is an object whose keys, where they are listed, are among `known`. */
export function requireOptions(value: unknown, what: string, known?: readonly string[]): void {
  if (!isObject(value)) refuse(what, "an object of settings", value);
  if (known) requireKnownKeys(value, known, what);
}

/** @throws InputError for a `signal` that is no AbortSignal, or an `onProgress` that is no function. */
export function requireWork(
  { signal, onProgress }: { readonly signal?: unknown; readonly onProgress?: unknown },
  what: string,
): void {
  // by what it can do: a signal may come from another realm, a notebook's
  const { aborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  const stops = typeof aborted === "boolean" && typeof addEventListener === "function";
  if (signal !== undefined && !stops) refuse(`${what}: signal`, "an AbortSignal", signal);
  if (onProgress !== undefined && typeof onProgress !== "function")
    refuse(`${what}: onProgress`, "a function", onProgress);
}

/** @throws InputError unless `value` is true, false or left out. */
export function requireFlag(value: unknown, what: string): void {
  if (value !== undefined && typeof value !== "boolean") refuse(what, "true or false", value);
}

/**
 * @throws InputError unless `value` is a key's bytes or text, or left out; certificate.ts checks its length
 */
export function requireKey(value: unknown, what: string): void {
  if (value !== undefined && typeof value !== "string" && !(value instanceof Uint8Array))
    refuse(what, "an operator's key, bytes or hexadecimal text,", value);
}

/** @throws InputError unless `value` is an array of ids. */
export function requireIds(value: unknown, what: string): void {
  if (!Array.isArray(value)) refuse(what, "an array of ids", value);
  for (const id of value) if (typeof id !== "string") refuse(what, "the text of an id", id);
}

/** @throws InputError unless `value` is an array of [user, item]. */
export function requirePairs(value: unknown, what: string): void {
  if (!Array.isArray(value)) refuse(what, "an array of [user, item]", value);
  for (const pair of value) {
    requireIds(pair, what);
    if (pair.length !== 2) throw new InputError(`${what}: each is [user, item], not ${pair.length} ids`);
  }
}

/** @throws InputError unless `value` is an array of certificates, or of what they say is erased. */
export function requireErasures(value: unknown, what: string): void {
  if (!Array.isArray(value)) refuse(what, "an array of certificates", value);
  for (const one of value) {
    const erased: unknown = isObject(one) ? one.erased : undefined;
    if (!isObject(erased)) refuse(what, "a certificate", one);
    requireIds(erased.userTags, `${what}: userTags`);
    requireIds(erased.ratingTags, `${what}: ratingTags`);
  }
}
