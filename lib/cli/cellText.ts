/** A cell as JSON, as `cells --format json` prints it and `run --cell` takes it. */

import { InputError, requireInteger, requireKnownKeys, requireOneOf } from "../errors";
import { MODEL_NAMES } from "../model/spec";
import { checkRequest } from "../questions/beyond/requests";
import { type Cell, METHOD_NAMES, SHILLING_ATTACKS } from "../questions/cell";
import { withoutUnused } from "../questions/figures/cells";
import { GROUPINGS } from "../questions/figures/partition";
import { type Protocol, protocol } from "../questions/protocol";
import { METHOD_NAMES as UNLEARNING_METHODS } from "../unlearning/methods";
import { parseRequest } from "../unlearning/request";

const SYSTEM = ["model", "method", "groups", "request"] as const;
const FIELDS = {
  system: SYSTEM,
  timing: SYSTEM,
  exactness: SYSTEM,
  partition: ["grouping", "groups"],
  groupLoss: ["model", "groups"],
  anchors: [],
  membership: SYSTEM,
  poisoning: [...SYSTEM, "attack"],
  beyond: ["model", "method", "variant", "settings", "grid", "request"],
} as const satisfies Record<Cell["kind"], readonly string[]>;

const CHECKS: Readonly<Record<string, (value: unknown) => unknown>> = {
  model: (value) => requireOneOf(value, MODEL_NAMES, "cell: model"),
  method: (value) => requireOneOf(value, METHOD_NAMES, "cell: method"),
  grouping: (value) => requireOneOf(value, GROUPINGS, "cell: grouping"),
  attack: (value) => requireOneOf(value, SHILLING_ATTACKS, "cell: attack"),
  groups: (value) => requireInteger(value, 1, 65_535, "cell: groups"),
  request: (value) => value === "none" || parseRequest(String(value)),
};

const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const requireSound = (sound: boolean, what: string): void => {
  if (!sound) throw new InputError(`cell: ${what}`);
};

/** Where a beyond cell's fields hold something else. */
const BEYOND_CHECKS: typeof CHECKS = {
  model: (value) => value === "none" || requireOneOf(value, MODEL_NAMES, "cell: model"),
  method: (value) => requireOneOf(value, UNLEARNING_METHODS, "cell: method"),
  variant: (value) => requireSound(typeof value === "string", "variant: a name is needed"),
  settings: (value) => requireSound(isObject(value), "settings: an object is needed"),
  grid: (value) =>
    requireSound(
      Array.isArray(value) && value.every((stage) => Array.isArray(stage) && stage.every(isObject)),
      "grid: a list of stages, each a list of changes to the settings, is needed",
    ),
  request: (value) => value === "none" || checkRequest(String(value)),
};

/**
 * Reads a cell. Fields of the protocol that are not there are those of PAPER for the data set.
 * @throws InputError naming the field and what it may be
 */
export function parseCell(text: string): Cell {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new InputError(`cell: this is not JSON (${(error as Error).message})`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new InputError("cell: a JSON object is needed");
  const kind = requireOneOf(value.kind, Object.keys(FIELDS) as Cell["kind"][], "cell: kind");
  const fields: readonly string[] = FIELDS[kind];
  requireKnownKeys(value, ["kind", "dataset", "protocol", "seed", ...fields], `cell of kind ${kind}`);
  if (typeof value.dataset !== "string")
    throw new InputError("cell: dataset: the name of a data set is needed");
  requireInteger(value.seed, 0, 2 ** 32 - 1, "cell: seed");
  const checks = kind === "beyond" ? BEYOND_CHECKS : CHECKS;
  for (const field of fields) checks[field](value[field]);
  const given = (value.protocol ?? {}) as Partial<Protocol>;
  const whole = protocol("PAPER", value.dataset, given);
  const cell = { ...value, kind, protocol: whole } as unknown as Cell;
  if (cell.kind === "beyond") return cell;
  return "method" in cell ? { ...cell, protocol: withoutUnused(whole, cell.method) } : cell;
}
