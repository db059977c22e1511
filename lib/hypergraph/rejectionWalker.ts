/**
 * Steps of the walk (Appendix A.3) where nearly everybody reaches everybody and the sets are too large for
 * bit tables: any user is drawn and kept when they share an item (von Neumann 1951). Whether two users do is
 * asked of 512 bits each, the most popular items, and of their rating lists only when these have none in
 * common. Exact up to the 32 bits of a draw; memory 72 bytes a user.
 */

import type { Interactions } from "../data/interactions";
import type { Random } from "../random";
import { aliasTable, drawMember } from "./aliasTable";
import { type Hypergraph, sharedItems } from "./hypergraph";
import type { Walker } from "./walker";

/** Words of 32 bits per user: the 512 most popular items. */
const WORDS = 16;

/** Draws a hyperedge by its size or a vertex by its weight, and keeps it when it is a neighbour. */
export function rejectionWalker(graph: Hypergraph): Walker {
  const { data, sizes, maxWeight, includeSelf } = graph;
  const n = sizes.length;
  const share = shareTest(data);
  const joined = (i: number, j: number) => (i === j ? includeSelf : share(i, j));
  const edges = aliasTable(Float64Array.from(sizes));
  return {
    hyperedge(v, random) {
      for (;;) {
        const e = drawMember(edges, random);
        if (joined(v, e)) return e;
      }
    },
    vertex(e, random: Random) {
      for (;;) {
        const v = random.below(n);
        if (joined(e, v) && random.uniform() * maxWeight < graph.weight(e, v)) return v;
      }
    },
  };
}

/** Whether two users share an item. */
function shareTest({ byUser, byItem, userIds, itemIds }: Interactions): (i: number, j: number) => boolean {
  const raters = (item: number) => byItem.offsets[item + 1] - byItem.offsets[item];
  const popular = Uint32Array.from(itemIds, (_, item) => item)
    .sort((a, b) => raters(b) - raters(a) || a - b)
    .subarray(0, 32 * WORDS);
  const bits = new Uint32Array(userIds.length * WORDS);
  popular.forEach((item, place) => {
    for (let k = byItem.offsets[item]; k < byItem.offsets[item + 1]; k++)
      bits[byItem.columns[k] * WORDS + (place >>> 5)] |= 1 << (place & 31);
  });
  return (i, j) => {
    for (let w = 0, a = i * WORDS, b = j * WORDS; w < WORDS; w++)
      if ((bits[a + w] & bits[b + w]) !== 0) return true;
    return sharedItems(byUser.offsets, byUser.columns, i, j) > 0;
  };
}
