/** How visible one item is: how often it is among the ten best of a user's unrated items, and at which rank on average. */

import type { Interactions } from "../../data/interactions";
import type { Scorer } from "../../metrics/evaluate";
import { CUT } from "../../metrics/lists";

export interface Exposure {
  /** share of users, 0 .. 1 */
  readonly hitRatio: number;
  /** from 1 */
  readonly meanRank: number;
}

const BLOCK = 256; // users scored at once

/**
 * Over the users who have trained on other items only. Equal scores rank the item last.
 * @param users numbers, ascending
 */
export function exposure(
  scorer: Pick<Scorer, "scoreItems">,
  train: Interactions,
  item: number,
  users: Uint32Array,
): Exposure {
  const { offsets, columns } = train.byUser;
  const rated = (user: number) => columns.subarray(offsets[user], offsets[user + 1]);
  const asked = users.filter((user) => !rated(user).includes(item));
  const items = train.itemIds.length;
  let [hits, ranks] = [0, 0];
  for (let first = 0; first < asked.length; first += BLOCK) {
    const block = asked.subarray(first, first + BLOCK);
    const scores = scorer.scoreItems(block);
    block.forEach((user, k) => {
      const own = scores.subarray(k * items, (k + 1) * items);
      let rank = 0; // the item itself makes it 1
      for (const score of own) if (score >= own[item]) rank++;
      for (const other of rated(user)) if (own[other] >= own[item]) rank--;
      ranks += rank;
      if (rank <= CUT) hits++;
    });
  }
  return { hitRatio: hits / asked.length, meanRank: ranks / asked.length };
}
