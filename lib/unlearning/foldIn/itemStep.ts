/**
 * The item half-step of `coreFoldIn`: after all users are folded in, items learn from all their raters with user rows
 * frozen. `items` fits each item's rows anew, drawn to those of the core's model; `ridge` leaves them and adds a closed
 * form (ridge.ts); `none` is the control. In each an item's outcome is a function of the core's model and of the item's
 * own raters, so an erasure touches the items of the erased ratings alone.
 */

import { requireKnownKeys, requireNumber, requireOneOf } from "../../errors";
import type { FoldWork, UserFold } from "./fold";
import type { Runs } from "./kernel";
import { LEAST_LAMBDA } from "./ridge";
import { type FoldSettings, foldSettings } from "./settings";

export const ITEM_STEPS = ["none", "items", "ridge"] as const;

export interface ItemStepSettings {
  readonly kind: (typeof ITEM_STEPS)[number];
  /** `items`: how the rows are fitted */
  readonly fit: FoldSettings;
  /** `ridge`: lambda, in ratings, from 1e-6 */
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
  requireNumber(lambda, LEAST_LAMBDA, 1e9, "itemStep.lambda");
  return Object.freeze({ kind, fit: foldSettings(partial.fit, FIT_DEFAULTS, "itemStep.fit"), lambda });
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
