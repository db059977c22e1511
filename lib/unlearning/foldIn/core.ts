/**
 * Who is in the core, and how the others are kept. Both are functions of a user alone, so that no user's
 * place tells of another and no partition has to be named in a guarantee.
 *
 * `coin`: an independent coin for each user, keyed by seed and id. It knows no ratings: that a user is in the
 * core says nothing about what the user did, and the chance that a request hits the core is the share,
 * whoever asks. `activity`: users with at least so many training ratings. The core learns from more ratings
 * per user, but membership tells that a user was active, and a request costs most for just these users: drawn
 * in proportion to activity it hits the core far more often than the share says. The threshold is a number
 * fixed beforehand, not a quantile: a quantile would move with the others' ratings, and an erasure could push
 * users in.
 *
 * The others are kept in a fixed number of buckets, also by a keyed draw, so that forgetting rewrites one
 * bucket's file.
 */

import type { Interactions } from "../../data/interactions";
import { Random } from "../../random";
import { choice, real, type SettingsOf, whole } from "../../settings";
import { type Plan, ratedUsers } from "../plan";

export const CORE = {
  core: choice(
    ["coin", "activity"],
    "coin",
    "who is in the core: by a coin for each user, or by number of ratings",
  ),
  corePercent: real(Number.MIN_VALUE, 100, 10, "core coin: chance of being in the core, in per cent"),
  coreRatings: whole(1, 2 ** 31, 500, "core activity: training ratings from which a user is in the core"),
};
export type CoreSettings = SettingsOf<typeof CORE>;

/** Whether a user with so many training ratings is in the core. */
export function coreTest({ core, corePercent, coreRatings }: CoreSettings, seed: number) {
  const coins = Random.stream(seed, "core");
  return (id: string, ratings: number): boolean =>
    core === "coin" ? coins.fork(id).uniform() * 100 < corePercent : ratings >= coreRatings;
}

/** Buckets of users outside the core. Part of the layout that fingerprints and data hashes go by. */
const BUCKETS = 64;

/** The core, then the buckets; users without ratings are in none. */
export function corePlan(data: Interactions, settings: CoreSettings, seed: number): Plan {
  const { offsets } = data.byUser;
  const inCore = coreTest(settings, seed);
  const draws = Random.stream(seed, "bucket");
  const groups: string[][] = Array.from({ length: 1 + BUCKETS }, () => []);
  for (const user of ratedUsers(data)) {
    const id = data.userIds[user];
    const core = inCore(id, offsets[user + 1] - offsets[user]);
    groups[core ? 0 : 1 + draws.fork(id).below(BUCKETS)].push(id);
  }
  return { settings: null, groups };
}
