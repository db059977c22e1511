/**
 * Metrics that rank a user's own held-out items alone (protocol section 5): `testOnly`, which is
 * conventional, and `labCode`, the variant of the authors' later public code. Both depend on the ratings in
 * the order of the scores, and on nothing else.
 */

import { CUT, DISCOUNT, HIGHEST_RATING, LIKED, type ListQuality, LONGEST, requireCut } from "./lists";

/** A user's held-out ratings in two orders; all that the metrics of an own list depend on. */
export interface OwnList {
  /** by falling score; equal scores: lower rating first */
  readonly listed: Float64Array;
  /** by falling rating */
  readonly ideal: Float64Array;
}

/**
 * @param ratings of the held-out items, each in (0, 5], at least one
 * @param scores beside them, without NaN
 */
export function ownList(ratings: ArrayLike<number>, scores: ArrayLike<number>): OwnList {
  const places = Uint32Array.from({ length: ratings.length }, (_, place) => place);
  places.sort((a, b) => {
    if (scores[a] !== scores[b]) return scores[a] > scores[b] ? -1 : 1;
    return ratings[a] - ratings[b];
  });
  return {
    listed: Float64Array.from(places, (place) => ratings[place]),
    ideal: Float64Array.from(ratings).sort().reverse(),
  };
}

/** DCG of the first `cut` ratings, gain r / 5. */
function gradedDcg(ratings: Float64Array, cut: number): number {
  let sum = 0;
  for (let k = 0; k < Math.min(cut, ratings.length); k++) sum += (ratings[k] / HIGHEST_RATING) * DISCOUNT[k];
  return sum;
}

/** `testOnly` of a list whose orders are known. */
export function testOnlyOf({ listed, ideal }: OwnList, cut: number): ListQuality {
  const length = Math.min(cut, listed.length);
  let liked = 0;
  for (let k = 0; k < length; k++) if (listed[k] >= LIKED) liked++;
  return { ndcg: gradedDcg(listed, cut) / gradedDcg(ideal, cut), hr: liked / length };
}

/**
 * Ranks a user's own held-out items: graded NDCG against the ideal order of the same items, and the share of
 * the listed items (the first `cut`, or all when there are fewer) that are rated >= 4. Parameters as of
 * `ownList`.
 */
export const testOnly = (ratings: ArrayLike<number>, scores: ArrayLike<number>, cut = CUT): ListQuality =>
  testOnlyOf(ownList(ratings, scores), requireCut(cut));

/** Items of `own` (any order) that have this rating. */
function countOf(own: Float64Array, rating: number, length = own.length): number {
  let count = 0;
  for (let k = 0; k < length; k++) if (own[k] === rating) count++;
  return count;
}

/** The weights of `labCode`: 1, 1, 1 / log2 3, 1 / log2 4 ... */
const labWeight = (k: number): number => (k === 0 ? 1 : DISCOUNT[k - 1]);
/** LAB_WEIGHT_SUM[n] = sum of the first n weights. */
const LAB_WEIGHT_SUM = Float64Array.from({ length: LONGEST + 1 }, (_, n) =>
  Array.from({ length: n }, (_, k) => labWeight(k)).reduce((sum, weight) => sum + weight, 0),
);

/** `labCode` of a list whose orders are known. */
export function labCodeOf({ listed, ideal }: OwnList, cut: number): ListQuality {
  const length = Math.min(cut, listed.length);
  let [gain, liked] = [0, 0];
  let [rating, share] = [Number.NaN, 0];
  for (let k = 0; k < length; k++) {
    if (ideal[k] !== rating) {
      rating = ideal[k];
      share = countOf(listed, rating, length) / countOf(ideal, rating);
    }
    if (listed[k] < LIKED) continue;
    liked++;
    gain += (labWeight(k) * listed[k] * share) / HIGHEST_RATING;
  }
  return { ndcg: gain / LAB_WEIGHT_SUM[cut], hr: liked / cut };
}

/**
 * The variant of the authors' later public code, kept so that numbers can be put beside the paper's. The
 * divisor of HR is always the cut; the gain of place k counts only when the item at place k of the *true*
 * order is among the best by score; a perfect ranking does not reach 1. Among equal ratings the true order is
 * not one but many: this is the mean over all of them, in closed form. Place k then counts the share of its
 * rating's items that are among the `cut` best by score. Parameters as of `ownList`.
 */
export const labCode = (ratings: ArrayLike<number>, scores: ArrayLike<number>, cut = CUT): ListQuality =>
  labCodeOf(ownList(ratings, scores), requireCut(cut));

/**
 * `labCode` at 10 as that code computes it for one order of the list: among equal scores and equal ratings
 * the later place goes first. It depends on what the items are called: a switch that shows what version 1 of
 * this suite computed.
 */
export function labCodeAsListed(ratings: ArrayLike<number>, scores: ArrayLike<number>): ListQuality {
  const descending = (values: ArrayLike<number>) =>
    Array.from({ length: values.length }, (_, place) => place).sort((a, b) => values[b] - values[a] || b - a);
  const listed = descending(scores).slice(0, CUT);
  const ideal = descending(ratings);
  let [gain, liked] = [0, 0];
  listed.forEach((place, k) => {
    if (ratings[place] < LIKED) return;
    liked++;
    if (listed.includes(ideal[k])) gain += (labWeight(k) * ratings[place]) / HIGHEST_RATING;
  });
  return { ndcg: gain / LAB_WEIGHT_SUM[CUT], hr: liked / CUT };
}
