/** Sizes, work and cohesion of each group. */

import { cohesionSpaceOf } from "../../unlearning/planSettings";
import type { Finding } from "../question";
import type { PartitionOutcome, PartitionSettings } from "./job";

export interface Labels {
  /** "CBKM", "k-means, rating rows" ... */
  readonly name: string;
  readonly groups: number;
  readonly balance: PartitionSettings["balance"];
}

/** One group of one partition. */
export interface PartitionRow extends Labels {
  readonly dataset: string;
  readonly seed: number;
  /** place in the order in which LASER trains the groups, from 0: descending rho in their own space */
  readonly place: number;
  readonly users: number;
  readonly ratings: number;
  readonly rhoEmbedding: number;
  readonly rhoRatings: number;
}

export const partitionRows = ({
  trial,
  labels,
  outcome,
}: Finding<PartitionOutcome, Labels>): PartitionRow[] => {
  const { grouping } = trial.settings as unknown as PartitionSettings;
  const own =
    cohesionSpaceOf({ grouping, cohesionSpace: "own" }) === "embedding" ? "rhoEmbedding" : "rhoRatings";
  return outcome.users
    .map((users, g) => ({
      users,
      ratings: outcome.ratings[g],
      rhoEmbedding: outcome.rhoEmbedding[g],
      rhoRatings: outcome.rhoRatings[g],
    }))
    .sort((a, b) => b[own] - a[own])
    .map((group, place) => ({ dataset: trial.dataset, ...labels, seed: trial.seed, place, ...group }));
};
