/**
 * `receraser`: Chen, Sun, Zhang and Ding, "Recommendation Unlearning", WWW 2022. Balanced shards that keep likes together
 * (partitions.ts), a model of each in isolation, and an attention that carries what each model says of a user and of an
 * item into one space, weighs it, and scores (aggregationWeights.ts, kernels/assembly/rec_eraser.ts). The attention is
 * trained on all ratings with the models frozen, and again after every erasure.
 *
 * Differences from the paper and its authors' public code:
 *  1. Models are DMF and NMF under the cross-entropy of this suite; theirs are BPR, WMF and LightGCN under their own losses.
 *  2. What is aggregated is what these models make of a row: DMF, the tower's output; NMF, factors and hidden layer
 *     (entries.ts). The pair is scored as the model scores it, NMF with an output layer that is trained along.
 *  3. Partitions are made by singular vectors of the ratings, not by a pre-trained WMF (embeddings.ts).
 *  4. A shard is full at ceil(N / K), as printed; the public code lets it grow to 1.2 N / K. Anchors move to the mean row of
 *     their shard; the public code puts the mean of all numbers in it in the place of each. No shard stays empty.
 *  5. Transfers start from the identity and not at random, so that one shard alone scores as its model does.
 *  6. A shard that has no rating of a row has no say in it (`unseen: "mask"`), so that under `ubp` attention weighs what
 *     shards say of items, under `ibp` of users, under `inbp` of both; with `"attend"`, theirs, initial rows take part.
 *  7. Adam, a fixed number of epochs; theirs is Adagrad with dropout on users, a penalty of 1e-5 on the transfers and early
 *     stopping by the test set. Passes of the partition are ten at most, and fifty there.
 */

import { requireInteger, requireKnownKeys, requireNumber, requireOneOf } from "../../errors";
import { type TrainingSettings, trainingSettings } from "../../training/settings";
import type { Json } from "../../training/store";
import { STARTS } from "../cSisa";
import { AttentionJoint } from "./attention";
import { UNSEEN, type Unseen } from "./entries";
import { eraseShards, layOutShards, PARTITIONS, type PartitionName, shardPlan } from "./partitions";
import { type ShardedMethod, shardedMethod } from "./sharded";
import type { ShardStart } from "./shards";

/** Settings of `recEraser`. */
export interface RecEraserSettings {
  /** K of the paper, S of LASER. Default 8. */
  readonly groups?: number;
  /** of users, of items, of interactions. Default `ubp`. */
  readonly partition?: PartitionName;
  /** length of the embedding rows that partitions are made by */
  readonly dimensions?: number;
  /** passes over all points at most */
  readonly maxPasses?: number;
  /** of the shards' models; aggregation takes seed, labels, negatives, batch size and Adam's decays from here too */
  readonly training?: Partial<TrainingSettings>;
  /** Whether the shards start from initial weights of their own or all from the same. */
  readonly start?: ShardStart;
  readonly unseen?: Unseen;
  /** epochs of the aggregation, over all ratings */
  readonly aggregationEpochs?: number;
  /** Adam's rate in the aggregation */
  readonly aggregationRate?: number;
}

export const REC_ERASER_DEFAULTS = Object.freeze({
  groups: 8,
  partition: "ubp",
  dimensions: 16,
  maxPasses: 10,
  start: "independent",
  unseen: "mask",
  aggregationEpochs: 20,
  aggregationRate: 3e-3,
} as const satisfies Required<Omit<RecEraserSettings, "training">>);

/** @throws InputError for unknown settings or settings out of range. */
export function recEraser(settings: RecEraserSettings = {}): ShardedMethod {
  requireKnownKeys(settings, [...Object.keys(REC_ERASER_DEFAULTS), "training"], "receraser");
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const full: Required<RecEraserSettings> = { ...REC_ERASER_DEFAULTS, training: {}, ...given };
  const training = trainingSettings(full.training);
  const shards = {
    partition: requireOneOf(full.partition, PARTITIONS, "partition"),
    groups: requireInteger(full.groups, 1, 65_535, "groups"),
    dimensions: requireInteger(full.dimensions, 1, 4096, "dimensions"),
    maxPasses: requireInteger(full.maxPasses, 1, 100_000, "maxPasses"),
    seed: training.seed,
  };
  const start = requireOneOf(full.start, STARTS, "start");
  const unseen = requireOneOf(full.unseen, UNSEEN, "unseen");
  const aggregation = {
    epochs: requireInteger(full.aggregationEpochs, 0, 1_000_000, "aggregationEpochs"),
    learningRate: requireNumber(full.aggregationRate, 0, 1000, "aggregationRate"),
  };
  return shardedMethod({
    name: "receraser",
    settings: { ...full, training } as unknown as Json,
    training,
    start,
    code: "recEraser",
    stage: "aggregate",
    makePlan: (data, context) => shardPlan(data, shards, context),
    layOut: (data, plan) => layOutShards(data, plan, shards.partition),
    erase: (partition, erasure) => eraseShards(partition, erasure, shards.partition),
    joint: async (trained, context) =>
      new AttentionJoint(trained, { training, unseen, ...aggregation }, context),
  });
}
