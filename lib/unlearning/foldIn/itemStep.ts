/**
 * The item half-step of `coreFoldIn`: after all users are folded in, items learn from all their raters with user rows
 * frozen. `items` fits each item's rows anew, drawn to those of the core's model; `ridge` leaves them and adds a closed
 * form (ridge.ts); `none` is the control. In each an item's outcome is a function of the core's model and of the item's
 * own raters, so an erasure touches the items of the erased ratings alone.
 */

import { requireKnownKeys, requireNumber, requireOneOf } from "../../errors";
import type { GroupRatings } from "../../training/groupRatings";
import type { FoldWork, UserFold } from "./fold";
import type { Runs } from "./kernel";
import { type FoldSettings, foldSettings } from "./settings";

export const ITEM_STEPS = ["none", "items", "ridge"] as const;

export interface ItemStepSettings {
  readonly kind: (typeof ITEM_STEPS)[number];
  /** `items`: how the rows are fitted */
  readonly fit: FoldSettings;
  /** `ridge`: lambda, in ratings */
  readonly lambda: number;
}

/** Some of the fields, or the kind alone as text. */
export type ItemStepOptions =
  | ItemStepSettings["kind"]
  | {
      readonly kind?: ItemStepSettings["kind"];
      readonly fit?: Partial<FoldSettings>;
      readonly lambda?: number;
    };

const FIT_DEFAULTS: FoldSettings = Object.freeze({ steps: 10, learningRate: 0.02, ridge: 10 });

/** Settings with the defaults filled in, checked and frozen. @throws InputError. */
export function itemStepSettings(options: ItemStepOptions = {}): ItemStepSettings {
  const partial = typeof options === "string" ? { kind: options } : options;
  requireKnownKeys(partial, ["kind", "fit", "lambda"], "itemStep");
  const kind = requireOneOf(partial.kind ?? "ridge", ITEM_STEPS, "itemStep.kind");
  const lambda = partial.lambda ?? 5;
  requireNumber(lambda, Number.MIN_VALUE, 1e9, "itemStep.lambda");
  return Object.freeze({ kind, fit: foldSettings(partial.fit, FIT_DEFAULTS, "itemStep.fit"), lambda });
}

/** The raters of some items, in the order of groups and rows: places in the concatenation of all groups' members. */
export function ratersOf(
  touched: readonly number[],
  groups: readonly GroupRatings[],
  samples: (group: GroupRatings) => Runs,
  items: number,
): Runs {
  const rowOf = new Int32Array(items).fill(-1);
  touched.forEach((item, row) => {
    rowOf[item] = row;
  });
  const counts = new Uint32Array(touched.length + 1);
  for (const group of groups) {
    const { partners } = samples(group);
    for (let k = 0; k < partners.length; k++) counts[rowOf[partners[k]] + 1]++;
  }
  counts[0] = 0; // where items that are not touched were counted
  for (let row = 0; row < touched.length; row++) counts[row + 1] += counts[row];
  const offsets = counts.slice();
  const total = offsets[touched.length];
  const partners = new Uint32Array(total);
  const labels = new Float32Array(total);
  let first = 0;
  for (const group of groups) {
    const own = samples(group);
    for (let member = 0; member < group.members.length; member++)
      for (let k = own.offsets[member]; k < own.offsets[member + 1]; k++) {
        const row = rowOf[own.partners[k]];
        if (row < 0) continue;
        const at = counts[row]++;
        partners[at] = first + member;
        labels[at] = own.labels[k];
      }
    first += group.members.length;
  }
  return { offsets, partners, labels };
}

/** Fits the rows of some items to all their raters. @returns wide rows, and the gradient samples that it took */
export async function fitItems(
  touched: readonly number[],
  raters: Runs,
  userOutputs: Float32Array,
  fold: UserFold,
  fit: FoldSettings,
  work: FoldWork,
): Promise<{ rows: Float32Array; samples: number }> {
  const width = fold.itemRows.length / fold.itemCount;
  const start = new Float32Array(touched.length * width);
  touched.forEach((item, row) => {
    start.set(fold.itemRows.subarray(item * width, (item + 1) * width), row * width);
  });
  if (touched.length === 0) return { rows: start, samples: 0 };
  const options = { ...fit, adam: fold.settings.adam, anchor: start, ...work };
  const rows = await fold.kernel.fit("item", start, raters, userOutputs, options);
  return { rows, samples: raters.partners.length * fit.steps };
}
