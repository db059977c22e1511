/**
 * Where walks go: how often they come to each user, and how much of taste is left after so many steps.
 * Descriptive, for notebook 02.
 */

import type { UserPairs } from "./signal";
import type { Sequences } from "./walk";

/** Uint32Array, users: how often walks step to each user; where a walk begins is no visit. */
export function visitCounts({ users, offsets }: Sequences, count: number): Uint32Array {
  const visits = new Uint32Array(count);
  for (let walk = 0; walk + 1 < offsets.length; walk++)
    for (let at = offsets[walk] + 1; at < offsets[walk + 1]; at++) visits[users[at]]++;
  return visits;
}

/** Where each walk begins, and where it is after `steps` steps, if these users differ. */
export function pairsAfter({ users, offsets }: Sequences, steps: number): UserPairs {
  const first: number[] = [];
  const second: number[] = [];
  for (let walk = 0; walk + 1 < offsets.length; walk++) {
    const start = offsets[walk];
    if (start + steps >= offsets[walk + 1] || users[start] === users[start + steps]) continue;
    first.push(users[start]);
    second.push(users[start + steps]);
  }
  return { first: Uint32Array.from(first), second: Uint32Array.from(second) };
}
