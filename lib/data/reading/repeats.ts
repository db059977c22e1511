/** Pairs of user and item that occur more than once. */

import type { RatingColumns } from "../interactions";
import { shortest } from "../scale";
import { RefusedFile } from "./refusal";
import type { Duplicates } from "./settings";

/** Catalogues and columns, as a reader has them. */
export interface ParsedRatings extends RatingColumns {
  readonly userIds: string[];
  readonly itemIds: string[];
}

/**
 * Calls `visit` for each row that repeats the pair of an earlier one, with the earliest. Rows of a user
 * come in order.
 */
function eachRepeat(
  { users, items, userIds, itemIds }: ParsedRatings,
  visit: (earliest: number, later: number) => void,
): void {
  const next = new Uint32Array(userIds.length + 1);
  for (let k = 0; k < users.length; k++) next[users[k] + 1]++;
  for (let u = 0; u < userIds.length; u++) next[u + 1] += next[u];
  const order = new Uint32Array(users.length); // rows by user, in file order inside a user
  for (let k = 0; k < users.length; k++) order[next[users[k]]++] = k;
  const seenBy = new Uint32Array(itemIds.length); // last user + 1 that rated the item
  const seenAt = new Uint32Array(itemIds.length); // and where
  for (let n = 0; n < order.length; n++) {
    const k = order[n];
    const item = items[k];
    if (seenBy[item] === users[k] + 1) visit(seenAt[item], k);
    else {
      seenBy[item] = users[k] + 1;
      seenAt[item] = k;
    }
  }
}

/**
 * One rating a pair: `ratings` are changed in place.
 * @param place says where a row stands, for messages
 * @returns the columns without repeats, and how many rows went
 * @throws RefusedFile when there are some and `how` is `refuse`
 */
export function settleRepeats(
  parsed: ParsedRatings,
  how: Duplicates,
  place: (row: number, beside?: number) => string,
): { readonly parsed: ParsedRatings; readonly repeats: number } {
  const { users, items, ratings, userIds, itemIds } = parsed;
  const dropped = new Set<number>();
  const sums = new Map<number, { sum: number; count: number }>();
  let first = { earliest: 0, later: Number.POSITIVE_INFINITY };
  eachRepeat(parsed, (earliest, later) => {
    if (later < first.later) first = { earliest, later };
    dropped.add(later);
    if (how === "last") ratings[earliest] = ratings[later];
    if (how !== "sum" && how !== "mean") return;
    const one = sums.get(earliest) ?? { sum: ratings[earliest], count: 1 };
    sums.set(earliest, { sum: one.sum + ratings[later], count: one.count + 1 });
  });
  if (dropped.size === 0) return { parsed, repeats: 0 };
  if (how === "refuse")
    throw new RefusedFile(
      `${place(first.later)}: user ${userIds[users[first.later]]} rates item ` +
        `${itemIds[items[first.later]]} again, after ` +
        `${place(first.earliest, first.later)} (${shortest(ratings[first.earliest])}, then ` +
        `${shortest(ratings[first.later])}); ${dropped.size} ` +
        `${dropped.size === 1 ? "rating repeats" : "ratings repeat"} a pair in all: take one with ` +
        `--duplicates last, first, mean or sum`,
      [{ duplicates: "last" }, { duplicates: "mean" }],
    );
  for (const [row, { sum, count }] of sums) ratings[row] = how === "sum" ? sum : sum / count;
  let kept = 0;
  for (let k = 0; k < users.length; k++) {
    if (dropped.has(k)) continue;
    users[kept] = users[k];
    items[kept] = items[k];
    ratings[kept++] = ratings[k];
  }
  return {
    parsed: {
      userIds,
      itemIds,
      users: users.subarray(0, kept),
      items: items.subarray(0, kept),
      ratings: ratings.subarray(0, kept),
    },
    repeats: dropped.size,
  };
}
