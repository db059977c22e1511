/**
 * Who is in the core, and how the others are kept. Both are functions of a user alone, so that no user's place tells of
 * another and no partition has to be named in a guarantee.
 *
 * `coin`: an independent coin for each user, keyed by seed and id. It knows no ratings: that a user is in the core says
 * nothing about what the user did, and the chance that a request hits the core is the share, whoever asks.
 * `activity`: users with at least so many training ratings. The core learns from more ratings per user, but membership
 * tells that a user was active, and a request costs most for just these users: drawn in proportion to activity it hits
 * the core far more often than the share says. The threshold is a number fixed beforehand, not a quantile: a quantile
 * would move with the others' ratings, and an erasure could push users in.
 *
 * The others are kept in a fixed number of buckets, also by a keyed draw, so that forgetting rewrites one bucket's file.
 */

import type { Interactions } from "../../data/interactions";
import { InputError, requireInteger, requireKnownKeys, requireNumber, requireOneOf } from "../../errors";
import { Random } from "../../random";
import { type Plan, ratedUsers } from "../plan";

export const CORES = ["coin", "activity"] as const;

export interface CoreSettings {
  readonly by: (typeof CORES)[number];
  /** `coin`: chance of being in the core, in per cent, above 0 and at most 100 */
  readonly percent: number;
  /** `activity`: training ratings from which a user is in the core */
  readonly atLeast: number;
}

export const CORE_DEFAULTS: CoreSettings = Object.freeze({ by: "coin", percent: 10, atLeast: 500 });

/** Some of the fields, or as text: "coin@10", "activity@500". */
export type CoreOptions = Partial<CoreSettings> | string;

function parseCore(text: string): Partial<CoreSettings> {
  const [by, number, ...more] = text.split("@");
  const value = Number(number);
  if (!number?.trim() || !Number.isFinite(value) || more.length > 0)
    throw new InputError(`core "${text}": it must be coin@PERCENT or activity@RATINGS`);
  return requireOneOf(by, CORES, "core") === "coin"
    ? { by: "coin", percent: value }
    : { by: "activity", atLeast: value };
}

/** Settings with the defaults filled in, checked and frozen. @throws InputError. */
export function coreSettings(options: CoreOptions = {}): CoreSettings {
  const partial = typeof options === "string" ? parseCore(options) : options;
  requireKnownKeys(partial, Object.keys(CORE_DEFAULTS), "core");
  const given = Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined));
  const settings: CoreSettings = { ...CORE_DEFAULTS, ...given };
  requireOneOf(settings.by, CORES, "core.by");
  requireNumber(settings.percent, Number.MIN_VALUE, 100, "core.percent");
  requireInteger(settings.atLeast, 1, 2 ** 31, "core.atLeast");
  return Object.freeze(settings);
}

/** Whether a user with so many training ratings is in the core. */
export function coreTest({ by, percent, atLeast }: CoreSettings, seed: number) {
  const coins = Random.stream(seed, "core");
  return (id: string, ratings: number): boolean =>
    by === "coin" ? coins.fork(id).uniform() * 100 < percent : ratings >= atLeast;
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
