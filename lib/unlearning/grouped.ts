/**
 * Systems that are trained group by group: LASER, Retrain (one group) and C-SISA. Such a method says how a plan is made,
 * how a partition is trained, and which models score; learning, unlearning, keeping and restoring are the same for all.
 */

import type { Interactions } from "../data/interactions";
import { canonicalJson, sha256 } from "../json";
import type { Cost } from "../metrics/cost";
import { inSequence, stageCost } from "../metrics/cost";
import { bytesKept, type Checkpoint, checkpointEntries, requireCheckpoint } from "../training/checkpoint";
import type { Start } from "../training/layout";
import type { TrainingProgress } from "../training/sequential";
import type { TrainingSettings } from "../training/settings";
import type { EntryName, Json, Store } from "../training/store";
import { Ensemble, ensembleSpec, type Models } from "./ensemble";
import { checkErasure, type Erasure } from "./erasure";
import type { Guarantee, LearnOptions, Method, MethodContext, System, WithoutOptions } from "./method";
import {
  erasePartition,
  interactionsOf,
  loadPartition,
  type Partition,
  partitionHash,
  partitionOf,
  ratingsOf,
  savePartition,
} from "./partition";
import type { Plan } from "./plan";

export interface Trained {
  readonly checkpoints: readonly Checkpoint[];
  readonly cost: Cost;
  /** places of the groups that were trained now */
  readonly trained: readonly number[];
}

export interface GroupedRecipe {
  readonly name: string;
  readonly settings: Json;
  readonly training: TrainingSettings;
  makePlan(data: Interactions, context: MethodContext): Promise<Plan>;
  /** Trains what `context.store` does not have yet. */
  train(partition: Partition, context: MethodContext): Promise<Trained>;
  /** The models that score. */
  models(partition: Partition, checkpoints: readonly Checkpoint[]): Models;
}

/** A system that was trained group by group. */
export interface GroupedSystem extends System {
  readonly plan: Plan;
  readonly partition: Partition;
  readonly checkpoints: readonly Checkpoint[];
}

/** A method that trains group by group. */
export interface GroupedMethod extends Method {
  learn(data: Interactions, context: MethodContext, options?: LearnOptions): Promise<GroupedSystem>;
  restore(root: Json, context: MethodContext): Promise<GroupedSystem>;
}

/** A method from its recipe. */
export function groupedMethod(recipe: GroupedRecipe): GroupedMethod {
  const method: GroupedMethod = {
    name: recipe.name,
    settings: recipe.settings,
    async learn(data, context, options = {}) {
      const began = context.clock();
      const plan = options.plan ?? (await recipe.makePlan(data, context));
      const partition = partitionOf(data, plan);
      const planned = stageCost("plan", context.clock() - began);
      return build(partition, context, options.plan ? "exact given the partition" : "exact", planned);
    },
    async restore(root, context) {
      const { partition, checkpoints, guarantee } = root as {
        partition: Json;
        checkpoints: string[];
        guarantee: Guarantee;
      };
      const known = checkpoints.map((key) => requireCheckpoint(context.store, key));
      const loaded = loadPartition(context.store, partition);
      return open(loaded, context, guarantee, {
        checkpoints: known,
        cost: stageCost("load", 0),
        trained: [],
      });
    },
  };

  async function build(partition: Partition, context: MethodContext, guarantee: Guarantee, before: Cost) {
    const trained = await recipe.train(partition, context);
    return open(partition, context, guarantee, { ...trained, cost: inSequence(before, trained.cost) });
  }

  async function open(
    partition: Partition,
    context: MethodContext,
    guarantee: Guarantee,
    { checkpoints, cost, trained }: Trained,
  ): Promise<GroupedSystem> {
    const { store } = context;
    const { training } = recipe;
    const start = startOf(training, partition.itemIds);
    const models = recipe.models(partition, checkpoints);
    const engine = await context.createEngine(training.engine, ensembleSpec(start, partition));
    const scorer = new Ensemble(engine, partition, models, start, store);
    const system: GroupedSystem = {
      method,
      partition,
      checkpoints,
      cost,
      trained,
      userIds: partition.userIds,
      itemIds: partition.itemIds,
      plan: partition.plan,
      // one group of everybody remembers nothing about anybody
      guarantee: partition.groups.length === 1 ? "exact" : guarantee,
      erased: partition.erased,
      fingerprint: sha256(canonicalJson(models)),
      dataHash: partitionHash(partition),
      predict: (users, items) => scorer.predict(users, items),
      scoreItems: (users) => scorer.scoreItems(users),
      ratingsOf: (user) => ratingsOf(partition, user),
      bytesKept: () => bytesKept(store, checkpoints),
      entries: () => [...new Set(checkpoints.flatMap(checkpointEntries))],
      save: () => save(store, partition, checkpoints, guarantee),
      dispose: () => scorer.dispose(),
      async without(erasure: Erasure, next: MethodContext, options: WithoutOptions = {}) {
        const began = next.clock();
        checkErasure(erasure, system);
        const remaining = erasePartition(partition, erasure);
        if (!options.regroup) {
          const cost = stageCost("erase", next.clock() - began);
          return build(remaining, next, "exact given the partition", cost);
        }
        const data = interactionsOf(remaining);
        const plan = await recipe.makePlan(data, next);
        const regrouped = { ...partitionOf(data, plan), erased: remaining.erased };
        return build(regrouped, next, "exact", stageCost("plan", next.clock() - began));
      },
    };
    return system;
  }

  return method;
}

function save(
  store: Store,
  partition: Partition,
  checkpoints: readonly Checkpoint[],
  guarantee: Guarantee,
): { root: Json; entries: EntryName[] } {
  const written = savePartition(store, partition);
  return {
    root: { partition: written.root, checkpoints: checkpoints.map(({ key }) => key), guarantee },
    entries: [...new Set([...written.entries, ...checkpoints.flatMap(checkpointEntries)])],
  };
}

/** What a model's initial weights are made from. */
export const startOf = (
  training: TrainingSettings,
  itemIds: readonly string[],
  seed = training.seed,
): Start => ({
  model: training.model,
  embeddingSize: training.embeddingSize,
  initialisation: training.initialisation,
  seed,
  itemIds,
});

/** Passes the progress of training on, as text for people. */
export function reportTraining(context: MethodContext, what: string) {
  return ({ position, groups, epoch, epochs }: TrainingProgress) =>
    context.onProgress?.({
      stage: "train",
      done: (position + epoch / epochs) / groups,
      text: `${what} ${position + 1} of ${groups}, epoch ${epoch} of ${epochs}`,
    });
}
