/**
 * UltraRE's combiner (Li et al. 2023): a logistic regression on what the shards predict. Every shard scores every user, whose
 * rows are those of the user's own shard, as in C-SISA's scoring `merged`; shards without ratings are left out.
 */

import { drawEpoch } from "../../engine/batches";
import type { Engine } from "../../engine/engine";
import { InputError, StoppedError } from "../../errors";
import type { Graph } from "../../model/model";
import { LEAST_PREDICTION } from "../../model/objective";
import { loadFloats } from "../../training/checkpoint";
import { groupRatings, ratingGraph } from "../../training/groupRatings";
import { initialRows, putRest, type Start, scatterRows } from "../../training/layout";
import type { TrainingSettings } from "../../training/settings";
import type { MethodContext } from "../method";
import { interactionsOf } from "../partition";
import { taughtShards } from "./entries";
import { joiningSet } from "./joiningSet";
import { linear, type Regression, regress, sigmoid } from "./regression";
import type { Aggregator, Shards } from "./sharded";

export interface CombinationSettings {
  readonly training: TrainingSettings;
  readonly ridge: number;
}

export class Combination implements Aggregator {
  private readonly taught: readonly number[];
  private rows: Float32Array | undefined;
  private graph: Graph | undefined;
  private weights = new Float64Array(0);

  /** @param start what rows of users without ratings are made from */
  constructor(
    private readonly engine: Engine,
    private readonly shards: Shards,
    private readonly start: Start,
    private readonly settings: CombinationSettings,
    private readonly context: MethodContext,
  ) {
    this.taught = taughtShards(shards.partition.groups);
  }

  async train() {
    const { signal, onProgress } = this.context;
    const { users, items, labels } = this.samples();
    const samples = labels.length;
    if (samples === 0) return { weights: new Float64Array(this.taught.length + 1), samples: 0, steps: 0 };
    const features = this.features((engine) => engine.predict(users, items));
    let passes = 0;
    const result: Regression = await regress(features, labels, this.settings.ridge, async () => {
      passes++;
      onProgress?.({ stage: "combine", done: 1 - 1 / (1 + passes), text: "regression on the shards" });
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (signal?.aborted) throw new StoppedError("combination stopped; the same call goes on");
    });
    return { weights: result.weights, samples: result.passes * samples, steps: result.steps };
  }

  open(weights: Uint8Array): void {
    this.weights = new Float64Array(weights.slice().buffer);
    if (this.weights.length !== this.taught.length + 1)
      throw new InputError(`combination: ${this.weights.length} weights for ${this.taught.length} shards`);
  }

  predict(users: Uint32Array, items: Uint32Array): Float32Array {
    return this.combine(this.features((engine) => engine.predict(users, items)));
  }

  scoreItems(users: Uint32Array): Float32Array {
    return this.combine(this.features((engine) => engine.scoreItems(users)));
  }

  dispose(): void {
    this.engine.dispose();
  }

  private combine(features: readonly Float32Array[]): Float32Array {
    return Float32Array.from(features[0], (_, k) => {
      const score = sigmoid(linear(features, k, this.weights));
      return Math.min(Math.max(score, LEAST_PREDICTION), 1 - LEAST_PREDICTION);
    });
  }

  /** All training samples; where training draws negatives, one draw of them. */
  private samples() {
    const { training } = this.settings;
    const data = interactionsOf(this.shards.partition);
    const all = Uint32Array.from(data.userIds, (_, user) => user);
    const set = joiningSet(groupRatings(data, all), training);
    if (set.negatives === 0 || set.users.length === 0) return set;
    return drawEpoch(set, data.itemIds.length, set.users.length, [training.seed, "combination"], 0);
  }

  /** What each shard that is not left out predicts. */
  private features(score: (engine: Engine) => Float32Array): Float32Array[] {
    const { checkpoints, partition } = this.shards;
    this.graph ??= ratingGraph(partition.groups, partition.userIds.length);
    const { graph } = this;
    this.rows ??= this.userWeights();
    return this.taught.map((shard) => {
      const weights = this.rows as Float32Array;
      putRest(this.engine.spec, weights, loadFloats(this.context.store, checkpoints[shard].rest));
      this.engine.load(weights);
      this.engine.setGraph(graph);
      return score(this.engine);
    });
  }

  /** Flat weights with every user's row: trained, or initial for a user in no shard. */
  private userWeights(): Float32Array {
    const { spec } = this.engine;
    const { partition, checkpoints } = this.shards;
    const weights = new Float32Array(spec.size);
    const placed = new Uint8Array(partition.userIds.length);
    for (const [g, { members }] of partition.groups.entries()) {
      scatterRows(spec, weights, members, loadFloats(this.context.store, checkpoints[g].rows[0]));
      for (const user of members) placed[user] = 1;
    }
    const others = Uint32Array.from(partition.userIds, (_, user) => user).filter((user) => !placed[user]);
    const ids = Array.from(others, (user) => partition.userIds[user]);
    scatterRows(spec, weights, others, initialRows(this.start, ids));
    return weights;
  }
}
