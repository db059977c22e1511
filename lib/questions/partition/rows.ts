/** Sizes, work and cohesion of each group. */

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
  /** place in training order, from 0 */
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
}: Finding<PartitionOutcome, Labels>): PartitionRow[] =>
  outcome.users.map((users, place) => ({
    dataset: trial.dataset,
    ...labels,
    seed: trial.seed,
    place,
    users,
    ratings: outcome.ratings[place],
    rhoEmbedding: outcome.rhoEmbedding[place],
    rhoRatings: outcome.rhoRatings[place],
  }));
