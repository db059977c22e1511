/**
 * How rows are fitted to their own samples when all else stands still (fold-in). Full-batch Adam from the initial row,
 * a stated number of steps, a ridge towards an anchor row. One step of a row costs as many gradient samples as the row
 * has samples.
 */

import { requireInteger, requireKnownKeys, requireNumber } from "../../errors";

export interface FoldSettings {
  /** Adam steps of each user row */
  readonly steps: number;
  /** Adam's rate at the first step; it falls linearly to 0. Moments decay as in training. */
  readonly learningRate: number;
  /**
   * Weight of the anchor, in samples: a row makes (sum of its cross-entropies + ridge/2 |row - anchor|^2) small, so a
   * user with few ratings stays nearer to the anchor.
   */
  readonly ridge: number;
}

/**
 * Between what a validation split of MovieLens 1M (a tenth of the training ratings) preferred: ridges of 30 for NMF and
 * of 100 and more for DMF.
 */
export const FOLD_DEFAULTS: FoldSettings = Object.freeze({ steps: 20, learningRate: 0.015, ridge: 50 });

/** Settings with the defaults filled in, checked and frozen. @throws InputError. */
export function foldSettings(
  partial: Partial<FoldSettings> = {},
  defaults = FOLD_DEFAULTS,
  name = "fold",
): FoldSettings {
  requireKnownKeys(partial, Object.keys(defaults), name);
  const given = Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined));
  const settings: FoldSettings = { ...defaults, ...given };
  requireInteger(settings.steps, 1, 1_000_000, `${name}.steps`);
  requireNumber(settings.learningRate, 0, 1000, `${name}.learningRate`);
  requireNumber(settings.ridge, 0, 1e9, `${name}.ridge`);
  return Object.freeze(settings);
}
