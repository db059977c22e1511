/**
 * What the ranking metrics share (protocol section 5): where lists are cut, what a user likes, the discount
 * of a rank. Graded and binary NDCG: Jarvelin and Kekalainen, "Cumulated gain-based evaluation of IR
 * techniques" (TOIS 2002). Everywhere equal scores are resolved against the better item, so that a model
 * which scores everything alike gains nothing, and no number of a user or an item decides anything.
 */

import { requireInteger } from "../errors";
import { log } from "../numeric";

/** Where ranked lists are cut; the paper's figures use 10. */
export const CUTS = [5, 10, 20] as const;
/** The 10 of NDCG@10, where no other cut is asked for. */
export const CUT = 10;
/** The longest list that is ranked. */
export const LONGEST = Math.max(...CUTS);
/** An item rated at least this high (of 5) is one that the user likes. */
export const LIKED = 4;
export const HIGHEST_RATING = 5;

/** 1 / log2(rank + 1) for rank 1 .. LONGEST, portable to the bit. */
export const DISCOUNT: Float64Array = Float64Array.from({ length: LONGEST }, (_, k) => log(2) / log(k + 2));

/** @throws InputError unless a list can be cut there */
export const requireCut = (cut: number): number => requireInteger(cut, 1, LONGEST, "cut");

export interface ListQuality {
  /** in [0, 1] */
  readonly ndcg: number;
  /** in [0, 1] */
  readonly hr: number;
}
