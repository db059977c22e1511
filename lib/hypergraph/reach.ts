/**
 * Reach sets (Appendix A.1-A.2, Definition 1): user j is within l-order reach of user i when a path of fewer
 * than l vertices joins them in the bipartite graph of users and items. A path of users and items alternates,
 * so l = 2, 3 reach no one else, l = 4, 5 the users who share an item (user - item - user), l = 6, 7 one step
 * further, and so on: floor(l / 2) - 1 hops. Hyperedge e_i is the reach set of i; it holds i itself unless
 * `includeSelf` is false.
 */

import type { Interactions } from "../data/interactions";
import { Bitsets } from "./bitsets";
import { pause, type WorkOptions } from "./pause";
import { countingTime, countReach } from "./reachCounts";

/** How many times a path may go user - item - user: 1 for the paper's l = 4. */
export const hopsOf = (order: number): number => Math.floor(order / 2) - 1;

/** Work between two pauses, in operations of a nanosecond or so. */
const CHUNK = 3e7;
/** Nanoseconds to stamp one rater of one item. */
const STAMP = 1.5;

/** The reach of every user as bits. */
export interface ReachBits {
  /** users x users: e_i */
  readonly users: Bitsets;
  /** users x items: the items on paths of i, over which w(i, j) averages; for l = 4 those that i rated */
  readonly items: Bitsets;
}

/** Reach sets as bits, for any number of hops. Takes N^2 / 8 + 2 N items / 8 bytes. */
export async function reachBits(
  data: Interactions,
  hops: number,
  includeSelf: boolean,
  options: WorkOptions = {},
): Promise<ReachBits> {
  const { byUser } = data;
  const n = data.userIds.length;
  const own = new Bitsets(n, data.itemIds.length);
  for (let u = 0; u < n; u++)
    for (let k = byUser.offsets[u]; k < byUser.offsets[u + 1]; k++) own.set(u, byUser.columns[k]);
  const raters = raterBits(data);

  let users = new Bitsets(n, n);
  for (let u = 0; u < n; u++) users.set(u, u);
  let items = own;
  for (let hop = 1; hop <= hops; hop++) {
    await pause(options, "reach", (hop - 1) / hops);
    const nextItems = hop === 1 ? own : new Bitsets(n, data.itemIds.length);
    const nextUsers = new Bitsets(n, n);
    let work = 0;
    for (let u = 0; u < n; u++) {
      if (hop > 1) for (const other of users.members(u)) nextItems.add(u, own, other);
      const reached = hop > 1 ? nextItems.members(u) : byUser.columns.subarray(...rowOf(byUser.offsets, u));
      nextUsers.set(u, u);
      for (const item of reached) nextUsers.add(u, raters, item);
      work += (reached.length + 1) * nextUsers.words;
      if (work > CHUNK) {
        await pause(options, "reach", (hop - 1 + u / n) / hops);
        work = 0;
      }
    }
    users = nextUsers;
    items = nextItems;
  }
  if (!includeSelf) for (let u = 0; u < n; u++) users.clear(u, u);
  return { users, items };
}

/**
 * |e_i| for l = 4 without keeping any reach set: by bits, a slab of users at a time (reachCounts.ts), or by
 * stamping every rater of every item of i. Both give the same counts; `auto` takes the faster.
 */
export async function reachSizes(
  data: Interactions,
  includeSelf: boolean,
  method: "auto" | "bits" | "stamps" = "auto",
  options: WorkOptions = {},
): Promise<Uint32Array> {
  await pause(options, "reach", 0);
  const byBits = method === "auto" ? countingTime(data) < STAMP * pathCount(data) : method === "bits";
  const sizes = byBits ? await countReach(data, options) : await countByStamps(data, options);
  // a user without ratings has not been met, the others have met themselves
  for (let u = 0; u < sizes.length; u++) {
    const rated = data.byUser.offsets[u + 1] > data.byUser.offsets[u];
    if (includeSelf && !rated) sizes[u] = 1;
    if (!includeSelf && rated) sizes[u] -= 1;
  }
  return sizes;
}

/** Float64Array, users: paths user - item - user that begin at each. */
export function pathCounts({ byUser, byItem, userIds }: Interactions): Float64Array {
  const paths = new Float64Array(userIds.length);
  for (let u = 0; u < paths.length; u++)
    for (let k = byUser.offsets[u]; k < byUser.offsets[u + 1]; k++) {
      const [start, end] = rowOf(byItem.offsets, byUser.columns[k]);
      paths[u] += end - start;
    }
  return paths;
}

/** Number of paths user - item - user: the sum of squared item degrees. */
export const pathCount = (data: Interactions): number =>
  pathCounts(data).reduce((sum, paths) => sum + paths, 0);

async function countByStamps(data: Interactions, options: WorkOptions): Promise<Uint32Array> {
  const { byUser, byItem } = data;
  const n = data.userIds.length;
  const sizes = new Uint32Array(n);
  const stamp = new Uint32Array(n); // the last user, counted from 1, that met this one
  let work = 0;
  for (let u = 0; u < n; u++) {
    let count = 0;
    for (let k = byUser.offsets[u]; k < byUser.offsets[u + 1]; k++) {
      const [start, end] = rowOf(byItem.offsets, byUser.columns[k]);
      work += end - start;
      for (let at = start; at < end; at++) {
        const other = byItem.columns[at];
        if (stamp[other] !== u + 1) {
          stamp[other] = u + 1;
          count++;
        }
      }
    }
    sizes[u] = count;
    if (work > CHUNK) {
      await pause(options, "reach", u / n);
      work = 0;
    }
  }
  return sizes;
}

/** items x users: who rated the item. */
function raterBits({ byItem, itemIds, userIds }: Interactions): Bitsets {
  const raters = new Bitsets(itemIds.length, userIds.length);
  for (let i = 0; i < itemIds.length; i++)
    for (let k = byItem.offsets[i]; k < byItem.offsets[i + 1]; k++) raters.set(i, byItem.columns[k]);
  return raters;
}

/** Where a row of compressed sparse rows begins and ends. */
export const rowOf = (offsets: Uint32Array, row: number): [number, number] => [
  offsets[row],
  offsets[row + 1],
];
