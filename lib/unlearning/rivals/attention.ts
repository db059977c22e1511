/** RecEraser's aggregation over trained shards (Chen et al. 2022, Section 4.3): trained, kept, scoring. */

import { StoppedError } from "../../errors";
import { groupRatings } from "../../training/groupRatings";
import { deletePartial, getPartial, putPartial } from "../../training/partial";
import { adamOf, type TrainingSettings } from "../../training/settings";
import { floatsOf } from "../../training/store";
import type { MethodContext } from "../method";
import { interactionsOf } from "../partition";
import { AggregationKernel, type Side } from "./aggregationKernel";
import { startingWeights } from "./aggregationWeights";
import { shardVectors, type Unseen } from "./entries";
import { joiningSet } from "./joiningSet";
import type { Aggregator, Shards } from "./sharded";

export interface AttentionSettings {
  readonly training: TrainingSettings;
  readonly unseen: Unseen;
  readonly epochs: number;
  readonly learningRate: number;
}

export class Attention implements Aggregator {
  private disposed = false;
  private made: { readonly kernel: AggregationKernel; readonly start: Float32Array } | undefined;

  constructor(
    private readonly shards: Shards,
    private readonly settings: AttentionSettings,
    private readonly context: MethodContext,
  ) {}

  /** Trains from the start, or from where a stopped training was. */
  async train(key: string) {
    const { store, signal, onProgress } = this.context;
    const { training, epochs, learningRate } = this.settings;
    const { kernel, start } = this.kernel();
    const data = interactionsOf(this.shards.partition);
    const all = Uint32Array.from(data.userIds, (_, user) => user);
    const set = joiningSet(groupRatings(data, all), training);
    const before = getPartial(store, key, kernel);
    kernel.load(before?.weights ?? start, before?.moments);
    const total = { samples: before?.samples ?? 0, steps: before?.steps ?? 0 };
    if (set.users.length === 0) return { weights: kernel.weights(), ...total };
    const { position, finished, samples, steps } = await kernel.train(set, {
      batchSize: training.batchSize,
      adam: { ...adamOf(training), learningRate },
      stream: [training.seed, "aggregation"],
      epochs,
      from: before?.position,
      signal,
      onEpoch: ({ epoch }) =>
        onProgress?.({ stage: "aggregate", done: (epoch + 1) / epochs, text: "attention over the shards" }),
    });
    total.samples += samples;
    total.steps += steps;
    if (!finished) {
      putPartial(store, key, kernel, { position, ...total });
      throw new StoppedError("aggregation stopped; the same call goes on from there");
    }
    deletePartial(store, key);
    return { weights: kernel.weights(), ...total };
  }

  open(weights: Uint8Array): void {
    this.kernel().kernel.load(floatsOf(weights));
  }

  predict(users: Uint32Array, items: Uint32Array): Float32Array {
    return this.kernel().kernel.predict(users, items);
  }

  scoreItems(users: Uint32Array): Float32Array {
    return this.kernel().kernel.scoreItems(users);
  }

  /** What attention gives to the shards in some rows of either side: rows x S. */
  attention(side: Side, rows: Uint32Array): Float32Array {
    return this.kernel().kernel.attention(side, rows);
  }

  dispose(): void {
    this.disposed = true;
    this.made = undefined;
  }

  /** The kernel with the shards' vectors; made when it is first needed. */
  private kernel() {
    if (this.disposed) throw new Error("aggregation: it has been disposed of");
    if (this.made) return this.made;
    const { partition, checkpoints, starts } = this.shards;
    const { training, unseen } = this.settings;
    const { users, items, outputs } = shardVectors(
      partition,
      checkpoints,
      starts,
      unseen,
      this.context.store,
    );
    const { model, embeddingSize } = training;
    const shape = { model, embeddingSize, shards: checkpoints.length };
    const start = startingWeights(shape, training.seed, outputs);
    this.made = { kernel: new AggregationKernel(shape, users, items), start };
    return this.made;
  }
}
