/**
 * C-SISA (Section 4.2): SISA (Bourtoule et al. 2021) for recommendation. Each group of users is a shard with a model of
 * its own; user rows of all shards are merged. An erasure trains the touched shards alone, from their initial weights.
 * Scoring `merged`: every shard's items and layers score every user, and the mean counts. `own`: a user is scored by the
 * model of the own shard. A shard without ratings has learnt nothing and has no say.
 */

import { requireKnownKeys, requireOneOf } from "../errors";
import { inParallel } from "../metrics/cost";
import { Random } from "../random";
import type { SequentialResult, SequentialRun } from "../training/sequential";
import { trainSequentially } from "../training/sequential";
import { epochsOfGroup, type TrainingSettings, trainingSettings } from "../training/settings";
import type { Json } from "../training/store";
import { type GroupedMethod, groupedMethod, reportTraining, startOf, type Trained } from "./grouped";
import { makePlan, type PlanOptions, planSettings } from "./makePlan";
import type { MethodContext } from "./method";
import type { Partition } from "./partition";

export const SCORINGS = ["merged", "own"] as const;
export const STARTS = ["independent", "shared"] as const;

/** Settings of `cSisa`. */
export interface CSisaSettings {
  /** groups and grouping; the order says nothing here. Default grouping `rand`. */
  readonly plan?: PlanOptions;
  readonly training?: Partial<TrainingSettings>;
  readonly scoring?: (typeof SCORINGS)[number];
  /** Whether the shards start from initial weights of their own or all from the same. */
  readonly start?: (typeof STARTS)[number];
}

/** C-SISA: groups trained in isolation, joined when they score. */
export function cSisa(settings: CSisaSettings = {}): GroupedMethod {
  requireKnownKeys(settings, ["plan", "training", "scoring", "start"], "c-sisa");
  const plan = planSettings({ grouping: "rand", order: "random", ...settings.plan });
  const training = trainingSettings(settings.training);
  const scoring = requireOneOf(settings.scoring ?? "merged", SCORINGS, "scoring");
  const start = requireOneOf(settings.start ?? "independent", STARTS, "start");
  return groupedMethod({
    name: "c-sisa",
    settings: { plan, training, scoring, start } as unknown as Json,
    training,
    makePlan: (data, context) => makePlan(data, plan, context),
    train: (partition, context) => trainShards(partition, context, training, start),
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

/** The shards as sequential runs of one group each. */
function shardRuns(
  { groups, itemIds }: Partition,
  training: TrainingSettings,
  start: (typeof STARTS)[number],
): SequentialRun[] {
  return groups.map((group, shard) => {
    const seed =
      start === "shared" ? training.seed : Random.stream(training.seed, "shard", shard, "init").next();
    return {
      settings: training,
      epochs: epochsOfGroup(training, groups.length),
      start: startOf(training, itemIds, seed),
      stream: [training.seed, "shard", shard],
      groups: [group],
    };
  });
}

async function trainShards(
  partition: Partition,
  context: MethodContext,
  training: TrainingSettings,
  start: (typeof STARTS)[number],
): Promise<Trained> {
  const runs = shardRuns(partition, training, start);
  const began = context.clock();
  const results = await trainAll(runs, context);
  const wall = context.clock() - began;
  const work = inParallel(...results.map(({ cost }) => cost));
  return {
    checkpoints: results.map(({ checkpoints }) => checkpoints[0]),
    // With a pool the shards really ran side by side, and what that took is what counts.
    cost: context.pool ? { ...work, parallelSeconds: wall } : work,
    trained: results.flatMap(({ trained }, shard) => (trained.length > 0 ? [shard] : [])),
  };
}

/** Trains the runs side by side in the pool, or in turn. */
async function trainAll(runs: readonly SequentialRun[], context: MethodContext): Promise<SequentialResult[]> {
  const { pool } = context;
  const train = (run: SequentialRun, shard: number) => {
    const report = reportTraining(context, "shard");
    const own = {
      ...context,
      onProgress: (progress: Parameters<typeof report>[0]) =>
        report({ ...progress, position: shard, groups: runs.length }),
    };
    return pool ? pool.train(run, own) : trainSequentially(run, own);
  };
  if (pool) return Promise.all(runs.map(train));
  const results: SequentialResult[] = [];
  for (const [shard, run] of runs.entries()) results.push(await train(run, shard));
  return results;
}
