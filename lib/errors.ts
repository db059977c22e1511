/** Errors that a caller can act on: they name the thing that is wrong and what is allowed in its place. */

/** Bad input from outside: a setting, a file, an id. The message names the key, file, line or value. */
export class InputError extends Error {
  override name = "InputError";
}

/** Work was stopped on request (an `AbortSignal`, Ctrl-C, the stop button). What was finished is kept. */
export class StoppedError extends Error {
  override name = "StoppedError";
}

/** A value as messages show it: "null", "1.5", "the text "fast"", "an array", "[object Set]". */
export function seen(value: unknown): string {
  if (value === null || value === undefined || typeof value === "boolean" || typeof value === "number")
    return String(value);
  if (typeof value === "string") return `the text ${JSON.stringify(value.slice(0, 40))}`;
  if (typeof value === "function") return "a function";
  return Array.isArray(value) ? "an array" : Object.prototype.toString.call(value);
}

/** Throws `InputError` unless `value` is one of `choices`. */
export function requireOneOf<T extends string>(value: unknown, choices: readonly T[], what: string): T {
  if (choices.includes(value as T)) return value as T;
  throw new InputError(`${what}: ${JSON.stringify(value)} is not one of ${choices.join(", ")}`);
}

/** Throws `InputError` when `settings` has a key that `allowed` does not list. */
export function requireKnownKeys(settings: object, allowed: readonly string[], what: string): void {
  for (const key of Object.keys(settings)) {
    if (!allowed.includes(key))
      throw new InputError(`${what}: unknown key "${key}"; known keys are ${allowed.join(", ")}`);
  }
}

/** Throws `InputError` unless `value` is an integer in [least, most]. */
export function requireInteger(value: unknown, least: number, most: number, what: string): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  throw new InputError(`${what}: ${String(value)} is not an integer from ${least} to ${most}`);
}

/** Throws `InputError` unless `value` is a finite number in [least, most]. */
export function requireNumber(value: unknown, least: number, most: number, what: string): number {
  if (Number.isFinite(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  throw new InputError(`${what}: ${String(value)} is not a number from ${least} to ${most}`);
}
