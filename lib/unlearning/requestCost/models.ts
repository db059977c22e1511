/**
 * The cost model of each method: which parts of a learned system an erasure makes it do again. A pure
 * function of the system. A method that is not listed has none, and then only what was measured is known of
 * its cost.
 */

import { modelOf } from "../../model/spec";
import type { SettingsOf } from "../../settings";
import type { GroupRatings } from "../../training/groupRatings";
import { epochsOfGroup, type TrainingSettings, trainingOf } from "../../training/settings";
import { coreTest } from "../foldIn/core";
import type { CORE_FOLD_IN } from "../foldIn/coreFoldIn";
import type { REFRESH } from "../foldIn/refresh";
import { groupSamples } from "../foldIn/samples";
import type { GroupedSystem } from "../grouped";
import type { System } from "../method";
import type { ShardedSystem } from "../rivals/sharded";
import type { ShardSettings } from "../shards";
import type { CostModel, Part } from "./expected";

type Parts = Pick<CostModel, "parts" | "subtracted">;

/** Users with ratings, and how many each has. */
interface Raters {
  readonly users: Uint32Array;
  readonly ratings: Uint32Array;
}

const MODELS: Readonly<Record<string, (system: System, raters: Raters) => Parts>> = {
  retrain: sequential,
  laser: sequential,
  "c-sisa": (system) => ({ parts: groupParts(system as GroupedSystem, false) }),
  receraser: joined,
  ultrare: joined,
  refresh: refreshed,
  "core-fold-in": folded,
  ease: additive,
  gaussian: additive,
  "item-knn": additive,
};

/** The cost model of a system; null for a method that has none. */
export function costModel(system: System): CostModel | null {
  const make = MODELS[system.method.name];
  if (!make) return null;
  const raters = ratersOf(system);
  return { ...raters, ...make(system, raters) };
}

function ratersOf(system: System): Raters {
  const users: number[] = [];
  const ratings: number[] = [];
  system.userIds.forEach((_, user) => {
    if (system.erased.has(user)) return;
    const count = system.ratingsOf(user).items.length;
    if (count === 0) return;
    users.push(user);
    ratings.push(count);
  });
  return { users: Uint32Array.from(users), ratings: Uint32Array.from(ratings) };
}

const settingsOf = <T>(system: Pick<System, "method">): T => system.method.settings as unknown as T;
/** A pair of items is one sample, with what is drawn for it. */
const perRating = ({ model, negatives }: Pick<TrainingSettings, "model" | "negatives">): number =>
  modelOf(model).samples === "pairs" ? 1 : 1 + negatives;

/** A group's members with ratings, and how many samples each has. */
function samplesOf({ members, offsets }: GroupRatings, each: number): Pick<Part, "users" | "samples"> {
  const rows = Array.from(members, (_, row) => row).filter((row) => offsets[row + 1] > offsets[row]);
  return {
    users: Uint32Array.from(rows, (row) => members[row]),
    samples: rows.map((row) => each * (offsets[row + 1] - offsets[row])),
  };
}

/**
 * Groups: each is trained again as a whole when anybody of it is erased or, where one model is trained on
 * group after group, anybody of a group before it (Eq. 7).
 */
function groupParts(system: Pick<GroupedSystem, "method" | "partition">, inTurn: boolean): Part[] {
  const training = settingsOf<ShardSettings>(system);
  const { groups } = system.partition;
  const work = epochsOfGroup(training, groups.length);
  const parts = groups.map((group) => samplesOf(group, perRating(training)));
  const triggers = parts.map(({ users }) => users);
  return parts.map((own, g) => ({ ...own, triggers: triggers.slice(inTurn ? 0 : g, g + 1), work }));
}

/** LASER and Retrain. */
function sequential(system: System): Parts {
  return { parts: groupParts(system as GroupedSystem, true) };
}

/**
 * RecEraser and UltraRE: the shards, several of them for one user where users are not what is partitioned,
 * and always what joins them, on everything that is left. Passes of UltraRE's regression, which ends when it
 * has converged, count as many as it took to learn.
 */
function joined(system: System, { users, ratings }: Raters): Parts {
  const training = settingsOf<ShardSettings>(system);
  const own = system as ShardedSystem;
  const samples = ratings.map((count) => count * perRating(training));
  const whole = samples.reduce((sum, count) => sum + count, 0);
  const work = whole > 0 ? own.aggregationSamples / whole : 0;
  return { parts: [...groupParts(own, false), { triggers: [users], users, samples, work }] };
}

/** Refresh: LASER, and all rows fitted to what came out. */
function refreshed(system: System, { users, ratings }: Raters): Parts {
  const settings = settingsOf<SettingsOf<typeof REFRESH>>(system);
  const samples = ratings.map((count) => count * perRating(settings));
  return {
    parts: [...sequential(system).parts, { triggers: [users], users, samples, work: settings.foldSteps }],
  };
}

/**
 * Core fold-in: with somebody of the core everything is worked out again. With anybody else the fitted rows
 * stay; an item is fitted again when one of its raters goes (`items`), or loses the ratings that go
 * (`ridge`).
 */
function folded(system: System, { users, ratings }: Raters): Parts {
  const settings = settingsOf<SettingsOf<typeof CORE_FOLD_IN>>(system);
  const each = perRating(settings);
  const inCore = coreTest(settings, settings.seed);
  const isCore = Array.from(users, (user, k) => inCore(system.userIds[user], ratings[k]));
  const coreUsers = users.filter((_, k) => isCore[k]);
  const triggers = [coreUsers];
  const samples = ratings.map((count) => count * each);
  const parts: Part[] = [
    { triggers, users: coreUsers, samples: samples.filter((_, k) => isCore[k]), work: settings.epochs },
    { triggers, users, samples, work: settings.foldSteps },
  ];
  if (settings.itemStep === "none") return { parts };
  if (settings.itemStep === "ridge")
    return {
      parts: [...parts, { triggers, users, samples, work: 1 }],
      subtracted: { users, samples, unless: coreUsers },
    };
  const members = new Set(coreUsers);
  for (const item of itemRaters(system, users, trainingOf(settings))) {
    const raters = Uint32Array.from(item.keys());
    parts.push({
      triggers: [coreUsers, raters.filter((user) => !members.has(user))],
      users: raters,
      samples: [...item.values()],
      work: settings.itemSteps,
    });
  }
  return { parts };
}

/** Of each item: who has it among the samples, and how often (a negative can be drawn twice). */
function itemRaters(system: System, users: Uint32Array, training: TrainingSettings): Map<number, number>[] {
  const own = Array.from(users, (user) => system.ratingsOf(user));
  const offsets = new Uint32Array(users.length + 1);
  own.forEach(({ items }, row) => {
    offsets[row + 1] = offsets[row] + items.length;
  });
  const group: GroupRatings = {
    members: users,
    ids: Array.from(users, (user) => system.userIds[user]),
    offsets,
    items: Uint32Array.from(own.flatMap(({ items }) => [...items])),
    ratings: Float32Array.from(own.flatMap(({ ratings }) => [...ratings])),
  };
  const runs = groupSamples(group, training, system.itemIds.length);
  const raters: Map<number, number>[] = system.itemIds.map(() => new Map());
  users.forEach((user, row) => {
    for (let k = runs.offsets[row]; k < runs.offsets[row + 1]; k++) {
      const item = raters[runs.partners[k]];
      item.set(user, (item.get(user) ?? 0) + 1);
    }
  });
  return raters.filter((item) => item.size > 0);
}

/** Additive methods take the ratings of the erased off their sums. */
function additive(_: System, { users, ratings }: Raters): Parts {
  return { parts: [], subtracted: { users, samples: ratings, unless: new Uint32Array(0) } };
}
