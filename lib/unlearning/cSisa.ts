/**
 * C-SISA (Section 4.2): SISA (Bourtoule et al. 2021) for recommendation. Each group of users is a shard with
 * a model of its own; user rows of all shards are merged. An erasure trains the touched shards alone, from
 * their initial weights. Scoring `merged`: every shard's items and layers score every user, and the mean
 * counts. `own`: a user is scored by the model of the user's own shard. Shards without ratings are left out
 * of the mean.
 */

import type { Interactions } from "../data/interactions";
import { choice, complete, pick, type SettingsOf, withDefaults } from "../settings";
import type { Checkpoint } from "../training/checkpoint";
import { type TrainingSettings, trainingOf } from "../training/settings";
import type { Models } from "./ensemble";
import { GroupedMethod } from "./grouped";
import { makePlan } from "./makePlan";
import type { MethodContext } from "./method";
import type { Partition } from "./partition";
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
type Settings = SettingsOf<typeof C_SISA>;

class CSisa extends GroupedMethod {
  override readonly name = "c-sisa";
  override readonly training: TrainingSettings;

  constructor(override readonly settings: Settings) {
    super();
    this.training = trainingOf(settings);
  }

  protected override makePlan(data: Interactions, context: MethodContext) {
    const { seed } = this.settings;
    return makePlan(data, { ...pick(GROUPS, this.settings), order: "random", seed }, context);
  }

  protected override train(partition: Partition, context: MethodContext) {
    const starts = shardStarts(partition.groups.length, this.settings, partition.itemIds);
    return trainShards(partition, starts, this.settings, context);
  }

  override models({ groups }: Partition, checkpoints: readonly Checkpoint[]): Models {
    const rows = checkpoints.map((checkpoint) => checkpoint.rows[0]);
    const rests = checkpoints.map(({ rest }) => rest);
    if (this.settings.scoring === "own") return { rows, rests, combine: "own" };
    const taught = rests.filter((_, shard) => groups[shard].items.length > 0);
    return { rows, rests: taught.length > 0 ? taught : rests, combine: "mean" };
  }
}

/** C-SISA: groups trained in isolation, joined when they score. @throws InputError for unknown settings. */
export const cSisa = (options: Partial<Settings> = {}): GroupedMethod =>
  new CSisa(complete(C_SISA, options, "c-sisa"));
