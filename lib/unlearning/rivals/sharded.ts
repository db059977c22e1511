/**
 * Methods that train shards in isolation and then train something small that joins them: RecEraser's attention, UltraRE's
 * regression. An erasure trains the touched shards again, and always what joins them, for it has seen all ratings. Such a
 * method says how ratings are laid out and what joins; learning, unlearning, keeping and restoring are the same for both.
 */

import type { Interactions } from "../../data/interactions";
import { canonicalJson, sha256 } from "../../json";
import { type Cost, inSequence, stageCost } from "../../metrics/cost";
import type { Scorer } from "../../metrics/evaluate";
import {
  type BytesKept,
  bytesKept,
  type Checkpoint,
  checkpointEntries,
  requireCheckpoint,
} from "../../training/checkpoint";
import type { Start } from "../../training/layout";
import {
  blobName,
  DamagedError,
  type EntryName,
  type Json,
  recordName,
  type Store,
} from "../../training/store";
import { checkErasure, type Erasure, requireKnownUser } from "../erasure";
import type { GroupedMethod, GroupedSystem } from "../grouped";
import { type Guarantee, type MethodContext, methodVersion } from "../method";
import {
  interactionsOf,
  loadPartition,
  type Partition,
  partitionHash,
  ratingsOf as ratingsInOneGroup,
  savePartition,
} from "../partition";
import type { Plan } from "../plan";
import { type ShardSettings, shardStarts, trainShards } from "../shards";

/** The shards as they were trained. */
export interface Shards {
  readonly partition: Partition;
  readonly checkpoints: readonly Checkpoint[];
  readonly starts: readonly Start[];
}

/** What joins shards, before and after it is trained. Scoring needs `open` first. */
export interface Joint extends Scorer {
  /** Trains on all ratings; `key` names it in the store. @throws StoppedError: the same call goes on. */
  train(
    key: string,
  ): Promise<{ readonly weights: ArrayBufferView; readonly samples: number; readonly steps: number }>;
  /** Takes trained weights, as bytes. */
  open(weights: Uint8Array): void;
  dispose(): void;
}

export interface ShardedRecipe {
  readonly name: string;
  readonly settings: Json;
  readonly training: ShardSettings;
  /** name of the stage in which the joint is trained */
  readonly stage: string;
  makePlan(data: Interactions, context: MethodContext): Promise<Plan>;
  /** @throws InputError when plan and data do not fit together. */
  layOut(data: Interactions, plan: Plan): Partition;
  /** The layout without the erased data: as `layOut` makes it of what is left. */
  erase(partition: Partition, erasure: Erasure): Partition;
  joint(shards: Shards, context: MethodContext): Promise<Joint>;
}

export interface ShardedSystem extends GroupedSystem {
  readonly joint: Joint;
  /** gradient samples that training the joint took, whenever that was */
  readonly jointSamples: number;
}

export interface ShardedMethod extends GroupedMethod {
  learn(...args: Parameters<GroupedMethod["learn"]>): Promise<ShardedSystem>;
  restore(...args: Parameters<GroupedMethod["restore"]>): Promise<ShardedSystem>;
}

/** What is stored of a trained joint. */
interface StoredJoint {
  readonly [key: string]: Json;
  readonly blob: string;
  readonly samples: number;
  readonly steps: number;
}

/** A system's parts. */
interface Built extends Shards {
  readonly joint: Joint;
  readonly key: string;
  readonly stored: StoredJoint;
}

interface Made {
  readonly cost: Cost;
  readonly trained: readonly number[];
}

const FORMAT = "erasable joint of shards, format 1";

/** A method from its recipe. */
export function shardedMethod(recipe: ShardedRecipe): ShardedMethod {
  const { training } = recipe;
  const method: ShardedMethod = {
    name: recipe.name,
    settings: recipe.settings,
    async learn(data, context, options = {}) {
      const began = context.clock();
      const plan = options.plan ?? (await recipe.makePlan(data, context));
      const partition = recipe.layOut(data, plan);
      const planned = stageCost("plan", context.clock() - began);
      return build(partition, context, options.plan ? "exact given the partition" : "exact", planned);
    },
    async restore(root, context) {
      const {
        partition: saved,
        checkpoints: keys,
        joint: key,
        guarantee,
      } = root as {
        partition: Json;
        checkpoints: string[];
        joint: string;
        guarantee: Guarantee;
      };
      const { store } = context;
      const stored = store.getRecord(key) as StoredJoint | undefined;
      if (!stored) throw new DamagedError(`record ${key} is missing`);
      const partition = loadPartition(store, saved);
      const shards = shardsOf(
        partition,
        keys.map((name) => requireCheckpoint(store, name)),
      );
      const joint = await recipe.joint(shards, context);
      const made = { cost: stageCost("load", 0), trained: [] };
      return systemOf({ ...shards, joint, key, stored }, store, guarantee, made);
    },
  };

  const shardsOf = (partition: Partition, checkpoints: readonly Checkpoint[]): Shards => ({
    partition,
    checkpoints,
    starts: shardStarts(partition.groups.length, training, partition.itemIds),
  });

  async function build(partition: Partition, context: MethodContext, guarantee: Guarantee, before: Cost) {
    const { store } = context;
    const { starts } = shardsOf(partition, []);
    const { checkpoints, cost, trained } = await trainShards(partition, starts, training, context);
    const shards = { partition, checkpoints, starts };
    const joint = await recipe.joint(shards, context);
    try {
      const joined = await train(joint, shards, context);
      const made = { cost: inSequence(before, cost, joined.cost), trained };
      return systemOf({ ...shards, joint, ...joined }, store, guarantee, made);
    } catch (error) {
      joint.dispose();
      throw error;
    }
  }

  /** Trains the joint, unless the store has it. */
  async function train(joint: Joint, { partition, checkpoints }: Shards, { store, clock }: MethodContext) {
    const key = sha256(
      canonicalJson({
        format: FORMAT,
        code: methodVersion(recipe),
        method: recipe.name,
        settings: recipe.settings,
        data: partitionHash(partition),
        shards: checkpoints.map(({ rest, rows }) => ({ rest, rows })),
      }),
    );
    const known = store.getRecord(key) as StoredJoint | undefined;
    if (known) return { key, stored: known, cost: stageCost(recipe.stage, 0) };
    const began = clock();
    const { weights, samples, steps } = await joint.train(key);
    const stored = { blob: store.putBlob(weights), samples, steps };
    store.putRecord(key, stored);
    return { key, stored, cost: stageCost(recipe.stage, clock() - began, { samples, steps }) };
  }

  function systemOf(built: Built, store: Store, guarantee: Guarantee, made: Made): ShardedSystem {
    const { partition, checkpoints, joint, stored, key } = built;
    const known = (users: Uint32Array) => {
      for (const user of users) requireKnownUser(user, partition);
      return opened();
    };
    let open = false;
    const opened = () => {
      if (!open) joint.open(store.getBlob(stored.blob));
      open = true;
      return joint;
    };
    const entries = () => entriesOf(built);
    const system: ShardedSystem = {
      method,
      partition,
      checkpoints,
      get joint() {
        return opened();
      },
      jointSamples: stored.samples,
      ...made,
      userIds: partition.userIds,
      itemIds: partition.itemIds,
      plan: partition.plan,
      // one shard of everything remembers nothing about anybody
      guarantee: partition.groups.length === 1 ? "exact" : guarantee,
      erased: partition.erased,
      fingerprint: sha256(
        canonicalJson({ shards: checkpoints.map(({ rest, rows }) => ({ rest, rows })), joint: stored.blob }),
      ),
      dataHash: partitionHash(partition),
      predict: (users, items) => known(users).predict(users, items),
      scoreItems: (users) => known(users).scoreItems(users),
      ratingsOf: (user) => ratingsOf(partition, user),
      bytesKept: () => keptBytes(built, store),
      entries,
      save() {
        const written = savePartition(store, partition);
        return {
          root: {
            partition: written.root,
            checkpoints: checkpoints.map((checkpoint) => checkpoint.key),
            joint: key,
            guarantee,
          },
          entries: [...new Set([...written.entries, ...entries()])],
        };
      },
      dispose: () => joint.dispose(),
      async without(erasure, next, options = {}) {
        const began = next.clock();
        checkErasure(erasure, system);
        const remaining = recipe.erase(partition, erasure);
        if (!options.regroup)
          return build(
            remaining,
            next,
            "exact given the partition",
            stageCost("erase", next.clock() - began),
          );
        const data = interactionsOf(remaining);
        const plan = await recipe.makePlan(data, next);
        const regrouped = { ...recipe.layOut(data, plan), erased: remaining.erased };
        return build(regrouped, next, "exact", stageCost("plan", next.clock() - began));
      },
    };
    return system;
  }

  return method;
}

/** A user's ratings, items ascending; they may lie in several shards. */
export function ratingsOf(partition: Partition, user: number): { items: Uint32Array; ratings: Float32Array } {
  const parts = partition.groups.map((group) => ratingsInOneGroup({ ...partition, groups: [group] }, user));
  const pairs = parts.flatMap(({ items, ratings }) =>
    Array.from(items, (item, k) => [item, ratings[k]] as const),
  );
  pairs.sort(([a], [b]) => a - b);
  return {
    items: Uint32Array.from(pairs, ([item]) => item),
    ratings: Float32Array.from(pairs, ([, rating]) => rating),
  };
}

function entriesOf({ checkpoints, key, stored }: Built): EntryName[] {
  return [...new Set([...checkpoints.flatMap(checkpointEntries), recordName(key), blobName(stored.blob)])];
}

/** By shard, and behind them what joins them. */
function keptBytes({ checkpoints, key, stored }: Built, store: Store): BytesKept {
  const shards = bytesKept(store, checkpoints);
  const sizes = store.list();
  const joint = (sizes.get(recordName(key)) ?? 0) + (sizes.get(blobName(stored.blob)) ?? 0);
  return { perGroup: [...shards.perGroup, joint], total: shards.total + joint };
}
