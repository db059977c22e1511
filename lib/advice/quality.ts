/**
 * What a method learns of a set of ratings, on ratings that are held out: of each user's a tenth (data/split.ts). The
 * system that is measured has learned from the other nine tenths and is thrown away: a system that is kept learns from all.
 * Beside it stand two that know nothing of anybody's taste, popularity and the mean rating of each item.
 */

import { holdsRatings, type Interactions, ratingCount, withoutUsers } from "../data/interactions";
import { split } from "../data/split";
import { InputError } from "../errors";
import { itemMeanScorer, popularityScorer } from "../metrics/anchors";
import { type EvaluationOptions, evaluate, type Scorer } from "../metrics/evaluate";
import { LIKED } from "../metrics/lists";
import { Random } from "../random";

/** Mean NDCG@10 over users. */
export interface Measured {
  /** of all items that a user has not trained on; null where nobody has a held-out item that is liked */
  readonly ranking: number | null;
  /** of a user's own held-out ratings, as in the paper (labCode); null where they cannot tell (HeldOut) */
  readonly own: number | null;
}

/** Ratings to learn from, and others to measure on. */
export interface HeldOut {
  readonly train: Interactions;
  readonly test: Interactions;
  readonly options: EvaluationOptions;
  /** users with held-out ratings, and those ratings */
  readonly users: number;
  readonly ratings: number;
  /** whether somebody has two held-out ratings that differ: else every order of a user's own items is as good */
  readonly ownTells: boolean;
}

const SEED = 0;
const TRAIN_SHARE = 0.9;
/** Users that all items are ranked for, at most. */
const RANKED = 2000;

/**
 * Holds ratings out. Users with a single one are not measured.
 * @param most ratings: where there are more, some users are drawn
 * @throws InputError where nothing can be held out
 */
export function holdOut(data: Interactions, most = Number.POSITIVE_INFINITY): HeldOut {
  const { train, test } = split(atMost(data, most), { trainShare: TRAIN_SHARE, seed: SEED });
  const [trained, held] = [train.byUser.offsets, test.byUser.offsets];
  const erased = new Set<number>();
  const users: number[] = [];
  for (let user = 0; user < test.userIds.length; user++) {
    if (trained[user] === trained[user + 1]) erased.add(user);
    else if (held[user] < held[user + 1]) users.push(user);
  }
  if (users.length === 0)
    throw new InputError(`${data.provenance.name}: nobody has two ratings, so none can be held out`);
  const rated = holdsRatings(test);
  const { values } = test.byUser;
  const valuesOf = (user: number) => values.subarray(held[user], held[user + 1]);
  const ranked = users.filter((user) => !rated || valuesOf(user).some((value) => value >= LIKED));
  const drawn = Random.stream(SEED, "advice", "ranked").sample(
    ranked.length,
    Math.min(RANKED, ranked.length),
  );
  return {
    train,
    test,
    options: {
      label: rated ? "rating" : "implicit",
      metrics: ranked.length > 0 ? "all" : "ownItems",
      rankUsers: Array.from(drawn, (place) => ranked[place]),
      erased,
    },
    users: users.length,
    ratings: users.reduce((sum, user) => sum + held[user + 1] - held[user], 0),
    ownTells: rated && users.some((user) => valuesOf(user).some((value, _, all) => value !== all[0])),
  };
}

/** The ratings of as many users, drawn at random, as have no more than `most`. */
function atMost(data: Interactions, most: number): Interactions {
  if (ratingCount(data) <= most) return data;
  const { offsets } = data.byUser;
  const order = Random.stream(SEED, "advice", "users").shuffle(
    Uint32Array.from(data.userIds, (_, user) => user),
  );
  let left = most;
  return withoutUsers(
    data,
    order.filter((user) => {
      left -= offsets[user + 1] - offsets[user];
      return left < 0;
    }),
  );
}

/** Measures a system that has learned from the training part. @throws StoppedError on the signal */
export async function measure(system: Scorer, held: HeldOut, signal?: AbortSignal): Promise<Measured> {
  const { fullRank, labCode } = await evaluate(system, held.train, held.test, { ...held.options, signal });
  return { ranking: fullRank?.ndcg ?? null, own: held.ownTells ? (labCode?.ndcg ?? null) : null };
}

/** What a list that is the same for everybody reaches: the most rated items, and those rated best. */
export interface Anchors {
  readonly popularity: Measured;
  /** null for pairs without ratings */
  readonly itemMean: Measured | null;
}

export const measureAnchors = async (held: HeldOut, signal?: AbortSignal): Promise<Anchors> => ({
  popularity: await measure(popularityScorer(held.train), held, signal),
  itemMean: holdsRatings(held.test) ? await measure(itemMeanScorer(held.train), held, signal) : null,
});

/** Whether a system knows more of people's taste than a list that is the same for everybody. */
export function hasLearned({ ranking, own }: Measured, { popularity, itemMean }: Anchors): boolean {
  const most = (key: "ranking" | "own") => Math.max(popularity[key] ?? 0, itemMean?.[key] ?? 0);
  return (ranking ?? 0) > most("ranking") || (own ?? 0) > most("own");
}
