/**
 * `receraser`: Chen, Sun, Zhang and Ding, "Recommendation Unlearning", WWW 2022. Balanced shards that keep likes together
 * (partitions.ts), a model of each in isolation, and an attention that carries what each model says of a user and of an
 * item into one space, weighs it, and scores (aggregationWeights.ts, kernels/assembly/rec_eraser.ts). The attention is
 * trained on all ratings with the models frozen, and again after every erasure.
 *
 * Differences from the paper and its authors' public code:
 *  1. Shards' models are those of this suite, DMF and NMF beside BPR and LightGCN; the attention is trained by
 *     cross-entropy for all of them, on items rated and items drawn (joiningSet.ts), theirs by the model's own loss.
 *  2. What is aggregated is what a model makes of a row: DMF, the tower's output; NMF, factors and hidden layer; BPR, the
 *     embedding; LightGCN, the embedding smoothed over the shard's own graph (entries.ts). The pair is scored as the model
 *     scores it, all but DMF with an output layer that is trained along.
 *  3. Partitions are made by singular vectors of the ratings, not by a pre-trained WMF (embeddings.ts).
 *  4. A shard is full at ceil(N / K), as printed; the public code lets it grow to 1.2 N / K. Anchors move to the mean row of
 *     their shard; the public code puts the mean of all numbers in it in the place of each. No shard stays empty.
 *  5. Transfers start from the identity and not at random, so that one shard alone scores as its model does.
 *  6. A shard that has no rating of a row has no say in it (`unseen: "mask"`), so that under `ubp` attention weighs what
 *     shards say of items, under `ibp` of users, under `inbp` of both; with `"attend"`, theirs, initial rows take part.
 *  7. Adam, a fixed number of epochs; theirs is Adagrad with dropout on users, a penalty of 1e-5 on the transfers and early
 *     stopping by the test set. Passes of the partition are ten at most, and fifty there.
 */

import type { Interactions } from "../../data/interactions";
import { choice, complete, real, type SettingsOf, whole } from "../../settings";
import { trainingOf } from "../../training/settings";
import type { Erasure } from "../erasure";
import type { MethodContext } from "../method";
import type { Partition } from "../partition";
import type { Plan } from "../plan";
import { GROUPS } from "../planSettings";
import { SHARDS } from "../shards";
import { aggregationOf } from "./aggregationWeights";
import { Attention } from "./attention";
import { UNSEEN } from "./entries";
import { eraseShards, layOutShards, PARTITIONS, shardPlan } from "./partitions";
import { ShardedMethod, type Shards } from "./sharded";

/** Aggregation takes seed, labels, negatives, batch size and Adam's decays from the settings of training too. */
export const REC_ERASER = {
  groups: GROUPS.groups,
  partition: choice(
    PARTITIONS,
    "ubp",
    "what is partitioned: users (ubp), items (ibp) or interactions (inbp)",
  ),
  dimensions: GROUPS.dimensions,
  maxPasses: whole(1, 100_000, 10, "passes of the balanced partition at most"),
  ...SHARDS,
  unseen: choice(
    UNSEEN,
    "mask",
    "whether a shard without a rating of a row is left out (mask), or takes part (attend)",
  ),
  aggregationEpochs: whole(0, 1_000_000, 20, "epochs of the aggregation, over all ratings"),
  aggregationRate: real(0, 1000, 3e-3, "Adam's rate in the aggregation"),
};

type Settings = SettingsOf<typeof REC_ERASER>;

class RecEraser extends ShardedMethod {
  override readonly name = "receraser";
  protected override readonly stage = "aggregate";

  constructor(override readonly settings: Settings) {
    super(settings);
    aggregationOf(settings.model);
  }

  protected override makePlan(data: Interactions, context: MethodContext) {
    const { partition, groups, dimensions, maxPasses, seed } = this.settings;
    return shardPlan(data, { partition, groups, dimensions, maxPasses, seed }, context);
  }

  protected override layOut(data: Interactions, plan: Plan) {
    return layOutShards(data, plan, this.settings.partition);
  }

  protected override erase(partition: Partition, erasure: Erasure) {
    return eraseShards(partition, erasure, this.settings.partition);
  }

  protected override async aggregator(shards: Shards, context: MethodContext) {
    const { unseen, aggregationEpochs: epochs, aggregationRate: learningRate } = this.settings;
    return new Attention(
      shards,
      { training: trainingOf(this.settings), unseen, epochs, learningRate },
      context,
    );
  }
}

/** @throws InputError for unknown settings or settings out of range. */
export const recEraser = (options: Partial<Settings> = {}): ShardedMethod =>
  new RecEraser(complete(REC_ERASER, options, "receraser"));
