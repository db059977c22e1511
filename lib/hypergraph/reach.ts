/**
 * Reach sets (Appendix A.1-A.2, Definition 1): user j is within l-order reach of user i when a path of fewer than l
 * vertices joins them in the bipartite graph of users and items. A path of users and items alternates, so l = 2, 3
 * reach no one else, l = 4, 5 the users who share an item (user - item - user), l = 6, 7 one step further, and so on:
 * floor(l / 2) - 1 hops. Hyperedge e_i is the reach set of i; it holds i itself unless `includeSelf` is false.
 */

import type { Interactions } from "../data/interactions";
import { Bitsets } from "./bitsets";
import { pause, type WorkOptions } from "./pause";

/** How many times a path may go user - item - user: 1 for the paper's l = 4. */
export const hopsOf = (order: number): number => Math.floor(order / 2) - 1;

/** Work between two pauses, in operations of a nanosecond or so. */
const CHUNK = 3e7;
/** Most users and most bytes of one slab of the counting by bitsets; a row of 2 KB stays in the first cache. */
const SLAB_USERS = 1 << 14;
const SLAB_BYTES = 1 << 26;

/** The reach of every user as bits. */
export interface ReachBits {
  /** users x users: e_i */
  readonly users: Bitsets;
  /** users x items: the items on paths of i, over which w(i, j) averages. For l = 4 the items that i rated. */
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
  const raters = raterBits(data, 0, n);

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
 * |e_i| for l = 4 without keeping any reach set: by bitsets, a slab of users at a time, or by stamping every rater of
 * every item of i. Both give the same counts; `auto` takes the one with less work.
 */
export async function reachSizes(
  data: Interactions,
  includeSelf: boolean,
  method: "auto" | "bitsets" | "stamps" = "auto",
  options: WorkOptions = {},
): Promise<Uint32Array> {
  await pause(options, "reach", 0);
  const words = (data.userIds.length + 31) >>> 5;
  const byBits =
    method === "auto" ? data.byUser.columns.length * words < pathCount(data) : method === "bitsets";
  const sizes = byBits ? await countBySlabs(data, options) : await countByStamps(data, options);
  // a user without ratings has not been met, the others have met themselves
  for (let u = 0; u < sizes.length; u++) {
    const rated = data.byUser.offsets[u + 1] > data.byUser.offsets[u];
    if (includeSelf && !rated) sizes[u] = 1;
    if (!includeSelf && rated) sizes[u] -= 1;
  }
  return sizes;
}

/** Number of paths user - item - user: the sum of squared item degrees. */
export function pathCount(data: Interactions): number {
  let sum = 0;
  const { offsets } = data.byItem;
  for (let i = 0; i + 1 < offsets.length; i++) sum += (offsets[i + 1] - offsets[i]) ** 2;
  return sum;
}

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

async function countBySlabs(data: Interactions, options: WorkOptions): Promise<Uint32Array> {
  const { byUser } = data;
  const n = data.userIds.length;
  const sizes = new Uint32Array(n);
  const fitting = 32 * Math.max(1, Math.floor(SLAB_BYTES / 4 / data.itemIds.length));
  const slab = Math.min(SLAB_USERS, fitting);
  for (let from = 0; from < n; from += slab) {
    const raters = raterBits(data, from, Math.min(n, from + slab));
    const row = new Bitsets(1, raters.columns);
    let work = 0;
    for (let u = 0; u < n; u++) {
      row.bits.fill(0);
      for (let k = byUser.offsets[u]; k < byUser.offsets[u + 1]; k++) row.add(0, raters, byUser.columns[k]);
      sizes[u] += row.count(0);
      work += (byUser.offsets[u + 1] - byUser.offsets[u] + 4) * row.words;
      if (work > CHUNK) {
        await pause(options, "reach", (from + (u / n) * raters.columns) / n);
        work = 0;
      }
    }
  }
  return sizes;
}

/** items x users [from, to): who rated the item. */
function raterBits(data: Interactions, from: number, to: number): Bitsets {
  const { offsets, columns } = data.byItem;
  const raters = new Bitsets(data.itemIds.length, to - from);
  for (let i = 0; i + 1 < offsets.length; i++) {
    for (let k = offsets[i]; k < offsets[i + 1]; k++)
      if (columns[k] >= from && columns[k] < to) raters.set(i, columns[k] - from);
  }
  return raters;
}

/** Where a row of compressed sparse rows begins and ends. */
export const rowOf = (offsets: Uint32Array, row: number): [number, number] => [
  offsets[row],
  offsets[row + 1],
];
