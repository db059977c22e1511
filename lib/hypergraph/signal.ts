/**
 * How much taste an embedding carries. On MovieLens 1M a hyperedge holds some 95 % of all users, so it is a
 * fair question whether walks over such hyperedges know who is like whom: these statistics put the distance
 * of two users in an embedding beside the likeness of their ratings, on pairs drawn at random. All of them
 * are descriptive; none feeds a result of the pipeline.
 */

import type { Interactions } from "../data/interactions";
import { InputError, requireInteger } from "../errors";
import { Random } from "../random";
import { pearson, spearman } from "../statistics/correlation";
import { mean } from "../statistics/statistics";
import { logActivity } from "./profile";

/** Pairs of different users; pair k is (first[k], second[k]). */
export interface UserPairs {
  readonly first: Uint32Array;
  readonly second: Uint32Array;
}

/** `count` pairs, each drawn uniformly from all pairs of different users who have ratings. */
export function samplePairs(data: Interactions, count: number, seed: number): UserPairs {
  requireInteger(count, 1, 1e8, "pairs: count");
  const active = Uint32Array.from(data.userIds, (_, u) => u).filter(
    (u) => data.byUser.offsets[u + 1] > data.byUser.offsets[u],
  );
  if (active.length < 2) throw new InputError("pairs: fewer than two users have ratings");
  const random = Random.stream(seed, "pairs");
  const pairs = { first: new Uint32Array(count), second: new Uint32Array(count) };
  for (let k = 0; k < count; k++) {
    const a = random.below(active.length);
    const b = random.below(active.length - 1);
    pairs.first[k] = active[a];
    pairs.second[k] = active[b < a ? b : b + 1];
  }
  return pairs;
}

/** Likeness of the ratings of each pair. */
export interface Taste {
  /** Float64Array: Pearson's r over co-rated items; NaN with fewer than `leastShared`, or a constant side */
  readonly pearson: Float64Array;
  /** Float64Array, 0 .. 1: cosine of the rating rows, 0 where not rated */
  readonly cosine: Float64Array;
  /** Uint32Array: items that both rated */
  readonly shared: Uint32Array;
}

/** Likeness of the ratings of each pair; Pearson's r wants `leastShared` co-rated items. */
export function tasteOf(data: Interactions, pairs: UserPairs, leastShared = 10): Taste {
  const { offsets, columns, values } = data.byUser;
  const count = pairs.first.length;
  const taste = {
    pearson: new Float64Array(count).fill(Number.NaN),
    cosine: new Float64Array(count),
    shared: new Uint32Array(count),
  };
  const norms = Float64Array.from(data.userIds, (_, u) => {
    let sum = 0;
    for (let k = offsets[u]; k < offsets[u + 1]; k++) sum += values[k] * values[k];
    return Math.sqrt(sum);
  });
  const x: number[] = [];
  const y: number[] = [];
  for (let pair = 0; pair < count; pair++) {
    const [i, j] = [pairs.first[pair], pairs.second[pair]];
    x.length = y.length = 0;
    let at = offsets[i];
    let product = 0;
    for (let k = offsets[j]; k < offsets[j + 1]; k++) {
      while (at < offsets[i + 1] && columns[at] < columns[k]) at++;
      if (at === offsets[i + 1] || columns[at] !== columns[k]) continue;
      product += values[at] * values[k];
      x.push(values[at]);
      y.push(values[k]);
    }
    taste.shared[pair] = x.length;
    taste.cosine[pair] = product / (norms[i] * norms[j]);
    if (x.length >= leastShared) taste.pearson[pair] = pearson(x, y);
  }
  return taste;
}

/** Float64Array: Euclidean distance of each pair of rows of an embedding. */
export function pairDistances(values: Float32Array, dim: number, pairs: UserPairs): Float64Array {
  return Float64Array.from(pairs.first, (i, pair) => distance(values, dim, i, pairs.second[pair]));
}

/** Float64Array, -1 .. 1: cosine of each pair of rows of an embedding; 0 beside a row of zeros. */
export function pairCosines(values: Float32Array, dim: number, pairs: UserPairs): Float64Array {
  return Float64Array.from(pairs.first, (i, pair) => {
    const j = pairs.second[pair];
    let [ij, ii, jj] = [0, 0, 0];
    for (let k = 0; k < dim; k++) {
      ij += values[i * dim + k] * values[j * dim + k];
      ii += values[i * dim + k] ** 2;
      jj += values[j * dim + k] ** 2;
    }
    return ij === 0 ? 0 : ij / Math.sqrt(ii * jj);
  });
}

/** What nearness in an embedding says about taste: rank correlations; positive: the near are alike. */
export interface TasteSignal {
  /** of nearness with Pearson's r over co-rated items, on the pairs where that is defined */
  readonly pearson: number;
  /** the number of those pairs */
  readonly pearsonPairs: number;
  /** of nearness with the cosine of the rating rows */
  readonly cosine: number;
  /** of nearness with -|log n_i - log n_j|: users who rate as much as each other are near */
  readonly activity: number;
}

/** `near`: a number for each pair, greater for nearer users (cosines, or negative distances). */
export function tasteSignal(
  data: Interactions,
  pairs: UserPairs,
  taste: Taste,
  near: Float64Array,
): TasteSignal {
  const defined = Uint32Array.from(near.keys()).filter((k) => !Number.isNaN(taste.pearson[k]));
  const activity = logActivity(data);
  return {
    pearson: spearman(
      Float64Array.from(defined, (k) => near[k]),
      Float64Array.from(defined, (k) => taste.pearson[k]),
    ),
    pearsonPairs: defined.length,
    cosine: spearman(near, taste.cosine),
    activity: spearman(
      near,
      Float64Array.from(pairs.first, (i, k) => -Math.abs(activity[i] - activity[pairs.second[k]])),
    ),
  };
}

/** The mean taste among each sampled user's nearest users, beside that of random pairs. */
export interface NeighbourSignal {
  /** mean cosine of rating rows among the neighbours */
  readonly cosine: number;
  /** mean Pearson's r over co-rated items among the neighbours, where defined */
  readonly pearson: number;
}

/** For `count` users drawn at random, the `k` nearest rows of all; their taste against the user's. */
export function neighbourSignal(
  data: Interactions,
  values: Float32Array,
  dim: number,
  { count, k, seed }: { readonly count: number; readonly k: number; readonly seed: number },
): NeighbourSignal {
  const users = data.userIds.length;
  requireInteger(k, 1, users - 1, "neighbours: k");
  const chosen = Random.stream(seed, "neighbours").sample(
    users,
    requireInteger(count, 1, users, "neighbours: count"),
  );
  const first: number[] = [];
  const second: number[] = [];
  for (const i of chosen) {
    const far = Float64Array.from({ length: users }, (_, j) =>
      j === i ? Infinity : distance(values, dim, i, j),
    );
    for (const j of nearest(far, k)) {
      first.push(i);
      second.push(j);
    }
  }
  const taste = tasteOf(data, { first: Uint32Array.from(first), second: Uint32Array.from(second) });
  return {
    cosine: mean(taste.cosine.filter((value) => !Number.isNaN(value))),
    pearson: mean(taste.pearson.filter((value) => !Number.isNaN(value))),
  };
}

function distance(values: Float32Array, dim: number, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < dim; k++) sum += (values[i * dim + k] - values[j * dim + k]) ** 2;
  return Math.sqrt(sum);
}

/** The places of the k least values, equal ones by place. */
function nearest(values: Float64Array, k: number): number[] {
  const limit = values.slice().sort()[k - 1];
  const places: number[] = [];
  for (const wanted of [(x: number) => x < limit, (x: number) => x === limit])
    for (let at = 0; at < values.length && places.length < k; at++) if (wanted(values[at])) places.push(at);
  return places;
}
