/**
 * The first pass of Algorithm 2 as printed, seat by seat, so that a reader can see what its loop does: notebook 03. The
 * same loop as literal.ts, which keeps the labels alone; a test holds the two together.
 */

import { printedSeats } from "./literal";

/** One seat taken. */
export interface PrintedStep {
  readonly user: number;
  readonly group: number;
  readonly cost: number;
  /** the group in which the user already had a seat, which stays taken: fault (a) */
  readonly seatedBefore: number | undefined;
}

/** Lines 4-9. `cost`: users x groups; farthest pair first (fault (c)), ties: smaller user, then smaller group. */
export function printedSteps(cost: ArrayLike<number>, groups: number): PrintedStep[] {
  const users = cost.length / groups;
  const seats = printedSeats(users, groups);
  const pairs = Array.from({ length: cost.length }, (_, pair) => pair);
  pairs.sort((a, b) => cost[b] - cost[a] || a - b);
  const seated = new Map<number, number>();
  const steps: PrintedStep[] = [];
  for (const pair of pairs) {
    const group = pair % groups;
    const user = (pair - group) / groups;
    if (seats[group] === 0) continue;
    seats[group]--;
    steps.push({ user, group, cost: cost[pair], seatedBefore: seated.get(user) });
    seated.set(user, group);
  }
  return steps;
}
