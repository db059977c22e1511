/**
 * `fine-tune`: the weights that were learned, without the rows of erased users, trained for a few more epochs on the ratings
 * that stay. The simplest approximate method, and a common baseline (Golatkar, Achille and Soatto, "Eternal sunshine of
 * the spotless net", CVPR 2020): it hopes that what was erased is overwritten.
 */

import { complete, type SettingsOf } from "../../settings";
import { TRAINING } from "../../training/settings";
import type { GroupedMethod } from "../grouped";
import { type Adjusted, type Adjustment, ApproximateMethod, tuning } from "./approximate";

export const FINE_TUNE = { ...TRAINING, ...tuning(5) };

class FineTune extends ApproximateMethod {
  protected override async adjust({ weights }: Adjustment): Promise<Adjusted> {
    return { weights, samples: 0, steps: 0 };
  }
}

/** @throws InputError for unknown settings or settings out of range. */
export const fineTune = (options: Partial<SettingsOf<typeof FINE_TUNE>> = {}): GroupedMethod =>
  new FineTune("fine-tune", complete(FINE_TUNE, options, "fine-tune"));
