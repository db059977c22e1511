/**
 * |e_i| for l = 4 (Appendix A.1) without keeping a reach set: a slab of 1,024 users at a time, by the kernel
 * assembly/reach.ts. Where nearly everybody reaches everybody, as at 25 million ratings, the paths are 10^11
 * and this goes through ratings x users / 1,024 rows of 128 bytes.
 */

import type { Interactions } from "../data/interactions";
import { instantiate } from "../kernels/instantiate";
import { type Allocating, copiedInto } from "../kernels/memory";
import { pause, type WorkOptions } from "./pause";

interface Kernel extends Allocating {
  addCounts(offsets: number, columns: number, table: number, from: number, to: number, counts: number): void;
}

/** Users of a slab: its table, items x 128 bytes, stays in the third-level cache. */
const SLAB = 1024;
const ROW_WORDS = SLAB / 32;
/** Users of one call of the kernel, and ratings between two pauses. */
const BLOCK = 4096;
const CHUNK = 1e7;

/** Estimated nanoseconds of `countReach`: to clear and fill the tables, and to go through the ratings. */
export function countingTime({ byUser, userIds, itemIds }: Interactions): number {
  const slabs = Math.ceil(userIds.length / SLAB);
  return slabs * (8 * itemIds.length + 4 * byUser.columns.length);
}

/** Uint32Array, users: how many users share an item with each, themselves included if they rated one. */
export async function countReach(data: Interactions, options: WorkOptions = {}): Promise<Uint32Array> {
  const { byUser, byItem } = data;
  const users = data.userIds.length;
  const kernel = instantiate<Kernel>("reach");
  const offsets = copiedInto(kernel, byUser.offsets);
  const columns = copiedInto(kernel, byUser.columns);
  const counts = copiedInto(kernel, new Uint32Array(users));
  const words = data.itemIds.length * ROW_WORDS;
  const table = kernel.allocate(Math.max(16, 4 * words));
  const next = byItem.offsets.slice(0, -1); // of each item: its first rater whom no slab has held yet
  let work = 0;
  for (let first = 0; first < users; first += SLAB) {
    const bits = new Uint32Array(kernel.memory.buffer, table, words).fill(0);
    for (let item = 0; item < next.length; item++) {
      const end = byItem.offsets[item + 1];
      let at = next[item];
      for (; at < end && byItem.columns[at] < first + SLAB; at++) {
        const place = byItem.columns[at] - first;
        bits[item * ROW_WORDS + (place >>> 5)] |= 1 << (place & 31);
      }
      next[item] = at;
    }
    for (let from = 0; from < users; from += BLOCK) {
      const to = Math.min(users, from + BLOCK);
      kernel.addCounts(offsets, columns, table, from, to, counts);
      work += byUser.offsets[to] - byUser.offsets[from];
      if (work < CHUNK) continue;
      await pause(options, "reach", (first + (SLAB * to) / users) / users);
      work = 0;
    }
  }
  return new Uint32Array(kernel.memory.buffer, counts, users).slice();
}
