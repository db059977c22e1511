/**
 * Parameters of a notebook: the values in its `parameters` cell, some of them by profile, changed by the
 * environment variable ERASABLE_PARAMETERS (a JSON object). It is the one way to run a notebook with other
 * settings; in JupyterLab one edits the cell, and what is typed there is what is used.
 */

import { InputError, requireKnownKeys } from "../errors";
import { connectedNotebook, currentProfile, type ReportProfile } from "./context";
import type { Value } from "./rows";
import { columns, tableHtml } from "./table";

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

/** A value that depends on the profile; a plain value in its place holds in every profile. */
export class ProfileValue<T> {
  constructor(
    readonly usual: T,
    readonly special: { readonly [Name in ReportProfile]?: T },
  ) {}

  /** Its value in a profile. */
  in(profile: ReportProfile): T {
    return this.special[profile] ?? this.usual;
  }
}

/**
 * A parameter that some profiles have another value of: `epochs: byProfile(20, { smoke: 5 })`.
 * @param usual the value in all other profiles
 */
export const byProfile = <T extends Parameter>(
  usual: T,
  special: { readonly [Name in ReportProfile]?: Widened<T> },
): Widened<T> => new ProfileValue(usual as Widened<T>, special) as unknown as Widened<T>;

const inProfile = (value: unknown, profile: ReportProfile): Parameter =>
  value instanceof ProfileValue ? value.in(profile) : (value as Parameter);

/**
 * A change of one parameter, as somebody would type it on the command line: of a number, else of the data
 * set.
 */
function example(parameters: Parameters): string {
  const [name, value] =
    Object.entries(parameters).find(([key, one]) => typeof one === "number" && key !== "workers") ?? [];
  const change = name === undefined ? { dataset: "my-ratings.csv" } : { [name]: Number(value) + 1 };
  if (Object.keys(change).some((key) => !(key in parameters))) return "";
  const text = JSON.stringify(change);
  return `Change a value, then run the cells below. Without JupyterLab: ERASABLE_PARAMETERS='${text}' npm run reproduce -- --only NN (NN: the number of this notebook)`;
}

const COLUMNS = columns({ parameter: "Parameter", value: "Value", set: "Set by" });

/**
 * The parameters of this run, shown in the cell.
 * @param defaults name and value of each, where profiles differ by `byProfile`; the kind of the value is the
 * kind of the parameter
 * @throws InputError for an unknown name or a value of another kind, naming both and what is allowed
 */
export function notebookParameters<const T extends Parameters>(defaults: T): NotebookParameters<T> {
  const profile = currentProfile();
  const typed = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, inProfile(value, profile)]),
  );
  const changes = fromEnvironment();
  const parameters = change(typed, changes, "ERASABLE_PARAMETERS");
  const text = (value: Parameter): Value =>
    Array.isArray(value) ? value.join(", ") : String(value) || "(empty)";
  const source = (name: string): string => {
    if (name in changes) return "ERASABLE_PARAMETERS";
    const given: unknown = defaults[name];
    const special = given instanceof ProfileValue && profile in given.special;
    return special ? `profile ${profile} (else ${text(given.usual)})` : "this cell";
  };
  const rows = Object.keys(parameters).map((name) => ({
    parameter: name,
    value: text(parameters[name]),
    set: source(name),
  }));
  const caption = `Parameters (profile ${profile})`;
  connectedNotebook()?.display.html(
    tableHtml(rows, { columns: COLUMNS, caption, note: example(parameters) }),
  );
  return Object.freeze(parameters) as NotebookParameters<T>;
}
