/**
 * Parameters of a notebook: the values in its `parameters` cell, changed by the profile, changed by the environment
 * variable ERASABLE_PARAMETERS (a JSON object). It is the one way to run a notebook with other settings; in JupyterLab
 * one edits the cell.
 */

import { InputError, requireKnownKeys } from "../errors";
import { connectedNotebook, currentProfile, type ReportProfile } from "./context";
import type { Value } from "./rows";
import { tableHtml } from "./table";

export type Parameter = string | number | boolean | readonly string[] | readonly number[];
type Parameters = Readonly<Record<string, Parameter>>;

/** `"ml-100k"` is a string, `[1, 2]` a list of numbers: a parameter may be changed within its kind. */
type Widened<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends readonly (infer Member)[]
        ? readonly Widened<Member>[]
        : T;
/** Parameters with the types of their defaults, widened: a number stays a number. */
export type NotebookParameters<T> = { readonly [Key in keyof T]: Widened<T[Key]> };

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? `list of ${value.length > 0 ? kindOf(value[0]) : "nothing"}` : typeof value;

const kindFits = (value: unknown, like: Parameter): boolean =>
  kindOf(value) === kindOf(like) &&
  (Array.isArray(value)
    ? value.every((member) => kindOf(member) === kindOf(value[0]))
    : !Number.isNaN(value));

function change(base: Parameters, changes: object, source: string): Parameters {
  requireKnownKeys(changes, Object.keys(base), source);
  for (const [key, value] of Object.entries(changes)) {
    if (!kindFits(value, base[key]))
      throw new InputError(
        `${source}: ${key} is ${JSON.stringify(value)}; it must be a ${kindOf(base[key])}`,
      );
  }
  return { ...base, ...(changes as Parameters) };
}

function fromEnvironment(): object {
  const text = process.env.ERASABLE_PARAMETERS;
  if (!text) return {};
  let changes: unknown;
  try {
    changes = JSON.parse(text);
  } catch {
    throw new InputError(`ERASABLE_PARAMETERS is not JSON: ${text}`);
  }
  if (typeof changes !== "object" || changes === null || Array.isArray(changes))
    throw new InputError(`ERASABLE_PARAMETERS must be a JSON object such as {"seed": 3}; it is ${text}`);
  return changes;
}

/**
 * The parameters of this run, shown in the cell.
 * @param defaults name and default of each; the kind of the default is the kind of the parameter
 * @param byProfile what a profile changes: `{ smoke: { dataset: "synthetic" } }`
 * @throws InputError for an unknown name or a value of another kind, naming both and what is allowed
 */
export function notebookParameters<const T extends Parameters>(
  defaults: T,
  byProfile: { readonly [Name in ReportProfile]?: Partial<NotebookParameters<T>> } = {},
): NotebookParameters<T> {
  const profile = currentProfile();
  const profiled = change(defaults, byProfile[profile] ?? {}, `parameters of profile ${profile}`);
  const changes = fromEnvironment();
  const parameters = change(profiled, changes, "ERASABLE_PARAMETERS");
  const text = (value: Parameter): Value =>
    Array.isArray(value) ? value.join(", ") : String(value) || "(empty)";
  const rows = Object.keys(parameters).map((name) => ({
    parameter: name,
    value: text(parameters[name]),
    set:
      name in changes
        ? "ERASABLE_PARAMETERS"
        : parameters[name] === defaults[name]
          ? "this cell"
          : `profile ${profile}`,
  }));
  const columns = [
    { key: "parameter", label: "Parameter" },
    { key: "value", label: "Value" },
    { key: "set", label: "Set by" },
  ];
  connectedNotebook()?.display.html(tableHtml(rows, { columns, caption: `Parameters (profile ${profile})` }));
  return Object.freeze(parameters) as NotebookParameters<T>;
}
