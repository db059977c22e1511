/**
 * What hyperedges and embeddings look like from afar: how the sizes of the reach sets are spread, and what the principal
 * axes of an embedding go along with.
 */

import type { Interactions } from "../data/interactions";
import { log } from "../numeric";
import { mean, pearson, spearman } from "./correlation";
import type { Hypergraph } from "./hypergraph";
import { symmetricEigen } from "./linear";
import { moments } from "./noise";

/** How the sizes of the hyperedges are spread, as shares of all users, and whether they follow activity. */
export interface ReachStatistics {
  readonly mean: number;
  readonly least: number;
  /** at 5 %, 25 %, 50 %, 75 % and 95 % of the users */
  readonly quantiles: readonly number[];
  readonly most: number;
  /** users whose hyperedge holds nobody else */
  readonly alone: number;
  /** rank correlation of |e_i| with the number of ratings of i */
  readonly activity: number;
}

export function reachStatistics(graph: Hypergraph): ReachStatistics {
  const n = graph.sizes.length;
  const share = Float64Array.from(graph.sizes, (size) => size / n).sort();
  const at = (p: number) => share[Math.min(n - 1, Math.floor(p * n))];
  const least = graph.includeSelf ? 1 : 0;
  return {
    mean: mean(share),
    least: share[0],
    quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map(at),
    most: share[n - 1],
    alone: graph.sizes.filter((size) => size <= least).length,
    activity: spearman(Float64Array.from(graph.sizes), logActivity(graph.data)),
  };
}

/** A principal axis of an embedding: its share of the variance, and its correlation with each covariate. */
export interface Axis {
  readonly variance: number;
  readonly correlations: Readonly<Record<string, number>>;
}

/**
 * The first `count` principal axes, each beside per-user covariates (Pearson's r; an axis points where its first
 * covariate grows).
 */
export function principalAxes(
  values: Float32Array,
  dim: number,
  covariates: Readonly<Record<string, Float64Array>>,
  count: number,
): Axis[] {
  const { mean: centre, covariance } = moments(values, dim);
  const eigen = symmetricEigen(covariance, dim);
  const total = eigen.values.reduce((sum, value) => sum + value, 0);
  return Array.from({ length: Math.min(count, dim) }, (_, axis) => {
    const scores = Float64Array.from({ length: values.length / dim }, (_, u) => {
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += (values[u * dim + j] - centre[j]) * eigen.vectors[j * dim + axis];
      return sum;
    });
    const raw = Object.entries(covariates).map(([name, x]) => [name, pearson(scores, x)] as const);
    const sign = raw.length > 0 && raw[0][1] < 0 ? -1 : 1;
    return {
      variance: total === 0 ? 0 : eigen.values[axis] / total,
      correlations: Object.fromEntries(raw.map(([name, r]) => [name, sign * r])),
    };
  });
}

/** What a user is like apart from taste: log of the number of ratings, their mean, the mean log popularity of the items. */
export function userCovariates(
  data: Interactions,
): Record<"activity" | "meanRating" | "popularity", Float64Array> {
  const { byUser, byItem } = data;
  const perUser = (of: (place: number) => number) =>
    Float64Array.from(data.userIds, (_, u) => {
      let sum = 0;
      for (let k = byUser.offsets[u]; k < byUser.offsets[u + 1]; k++) sum += of(k);
      return sum / Math.max(1, byUser.offsets[u + 1] - byUser.offsets[u]);
    });
  const popularity = Float64Array.from(data.itemIds, (_, i) =>
    log(Math.max(1, byItem.offsets[i + 1] - byItem.offsets[i])),
  );
  return {
    activity: logActivity(data),
    meanRating: perUser((k) => byUser.values[k]),
    popularity: perUser((k) => popularity[byUser.columns[k]]),
  };
}

/** Float64Array, users: natural logarithm of the number of ratings; 0 for none. */
export const logActivity = ({ userIds, byUser }: Interactions): Float64Array =>
  Float64Array.from(userIds, (_, u) => log(Math.max(1, byUser.offsets[u + 1] - byUser.offsets[u])));
