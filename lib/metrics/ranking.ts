/**
 * The three ranking metrics, for one user (protocol section 5). `testOnly` and `labCode` rank the user's own held-out
 * items; `fullRank` ranks them among all items that the user has not trained on. Graded NDCG: Jarvelin and Kekalainen,
 * "Cumulated gain-based evaluation of IR techniques", TOIS 2002, with gain r / 5.
 * Equal scores are resolved against the better item, so that a model which scores everything alike gains nothing.
 */

import { log } from "../numeric";

/** Ranked lists are cut here: the 10 of NDCG@10. */
export const CUT = 10;
/** An item rated at least this high (of 5) is one that the user likes. */
export const LIKED = 4;
export const HIGHEST_RATING = 5;

/** 1 / log2(rank + 1) for rank 1 .. 10, portable to the bit. */
const DISCOUNT = Float64Array.from({ length: CUT }, (_, k) => log(2) / log(k + 2));
/** The weights of `labCode`: 1, 1, 1 / log2 3, ..., 1 / log2 10. */
const LAB_WEIGHT = Float64Array.from({ length: CUT }, (_, k) => (k === 0 ? 1 : log(2) / log(k + 1)));
const LAB_WEIGHT_SUM = LAB_WEIGHT.reduce((sum, weight) => sum + weight, 0);
/** IDEAL[n] = DCG of n relevant items on the first n places. */
const IDEAL = Float64Array.from({ length: CUT + 1 }, (_, n) =>
  DISCOUNT.subarray(0, n).reduce((sum, discount) => sum + discount, 0),
);

export interface ListQuality {
  /** in [0, 1] */
  readonly ndcg: number;
  /** in [0, 1] */
  readonly hr: number;
}

export interface RankQuality extends ListQuality {
  /** Share of the relevant items that are among the first ten. */
  readonly recall: number;
  /** 1 / rank of the first relevant item, over the whole list. */
  readonly mrr: number;
}

/** Places 0 .. n - 1 in descending order of `values`; `before(a, b)` says whether place a goes before its equal b. */
function descending(values: ArrayLike<number>, before: (a: number, b: number) => boolean): number[] {
  const places = Array.from({ length: values.length }, (_, place) => place);
  return places.sort((a, b) => {
    if (values[a] !== values[b]) return values[a] > values[b] ? -1 : 1;
    return before(a, b) ? -1 : 1;
  });
}

/** DCG@10 of the places in this order, gain r / 5. */
function gradedDcg(ratings: ArrayLike<number>, order: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < Math.min(CUT, order.length); k++)
    sum += (ratings[order[k]] / HIGHEST_RATING) * DISCOUNT[k];
  return sum;
}

/**
 * Ranks a user's own held-out items: graded NDCG@10 against the ideal order of the same items, and the share of the
 * listed items (the first ten, or all when there are fewer) that are rated >= 4. Equal scores: lower rating first.
 * @param ratings of the held-out items, each in (0, 5], at least one
 * @param scores beside them, without NaN
 */
export function testOnly(ratings: ArrayLike<number>, scores: ArrayLike<number>): ListQuality {
  const order = descending(scores, (a, b) => ratings[a] < ratings[b]);
  const ideal = descending(ratings, (a, b) => a < b);
  const listed = order.slice(0, CUT);
  const liked = listed.filter((place) => ratings[place] >= LIKED).length;
  return { ndcg: gradedDcg(ratings, order) / gradedDcg(ratings, ideal), hr: liked / listed.length };
}

/**
 * The variant of the authors' later public code, kept so that numbers can be put beside the paper's. The divisor of HR
 * is always ten; the gain of place k counts only when the item at place k of the *true* order is among the ten best by
 * score; a perfect ranking does not reach 1. Equal scores and equal ratings: the later place first, as there.
 * @param ratings of the held-out items; their order decides ties
 * @param scores beside them, without NaN
 */
export function labCode(ratings: ArrayLike<number>, scores: ArrayLike<number>): ListQuality {
  const laterFirst = (a: number, b: number) => a > b;
  const listed = descending(scores, laterFirst).slice(0, CUT);
  const ideal = descending(ratings, laterFirst);
  const inList = new Uint8Array(ratings.length);
  for (const place of listed) inList[place] = 1;
  let gain = 0;
  let liked = 0;
  listed.forEach((place, k) => {
    if (ratings[place] < LIKED) return;
    liked++;
    if (inList[ideal[k]]) gain += (LAB_WEIGHT[k] * ratings[place]) / HIGHEST_RATING;
  });
  return { ndcg: gain / LAB_WEIGHT_SUM, hr: liked / CUT };
}

const best = new Float64Array(CUT);
const ahead = new Int32Array(CUT);

/**
 * Ranks all items but the training items: binary NDCG@10 (ideal at min(relevant, 10)), HR@10 (at least one hit),
 * Recall@10 and MRR. A relevant item stands behind every other item of equal score. Nothing is sorted but the relevant
 * scores: the others are counted against the ten best relevant ones in one pass.
 * @param scores of all items, without NaN
 * @param trained items that are not ranked; none of them relevant
 * @param relevant items, at least one, none twice
 */
export function fullRank(scores: Float32Array, trained: Uint32Array, relevant: Uint32Array): RankQuality {
  const sorted = Float32Array.from(relevant, (item) => scores[item])
    .sort()
    .reverse();
  const kept = Math.min(CUT, sorted.length);
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

  let dcg = 0;
  let hits = 0;
  let others = 0; // items that are not relevant and not below the j-th best relevant one
  let first = 0;
  for (let j = 0; j < kept; j++) {
    others += ahead[j];
    const rank = others + j + 1;
    if (j === 0) first = rank;
    if (rank > CUT) break;
    dcg += DISCOUNT[rank - 1];
    hits++;
  }
  return {
    ndcg: dcg / IDEAL[kept],
    hr: hits > 0 ? 1 : 0,
    recall: hits / relevant.length,
    mrr: 1 / first,
  };
}

/** The least j with best[j] <= score; the caller knows that there is one. */
function firstNotAbove(score: number, kept: number): number {
  let j = kept - 1;
  while (j > 0 && best[j - 1] <= score) j--;
  return j;
}
