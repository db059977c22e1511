/**
 * The settings of the group module, their defaults and their check. Section 3.2 and Algorithm 2 of LASER; the rows
 * of protocol.md section 3. A setting that a method does not use is refused when it would say something untrue.
 */

import { InputError, requireInteger, requireKnownKeys, requireOneOf } from "../errors";

/** The clusterings. */
export const GROUPING_METHODS = ["random", "kmeans", "gaussianMixture", "labelPropagation"] as const;
export type GroupingMethod = (typeof GROUPING_METHODS)[number];
/** What groups are equal in. */
export const BALANCES = ["none", "users", "ratings"] as const;
export type Balance = (typeof BALANCES)[number];
/** How a balanced pass places users: Algorithm 2, or the cheapest placement there is. */
export const ASSIGNMENTS = ["greedy", "transport"] as const;
export const STARTS = ["host", "random"] as const;

/** Settings of a grouping. */
export interface GroupingSettings {
  readonly method: GroupingMethod;
  /** S, from 1 to the number of users */
  readonly groups: number;
  /** `users`: sizes differ by at most one (the paper). `ratings`: work differs by at most the heaviest user. */
  readonly balance: Balance;
  /** Algorithm 2 as printed, faults included; needs balance "users" and a host other than "random". */
  readonly literal: boolean;
  /** Capacities ceil(N / S) as printed in line 1: some groups may stay smaller (not empty, unless literal). Else sizes differ by at most one. */
  readonly ceiling: boolean;
  /** `greedy`: Algorithm 2, nearest pair first. `transport`: the assignment of least total cost under the same sizes. */
  readonly assignment: (typeof ASSIGNMENTS)[number];
  /** `host`: the first pass takes the host's own start (k-means++ centroids and the like). `random`: line 1 as printed. */
  readonly start: (typeof STARTS)[number];
  /** Independent k-means starts; the one of least inertia is kept. */
  readonly restarts: number;
  /** tau: passes at most. With `literal` one more, as printed. */
  readonly maxPasses: number;
  readonly seed: number;
}

/** Balanced k-means as the paper uses it. */
export const GROUPING_DEFAULTS: GroupingSettings = {
  method: "kmeans",
  groups: 8,
  balance: "users",
  literal: false,
  ceiling: false,
  assignment: "greedy",
  start: "host",
  restarts: 1, // MovieLens 1M, S = 16: inertia of six k-means++ starts lies within 0.6 %
  maxPasses: 100, // there the greedy assignment may go on for hundreds of passes, with no lower inertia
  seed: 0,
};

/** More groups than this would need more than 65,000 queues in transport.ts. */
const MOST_TRANSPORT_GROUPS = 256;

/**
 * `settings` completed with the defaults and checked.
 * @throws InputError for an unknown key, a value out of range, more groups than users, or a pair that excludes itself.
 */
export function groupingSettings(settings: Partial<GroupingSettings>, users: number): GroupingSettings {
  requireKnownKeys(settings, Object.keys(GROUPING_DEFAULTS), "grouping");
  const printed = settings.literal === true ? { start: "random" as const, ceiling: true } : {};
  const full = { ...GROUPING_DEFAULTS, ...printed, ...settings };
  requireOneOf(full.method, GROUPING_METHODS, "grouping.method");
  requireOneOf(full.balance, BALANCES, "grouping.balance");
  requireOneOf(full.assignment, ASSIGNMENTS, "grouping.assignment");
  requireOneOf(full.start, STARTS, "grouping.start");
  requireInteger(full.restarts, 1, 1000, "grouping.restarts");
  requireInteger(full.maxPasses, full.literal ? 0 : 1, 100_000, "grouping.maxPasses");
  requireInteger(full.seed, 0, Number.MAX_SAFE_INTEGER, "grouping.seed");
  for (const key of ["literal", "ceiling"] as const) {
    if (typeof full[key] !== "boolean")
      throw new InputError(`grouping.${key}: ${String(full[key])} is not true or false`);
  }
  requireInteger(full.groups, 1, Number.MAX_SAFE_INTEGER, "grouping.groups");
  if (full.groups > users)
    throw new InputError(`grouping.groups: ${full.groups} groups are more than the ${users} users`);
  refuseContradictions(full);
  return full;
}

function refuseContradictions(s: GroupingSettings): void {
  if (s.literal && (s.balance !== "users" || s.method === "random" || s.assignment !== "greedy"))
    throw new InputError(
      'grouping.literal: Algorithm 2 as printed needs balance "users", assignment "greedy" and a method other than "random"',
    );
  if (s.literal && (!s.ceiling || s.start !== "random"))
    throw new InputError('grouping.literal: Algorithm 2 as printed has ceiling true and start "random"');
  if (s.ceiling && s.balance !== "users")
    throw new InputError('grouping.ceiling: the printed ceiling counts users; it needs balance "users"');
  if (s.start === "random" && s.balance === "none")
    throw new InputError('grouping.start: "random" is line 1 of Algorithm 2; it needs a balance');
  if (s.assignment === "transport" && (s.balance !== "users" || s.method === "random"))
    throw new InputError(
      'grouping.assignment: "transport" needs balance "users" (users of unequal weight make it NP-hard) and a method other than "random"',
    );
  if (s.assignment === "transport" && s.groups > MOST_TRANSPORT_GROUPS)
    throw new InputError(
      `grouping.assignment: "transport" takes at most ${MOST_TRANSPORT_GROUPS} groups, not ${s.groups}; use "greedy"`,
    );
}
