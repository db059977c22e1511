/**
 * Balanced random grouping (Rand, Section 4.2 of LASER, L-Rand), the plain random one, and the random
 * allocation of line 1 of Algorithm 2.
 */

import type { Random } from "../random";
import { balanceLoads } from "./balance";

/** Each user to a uniformly drawn group: what line 1 of Algorithm 2 says. Groups may be empty. */
export function independentLabels(users: number, groups: number, random: Random): Uint32Array {
  return Uint32Array.from({ length: users }, () => random.below(groups));
}

/** A uniform partition into groups whose sizes differ by at most one: a shuffled list dealt out. */
export function dealtLabels(users: number, groups: number, random: Random): Uint32Array {
  const labels = new Uint32Array(users);
  const shuffled = random.shuffle(Uint32Array.from({ length: users }, (_, i) => i));
  shuffled.forEach((user, turn) => {
    labels[user] = turn % groups;
  });
  return labels;
}

/** A random partition into groups of equal work: balance.ts with independent uniform priorities. */
export function loadedLabels(
  users: number,
  groups: number,
  loads: ArrayLike<number>,
  random: Random,
): Uint32Array {
  const priorities = Float64Array.from({ length: users * groups }, () => random.uniform());
  const labels = new Uint32Array(users);
  balanceLoads(priorities, groups, loads, labels);
  return labels;
}
