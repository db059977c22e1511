/**
 * The item half-step of `coreFoldIn`: after all users are folded in, items learn from all their raters with
 * user rows frozen. `items` fits each item's rows anew, drawn to those of the core's model; `ridge` leaves
 * them and adds a closed form (ridge.ts); `none` is the control. In each an item's outcome is a function of
 * the core's model and of the item's own raters, so an erasure touches the items of the erased ratings alone.
 */

import { choice, real, whole } from "../../settings";
import { adamOf } from "../../training/settings";
import type { FoldWork, UserFold } from "./fold";
import type { Runs } from "./kernel";
import { LEAST_LAMBDA } from "./ridge";
import type { FitSettings } from "./settings";

export const ITEM_STEPS = ["none", "items", "ridge"] as const;
export type ItemStep = (typeof ITEM_STEPS)[number];

export const ITEM_STEP = {
  itemStep: choice(
    ITEM_STEPS,
    "ridge",
    "what items learn of all their raters: their rows anew (items), a correction (ridge)",
  ),
  itemSteps: whole(1, 1_000_000, 10, "itemStep items: Adam steps of each item's rows"),
  itemRate: real(0, 1000, 0.02, "itemStep items: Adam's rate at the first of them; it falls linearly to 0"),
  itemRidge: real(
    0,
    1e9,
    10,
    "itemStep items: weight of the core's row to which an item's is drawn, in samples",
  ),
  itemLambda: real(LEAST_LAMBDA, 1e9, 5, "itemStep ridge: lambda, in ratings"),
};

/** Fits the rows of some items to all their raters. @returns wide rows, and gradient samples */
export async function fitItems(
  touched: readonly number[],
  raters: Runs,
  userOutputs: Float32Array,
  fold: UserFold,
  fit: FitSettings,
  work: FoldWork,
): Promise<{ rows: Float32Array; samples: number }> {
  const width = fold.itemRows.length / fold.itemCount;
  const start = new Float32Array(touched.length * width);
  touched.forEach((item, row) => {
    start.set(fold.itemRows.subarray(item * width, (item + 1) * width), row * width);
  });
  if (touched.length === 0) return { rows: start, samples: 0 };
  const options = { ...fit, adam: adamOf(fold.settings), anchor: start, ...work };
  const rows = await fold.kernel.fit("item", start, raters, userOutputs, options);
  return { rows, samples: raters.partners.length * fit.steps };
}
