/**
 * The job "partition" (Figures 9 and 12): groups of one grouping, their sizes, and their cohesion in both spaces. Its trials
 * have settings of a plan: grouping, groups, balance, and those of the embedding.
 */

import { cohesion } from "../../cohesion/cohesion";
import type { Interactions } from "../../data/interactions";
import { type Grouping, groupUsers } from "../../grouping/group";
import type { UserSpace } from "../../grouping/space";
import { WHOLE_EMBEDDING } from "../../hypergraph/settings";
import { complete, pick, type SettingsOf } from "../../settings";
import { GROUPINGS, type PLAN, WHOLE_PLAN } from "../../unlearning/planSettings";
import type { Job, Report } from "../job";
import type { Trial } from "../trial";
import { embedder, splitData } from "../workbench";

/** What a partition trial holds of its own: settings of a plan. */
export type PartitionSettings = Pick<
  SettingsOf<typeof PLAN>,
  "grouping" | "groups" | "balance" | "embedding" | "weights" | "word2vec"
>;

export interface PartitionOutcome {
  /** Users and training ratings of each group, in descending order of `rhoEmbedding`. */
  readonly users: readonly number[];
  readonly ratings: readonly number[];
  /** Eq. 3 of each group in the space of the collaborative embedding and of the rating rows. */
  readonly rhoEmbedding: readonly number[];
  readonly rhoRatings: readonly number[];
  readonly inertia: number | null;
  readonly passes: number;
}

export const partitionJob: Job = {
  name: "partition",
  modules: ["questions/partition/job"],
  work: 0.02,
  run: runPartition,
};

async function runPartition([trial]: readonly Trial[], report: Report, signal: AbortSignal): Promise<void> {
  const { train } = await splitData(trial);
  const { seed, settings } = trial;
  const plan = settings as unknown as PartitionSettings;
  const { groups, balance } = plan;
  const spaces = await spacesOf(trial, plan, train);
  const { method, space } = GROUPINGS[plan.grouping];
  const chosen = space === "none" ? { kind: space, count: train.userIds.length } : spaces[space];
  const clustering = { method, balance, groups, seed };
  const grouping = await groupUsers(chosen, clustering, { ids: train.userIds, signal });
  const rho = async (where: UserSpace) =>
    (await cohesion(where, grouping.groups, { seed }, { signal })).map((group) => group.rho);
  const rhoEmbedding = await rho(spaces.embedding);
  report.outcome(trial, inOrder(train, grouping, rhoEmbedding, await rho(spaces.ratings)), {});
}

/** The two spaces in which the paper groups users. */
export async function spacesOf(
  trial: Trial,
  plan: Partial<SettingsOf<typeof PLAN>>,
  train: Interactions,
): Promise<Record<"ratings" | "embedding", UserSpace>> {
  const { embedding, weights, word2vec } = plan;
  const settings = complete(WHOLE_PLAN, { embedding, weights, word2vec, seed: trial.seed }, "plan");
  const { values, dim } = await embedder(trial)(train, pick(WHOLE_EMBEDDING, settings));
  return {
    ratings: { kind: "sparse", rows: train.byUser, columns: train.itemIds.length },
    embedding: { kind: "dense", values, dim },
  };
}

/** Groups in descending cohesion in the embedding, whatever they were made in; rows.ts has LASER's order. */
function inOrder(
  train: Interactions,
  { groups, inertia, passes }: Grouping,
  rhoEmbedding: readonly number[],
  rhoRatings: readonly number[],
): PartitionOutcome {
  const { offsets } = train.byUser;
  const order = groups.map((_, g) => g).sort((a, b) => rhoEmbedding[b] - rhoEmbedding[a] || a - b);
  const ratingsOf = (g: number) =>
    groups[g].reduce((sum, user) => sum + offsets[user + 1] - offsets[user], 0);
  return {
    users: order.map((g) => groups[g].length),
    ratings: order.map(ratingsOf),
    rhoEmbedding: order.map((g) => rhoEmbedding[g]),
    rhoRatings: order.map((g) => rhoRatings[g]),
    inertia: inertia ?? null,
    passes,
  };
}
