/**
 * Four scorers that learn nothing about a user, through the same evaluation as every model: they say what a
 * number in a table is worth. `random` and `oracle` are the floor and the ceiling of a metric; a model under
 * `itemMean` has learnt nothing (protocol section 5).
 */

import { holdsRatings, type Interactions } from "../data/interactions";
import { Random } from "../random";
import { mean } from "../statistics/statistics";
import { type Evaluation, type EvaluationOptions, evaluate, type Scorer } from "./evaluate";
import { HIGHEST_RATING } from "./lists";

export const ANCHOR_NAMES = ["random", "popularity", "itemMean", "oracle"] as const;
/** Name of an anchor. */
export type AnchorName = (typeof ANCHOR_NAMES)[number];

/** An anchor is a scorer; data without ratings have no item mean. */
type Anchors<T> = Record<Exclude<AnchorName, "itemMean">, T> & { readonly itemMean?: T };

/** All four, evaluated. @param seed names the stream of `random` */
export async function evaluateAnchors(
  train: Interactions,
  test: Interactions,
  seed: number,
  options: EvaluationOptions,
): Promise<Anchors<Evaluation>> {
  const measure = (scorer: Scorer) => evaluate(scorer, train, test, options);
  return {
    random: await measure(randomScorer(train, seed)),
    popularity: await measure(popularityScorer(train)),
    ...(holdsRatings(test) ? { itemMean: await measure(itemMeanScorer(train)) } : {}),
    oracle: await measure(oracleScorer(test)),
  };
}

/** A scorer from the score of one pair. */
function pairwise(items: number, score: (user: number, item: number) => number): Scorer {
  return {
    predict: (users, of) => Float32Array.from(users, (user, k) => score(user, of[k])),
    scoreItems: (users) => {
      const scores = new Float32Array(users.length * items);
      users.forEach((user, row) => {
        for (let item = 0; item < items; item++) scores[row * items + item] = score(user, item);
      });
      return scores;
    },
  };
}

/**
 * A fixed random number in [0, 1) for each pair of ids, whatever their numbers: keys of user and item from
 * streams that their ids name, mixed by the finalizer of MurmurHash3 (Appleby), so there is no table of all
 * pairs.
 */
export function randomScorer(data: Interactions, seed: number): Scorer {
  const keys = (kind: string, ids: readonly string[]) => {
    const family = Random.stream(seed, "anchor", kind);
    return Uint32Array.from(ids, (id) => family.fork(id).next());
  };
  const userKeys = keys("users", data.userIds);
  const itemKeys = keys("items", data.itemIds);
  return pairwise(data.itemIds.length, (user, item) => {
    let x = Math.imul(userKeys[user], 0x9e3779b1) ^ itemKeys[item];
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return ((x ^ (x >>> 16)) >>> 8) / 16777216; // 24 bits: what a float32 holds
  });
}

/** Number of training ratings of the item, as a share of the most rated item's. */
export function popularityScorer(train: Interactions): Scorer {
  const { offsets } = train.byItem;
  const counts = Float64Array.from(train.itemIds, (_, item) => offsets[item + 1] - offsets[item]);
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  return pairwise(train.itemIds.length, (_, item) => counts[item] / most);
}

/** Mean training rating of the item / 5; the overall mean for an item that nobody rated. */
export function itemMeanScorer(train: Interactions): Scorer {
  const { offsets, values } = train.byItem;
  const overall = values.length > 0 ? mean(values) : 0;
  const means = Float64Array.from(train.itemIds, (_, item) =>
    offsets[item] === offsets[item + 1] ? overall : mean(values.subarray(offsets[item], offsets[item + 1])),
  );
  return pairwise(train.itemIds.length, (_, item) => means[item] / HIGHEST_RATING);
}

/** The held-out rating itself / 5; 0 for every other item. */
export function oracleScorer(test: Interactions): Scorer {
  const { offsets, columns, values } = test.byUser;
  const known = new Map<number, number>();
  let of = -1;
  return pairwise(test.itemIds.length, (user, item) => {
    if (user !== of) {
      known.clear();
      for (let k = offsets[user]; k < offsets[user + 1]; k++)
        known.set(columns[k], values[k] / HIGHEST_RATING);
      of = user;
    }
    return known.get(item) ?? 0;
  });
}
