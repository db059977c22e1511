/**
 * The settings of the group module (Section 3.2 and Algorithm 2 of LASER; section 3 of protocol.md), each
 * declared once: those of a plan and of `groupUsers` are the same. One that a method does not use is refused
 * when it would say something untrue.
 */

import { InputError } from "../errors";
import { choice, complete, flag, SEED, type SettingsOf, whole } from "../settings";

/** Algorithm 2 and its variants. */
export const BALANCING = {
  // `users`: sizes differ by at most one (the paper); `ratings`: work differs by at most the heaviest user
  balance: choice(["none", "users", "ratings"], "users", "what groups are equal in"),
  assignment: choice(
    ["greedy", "transport"],
    "greedy",
    "Algorithm 2 (greedy), or the assignment of least cost (transport)",
  ),
  literal: flag(false, "Algorithm 2 as printed, faults included; needs ceiling and clusterStart random"),
  ceiling: flag(false, "capacities ceil(N / S) as printed, instead of sizes that differ by at most one"),
  clusterStart: choice(
    ["host", "random"],
    "host",
    "the first pass takes the host's start, or random centroids as printed",
  ),
  // MovieLens 1M, S = 16: the inertia of six k-means++ starts lies within 0.6 %, and the greedy assignment
  // may go on for hundreds of passes with no lower inertia
  restarts: whole(1, 1000, 1, "k-means starts, of which the least inertia is kept"),
  maxPasses: whole(0, 100_000, 100, "tau of Algorithm 2, passes at most"),
};

/** Balanced k-means as the paper uses it. */
const GROUPING = {
  method: choice(["kmeans", "random", "gaussianMixture", "labelPropagation"], "kmeans", "the clustering"),
  groups: whole(1, Number.MAX_SAFE_INTEGER, 8, "S, at most the number of users"),
  ...BALANCING,
  seed: SEED,
};
export type GroupingSettings = SettingsOf<typeof GROUPING>;

/** More groups than this would need more than 65,000 queues in transport.ts. */
const MOST_TRANSPORT_GROUPS = 256;

/**
 * `settings` completed with the defaults and checked.
 * @throws InputError for an unknown key, a value out of range, more groups than users, or a pair that
 * excludes itself.
 */
export function groupingSettings(settings: Partial<GroupingSettings>, users: number): GroupingSettings {
  const printed = settings.literal === true ? { clusterStart: "random" as const, ceiling: true } : {};
  const full = complete(GROUPING, { ...printed, ...settings }, "grouping");
  if (full.maxPasses === 0 && !full.literal)
    throw new InputError(
      "grouping.maxPasses: 0 passes place nobody; only Algorithm 2 as printed makes one more",
    );
  if (full.groups > users)
    throw new InputError(`grouping.groups: ${full.groups} groups are more than the ${users} users`);
  refuseContradictions(full);
  return full;
}

function refuseContradictions(s: GroupingSettings): void {
  if (s.literal && (s.balance !== "users" || s.method === "random" || s.assignment !== "greedy"))
    throw new InputError(
      'grouping.literal: Algorithm 2 as printed needs balance "users", assignment "greedy" ' +
        'and a method other than "random"',
    );
  if (s.literal && (!s.ceiling || s.clusterStart !== "random"))
    throw new InputError(
      'grouping.literal: Algorithm 2 as printed has ceiling true and clusterStart "random"',
    );
  if (s.ceiling && s.balance !== "users")
    throw new InputError('grouping.ceiling: the printed ceiling counts users; it needs balance "users"');
  if (s.clusterStart === "random" && s.balance === "none")
    throw new InputError('grouping.clusterStart: "random" is line 1 of Algorithm 2; it needs a balance');
  if (s.assignment === "transport" && (s.balance !== "users" || s.method === "random"))
    throw new InputError(
      'grouping.assignment: "transport" needs balance "users" (users of unequal weight make it NP-hard) ' +
        'and a method other than "random"',
    );
  if (s.assignment === "transport" && s.groups > MOST_TRANSPORT_GROUPS)
    throw new InputError(
      `grouping.assignment: "transport" takes at most ${MOST_TRANSPORT_GROUPS} groups, not ${s.groups}; ` +
        'use "greedy"',
    );
}
