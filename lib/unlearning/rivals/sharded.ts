/**
 * Methods that train shards in isolation and then train something small that joins them, an aggregator: RecEraser's
 * attention, UltraRE's regression. An erasure trains the touched shards again, and always the aggregator, for it has seen
 * all ratings.
 */

import { canonicalJson, sha256 } from "../../json";
import { inSequence, stageCost } from "../../metrics/cost";
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
import { requireKnownUser } from "../erasure";
import { type Built, MethodFrame, SystemFrame, type Task } from "../frame";
import { type MethodContext, methodVersion, type System } from "../method";
import { type Partition, partitionHash, ratingsOf } from "../partition";
import type { Plan } from "../plan";
import { type ShardSettings, shardStarts, trainShards } from "../shards";

/** The shards as they were trained. */
export interface Shards {
  readonly partition: Partition;
  readonly checkpoints: readonly Checkpoint[];
  readonly starts: readonly Start[];
}

/** What joins shards, before and after it is trained. Scoring needs `open` first. */
export interface Aggregator extends Scorer {
  /** Trains on all ratings; `key` names it in the store. @throws StoppedError: the same call goes on. */
  train(
    key: string,
  ): Promise<{ readonly weights: ArrayBufferView; readonly samples: number; readonly steps: number }>;
  /** Takes trained weights, as bytes. */
  open(weights: Uint8Array): void;
  dispose(): void;
}

/** What is stored of a trained aggregator, under its key. */
interface StoredAggregator {
  readonly [key: string]: Json;
  readonly blob: string;
  readonly samples: number;
  readonly steps: number;
}

/** A trained aggregator and where it is stored. */
interface Joined {
  readonly aggregator: Aggregator;
  readonly key: string;
  readonly stored: StoredAggregator;
}

const FORMAT = "erasable aggregator of shards, format 2";

/** A method that trains shards and what joins them. */
export abstract class ShardedMethod extends MethodFrame<ShardedSystem> {
  /** name of the stage in which the aggregator is trained */
  protected abstract readonly stage: string;

  constructor(override readonly settings: ShardSettings & { readonly [key: string]: Json }) {
    super();
  }

  protected abstract aggregator(shards: Shards, context: MethodContext): Promise<Aggregator>;

  protected async build(task: Task<ShardedSystem>, context: MethodContext): Promise<ShardedSystem> {
    const { partition } = task;
    const starts = this.starts(partition);
    const { checkpoints, cost, trained } = await trainShards(partition, starts, this.settings, context);
    const aggregator = await this.aggregator({ partition, checkpoints, starts }, context);
    try {
      const { aggregation, ...joined } = await this.train(aggregator, partition, checkpoints, context);
      const built = { ...task, cost: inSequence(task.cost, cost, aggregation), trained };
      return new ShardedSystem(this, built, context.store, checkpoints, joined);
    } catch (error) {
      aggregator.dispose();
      throw error;
    }
  }

  protected async load(root: Json, built: Built, context: MethodContext): Promise<ShardedSystem> {
    const { partition } = built;
    const { checkpoints: keys, aggregator: key } = root as { checkpoints: string[]; aggregator: string };
    const stored = context.store.getRecord(key) as StoredAggregator | undefined;
    if (!stored) throw new DamagedError(`record ${key} is missing`);
    const checkpoints = keys.map((name) => requireCheckpoint(context.store, name));
    const shards = { partition, checkpoints, starts: this.starts(partition) };
    const aggregator = await this.aggregator(shards, context);
    return new ShardedSystem(this, built, context.store, checkpoints, { aggregator, key, stored });
  }

  private starts({ groups, itemIds }: Partition): Start[] {
    return shardStarts(groups.length, this.settings, itemIds);
  }

  /** Trains the aggregator, unless the store has it. */
  private async train(
    aggregator: Aggregator,
    partition: Partition,
    checkpoints: readonly Checkpoint[],
    { store, clock }: MethodContext,
  ) {
    const key = sha256(
      canonicalJson({
        format: FORMAT,
        code: methodVersion(this),
        method: this.name,
        settings: this.settings,
        data: partitionHash(partition),
        shards: weightsOf(checkpoints),
      }),
    );
    const known = store.getRecord(key) as StoredAggregator | undefined;
    if (known) return { aggregator, key, stored: known, aggregation: stageCost(this.stage, 0) };
    const began = clock();
    const { weights, samples, steps } = await aggregator.train(key);
    const stored = { blob: store.putBlob(weights), samples, steps };
    store.putRecord(key, stored);
    const aggregation = stageCost(this.stage, clock() - began, { samples, steps });
    return { aggregator, key, stored, aggregation };
  }
}

/** Trained shards, and what joins them. */
export class ShardedSystem extends SystemFrame {
  private opened = false;

  constructor(
    method: ShardedMethod,
    built: Built,
    store: Store,
    readonly checkpoints: readonly Checkpoint[],
    private readonly joined: Joined,
  ) {
    super(method, built, store);
  }

  override get plan(): Plan {
    return this.partition.plan;
  }

  /** What joins the shards, ready to score. */
  get aggregator(): Aggregator {
    const { aggregator, stored } = this.joined;
    if (!this.opened) aggregator.open(this.store.getBlob(stored.blob));
    this.opened = true;
    return aggregator;
  }

  /** Gradient samples that training the aggregator took, whenever that was. */
  get aggregationSamples(): number {
    return this.joined.stored.samples;
  }

  get fingerprint(): string {
    return sha256(canonicalJson({ shards: weightsOf(this.checkpoints), joint: this.joined.stored.blob }));
  }

  predict(users: Uint32Array, items: Uint32Array): Float32Array {
    return this.knowing(users).predict(users, items);
  }

  scoreItems(users: Uint32Array): Float32Array {
    return this.knowing(users).scoreItems(users);
  }

  /** A user's ratings, items ascending; they may lie in several shards. */
  override ratingsOf(user: number): ReturnType<System["ratingsOf"]> {
    const { partition } = this;
    const parts = partition.groups.map((group) => ratingsOf({ ...partition, groups: [group] }, user));
    const pairs = parts.flatMap(({ items, ratings }) =>
      Array.from(items, (item, k) => [item, ratings[k]] as const),
    );
    pairs.sort(([a], [b]) => a - b);
    return {
      items: Uint32Array.from(pairs, ([item]) => item),
      ratings: Float32Array.from(pairs, ([, rating]) => rating),
    };
  }

  /** By shard, and behind them the aggregator. */
  bytesKept(): BytesKept {
    const shards = bytesKept(this.store, this.checkpoints);
    const sizes = this.store.list();
    const joined = this.ownEntries().reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
    return { perGroup: [...shards.perGroup, joined], total: shards.total + joined };
  }

  entries(): EntryName[] {
    return [...new Set([...this.checkpoints.flatMap(checkpointEntries), ...this.ownEntries()])];
  }

  dispose(): void {
    this.joined.aggregator.dispose();
  }

  protected rootOf(): Json {
    return { checkpoints: this.checkpoints.map(({ key }) => key), aggregator: this.joined.key };
  }

  private ownEntries(): EntryName[] {
    return [recordName(this.joined.key), blobName(this.joined.stored.blob)];
  }

  private knowing(users: Uint32Array): Aggregator {
    for (const user of users) requireKnownUser(user, this);
    return this.aggregator;
  }
}

const weightsOf = (checkpoints: readonly Checkpoint[]) =>
  checkpoints.map(({ rest, rows }) => ({ rest, rows }));
