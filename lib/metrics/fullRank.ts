/**
 * Full ranking (protocol section 5): where a user's held-out items stand among all items that the user has
 * not trained on. Nothing is sorted but the relevant scores: the others are counted against the best relevant
 * ones in one pass.
 */

import { CUT, DISCOUNT, type ListQuality, LONGEST, requireCut } from "./lists";

/** IDEAL[n] = DCG of n relevant items on the first n places. */
const IDEAL = Float64Array.from({ length: LONGEST + 1 }, (_, n) =>
  DISCOUNT.subarray(0, n).reduce((sum, discount) => sum + discount, 0),
);

export interface RankQuality extends ListQuality {
  /** Share of the relevant items that are among the first `cut`. */
  readonly recall: number;
  /** 1 / rank of the first relevant item, over the whole list. */
  readonly mrr: number;
}

const best = new Float64Array(LONGEST);
const ahead = new Int32Array(LONGEST);

/**
 * The ranks, from 1, of the relevant items that stand first among all items but the training items: as many
 * as a list can show, ascending. A relevant item stands behind every other item of equal score.
 * @param scores of all items, without NaN
 * @param trained items that are not ranked; none of them relevant
 * @param relevant items, at least one, none twice
 */
export function relevantRanks(scores: Float32Array, trained: Uint32Array, relevant: Uint32Array): number[] {
  const sorted = Float32Array.from(relevant, (item) => scores[item])
    .sort()
    .reverse();
  const kept = Math.min(LONGEST, sorted.length);
  for (let j = 0; j < kept; j++) best[j] = sorted[j];
  ahead.fill(0, 0, kept);

  // ahead[j] first counts the items whose score lies in [best[j], best[j - 1])
  const least = best[kept - 1];
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] >= least) ahead[firstNotAbove(scores[i], kept)]++;
  }
  for (const items of [trained, relevant]) {
    for (let k = 0; k < items.length; k++) {
      const score = scores[items[k]];
      if (score >= least) ahead[firstNotAbove(score, kept)]--;
    }
  }

  const ranks: number[] = [];
  let others = 0; // items that are not relevant and not below the j-th best relevant one
  for (let j = 0; j < kept; j++) {
    others += ahead[j];
    ranks.push(others + j + 1);
  }
  return ranks;
}

/** The least j with best[j] <= score; the caller knows that there is one. */
function firstNotAbove(score: number, kept: number): number {
  let j = kept - 1;
  while (j > 0 && best[j - 1] <= score) j--;
  return j;
}

/** `fullRank` but for MRR, from the ranks of the relevant items. @param relevant how many there are */
export function fullRankOf(
  ranks: readonly number[],
  relevant: number,
  cut: number,
): Omit<RankQuality, "mrr"> {
  let [dcg, hits] = [0, 0];
  for (const rank of ranks) {
    if (rank > cut) break;
    dcg += DISCOUNT[rank - 1];
    hits++;
  }
  return { ndcg: dcg / IDEAL[Math.min(cut, relevant)], hr: hits > 0 ? 1 : 0, recall: hits / relevant };
}

/**
 * Ranks all items but the training items: binary NDCG (ideal at min(relevant, cut)), HR (at least one hit),
 * recall and MRR. Parameters as of `relevantRanks`.
 */
export function fullRank(
  scores: Float32Array,
  trained: Uint32Array,
  relevant: Uint32Array,
  cut = CUT,
): RankQuality {
  const ranks = relevantRanks(scores, trained, relevant);
  return { ...fullRankOf(ranks, relevant.length, requireCut(cut)), mrr: 1 / ranks[0] };
}
