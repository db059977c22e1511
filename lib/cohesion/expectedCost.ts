/**
 * What an unlearning request is expected to cost: Appendix B.2 of LASER, Eq. 7-11. Groups are in training
 * order; a request in group i retrains groups i .. S. `costs` may be users, ratings or seconds, one value a
 * group.
 */

import { InputError, requireInteger } from "../errors";
import { Random } from "../random";

/**
 * Eq. 7: sum_i p_i sum_{j >= i} c_j. Without `probabilities`, p_i = c_i / Z as in the paper (cost and
 * probability both in proportion to the size). With users of unequal work they differ: p by users, c by
 * ratings.
 */
export function expectedCost(costs: ArrayLike<number>, probabilities?: ArrayLike<number>): number {
  const shares = sharesOf(costs, probabilities);
  let rest = 0;
  let expected = 0;
  for (let i = costs.length - 1; i >= 0; i--) {
    rest += costs[i];
    expected += shares[i] * rest;
  }
  return expected;
}

/** Eq. 8: (Z^2 + sum c_i^2) / (2 Z), equal to Eq. 7 for p_i = c_i / Z, in whatever order of the groups. */
export function expectedCostByIdentity(costs: ArrayLike<number>): number {
  const total = totalOf(costs, "cost");
  let squares = 0;
  for (let i = 0; i < costs.length; i++) squares += costs[i] * costs[i];
  return (total * total + squares) / (2 * total);
}

/**
 * Eq. 11: (Z / 2)(1 + 1 / S), the least value of Eq. 7 for p_i = c_i / Z, reached when all c_i are equal. So
 * the expected speed-up over a full retraining stays below 2 for one request, however many groups there are, where
 * cost is counted in users, as the p_i are; counted in ratings it need not.
 */
export function expectedCostBound(total: number, groups: number): number {
  requireInteger(groups, 1, Number.MAX_SAFE_INTEGER, "groups");
  return (total / 2) * (1 + 1 / groups);
}

/**
 * The expected cost of a batch that erases `batch` distinct users drawn uniformly (rand@K): retraining starts
 * at the first group, in training order, that holds one of them. P(the first i groups are spared) = C(N -
 * n_i, batch) / C(N, batch), with n_i the users in them.
 */
export function expectedBatchCost(
  sizes: ArrayLike<number>,
  batch: number,
  costs: ArrayLike<number> = sizes,
): number {
  const users = totalOf(sizes, "size");
  requireInteger(batch, 1, users, "batch");
  if (costs.length !== sizes.length)
    throw new InputError(`expected cost: ${costs.length} costs for ${sizes.length} groups`);
  let rest = totalOf(costs, "cost");
  let spared = 1; // probability that no group so far is hit
  let before = 0;
  let expected = 0;
  for (let i = 0; i < sizes.length; i++) {
    before += sizes[i];
    let next = 1;
    for (let k = 0; k < batch && next > 0; k++) next *= Math.max(0, users - before - k) / (users - k);
    expected += (spared - next) * rest;
    spared = next;
    rest -= costs[i];
  }
  return expected;
}

/** Mean cost of a stream of requests, with its standard error. */
export interface SimulatedCost {
  readonly mean: number;
  readonly standardError: number;
}

/**
 * A seeded stream of `requests` requests, each for `batch` distinct users of equal probability, against
 * groups of `sizes` users in training order: mean cost of what has to be retrained, and its standard error.
 */
export function simulateRequests(
  sizes: ArrayLike<number>,
  stream: { readonly requests: number; readonly batch: number; readonly seed: number },
  costs: ArrayLike<number> = sizes,
): SimulatedCost {
  const users = totalOf(sizes, "size");
  requireInteger(stream.requests, 2, Number.MAX_SAFE_INTEGER, "requests");
  requireInteger(stream.batch, 1, users, "batch");
  const from = Float64Array.from(costs); // cost of retraining from group i on
  for (let i = from.length - 2; i >= 0; i--) from[i] += from[i + 1];
  const groupOf = new Uint32Array(users); // users numbered in training order
  for (let i = 0, user = 0; i < sizes.length; i++) {
    groupOf.fill(i, user, user + sizes[i]);
    user += sizes[i];
  }
  const random = Random.stream(stream.seed, "requests");
  let mean = 0;
  let squares = 0;
  for (let request = 1; request <= stream.requests; request++) {
    const cost = from[groupOf[firstOfBatch(users, stream.batch, random)]];
    const deviation = cost - mean;
    mean += deviation / request;
    squares += deviation * (cost - mean);
  }
  return { mean, standardError: Math.sqrt(squares / (stream.requests - 1) / stream.requests) };
}

/** The least of `batch` distinct uniform draws from 0 .. users - 1 (Bentley and Floyd 1987). */
function firstOfBatch(users: number, batch: number, random: Random): number {
  const chosen = new Set<number>();
  let least = users;
  for (let last = users - batch; last < users; last++) {
    const drawn = random.below(last + 1);
    const user = chosen.has(drawn) ? last : drawn;
    chosen.add(user);
    if (user < least) least = user;
  }
  return least;
}

function sharesOf(costs: ArrayLike<number>, probabilities: ArrayLike<number> | undefined): Float64Array {
  if (probabilities && probabilities.length !== costs.length)
    throw new InputError(`expected cost: ${probabilities.length} probabilities for ${costs.length} groups`);
  const weights = probabilities ?? costs;
  const total = totalOf(weights, probabilities ? "probability" : "cost");
  return Float64Array.from(weights, (weight) => weight / total);
}

function totalOf(values: ArrayLike<number>, what: string): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    if (!(Number.isFinite(values[i]) && values[i] >= 0))
      throw new InputError(`expected cost: ${what} of group ${i} is ${values[i]}`);
    total += values[i];
  }
  if (!(total > 0)) throw new InputError(`expected cost: the sum of every ${what} is ${total}`);
  return total;
}
