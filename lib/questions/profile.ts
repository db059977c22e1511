/**
 * How much of the paper is run: `smoke` in a couple of minutes on synthetic data, `quick` in some minutes on MovieLens
 * 100K, `paper` with everything and ten seeds. A profile says what is swept; the protocol says how each run is made.
 */

import { requireOneOf } from "../errors";
import type { ModelName } from "../model/spec";
import { type PresetName, type Protocol, protocol } from "./protocol";

/** The profiles, from the smallest. */
export const PROFILE_NAMES = ["smoke", "quick", "paper"] as const;
/** Name of a profile. */
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** What is swept, and how far. */
export interface Profile {
  readonly name: ProfileName;
  /** Catalog names. The first stands for the paper's ML, the second, if any, for its AM. */
  readonly datasets: readonly string[];
  /** Data sets of the RANKING preset. */
  readonly rankingDatasets: readonly string[];
  readonly models: readonly ModelName[];
  /** S: numbers of groups. S = 1 is Retrain and is not run twice. */
  readonly groups: readonly number[];
  /** S of the ablations (Sections 4.4 and 4.5: 8). */
  readonly ablationGroups: number;
  readonly seeds: readonly number[];
  /** How many of the seeds are run in questions of many or long trials: exactness, sensitivity, full ranking. */
  readonly longSeeds: number;
  /** Requests of Section 4.4, beside plain learning. */
  readonly requests: readonly string[];
  /** Changes to both presets that make a profile small; empty for `paper`. */
  readonly overrides: Partial<Protocol>;
  /** Changes to PAPER alone, whose batches are larger than small data. */
  readonly paperOverrides: Partial<Protocol>;
}

const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed);

const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  smoke: {
    name: "smoke",
    datasets: ["synthetic"],
    rankingDatasets: ["synthetic"],
    models: ["dmf", "nmf"],
    groups: [2, 4],
    ablationGroups: 4,
    seeds: seeds(3),
    longSeeds: 3,
    requests: ["rand@5", "top@5"],
    overrides: { epochs: 10 },
    paperOverrides: { batchSize: 256 }, // 11,000 ratings in batches of 30,000 would be ten steps in all
  },
  quick: {
    name: "quick",
    datasets: ["ml-100k"],
    rankingDatasets: ["ml-100k"],
    models: ["dmf", "nmf"],
    groups: [2, 4, 8, 16],
    ablationGroups: 8,
    seeds: seeds(3),
    longSeeds: 1,
    requests: ["rand@5", "top@5"],
    overrides: {},
    paperOverrides: { batchSize: 4096 }, // 89,000 training ratings: three steps an epoch at the paper's 30,000
  },
  paper: {
    name: "paper",
    datasets: ["ml-1m", "amazon-music", "ml-100k"],
    rankingDatasets: ["ml-1m", "amazon-digital-music-implicit"],
    models: ["dmf", "nmf"],
    groups: [2, 4, 8, 16],
    ablationGroups: 8,
    seeds: seeds(10),
    longSeeds: 10,
    requests: ["rand@2.5", "rand@5", "top@2.5", "top@5"],
    overrides: {},
    paperOverrides: {},
  },
};

/** The profile of this name. @throws InputError naming the choices. */
export function profileNamed(name: string): Profile {
  return PROFILES[requireOneOf(name, PROFILE_NAMES, "profile")];
}

/** The seeds of a question of many or long trials, so many at most. */
export const seedsOfLong = ({ seeds, longSeeds }: Profile, most = longSeeds): readonly number[] =>
  seeds.slice(0, Math.min(most, longSeeds));

/** The protocol of a preset on one of the profile's data sets. */
export function profileProtocol(
  profile: Profile,
  dataset: string,
  preset: PresetName = "PAPER",
  overrides: Partial<Protocol> = {},
): Protocol {
  const own = preset === "PAPER" ? profile.paperOverrides : {};
  return protocol(preset, dataset, { ...own, ...profile.overrides, ...overrides });
}
