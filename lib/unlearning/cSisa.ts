/**
 * C-SISA (Section 4.2): SISA (Bourtoule et al. 2021) for recommendation. Each group of users is a shard with a model of
 * its own; user rows of all shards are merged. An erasure trains the touched shards alone, from their initial weights.
 * Scoring `merged`: every shard's items and layers score every user, and the mean counts. `own`: a user is scored by the
 * model of the user's own shard. Shards without ratings are left out of the mean.
 */

import { choice, complete, pick, type SettingsOf, withDefaults } from "../settings";
import { trainingOf } from "../training/settings";
import { type GroupedMethod, groupedMethod } from "./grouped";
import { makePlan } from "./makePlan";
import { GROUPS } from "./planSettings";
import { SHARDS, shardStarts, trainShards } from "./shards";

export const C_SISA = {
  ...withDefaults(GROUPS, { grouping: "rand" }),
  ...SHARDS,
  scoring: choice(
    ["merged", "own"],
    "merged",
    "all shards score every user (merged), or the user's own shard alone",
  ),
};

/** C-SISA: groups trained in isolation, joined when they score. @throws InputError for unknown settings. */
export function cSisa(options: Partial<SettingsOf<typeof C_SISA>> = {}): GroupedMethod {
  const settings = complete(C_SISA, options, "c-sisa");
  const { seed, scoring } = settings;
  return groupedMethod({
    name: "c-sisa",
    settings,
    training: trainingOf(settings),
    makePlan: (data, context) =>
      makePlan(data, { ...pick(GROUPS, settings), order: "random", seed }, context),
    train: (partition, context) => {
      const starts = shardStarts(partition.groups.length, settings, partition.itemIds);
      return trainShards(partition, starts, settings, context);
    },
    models(partition, checkpoints) {
      const rests = checkpoints.map(({ rest }) => rest);
      const taught = rests.filter((_, shard) => partition.groups[shard].items.length > 0);
      return {
        rows: checkpoints.map(({ rows }) => rows[0]),
        rests: scoring === "own" || taught.length === 0 ? rests : taught,
        combine: scoring === "own" ? "own" : "mean",
      };
    },
  });
}
