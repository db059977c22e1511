/**
 * What hyperedges and embeddings look like from afar: how the sizes of the reach sets are spread, and what
 * the principal axes of an embedding go along with.
 */

import type { Interactions } from "../data/interactions";
import { requireInteger } from "../errors";
import { log } from "../numeric";
import { pearson, spearman } from "../statistics/correlation";
import { mean } from "../statistics/statistics";
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

/** Sizes of the hyperedges as shares of all users. */
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

/** The rows of an embedding on its principal axes. */
export interface PrincipalComponents {
  /** Float64Array, users x count: places on each axis, from the mean; axes by falling variance */
  readonly scores: Float64Array;
  /** share of the whole variance on each axis */
  readonly variance: readonly number[];
}

/** Each axis points so that its largest loading is positive. */
export function principalComponents(values: Float32Array, dim: number, count: number): PrincipalComponents {
  requireInteger(count, 1, dim, "principal components: count");
  const { mean: centre, covariance } = moments(values, dim);
  const eigen = symmetricEigen(covariance, dim);
  const total = eigen.values.reduce((sum, value) => sum + value, 0);
  const scores = new Float64Array((values.length / dim) * count);
  for (let axis = 0; axis < count; axis++) {
    const loadings = Float64Array.from({ length: dim }, (_, j) => eigen.vectors[j * dim + axis]);
    const peak = loadings.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    for (let u = 0; u * dim < values.length; u++) {
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += (values[u * dim + j] - centre[j]) * loadings[j];
      scores[u * count + axis] = peak < 0 ? -sum : sum;
    }
  }
  const share = (value: number) => (total === 0 ? 0 : value / total);
  return { scores, variance: Array.from(eigen.values.slice(0, count), share) };
}

/** A principal axis of an embedding: its share of the variance, and its correlation with each covariate. */
export interface Axis {
  readonly variance: number;
  readonly correlations: Readonly<Record<string, number>>;
}

/** The first `count` principal axes beside per-user covariates (Pearson's r). */
export function principalAxes(
  values: Float32Array,
  dim: number,
  covariates: Readonly<Record<string, Float64Array>>,
  count: number,
): Axis[] {
  const { scores, variance } = principalComponents(values, dim, count);
  return variance.map((share, axis) => {
    const onAxis = scores.filter((_, at) => at % count === axis);
    const entries = Object.entries(covariates).map(([name, x]) => [name, pearson(onAxis, x)] as const);
    return { variance: share, correlations: Object.fromEntries(entries) };
  });
}

/** A user apart from taste: log number of ratings, their mean, mean log popularity of the items. */
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
