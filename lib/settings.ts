/**
 * Settings, each declared once: its kind and range, its default, one line of documentation. From a
 * declaration follow the type (`SettingsOf`), the check and the defaults (`complete`), the way a command line
 * writes it (`parseSettings`) and its documentation (`describeSettings`). A specification is a plain object
 * of declarations, so parts are shared by spreading: `{ ...PLAN, ...TRAINING, ridge: real(1e-6, 1e9, 1,
 * "penalty of the regression") }`.
 */

import { InputError, seen } from "./errors";

/** One setting. Made by `whole`, `real`, `choice`, `text`, `flag` and `nullable`. */
export interface Setting<T> {
  readonly default: T;
  /** what it is, in one line */
  readonly doc: string;
  /** which values it takes, as messages and documentation say it: "a whole number from 1 to 100" */
  readonly allowed: string;
  accepts(value: unknown): boolean;
  /** The value that a text of the command line stands for; undefined for none of this kind. */
  read(text: string): unknown;
}

/** Settings by name. */
export type Spec = Readonly<Record<string, Setting<unknown>>>;

/** What `complete` gives for a specification. */
export type SettingsOf<S extends Spec> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

function declared<T>(setting: Setting<T>): Setting<T> {
  if (!setting.accepts(setting.default))
    throw new Error(`setting: its default ${seen(setting.default)} is not ${setting.allowed}`);
  return Object.freeze(setting);
}

/** As JSON and the command line write numbers: decimal, with a point and an exponent perhaps. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const readNumber = (text: string): unknown => (DECIMAL.test(text) ? Number(text) : undefined);

/** " from 1 to 100"; a bound that no setting comes near is not written out. */
function within(least: number, most: number): string {
  const open = most >= Number.MAX_SAFE_INTEGER;
  if (least === Number.MIN_VALUE) return open ? " above 0" : ` above 0 and at most ${most}`;
  return open ? ` from ${least}` : ` from ${least} to ${most}`;
}

/** A whole number in [least, most]. */
export const whole = (least: number, most: number, initial: number, doc: string): Setting<number> =>
  declared({
    default: initial,
    doc,
    allowed: `a whole number${within(least, most)}`,
    accepts: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    read: readNumber,
  });

/** A finite number in [least, most]; `Number.MIN_VALUE` as the least stands for "above 0". */
export const real = (least: number, most: number, initial: number, doc: string): Setting<number> =>
  declared({
    default: initial,
    doc,
    allowed: `a number${within(least, most)}`,
    accepts: (value) => Number.isFinite(value) && (value as number) >= least && (value as number) <= most,
    read: readNumber,
  });

/** One of some names. */
export const choice = <T extends string>(values: readonly T[], initial: T, doc: string): Setting<T> =>
  declared({
    default: initial,
    doc,
    allowed: `one of ${values.join(", ")}`,
    accepts: (value) => values.includes(value as T),
    read: (text) => text,
  });

/** A text of some form, such as "1-10". @param allowed the form in words */
export const text = (
  accepts: (value: string) => boolean,
  allowed: string,
  initial: string,
  doc: string,
): Setting<string> =>
  declared({
    default: initial,
    doc,
    allowed,
    accepts: (value) => typeof value === "string" && accepts(value),
    read: (value) => value,
  });

/** True or false. */
export const flag = (initial: boolean, doc: string): Setting<boolean> =>
  declared({
    default: initial,
    doc,
    allowed: "true or false",
    accepts: (value) => typeof value === "boolean",
    read: (text) => (text === "true" || text === "false" ? text === "true" : undefined),
  });

/** A setting that may also be null, written "none", which is then its default. */
export const nullable = <T>(setting: Setting<T>): Setting<T | null> =>
  declared<T | null>({
    default: null,
    doc: setting.doc,
    allowed: `${setting.allowed}, or none`,
    accepts: (value) => value === null || setting.accepts(value),
    read: (text) => (text === "none" ? null : setting.read(text)),
  });

/** Where every stream of random draws begins. */
export const SEED = whole(0, 2 ** 32 - 1, 1, "seed of every random draw");

/** The specification with other defaults. */
export function withDefaults<S extends Spec>(spec: S, defaults: Partial<SettingsOf<S>>): S {
  const changed = Object.entries(defaults).map(([key, value]) => [
    key,
    declared({ ...spec[key], default: value as unknown }),
  ]);
  return { ...spec, ...Object.fromEntries(changed) };
}

/** The settings of a specification that stand in `settings`, which may hold others. */
export function pick<S extends Spec>(spec: S, settings: SettingsOf<S>): SettingsOf<S> {
  return Object.freeze(
    Object.fromEntries(Object.keys(spec).map((key) => [key, settings[key]])),
  ) as SettingsOf<S>;
}

function settingOf(spec: Spec, key: string, what: string): Setting<unknown> {
  if (Object.hasOwn(spec, key)) return spec[key];
  throw new InputError(`${what}: unknown key "${key}"; known keys are ${Object.keys(spec).join(", ")}`);
}

function requireAccepted(setting: Setting<unknown>, key: string, value: unknown, what: string): void {
  if (!setting.accepts(value))
    throw new InputError(`${what}: ${key}: ${seen(value)} is not ${setting.allowed}`);
}

/**
 * Checks what a caller gives and fills in the defaults. Own enumerable keys count, and nothing inherited;
 * undefined is as good as not given.
 * @param what whose settings they are, for messages
 * @returns all settings, in the order of the specification, frozen
 * @throws InputError for a key that the specification does not have, or a value that its setting does not
 * take.
 */
export function complete<S extends Spec>(spec: S, candidate: unknown, what: string): SettingsOf<S> {
  if (Object.prototype.toString.call(candidate) !== "[object Object]")
    throw new InputError(`${what}: an object of settings is needed, not ${seen(candidate)}`);
  const given = new Map(Object.entries(candidate as object));
  for (const [key, value] of given) {
    const setting = settingOf(spec, key, what);
    if (value !== undefined) requireAccepted(setting, key, value, what);
  }
  const of = (key: string) => (given.get(key) === undefined ? spec[key].default : given.get(key));
  const all = Object.keys(spec).map((key) => [key, of(key)]);
  return Object.freeze(Object.fromEntries(all)) as SettingsOf<S>;
}

/**
 * Reads "key=value" as a command line or a notebook's parameter writes it.
 * @returns the settings named, checked; the others are left out
 * @throws InputError for a pair of another form, an unknown key, one that is given twice, or a value that it
 * does not take.
 */
export function parseSettings<S extends Spec>(
  spec: S,
  pairs: readonly string[],
  what: string,
): Partial<SettingsOf<S>> {
  const settings: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw new InputError(`${what}: "${pair}" is not of the form key=value`);
    const key = pair.slice(0, at);
    const text = pair.slice(at + 1);
    const setting = settingOf(spec, key, what);
    if (Object.hasOwn(settings, key)) throw new InputError(`${what}: ${key} is given twice`);
    const value = setting.read(text);
    requireAccepted(setting, key, value === undefined ? text : value, what);
    settings[key] = value;
  }
  return settings as Partial<SettingsOf<S>>;
}

/** "T of Section 4.2: a whole number from 1 to 1000000 (default: 50)", for help and documentation. */
export const describeSetting = ({ doc, allowed, default: initial }: Setting<unknown>): string =>
  `${doc}: ${allowed} (default: ${initial === null ? "none" : String(initial)})`;

/** Every setting of a specification: its name, and `describeSetting` of it. */
export const describeSettings = (spec: Spec): { readonly key: string; readonly text: string }[] =>
  Object.entries(spec).map(([key, setting]) => ({ key, text: describeSetting(setting) }));
