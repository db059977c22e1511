/**
 * Shards trained in isolation, as C-SISA, RecEraser and UltraRE have them: a sequential run of one group
 * each. A shard of the same ratings is the same checkpoint, to the bit, in all three.
 */

import { inParallel } from "../metrics/cost";
import { Random } from "../random";
import { choice, type SettingsOf } from "../settings";
import type { GroupRatings } from "../training/groupRatings";
import type { Start } from "../training/layout";
import { type SequentialRun, type Trained, trainSequentially } from "../training/sequential";
import { EPOCHS_PER_GROUP, epochsOfGroup, TRAINING, trainingOf } from "../training/settings";
import { reportTraining, startOf } from "./grouped";
import type { MethodContext } from "./method";
import type { Partition } from "./partition";

/** How the shards of a method are trained. */
export const SHARDS = {
  ...TRAINING,
  ...EPOCHS_PER_GROUP,
  start: choice(
    ["independent", "shared"],
    "independent",
    "initial weights of the shards: their own, or the same for all",
  ),
};
export type ShardSettings = SettingsOf<typeof SHARDS>;

/** What each shard's initial weights are made from: seeds of their own, or the same for all. */
export function shardStarts(
  shards: number,
  { start, ...training }: ShardSettings,
  itemIds: readonly string[],
): Start[] {
  return Array.from({ length: shards }, (_, shard) => {
    const own = () => Random.stream(training.seed, "shard", shard, "init").next();
    return startOf(training, itemIds, start === "shared" ? training.seed : own());
  });
}

/** Trains the shards that `context.store` does not have, side by side in the context's pool or in turn. */
export async function trainShards(
  { groups }: Partition,
  starts: readonly Start[],
  training: ShardSettings,
  context: MethodContext,
): Promise<Trained> {
  const began = context.clock();
  const results = await trainAll(groups, starts, training, context);
  const wall = context.clock() - began;
  const work = inParallel(...results.map(({ cost }) => cost));
  return {
    checkpoints: results.map(({ checkpoints }) => checkpoints[0]),
    // With a pool the shards really ran side by side, and what that took is what counts.
    cost: context.pool ? { ...work, parallelSeconds: wall } : work,
    trained: results.flatMap(({ trained }, shard) => (trained.length > 0 ? [shard] : [])),
  };
}

async function trainAll(
  groups: readonly GroupRatings[],
  starts: readonly Start[],
  training: ShardSettings,
  context: MethodContext,
): Promise<Trained[]> {
  const { pool } = context;
  const train = (group: GroupRatings, shard: number) => {
    const run: SequentialRun = {
      settings: trainingOf(training),
      epochs: epochsOfGroup(training, groups.length),
      start: starts[shard],
      stream: [training.seed, "shard", shard],
      groups: [group],
    };
    const report = reportTraining(context, "shard");
    const own = {
      ...context,
      onProgress: (progress: Parameters<typeof report>[0]) =>
        report({ ...progress, position: shard, groups: groups.length }),
    };
    return pool ? pool.train(run, own) : trainSequentially(run, own);
  };
  if (pool) return Promise.all(groups.map(train));
  const results: Trained[] = [];
  for (const [shard, group] of groups.entries()) results.push(await train(group, shard));
  return results;
}
