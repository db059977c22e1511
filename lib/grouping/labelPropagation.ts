/**
 * Label propagation through linear neighbourhoods (Wang and Zhang, IEEE TKDE 20(1); LASER dates it 2007):
 * each user is written as the best convex combination of its nearest neighbours, and labels flow along those
 * weights, F <- a W F + (1 - a) Y, from users whose label Y is given. That method is semi-supervised; here
 * the given labels are the users nearest to their k-means centroid, a tenth of each group. As host of
 * Algorithm 2 the given labels of a later pass are all of the pass before.
 *
 * The priority of (user, group) is the group's share of what reached the user. A user whom no label reaches
 * (another component of the graph) is ranked after all others, by its distance to the centroids.
 */

import { nearestNeighbours } from "./neighbours";
import { type Control, type Host, pause } from "./passes";
import { groupMeans, type Points } from "./points";

/** Neighbours of a user. */
const NEIGHBOURS = 10;
/** Share of a user's label that comes from its neighbours: near 1, so that few given labels travel far. */
const SHARE = 0.99;
/** Flow stops when no entry moves by more than this share of the largest. */
const TOLERANCE = 1e-4;
const MOST_STEPS = 1000;
/** Part of each k-means group that keeps its label as a seed. */
const SEED_PART = 0.1;

/** The graph: row i of W has its weights beside its neighbours, users x k. */
interface Graph {
  readonly k: number;
  readonly counts: Uint32Array;
  readonly neighbours: Uint32Array;
  readonly weights: Float64Array;
}

export class PropagationHost implements Host {
  private constructor(
    private readonly points: Points,
    private readonly groups: number,
    private readonly graph: Graph,
    private readonly initial: Uint32Array,
  ) {}

  /** Builds the graph. `labels`: of k-means, from which the seeds are chosen. */
  static async build(
    points: Points,
    groups: number,
    labels: Uint32Array,
    control: Control,
  ): Promise<PropagationHost> {
    const k = Math.min(NEIGHBOURS, points.count - 1);
    const near = await nearestNeighbours(points, k, control);
    const weights = new Float64Array(points.count * k);
    for (let i = 0; i < points.count; i++) {
      const mine = near.users.subarray(i * k, i * k + near.counts[i]);
      weights.set(convexWeights(points, i, mine), i * k);
    }
    await pause(control, { stage: "labelPropagation", done: 1, pass: 0 });
    const graph = { k, counts: near.counts, neighbours: near.users, weights };
    return new PropagationHost(points, groups, graph, labels);
  }

  start(out: Float64Array): void {
    const { points, groups, initial } = this;
    const distances = new Float64Array(points.count * groups);
    points.squaredDistances(groupMeans(points, initial, groups), groups, distances);
    const given = new Float64Array(points.count * groups);
    for (let j = 0; j < groups; j++) {
      const members: number[] = [];
      for (let i = 0; i < points.count; i++) if (initial[i] === j) members.push(i);
      members.sort((a, b) => distances[a * groups + j] - distances[b * groups + j] || a - b);
      for (const i of members.slice(0, Math.ceil(members.length * SEED_PART))) given[i * groups + j] = 1;
    }
    this.propagate(given, distances, out);
  }

  costs(labels: Uint32Array, out: Float64Array): void {
    const { points, groups } = this;
    const distances = new Float64Array(points.count * groups);
    points.squaredDistances(groupMeans(points, labels, groups), groups, distances);
    const given = new Float64Array(points.count * groups);
    labels.forEach((label, i) => {
      given[i * groups + label] = 1;
    });
    this.propagate(given, distances, out);
  }

  private propagate(given: Float64Array, distances: Float64Array, out: Float64Array): void {
    const { groups } = this;
    const flow = this.flow(given);
    const farthest = distances.reduce((a, b) => Math.max(a, b), 0) || 1;
    for (let at = 0; at < flow.length; at += groups) {
      let mass = 0;
      for (let j = 0; j < groups; j++) mass += flow[at + j];
      for (let j = 0; j < groups; j++)
        out[at + j] = mass > 0 ? 1 - flow[at + j] / mass : 1 + distances[at + j] / farthest;
    }
  }

  /** The fixed point of F = a W F + (1 - a) Y, by iteration: it contracts by a in every step. */
  private flow(given: Float64Array): Float64Array {
    const { groups, graph } = this;
    const { k, counts, neighbours, weights } = graph;
    let flow = given.slice();
    let next = new Float64Array(given.length);
    for (let step = 0; step < MOST_STEPS; step++) {
      let change = 0;
      let most = 0;
      for (let i = 0; i < counts.length; i++) {
        const at = i * groups;
        for (let j = 0; j < groups; j++) next[at + j] = (1 - SHARE) * given[at + j];
        for (let e = i * k; e < i * k + counts[i]; e++) {
          const weight = SHARE * weights[e];
          if (weight === 0) continue;
          const from = neighbours[e] * groups;
          for (let j = 0; j < groups; j++) next[at + j] += weight * flow[from + j];
        }
        for (let j = 0; j < groups; j++) {
          const moved = Math.abs(next[at + j] - flow[at + j]);
          if (moved > change) change = moved;
          if (next[at + j] > most) most = next[at + j];
        }
      }
      [flow, next] = [next, flow];
      if (change <= TOLERANCE * most) break;
    }
    return flow;
  }
}

/**
 * Weights w >= 0, sum 1, that bring sum_k w_k x_k nearest to x_user: minimise w' G w with the local Gram
 * matrix G_kl = (x_user - x_k).(x_user - x_l), by exact steps on pairs of weights until none gains.
 */
export function convexWeights(points: Points, user: number, neighbours: Uint32Array): Float64Array {
  const k = neighbours.length;
  const weights = new Float64Array(k).fill(1 / k);
  if (k < 2) return weights;
  const gram = new Float64Array(k * k);
  const own = points.dot(user, user);
  const toUser = Float64Array.from(neighbours, (other) => points.dot(user, other));
  let trace = 0;
  for (let a = 0; a < k; a++) {
    for (let b = 0; b <= a; b++) {
      const value = own - toUser[a] - toUser[b] + points.dot(neighbours[a], neighbours[b]);
      gram[a * k + b] = value;
      gram[b * k + a] = value;
    }
    trace += gram[a * k + a];
  }
  // A small ridge makes the answer unique when neighbours coincide or outnumber the dimensions.
  for (let a = 0; a < k; a++) gram[a * k + a] += (1e-3 * trace) / k;
  const gradient = new Float64Array(k); // G w
  for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) gradient[a] += gram[a * k + b] * weights[b];
  for (let step = 0; step < 50 * k; step++) {
    let low = 0;
    let high = -1;
    for (let a = 0; a < k; a++) {
      if (gradient[a] < gradient[low]) low = a;
      if (weights[a] > 0 && (high < 0 || gradient[a] > gradient[high])) high = a;
    }
    const gain = gradient[high] - gradient[low];
    const bend = gram[low * k + low] + gram[high * k + high] - 2 * gram[low * k + high];
    if (!(gain > 1e-9 * trace) || !(bend > 0)) break;
    const shift = Math.min(weights[high], gain / bend);
    weights[low] += shift;
    weights[high] -= shift;
    for (let a = 0; a < k; a++) gradient[a] += shift * (gram[a * k + low] - gram[a * k + high]);
  }
  return weights;
}
