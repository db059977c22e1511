/**
 * `--set` of `learn`: "epochs=20" as a setting, "fold.ridge=50" as one inside another; numbers and true or false as such,
 * else text. Names and values are the library's to check; what is refused here would pass its checks unnoticed, or is not
 * a setting of learning at all.
 */

import { InputError } from "../errors";

/** Settings that hold others. */
const GROUPS = ["adam", "clustering", "embedding", "fold", "itemStep.fit"] as const;
/** Settings that hold others, or are a name alone: core=coin@10, core.percent=10. */
const NAMED_GROUPS = ["grouping", "core", "itemStep", "userStep"] as const;
/** What `learn` takes beside settings, and how it is said on the command line. */
const NO_SETTINGS: Readonly<Record<string, string>> = {
  folder: "take --system",
  store: "take --system",
  method: "take --method",
  workers: "take --workers",
  signal: "it cannot be given here",
  onProgress: "it cannot be given here",
};
/** Names that every object has already. */
const RESERVED = ["__proto__", "constructor", "prototype"];

type Value = number | boolean | string;
interface Group {
  [key: string]: Value | Group;
}

const includes = (names: readonly string[], name: string): boolean => names.includes(name);

/** @throws InputError that names the text of `--set`. */
export function settingsOf(pairs: readonly string[]): Record<string, unknown> {
  const settings: Group = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const path = pair.slice(0, at).split(".");
    const refuse = (reason: string) => new InputError(`--set: "${pair}": ${reason}`);
    if (at < 1 || path.includes("")) throw new InputError(`--set: "${pair}" is not of the form key=value`);
    const reserved = path.find((key) => includes(RESERVED, key));
    if (reserved !== undefined) throw refuse(`${reserved} is not a setting`);
    if (Object.hasOwn(NO_SETTINGS, path[0]))
      throw refuse(`${path[0]} is not a setting of learning; ${NO_SETTINGS[path[0]]}`);
    const value = typed(pair.slice(at + 1));
    const whole = path.join(".");
    if (includes(GROUPS, whole)) throw refuse(`${whole} holds settings of its own: say ${whole}.NAME=value`);
    if (includes(NAMED_GROUPS, whole) && typeof value !== "string")
      throw refuse(`${whole} takes a name, or holds settings of its own: ${whole}.NAME=value`);
    put(settings, path, value, refuse);
  }
  return settings;
}

/** Puts a value at its place; a value that is there already is replaced, a group of settings is not. */
function put(
  settings: Group,
  path: readonly string[],
  value: Value,
  refuse: (reason: string) => InputError,
): void {
  const last = path[path.length - 1];
  let inner = settings;
  for (let depth = 1; depth < path.length; depth++) {
    const group = path.slice(0, depth).join(".");
    if (![...GROUPS, ...NAMED_GROUPS].some((name) => name === group))
      throw refuse(`${group} holds no settings of its own`);
    const key = path[depth - 1];
    const held = Object.hasOwn(inner, key) ? inner[key] : {};
    if (typeof held !== "object") throw refuse(`${group} has a value of its own already`);
    inner[key] = held;
    inner = held;
  }
  if (Object.hasOwn(inner, last) && typeof inner[last] === "object")
    throw refuse(`settings inside ${path.join(".")} are given already`);
  inner[last] = value;
}

function typed(text: string): Value {
  if (text === "true" || text === "false") return text === "true";
  const number = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isNaN(number) ? text : number;
}
