/**
 * Four scorers that learn nothing about a user, through the same evaluation as every model: they say what a number in a
 * table is worth. `random` and `oracle` are the floor and the ceiling of a metric; a model under `itemMean` has learnt
 * nothing (protocol section 5).
 */

import type { Interactions } from "../data/interactions";
import { Random } from "../random";
import { mean } from "../statistics/statistics";
import { type Evaluation, type EvaluationOptions, evaluate, type Scorer } from "./evaluate";
import { HIGHEST_RATING } from "./ranking";

export const ANCHOR_NAMES = ["random", "popularity", "itemMean", "oracle"] as const;
/** Name of an anchor. */
export type AnchorName = (typeof ANCHOR_NAMES)[number];

/** All four, evaluated. @param seed names the streams of `random` and of the oracle's equal ratings */
export async function evaluateAnchors(
  train: Interactions,
  test: Interactions,
  seed: number,
  options: EvaluationOptions,
): Promise<Record<AnchorName, Evaluation>> {
  return {
    random: await evaluate(randomScorer(train, seed), train, test, options),
    popularity: await evaluate(popularityScorer(train), train, test, options),
    itemMean: await evaluate(itemMeanScorer(train), train, test, options),
    oracle: await evaluate(oracleScorer(test, seed), train, test, options),
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

/** A fixed random number in [0, 1) for each pair. */
export function randomScorer(data: Interactions, seed: number): Scorer {
  return pairwise(data.itemIds.length, randomScore(data, seed));
}

/** Keys of user and item from seeded streams, mixed by the finalizer of MurmurHash3 (Appleby): no table of all pairs. */
function randomScore(data: Interactions, seed: number): (user: number, item: number) => number {
  const keys = (kind: string, count: number) => {
    const stream = Random.stream(seed, "anchor", kind);
    return Uint32Array.from({ length: count }, () => stream.next());
  };
  const userKeys = keys("users", data.userIds.length);
  const itemKeys = keys("items", data.itemIds.length);
  return (user, item) => {
    let x = Math.imul(userKeys[user], 0x9e3779b1) ^ itemKeys[item];
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return ((x ^ (x >>> 16)) >>> 8) / 16777216; // 24 bits: what a float32 holds
  };
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

const TIE_BREAK = 1e-4; // far below the distance of two ratings, far above the resolution of float32

/**
 * The held-out rating itself / 5; 0 for every other item. Equal ratings stand in random order: it knows what a user
 * likes, not the order of a file, which `labCode` otherwise rewards (NDCG .56 instead of .54 on MovieLens 100K).
 */
export function oracleScorer(test: Interactions, seed: number): Scorer {
  const { offsets, columns, values } = test.byUser;
  const noise = randomScore(test, seed);
  const known = new Map<number, number>();
  let of = -1;
  return pairwise(test.itemIds.length, (user, item) => {
    if (user !== of) {
      known.clear();
      for (let k = offsets[user]; k < offsets[user + 1]; k++)
        known.set(columns[k], values[k] / HIGHEST_RATING - TIE_BREAK * noise(user, columns[k]));
      of = user;
    }
    return known.get(item) ?? 0;
  });
}
