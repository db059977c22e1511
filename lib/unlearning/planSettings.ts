/**
 * How users are grouped and groups are ordered (Sections 3.2 and 3.3), each setting declared once, those of a
 * room there: their names are told apart from those of training.
 */

import { CURRICULA } from "../cohesion/curriculum";
import { BALANCING, type GroupingSettings } from "../grouping/settings";
import { EMBEDDING } from "../hypergraph/settings";
import { choice, pick, SEED, type SettingsOf, whole } from "../settings";

/** Where users lie when they are compared: nowhere, at their rating rows, or at their embedding. */
export type Space = "none" | "ratings" | "embedding";

/**
 * Which clustering in which space. `rand`, `bkm` and `cbkm` are those of Section 4.2; with balance none they
 * are plain.
 */
export const GROUPINGS = {
  rand: { method: "random", space: "none" },
  bkm: { method: "kmeans", space: "ratings" },
  cbkm: { method: "kmeans", space: "embedding" },
  bgm: { method: "gaussianMixture", space: "ratings" },
  cbgm: { method: "gaussianMixture", space: "embedding" },
  blp: { method: "labelPropagation", space: "ratings" },
  cblp: { method: "labelPropagation", space: "embedding" },
} as const satisfies Record<string, { method: GroupingSettings["method"]; space: Space }>;
export type GroupingName = keyof typeof GROUPINGS;

/** The spaces in which rho is taken. */
export const COHESION_SPACES = ["own", "embedding", "ratings"] as const;

/** How users are grouped. */
export const GROUPS = {
  groups: whole(1, 65_535, 8, "S; with fewer users than groups the last groups stay empty"),
  grouping: choice(
    Object.keys(GROUPINGS) as GroupingName[],
    "cbkm",
    "random, or balanced k-means (bkm), Gaussian mixture (bgm) or label propagation (blp) of rating rows; with c: of the embedding",
  ),
  ...BALANCING,
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
export const WHOLE_PLAN = { ...PLAN, seed: SEED };
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
  ...pick(BALANCING, s),
  method: GROUPINGS[s.grouping].method,
  groups,
  seed: s.seed,
});
