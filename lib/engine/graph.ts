/**
 * Bipartite graphs of ratings (`Graph` of lib/model/model.ts): that of a training set, the other way round,
 * as edges.
 */

import type { Graph } from "../model/model";
import type { TrainingSet } from "./engine";

/** The graph of a training set's ratings. */
export function graphOf({ users, items }: Pick<TrainingSet, "users" | "items">, userCount: number): Graph {
  const offsets = new Uint32Array(userCount + 1);
  for (let k = 0; k < users.length; k++) offsets[users[k] + 1]++;
  for (let user = 0; user < userCount; user++) offsets[user + 1] += offsets[user];
  return { offsets, items };
}

/** A graph of no ratings. */
export const emptyGraph = (userCount: number): Graph => ({
  offsets: new Uint32Array(userCount + 1),
  items: new Uint32Array(0),
});

/** The users of each item, ascending: offsets (items + 1), users (edges). */
export function byItem({ offsets, items }: Graph, itemCount: number) {
  const starts = new Uint32Array(itemCount + 1);
  for (let k = 0; k < items.length; k++) starts[items[k] + 1]++;
  for (let item = 0; item < itemCount; item++) starts[item + 1] += starts[item];
  const next = starts.slice();
  const users = new Uint32Array(items.length);
  for (let user = 0; user + 1 < offsets.length; user++)
    for (let k = offsets[user]; k < offsets[user + 1]; k++) users[next[items[k]]++] = user;
  return { offsets: starts, users };
}

/** The user of each edge: Uint32Array, edges. */
export function usersOf({ offsets, items }: Graph): Uint32Array {
  const users = new Uint32Array(items.length);
  for (let user = 0; user + 1 < offsets.length; user++) users.fill(user, offsets[user], offsets[user + 1]);
  return users;
}
