/**
 * k-means: k-means++ seeding (Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", SODA
 * 2007, with their several trials a step) and Lloyd's passes; balanced when the assignment is Algorithm 2.
 * Appendix B.3, Algorithm 4 of LASER. BKM is this on the rating rows, CBKM this on the collaborative
 * embedding.
 */

import { log } from "../numeric";
import type { Random } from "../random";
import { type Assign, type Control, type Host, type Passes, runPasses } from "./passes";
import { groupMeans, inertiaOf, type Points } from "./points";

/** Algorithm 4 with `groups` centroids. `seeds`: the centroids of the first pass, groups x dim. */
export class KMeansHost implements Host {
  private centroids: Float64Array | undefined;

  constructor(
    private readonly points: Points,
    private readonly groups: number,
    private readonly seeds: () => Float64Array,
  ) {}

  start(out: Float64Array): void {
    this.centroids = this.seeds();
    this.points.squaredDistances(this.centroids, this.groups, out);
  }

  /** Squared distances: the order of the pairs is that of the distances, and their sum is the inertia. */
  costs(labels: Uint32Array, out: Float64Array): void {
    this.centroids = groupMeans(this.points, labels, this.groups, this.centroids);
    this.points.squaredDistances(this.centroids, this.groups, out);
  }
}

export interface KMeansResult extends Passes {
  readonly inertia: number;
}

/**
 * The best of `restarts` runs by inertia (ties: the earlier). `initial`, if given, yields the labels that
 * restart begins with in place of k-means++.
 */
export async function kMeans(
  points: Points,
  groups: number,
  assign: () => Assign,
  run: { readonly restarts: number; readonly maxPasses: number; readonly random: Random },
  control: Control,
  initial?: (random: Random) => Uint32Array,
): Promise<KMeansResult> {
  let best: KMeansResult | undefined;
  for (let restart = 0; restart < run.restarts; restart++) {
    const random = run.random.fork(restart);
    const host = new KMeansHost(points, groups, () => plusPlusSeeds(points, groups, random));
    const settings = {
      stage: "kmeans" as const,
      restart,
      restarts: run.restarts,
      groups,
      maxPasses: run.maxPasses,
    };
    const passes = await runPasses(host, assign(), points.count, settings, control, initial?.(random));
    const inertia = inertiaOf(points, passes.labels, groups);
    if (!best || inertia < best.inertia) best = { ...passes, inertia };
  }
  if (!best) throw new Error("kMeans: no restart");
  return best;
}

/**
 * k-means++ centroids, groups x dim: the first user uniformly, each further one with probability proportional
 * to its squared distance to the nearest centroid so far, the best of 2 + floor(ln S) draws. When every user
 * lies on a centroid already (duplicate rows), the next is drawn uniformly from the users not yet taken.
 */
export function plusPlusSeeds(points: Points, groups: number, random: Random): Float64Array {
  const { count, dim } = points;
  const trials = 2 + Math.floor(log(groups));
  const seeds = new Float64Array(groups * dim);
  const taken = new Uint8Array(count);
  const nearest = new Float64Array(count).fill(Infinity); // squared distance to the nearest centroid so far
  for (let j = 0; j < groups; j++) {
    const total = j === 0 ? 0 : nearest.reduce((sum, d) => sum + d, 0);
    const candidates =
      total > 0
        ? Array.from({ length: trials }, () => drawByWeight(nearest, total, random))
        : [drawUntaken(taken, count - j, random)];
    const rows = new Float64Array(candidates.length * dim);
    candidates.forEach((user, at) => {
      points.addRow(user, rows, at * dim);
    });
    const distances = new Float64Array(count * candidates.length);
    points.squaredDistances(rows, candidates.length, distances);
    let least = Infinity;
    let chosen = 0;
    for (let at = 0; at < candidates.length; at++) {
      let potential = 0;
      for (let i = 0, k = at; i < count; i++, k += candidates.length)
        potential += Math.min(nearest[i], distances[k]);
      if (potential < least) {
        least = potential;
        chosen = at;
      }
    }
    for (let i = 0, k = chosen; i < count; i++, k += candidates.length)
      nearest[i] = Math.min(nearest[i], distances[k]);
    taken[candidates[chosen]] = 1;
    nearest[candidates[chosen]] = 0; // also where |x|^2 - 2 x.c + |c|^2 leaves a rounding error
    seeds.set(rows.subarray(chosen * dim, (chosen + 1) * dim), j * dim);
  }
  return seeds;
}

function drawByWeight(weights: Float64Array, total: number, random: Random): number {
  const target = random.uniform() * total;
  let sum = 0;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    sum += weights[i];
    last = i;
    if (sum > target) return i;
  }
  return last;
}

function drawUntaken(taken: Uint8Array, free: number, random: Random): number {
  let left = random.below(free);
  for (let i = 0; ; i++) if (taken[i] === 0 && left-- === 0) return i;
}
