/**
 * Shilling attacks that push one item (Lam and Riedl, "Shilling recommender systems for fun and profit", WWW 2004): fake
 * users rate the target with the top rating and fillers at random. `random`: fillers get ratings around the mean of all;
 * `average`: around the mean of each item, so that a fake profile looks like many real ones. Profiles are as long as
 * those of real users, drawn at random.
 */

import { type Interactions, interactionsFrom } from "../../data/interactions";
import { InputError } from "../../errors";
import { Random } from "../../random";
import { mean } from "../../statistics/statistics";

/** How the ratings of fake users are made: around the mean of all ratings, or of each item. */
export const SHILLING_ATTACKS = ["random", "average"] as const;
export type ShillingAttack = (typeof SHILLING_ATTACKS)[number];

const [LOWEST, HIGHEST] = [1, 5];

/** An item worth pushing: rated by few (at most the median) and, on average, below the mean of all ratings. */
export function pushedItem(train: Interactions, seed: number): number {
  const { overall, items } = ratingStatistics(train);
  const counts = items.map(({ count }) => count).sort((a, b) => a - b);
  const median = counts[counts.length >> 1];
  const poor = items.flatMap(({ count, mean: own }, item) =>
    count > 0 && count <= median && own < overall.mean ? [item] : [],
  );
  if (poor.length === 0) throw new InputError("shilling: every rarely rated item is liked; none to push");
  return poor[Random.stream(seed, "shilling", "target").below(poor.length)];
}

export interface Poisoned {
  /** the ratings with those of the fake users, who come last in the catalogue */
  readonly train: Interactions;
  /** numbers of the fake users */
  readonly fakes: Uint32Array;
}

/** Adds `count` fake users who push `target`. */
export function poison(
  train: Interactions,
  { kind, target, count, seed }: { kind: ShillingAttack; target: number; count: number; seed: number },
): Poisoned {
  const { overall, items: ofItems } = ratingStatistics(train);
  const { offsets, columns, values } = train.byUser;
  const users: number[] = [];
  const items: number[] = [];
  const ratings: number[] = [];
  const add = (user: number, item: number, rating: number) => {
    users.push(user);
    items.push(item);
    ratings.push(rating);
  };
  const known = train.userIds.length;
  for (let user = 0; user < known; user++)
    for (let k = offsets[user]; k < offsets[user + 1]; k++) add(user, columns[k], values[k]);
  for (let fake = 0; fake < count; fake++) {
    const random = Random.stream(seed, "shilling", kind, fake);
    const model = random.below(known);
    const length = Math.max(1, offsets[model + 1] - offsets[model]);
    add(known + fake, target, HIGHEST);
    for (const item of random.sample(ofItems.length, Math.min(length, ofItems.length))) {
      if (item === target) continue;
      const like = kind === "average" && ofItems[item].count > 0 ? ofItems[item] : overall;
      const drawn = Math.round(like.mean + like.spread * random.normal());
      add(known + fake, item, Math.min(Math.max(drawn, LOWEST), HIGHEST));
    }
  }
  const columns_ = {
    users: Uint32Array.from(users),
    items: Uint32Array.from(items),
    ratings: Float32Array.from(ratings),
  };
  const provenance = {
    ...train.provenance,
    steps: [...train.provenance.steps, `with ${count} fake users (${kind} shilling)`],
  };
  const userIds = [...train.userIds, ...fakeIds(count)];
  return {
    train: interactionsFrom(columns_, userIds, train.itemIds, provenance),
    fakes: Uint32Array.from({ length: count }, (_, fake) => known + fake),
  };
}

const fakeIds = (count: number) => Array.from({ length: count }, (_, fake) => `shilling ${fake}`);

/** The same held-out ratings over the catalogue with fake users, who have none. */
export function withFakes(test: Interactions, count: number): Interactions {
  const { offsets } = test.byUser;
  const longer = new Uint32Array(offsets.length + count).fill(offsets[offsets.length - 1]);
  longer.set(offsets);
  return {
    ...test,
    userIds: [...test.userIds, ...fakeIds(count)],
    byUser: { ...test.byUser, offsets: longer },
  };
}

interface Statistics {
  readonly count: number;
  readonly mean: number;
  readonly spread: number;
}

/** Mean and standard deviation of all ratings and of each item's. */
function ratingStatistics({ byItem }: Interactions): { overall: Statistics; items: Statistics[] } {
  const of = (values: readonly number[]): Statistics => {
    if (values.length === 0) return { count: 0, mean: 0, spread: 0 };
    const centre = mean(values);
    const spread = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
    return { count: values.length, mean: centre, spread };
  };
  const { offsets, values } = byItem;
  const items = Array.from({ length: offsets.length - 1 }, (_, item) =>
    of([...values.subarray(offsets[item], offsets[item + 1])]),
  );
  return { overall: of(Array.from(values)), items };
}
