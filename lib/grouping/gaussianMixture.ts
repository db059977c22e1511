/**
 * Gaussian mixture with diagonal covariances by expectation maximisation (Reynolds 2009; Dempster, Laird and
 * Rubin 1977), started from k-means. Host of Algorithm 2: the priority of a pair is the posterior probability
 * of the group given the user, its cost -log of that; with respect to labels the components are re-estimated
 * from the labelled users (the M-step of classification EM, Celeux and Govaert 1992).
 */

import { exp, log } from "../numeric";
import { type Control, type Host, pause } from "./passes";
import type { Points } from "./points";

export interface Mixture {
  /** groups, sums to 1 */
  readonly weights: Float64Array;
  /** groups x dim */
  readonly means: Float64Array;
  /** groups x dim, each at or above the floor */
  readonly variances: Float64Array;
}

export interface FittedMixture {
  readonly mixture: Mixture;
  /** mean over users of the log density; natural logarithm */
  readonly logLikelihood: number;
  readonly passes: number;
  readonly converged: boolean;
}

/** Stop when the mean log-likelihood rises by less (scikit-learn: 1e-3). */
const TOLERANCE = 1e-6;
/** Least variance as a share of the mean one: a column that is constant in a group must not decide alone. */
const FLOOR_SHARE = 1e-3;
/** The floor where all rows are equal. */
const LEAST_FLOOR = 1e-12;
const LOG_TWO_PI = 1.8378770664093453;

/** The variance floor for these users: 1e-3 of the mean column variance. */
export function varianceFloor(points: Points): number {
  const everyone = maximisation(points, new Float64Array(points.count).fill(1), 1, 0);
  let sum = 0;
  for (let d = 0; d < points.dim; d++) sum += everyone.variances[d];
  return Math.max(LEAST_FLOOR, (FLOOR_SHARE * sum) / points.dim);
}

/**
 * EM from `start` for at most `maxPasses` passes, each an E-step and an M-step.
 * @param floor least variance; `varianceFloor` gives the default
 */
export async function fitMixture(
  points: Points,
  start: Mixture,
  run: { readonly floor: number; readonly maxPasses: number },
  control: Control,
): Promise<FittedMixture> {
  const groups = start.weights.length;
  const cost = new Float64Array(points.count * groups);
  let mixture = start;
  let logLikelihood = expectation(points, mixture, cost);
  for (let pass = 1; ; pass++) {
    for (let k = 0; k < cost.length; k++) cost[k] = exp(-cost[k]);
    mixture = maximisation(points, cost, groups, run.floor);
    const reached = expectation(points, mixture, cost);
    await pause(control, {
      stage: "gaussianMixture",
      done: pass / run.maxPasses,
      pass,
      logLikelihood: reached,
    });
    const converged = reached - logLikelihood < TOLERANCE;
    logLikelihood = reached;
    if (converged || pass >= run.maxPasses) return { mixture, logLikelihood, passes: pass, converged };
  }
}

/**
 * E-step: cost[i, j] = -log p(group j | user i) (users x groups). Returns the mean log density of the users.
 */
export function expectation(points: Points, mixture: Mixture, cost: Float64Array): number {
  const { count, dim } = points;
  const groups = mixture.weights.length;
  const precisions = mixture.variances.map((variance) => 1 / variance);
  const base = new Float64Array(groups); // log weight - (dim log 2 pi + log det) / 2
  for (let j = 0, c = 0; j < groups; j++) {
    let logDeterminant = 0;
    for (let d = 0; d < dim; d++, c++) logDeterminant += log(mixture.variances[c]);
    base[j] = log(mixture.weights[j]) - 0.5 * (dim * LOG_TWO_PI + logDeterminant);
  }
  points.weightedSquares(mixture.means, precisions, groups, cost);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const at = i * groups;
    let most = -Infinity;
    for (let j = 0; j < groups; j++) {
      cost[at + j] = base[j] - 0.5 * cost[at + j];
      if (cost[at + j] > most) most = cost[at + j];
    }
    let sum = 0; // log-sum-exp in place: a call with an array of its own a user would double the time
    for (let j = 0; j < groups; j++) sum += exp(cost[at + j] - most);
    const logDensity = most + log(sum);
    total += logDensity;
    for (let j = 0; j < groups; j++) cost[at + j] = logDensity - cost[at + j];
  }
  return total / count;
}

/** M-step under responsibilities, users x groups. A group without mass gets the overall moments. */
export function maximisation(
  points: Points,
  responsibilities: Float64Array,
  groups: number,
  floor: number,
): Mixture {
  const { count, dim } = points;
  const mass = new Float64Array(groups);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < groups; j++) mass[j] += responsibilities[i * groups + j];
  const means = new Float64Array(groups * dim);
  const variances = new Float64Array(groups * dim);
  points.addMoments(responsibilities, groups, means, variances);
  let everyone: Mixture | undefined;
  for (let j = 0; j < groups; j++) {
    if (mass[j] < 1e-9) {
      everyone ??= maximisation(points, new Float64Array(count).fill(1), 1, floor);
      means.set(everyone.means, j * dim);
      variances.set(everyone.variances, j * dim);
      continue;
    }
    for (let d = 0, c = j * dim; d < dim; d++, c++) {
      means[c] /= mass[j];
      variances[c] = Math.max(floor, variances[c] / mass[j] - means[c] * means[c]);
    }
  }
  // A weight of 0 has no logarithm; 1e-9 of a user keeps an empty component alive and moves no other.
  const weights = mass.map((m) => Math.max(m, 1e-9) / count);
  return { weights, means, variances };
}

/** 1 where a user carries a label, else 0: users x groups. */
export function oneHot(labels: Uint32Array, groups: number): Float64Array {
  const table = new Float64Array(labels.length * groups);
  labels.forEach((label, i) => {
    table[i * groups + label] = 1;
  });
  return table;
}

export class MixtureHost implements Host {
  constructor(
    private readonly points: Points,
    private readonly groups: number,
    private readonly fitted: Mixture,
    private readonly floor: number,
  ) {}

  start(out: Float64Array): void {
    expectation(this.points, this.fitted, out);
  }

  costs(labels: Uint32Array, out: Float64Array): void {
    const { points, groups, floor } = this;
    expectation(points, maximisation(points, oneHot(labels, groups), groups, floor), out);
  }
}
