/** Settings of a `beyond` cell: changes laid over changes, and the method that comes of them under the cell's protocol. */

import type { Json } from "../../training/store";
import type { Method } from "../../unlearning/method";
import { methodOf, specOf } from "../../unlearning/methods";
import type { BeyondCell, FlatSettings } from "../cell";
import { planOf, trainingOf } from "../jobs/systems";

const isObject = (value: Json | undefined): value is FlatSettings =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `change` laid over `settings`: objects member by member, everything else as a whole. */
export function withChange(settings: FlatSettings, change: FlatSettings): FlatSettings {
  const merged: Record<string, Json> = { ...settings };
  for (const [key, value] of Object.entries(change)) {
    const before = settings[key];
    merged[key] = isObject(before) && isObject(value) ? withChange(before, value) : value;
  }
  return merged;
}

const GROUPINGS = ["rand", "bkm", "cbkm"] as const;

/**
 * The method of a cell with some changes to its settings. What these do not name is the protocol's, as in the other cells.
 * @throws InputError for a setting that the method does not have
 */
export function methodWith(cell: BeyondCell, change: FlatSettings): Method {
  const { protocol, model, method, seed } = cell;
  const settings = withChange(cell.settings, change);
  const grouping = GROUPINGS.find((name) => name === settings.grouping) ?? "cbkm";
  const training = model === "none" ? {} : trainingOf(protocol, model, seed);
  const { epochsPerGroup, optimizer } = protocol;
  const defaults = { ...planOf(protocol, grouping, 1, seed), ...training, epochsPerGroup, optimizer };
  const spec = specOf(method);
  const own = Object.entries(defaults).filter(([key]) => Object.hasOwn(spec, key));
  return methodOf(method, { ...Object.fromEntries(own), ...settings } as Json);
}
