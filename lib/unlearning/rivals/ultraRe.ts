/**
 * `ultrare`: Li, Chen, Zhang, Liu, Lyu, Zheng, Meng and Wang, "UltraRE: Enhancing RecEraser for Recommendation Unlearning
 * via Error Decomposition", NeurIPS 2023. Users are grouped by k-means whose every pass assigns them at least total cost
 * under equal sizes (optimal transport; grouping/transport.ts), shards are trained in isolation, and a logistic regression
 * on their predictions takes the place of RecEraser's attention. It is fitted again after every erasure.
 *
 * Differences from the paper and its authors' public code:
 *  1. Users lie where their collaborative embedding puts them (hypergraph/embedding.ts), not at the embeddings of a matrix
 *     factorisation trained before; `embedding: "svd"` is nearer to that.
 *  2. k-means starts with k-means++ and goes on until nobody moves; theirs starts at random users and ends after ten passes.
 *     The assignment is the exact one in both; sizes differ by at most one.
 *  3. The paper's regression is on the sub-models' outputs; the public code takes their mean in its place (here: `c-sisa`
 *     with `assignment: "transport"`). Ours has the weights of shards that saw a user and those that did not in common, as
 *     the mean has: every shard scores a user by the rows of the user's own shard.
 *  4. The regression is fitted to its minimum by Newton's method, on the labels of training, with a ridge of 1.
 *  5. Shards train for a fixed number of epochs.
 */

import type { Interactions } from "../../data/interactions";
import { complete, pick, real, type SettingsOf, withDefaults } from "../../settings";
import { trainingOf } from "../../training/settings";
import { ensembleSpec } from "../ensemble";
import { startOf } from "../grouped";
import { makePlan } from "../makePlan";
import type { MethodContext } from "../method";
import { GROUPS } from "../planSettings";
import { SHARDS } from "../shards";
import { Combination } from "./combination";
import { ShardedMethod, type Shards } from "./sharded";

export const ULTRA_RE = {
  ...withDefaults(GROUPS, { grouping: "cbkm", assignment: "transport" }),
  ...SHARDS,
  ridge: real(1e-6, 1e9, 1, "penalty of the regression on the shards: ridge/2 |w|^2 beside the summed loss"),
};

type Settings = SettingsOf<typeof ULTRA_RE>;

class UltraRe extends ShardedMethod {
  override readonly name = "ultrare";
  protected override readonly stage = "combine";

  constructor(override readonly settings: Settings) {
    super(settings);
  }

  protected override makePlan(data: Interactions, context: MethodContext) {
    const { seed } = this.settings;
    return makePlan(data, { ...pick(GROUPS, this.settings), order: "random", seed }, context);
  }

  protected override async aggregator(shards: Shards, context: MethodContext) {
    const training = trainingOf(this.settings);
    const start = startOf(training, shards.partition.itemIds);
    const engine = await context.createEngine(training.engine, ensembleSpec(start, shards.partition));
    return new Combination(engine, shards, start, { training, ridge: this.settings.ridge }, context);
  }
}

/** @throws InputError for unknown settings or settings out of range. */
export const ultraRe = (options: Partial<Settings> = {}): ShardedMethod =>
  new UltraRe(complete(ULTRA_RE, options, "ultrare"));
