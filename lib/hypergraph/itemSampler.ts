/**
 * Draws a neighbour j of user i, j sharing an item with i, with probability proportional to the mean of a(j,
 * item) over the items they share, in memory proportional to the ratings: an item of i with probability
 * proportional to the sum of a over its raters, then a rater of it with probability proportional to a. That
 * meets j with probability proportional to the sum of a over the c shared items, so j is kept with
 * probability 1 / c. With a = |e_j| the mean is |e_j|, with a = rating it is w(i, j) of Appendix A.2. Exact
 * up to the 53 bits of a draw.
 */

import type { Interactions } from "../data/interactions";
import type { Random } from "../random";
import { sharedItems } from "./hypergraph";

export class ItemSampler {
  /** Float64Array, one per rating, in the order of `byItem`: sums of a over an item's raters so far */
  private readonly byRater: Float64Array;
  /** Float64Array, one per rating, in the order of `byUser`: running sums of the sums of a user's items */
  private readonly byItem: Float64Array;

  /** `a` is above 0 and the same for every call with the same arguments. */
  constructor(
    private readonly data: Interactions,
    a: (user: number, rating: number) => number,
    private readonly includeSelf: boolean,
  ) {
    const { byUser, byItem } = data;
    this.byRater = new Float64Array(byItem.columns.length);
    const itemSums = new Float64Array(data.itemIds.length);
    for (let item = 0; item < itemSums.length; item++) {
      let sum = 0;
      for (let k = byItem.offsets[item]; k < byItem.offsets[item + 1]; k++)
        this.byRater[k] = sum += a(byItem.columns[k], byItem.values[k]);
      itemSums[item] = sum;
    }
    this.byItem = new Float64Array(byUser.columns.length);
    for (let u = 0; u < data.userIds.length; u++) {
      let sum = 0;
      for (let k = byUser.offsets[u]; k < byUser.offsets[u + 1]; k++)
        this.byItem[k] = sum += itemSums[byUser.columns[k]];
    }
  }

  /** A neighbour of user i, who has one. */
  draw(i: number, random: Random): number {
    const { byUser, byItem } = this.data;
    for (;;) {
      const item = byUser.columns[pick(this.byItem, byUser.offsets[i], byUser.offsets[i + 1], random)];
      const j = byItem.columns[pick(this.byRater, byItem.offsets[item], byItem.offsets[item + 1], random)];
      if (j === i && !this.includeSelf) continue;
      const shared = sharedItems(byUser.offsets, byUser.columns, i, j);
      if (shared === 1 || random.below(shared) === 0) return j;
    }
  }
}

/** A place in [from, to) with probability proportional to its increment of the running sums. */
function pick(sums: Float64Array, from: number, to: number, random: Random): number {
  if (to - from === 1) return from;
  const draw = ((random.next() >>> 5) * 67108864 + (random.next() >>> 6)) / 9007199254740992;
  const target = draw * sums[to - 1];
  let low = from;
  let high = to - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sums[middle] > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
