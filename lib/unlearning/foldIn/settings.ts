/**
 * How rows are fitted to their own samples when all else stands still (fold-in). Full-batch Adam from the
 * initial row, a stated number of steps, a ridge towards an anchor row. One step of a row costs as many
 * gradient samples as the row has samples.
 */

import { real, whole } from "../../settings";

/** How one kind of rows is fitted. */
export interface FitSettings {
  /** Adam steps of each row */
  readonly steps: number;
  /** Adam's rate at the first step; it falls linearly to 0. Moments decay as in training. */
  readonly learningRate: number;
  /**
   * Weight of the anchor, in samples: a row makes (sum of its cross-entropies + ridge/2 |row - anchor|^2)
   * small, so a user with few ratings stays nearer to the anchor.
   */
  readonly ridge: number;
}

/**
 * The fit of users. Defaults lie between what a validation split of MovieLens 1M (a tenth of the training
 * ratings) preferred: ridges of 30 for NMF and of 100 and more for DMF.
 */
export const FOLD = {
  foldSteps: whole(1, 1_000_000, 20, "Adam steps of each user's rows"),
  foldRate: real(0, 1000, 0.015, "Adam's rate at the first of them; it falls linearly to 0"),
  foldRidge: real(0, 1e9, 50, "weight of the mean row to which a user's rows are drawn, in samples"),
};
