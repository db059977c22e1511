/** Partition cells (Figures 9 and 12): groups of one grouping, their sizes, and their cohesion in both spaces. */

import { cohesion } from "../../cohesion/cohesion";
import type { Interactions } from "../../data/interactions";
import { type Grouping, groupUsers } from "../../grouping/group";
import type { UserSpace } from "../../grouping/space";
import { complete } from "../../settings";
import { embeddingOf, WHOLE_PLAN } from "../../unlearning/planSettings";
import type { PartitionCell } from "../cell";
import type { PartitionOutcome } from "../outcome";
import type { Report } from "./job";
import { planOf } from "./systems";
import { embedder, splitData } from "./workbench";

/** How each grouping of the cells is made, and in which space. */
const HOW = {
  rand: { method: "random", balance: "users", space: "none" },
  "kmeans-ratings": { method: "kmeans", balance: "none", space: "ratings" },
  "kmeans-embedding": { method: "kmeans", balance: "none", space: "embedding" },
  bkm: { method: "kmeans", balance: "users", space: "ratings" },
  cbkm: { method: "kmeans", balance: "users", space: "embedding" },
} as const;

export async function runPartition(cell: PartitionCell, report: Report, signal: AbortSignal): Promise<void> {
  const { train } = await splitData(cell);
  const { ratings, embedding } = await spacesOf(cell, train);
  const { method, balance, space } = HOW[cell.grouping];
  const chosen =
    space === "none" ? { kind: "none" as const, count: train.userIds.length } : { ratings, embedding }[space];
  const settings = { method, balance, groups: cell.groups, seed: cell.seed };
  const grouping = await groupUsers(chosen, settings, { ids: train.userIds, signal });
  const rho = async (where: UserSpace) =>
    (await cohesion(where, grouping.groups, { seed: cell.seed }, { signal })).map((group) => group.rho);
  const rhoEmbedding = await rho(embedding);
  report.outcome(cell, inOrder(train, grouping, rhoEmbedding, await rho(ratings)), {});
}

/** The two spaces in which the paper groups users. */
export async function spacesOf(cell: PartitionCell | Parameters<typeof embedder>[0], train: Interactions) {
  const settings = embeddingOf(complete(WHOLE_PLAN, planOf(cell.protocol, "cbkm", 1, cell.seed), "plan"));
  const { values, dim } = await embedder(cell)(train, settings);
  const ratings: UserSpace = { kind: "sparse", rows: train.byUser, columns: train.itemIds.length };
  const embedding: UserSpace = { kind: "dense", values, dim };
  return { ratings, embedding };
}

/** Groups in descending cohesion, the order in which LASER trains them. */
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
