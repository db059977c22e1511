/**
 * How users are grouped and groups are ordered (Sections 3.2 and 3.3), each setting declared once and side by side with
 * those of training: what lib/grouping and lib/hypergraph call `start` or `epochs` has a name here that says of what.
 */

import { CURRICULA } from "../cohesion/curriculum";
import {
  ASSIGNMENTS,
  BALANCES,
  type GroupingMethod,
  type GroupingSettings,
  STARTS,
} from "../grouping/settings";
import { EMBEDDING_KINDS, type EmbeddingSettings } from "../hypergraph/embedding";
import { REPRESENTATIONS, WEIGHT_READINGS } from "../hypergraph/hypergraph";
import { WORD2VEC_MODES } from "../hypergraph/word2vec";
import { choice, flag, real, type SettingsOf, whole } from "../settings";
import { TRAINING } from "../training/settings";

/** Where users lie when they are compared: nowhere, at their rating rows, or at their embedding. */
export type Space = "none" | "ratings" | "embedding";

/** Which clustering in which space. `rand`, `bkm` and `cbkm` are those of Section 4.2; with balance none they are plain. */
export const GROUPINGS = {
  rand: { method: "random", space: "none" },
  bkm: { method: "kmeans", space: "ratings" },
  cbkm: { method: "kmeans", space: "embedding" },
  bgm: { method: "gaussianMixture", space: "ratings" },
  cbgm: { method: "gaussianMixture", space: "embedding" },
  blp: { method: "labelPropagation", space: "ratings" },
  cblp: { method: "labelPropagation", space: "embedding" },
} as const satisfies Record<string, { method: GroupingMethod; space: Space }>;
export type GroupingName = keyof typeof GROUPINGS;

/** The spaces in which rho is taken. */
export const COHESION_SPACES = ["own", "embedding", "ratings"] as const;

const EMBEDDING = {
  embedding: choice(EMBEDDING_KINDS, "collaborative", "the user embedding; svd and noise are controls"),
  dimensions: whole(1, 4096, 16, "M of Appendix A.4, length of an embedding row"),
  hyperedgeOrder: whole(2, 1000, 4, "l of Definition 1: users joined by a path of fewer than l vertices"),
  includeSelf: flag(true, "whether a user's hyperedge holds the user"),
  weights: choice(
    WEIGHT_READINGS,
    "shared",
    "w(i, j) of Appendix A.2: mean rating of j over the items shared with i, or over all",
  ),
  representation: choice(REPRESENTATIONS, "auto", "how incidence is kept"),
  walks: whole(1, 10_000, 4, "rep of Algorithm 3, walks that start at each user"),
  walkSteps: whole(0, 10_000, 8, "dep of Algorithm 3, steps of a walk"),
  word2vec: choice(WORD2VEC_MODES, "cbow", "mode of Word2Vec, Appendix A.4"),
  window: whole(1, 1000, 5, "most words on each side in Word2Vec"),
  word2vecNegatives: whole(1, 1000, 5, "noise words per prediction in Word2Vec"),
  word2vecEpochs: whole(1, 10_000, 5, "epochs of Word2Vec"),
  word2vecRate: real(0, 10, 0.025, "learning rate of Word2Vec at its first sentence"),
  word2vecLeastRate: real(0, 10, 0.0001, "what that falls to, linearly"),
  word2vecSample: real(0, 1, 0, "share of all tokens above which Word2Vec thins a user out; 0 keeps all"),
};

/** How users are grouped. */
export const GROUPS = {
  groups: whole(1, 65_535, 8, "S; with fewer users than groups the last groups stay empty"),
  grouping: choice(
    Object.keys(GROUPINGS) as GroupingName[],
    "cbkm",
    "random, or balanced k-means (bkm), Gaussian mixture (bgm) or label propagation (blp) of rating rows; with c: of the embedding",
  ),
  balance: choice(BALANCES, "users", "what groups are equal in"),
  assignment: choice(
    ASSIGNMENTS,
    "greedy",
    "Algorithm 2 (greedy), or the assignment of least cost (transport)",
  ),
  literal: flag(false, "Algorithm 2 as printed, faults included; needs ceiling and clusterStart random"),
  ceiling: flag(false, "capacities ceil(N / S) as printed, instead of sizes that differ by at most one"),
  clusterStart: choice(
    STARTS,
    "host",
    "the first pass takes the host's start, or random centroids as printed",
  ),
  restarts: whole(1, 1000, 1, "k-means starts, of which the least inertia is kept"),
  maxPasses: whole(0, 100_000, 100, "tau of Algorithm 2, passes at most"),
  ...EMBEDDING,
};

/** How users are grouped and groups are ordered. */
export const PLAN = {
  ...GROUPS,
  order: choice(CURRICULA, "easyToHard", "order of the groups, Section 3.3; easyToHard is descending rho"),
  cohesionSpace: choice(
    COHESION_SPACES,
    "own",
    "space of rho (Eq. 3): that in which the groups were made (own), the embedding, or rating rows",
  ),
};
/** The same for a plan by itself: the seed of a method is that of its plan. */
export const WHOLE_PLAN = { ...PLAN, seed: TRAINING.seed };
export type PlanSettings = SettingsOf<typeof WHOLE_PLAN>;

/** The space in which rho is taken: for random groups, which were made in none, that of the rating rows. */
export function cohesionSpaceOf({
  grouping,
  cohesionSpace,
}: Pick<PlanSettings, "grouping" | "cohesionSpace">): Exclude<Space, "none"> {
  if (cohesionSpace !== "own") return cohesionSpace;
  return GROUPINGS[grouping].space === "embedding" ? "embedding" : "ratings";
}

/** Whether a plan's order is made of rho. */
export const ordersByCohesion = ({ order }: Pick<PlanSettings, "order">): boolean =>
  order === "easyToHard" || order === "hardToEasy";

/** Whether a plan reads an embedding of users at all, for its groups or for their order. */
export const needsEmbedding = (
  settings: Pick<PlanSettings, "grouping" | "order" | "cohesionSpace">,
): boolean =>
  GROUPINGS[settings.grouping].space === "embedding" ||
  (ordersByCohesion(settings) && cohesionSpaceOf(settings) === "embedding");

/** The settings of a plan as lib/grouping takes them. */
export const clusteringOf = (s: PlanSettings, groups: number): GroupingSettings => ({
  method: GROUPINGS[s.grouping].method,
  groups,
  balance: s.balance,
  literal: s.literal,
  ceiling: s.ceiling,
  assignment: s.assignment,
  start: s.clusterStart,
  restarts: s.restarts,
  maxPasses: s.maxPasses,
  seed: s.seed,
});

/** The settings of a plan as lib/hypergraph takes them. */
export const embeddingOf = (
  s: SettingsOf<typeof EMBEDDING> & { readonly seed: number },
): EmbeddingSettings => ({
  kind: s.embedding,
  dim: s.dimensions,
  order: s.hyperedgeOrder,
  includeSelf: s.includeSelf,
  weights: s.weights,
  representation: s.representation,
  rep: s.walks,
  dep: s.walkSteps,
  word2vec: s.word2vec,
  window: s.window,
  negatives: s.word2vecNegatives,
  epochs: s.word2vecEpochs,
  learningRate: s.word2vecRate,
  minLearningRate: s.word2vecLeastRate,
  sample: s.word2vecSample,
  seed: s.seed,
});
