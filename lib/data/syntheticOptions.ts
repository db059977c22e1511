/** What a generated data set is like: sizes, tails, tastes; the presets; what cannot be generated. */

import { requireInteger, requireKnownKeys, requireNumber } from "../errors";

/**
 * Weights (q + shift)^-power - cut over ranks q in (0, 1), but at least 0.001. The smaller `shift` and the
 * larger `power`, the longer the tail; `cut` (default 0) leaves more of it to the few.
 */
export interface Tail {
  readonly power: number;
  readonly shift: number;
  readonly cut?: number;
}

/** What a generated data set is like. */
export interface SyntheticOptions {
  /** what provenance calls it */
  readonly name: string;
  readonly users: number;
  readonly items: number;
  /** ratings in all, exactly; at most six tenths of users x items */
  readonly ratings: number;
  readonly communities: number;
  readonly seed: number;
  /** each user, and each item, has at least so many ratings */
  readonly userMinimum: number;
  readonly itemMinimum: number;
  readonly activity: Tail;
  readonly popularity: Tail;
  /** share of a user's choices made inside the own community, 0 .. 1 */
  readonly loyalty: number;
  /** how much better users like items of their own community, in rating points */
  readonly ownAffinity: number;
  /** standard deviation of the affinity between different communities, in rating points */
  readonly affinitySpread: number;
  /** standard deviations of user bias, item quality and noise, in rating points */
  readonly biasSpread: number;
  readonly qualitySpread: number;
  readonly noiseSpread: number;
}

/** Taste of the presets that have the shape of real data. */
const TASTE = {
  seed: 1,
  ownAffinity: 0.9,
  affinitySpread: 0.5,
  biasSpread: 0.4,
  qualitySpread: 0.5,
  noiseSpread: 0.7,
};

/** The presets are entries of the catalog, under the same names. */
export const SYNTHETIC_PRESETS = {
  /** Small: for smoke runs and tests. */
  synthetic: {
    name: "synthetic",
    users: 400,
    items: 300,
    ratings: 12_000,
    communities: 6,
    seed: 1,
    userMinimum: 8,
    itemMinimum: 6,
    activity: { power: 1, shift: 0.08 },
    popularity: { power: 1, shift: 0.08 },
    loyalty: 0.45,
    ownAffinity: 0.9,
    affinitySpread: 0.5,
    biasSpread: 0.3,
    qualitySpread: 0.45,
    noiseSpread: 0.55,
  },
  /** The shape of MovieLens 1M after the 5-core. */
  "synthetic-ml-1m": {
    name: "synthetic-ml-1m",
    users: 6_040,
    items: 3_416,
    ratings: 999_611,
    communities: 12,
    userMinimum: 20,
    itemMinimum: 5,
    activity: { power: 1, shift: 0.05 },
    popularity: { power: 1, shift: 0.02 },
    loyalty: 0.35,
    ...TASTE,
  },
  /** Amazon Digital Music, unfiltered (Table 1): power-law tails, most users with one rating. */
  "synthetic-am": {
    name: "synthetic-am",
    users: 478_235,
    items: 266_414,
    ratings: 836_006,
    communities: 40,
    userMinimum: 1,
    itemMinimum: 1,
    activity: { power: 0.5, shift: 0, cut: 2 },
    popularity: { power: 0.55, shift: 0, cut: 1.5 },
    loyalty: 0.6,
    ...TASTE,
  },
} as const satisfies Record<string, SyntheticOptions>;

export type SyntheticName = keyof typeof SYNTHETIC_PRESETS;

/** @throws InputError on an unknown key, a number out of range, or counts that cannot all be met. */
export function requirePossible(settings: SyntheticOptions): void {
  requireKnownKeys(settings, Object.keys(SYNTHETIC_PRESETS.synthetic), "synthetic data");
  const { users, items, ratings } = settings;
  requireInteger(users, 1, 2 ** 24, "users");
  requireInteger(items, 1, 2 ** 24, "items");
  requireInteger(settings.communities, 1, Math.min(items, 65_535), "communities");
  requireInteger(settings.seed, 0, Number.MAX_SAFE_INTEGER, "seed");
  requireInteger(settings.userMinimum, 0, mostRow(items), "userMinimum");
  requireInteger(settings.itemMinimum, 0, mostRow(users), "itemMinimum");
  const least = Math.max(users * settings.userMinimum, items * settings.itemMinimum, 1);
  requireInteger(ratings, least, Math.floor(0.6 * users * items), "ratings");
  requireNumber(settings.loyalty, 0, 1, "loyalty");
  for (const key of ["activity", "popularity"] as const) {
    requireKnownKeys(settings[key], ["power", "shift", "cut"], key);
    requireNumber(settings[key].power, 0, 4, `${key}.power`);
    requireNumber(settings[key].shift, 0, 100, `${key}.shift`);
    requireNumber(settings[key].cut ?? 0, 0, 100, `${key}.cut`);
  }
  requireNumber(settings.ownAffinity, -4, 4, "ownAffinity");
  for (const key of ["affinitySpread", "biasSpread", "qualitySpread", "noiseSpread"] as const)
    requireNumber(settings[key], 0, 4, key);
}

/** Most ratings of one user: seven tenths of the items, so that choosing without repetition stays quick. */
export const mostRow = (items: number): number => Math.ceil(0.7 * items);
