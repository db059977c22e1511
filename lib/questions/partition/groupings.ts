/** Figures 9 and 12 and Eq. 7-11 by grouping: the rows of one partition gathered into one, with what notebook 03 asks of it. */

import { sizeStatistics } from "../../cohesion/agreement";
import { expectedCost, expectedCostBound, expectedCostByIdentity } from "../../cohesion/expectedCost";
import { mean } from "../../statistics/statistics";
import { datasetTitle } from "../labels";
import { grouped } from "../verdicts/verdict";
import type { PartitionRow } from "./rows";

/** One partition: a grouping of one data set into S groups, for one seed. */
export interface GroupingSummary {
  /** title of the data set */
  readonly data: string;
  /** "CBKM", "k-means, rating rows", ... */
  readonly name: string;
  readonly groups: number;
  readonly seed: number;
  /** users of each group, in training order */
  readonly users: readonly number[];
  /** ratings of each group, in training order */
  readonly ratings: readonly number[];
  /** users of the largest group over those of the smallest (over 1, where that is empty) */
  readonly sizeRatio: number;
  /** ratings of the costliest group over the mean; 1 is equal work */
  readonly workRatio: number;
  /** mean of the groups' rho (Eq. 3) in the collaborative embedding, and in the rating rows */
  readonly rhoEmbedding: number;
  readonly rhoRatings: number;
  /** Eq. 7, 8 and 11 for one request, costs counted in users, in % of a full retraining */
  readonly eq7: number;
  readonly eq8: number;
  readonly bound: number;
}

/** One summary for each partition, in order of first appearance. */
export const groupingSummaries = (rows: readonly PartitionRow[]): GroupingSummary[] =>
  [...grouped(rows, (row) => JSON.stringify([row.dataset, row.name, row.groups, row.seed])).values()].map(
    (same) => {
      const inOrder = [...same].sort((a, b) => a.place - b.place);
      const { dataset, name, groups, seed } = inOrder[0];
      const users = inOrder.map((row) => row.users);
      const ratings = inOrder.map((row) => row.ratings);
      const sizes = sizeStatistics(users);
      const total = users.reduce((sum, size) => sum + size, 0);
      const percent = (cost: number) => (100 * cost) / total;
      return {
        data: datasetTitle(dataset),
        name,
        groups,
        seed,
        users,
        ratings,
        sizeRatio: sizes.most / Math.max(1, sizes.least),
        workRatio: sizeStatistics(ratings).imbalance,
        rhoEmbedding: mean(inOrder.map((row) => row.rhoEmbedding)),
        rhoRatings: mean(inOrder.map((row) => row.rhoRatings)),
        eq7: percent(expectedCost(users)),
        eq8: percent(expectedCostByIdentity(users)),
        bound: percent(expectedCostBound(total, groups)),
      };
    },
  );
