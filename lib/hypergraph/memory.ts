/**
 * How much a step of the random walk remembers of where it began: the total variation distance between the
 * exact distribution of the next user, P(. | v) of Algorithm 3, and its mean over all users v. 0: every user
 * steps to the same places, and sequences of such steps say nothing about them; 1: no two users step to the
 * same place.
 */

import { requireInteger } from "../errors";
import { Random } from "../random";
import type { Hypergraph } from "./hypergraph";
import { pause, type WorkOptions } from "./pause";

/** How long a walk remembers where it began. */
export interface WalkMemory {
  /** Uint32Array: users drawn at random */
  readonly users: Uint32Array;
  /** Float64Array: the distance of each from the mean over all users, 0 .. 1 */
  readonly totalVariation: Float64Array;
}

/** Additions between two pauses. */
const CHUNK = 2e7;

/**
 * Exact for each of `count` users drawn at random; takes one pass over all N^2 weights (on MovieLens 1M ten
 * seconds or so, for 40 users) and count x N numbers. Users whom no hyperedge holds do not step and are not
 * counted.
 */
export async function walkMemory(
  graph: Hypergraph,
  { count, seed }: { readonly count: number; readonly seed: number },
  options: WorkOptions = {},
): Promise<WalkMemory> {
  const n = graph.sizes.length;
  const least = graph.includeSelf ? 0 : 1; // members without which nobody steps from here
  const stepping = Uint32Array.from({ length: n }, (_, u) => u).filter((u) => graph.sizes[u] >= least);
  requireInteger(count, 1, stepping.length, "walk memory: count");
  const users = Random.stream(seed, "memory")
    .sample(stepping.length, count)
    .map((at) => stepping[at]);

  // sum of |e| over the hyperedges that hold v: membership is symmetric, so over the members of e_v
  const total = new Float64Array(n);
  for (const v of stepping) for (const e of graph.members(v)) total[v] += graph.sizes[e];
  const rows = new Float64Array((count + 1) * n); // the last row is the mean over all users
  const weights = new Float64Array(n);
  let work = 0;
  for (let e = 0; e < n; e++) {
    const members = graph.members(e);
    let sum = 0;
    let chosen = 0; // mean over all users of P(e | v)
    work += weighMembers(graph, e, members, weights);
    for (const u of members) {
      sum += weights[u];
      chosen += graph.sizes[e] / total[u] / stepping.length;
    }
    if (sum === 0) for (const u of members) sum += weights[u] = 1; // a user without ratings: stays
    for (let k = 0; k <= count; k++) {
      if (k < count && !graph.has(e, users[k])) continue;
      const share = (k < count ? graph.sizes[e] / total[users[k]] : chosen) / sum;
      for (const u of members) rows[k * n + u] += share * weights[u];
    }
    work += members.length * count;
    if (work > CHUNK) {
      await pause(options, "walk memory", e / n);
      work = 0;
    }
  }
  const totalVariation = Float64Array.from(users, (_, k) => {
    let distance = 0;
    for (let u = 0; u < n; u++) distance += Math.abs(rows[k * n + u] - rows[count * n + u]);
    return distance / 2;
  });
  return { users, totalVariation };
}

/** Puts w(e, u) into `weights[u]` for all members of e at once, by one pass over the raters of its items. */
function weighMembers(graph: Hypergraph, e: number, members: Uint32Array, weights: Float64Array): number {
  if (graph.weights === "overall") {
    for (const u of members) weights[u] = graph.means[u];
    return members.length;
  }
  const { byUser, byItem } = graph.data;
  const own = byUser.columns.subarray(byUser.offsets[e], byUser.offsets[e + 1]);
  const sums = new Float64Array(weights.length);
  const counts = new Uint32Array(weights.length);
  let work = members.length;
  for (const item of graph.bits ? graph.bits.items.members(e) : own) {
    const end = byItem.offsets[item + 1];
    for (let k = byItem.offsets[item]; k < end; k++) {
      sums[byItem.columns[k]] += byItem.values[k];
      counts[byItem.columns[k]]++;
    }
    work += end - byItem.offsets[item];
  }
  for (const u of members) weights[u] = counts[u] === 0 ? 0 : sums[u] / counts[u];
  return work;
}
