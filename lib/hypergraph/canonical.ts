/**
 * Ratings with users and items numbered in the order of their ids. Walks and Word2Vec depend on the numbering
 * only through the order of sums and draws; working in this one makes an embedding a function of the ratings
 * alone.
 */

import { type Interactions, interactionsFrom } from "../data/interactions";
import { catalogueOrder } from "../data/table";

export interface Canonical {
  readonly data: Interactions;
  /** Uint32Array: the canonical number of each user of the original */
  readonly userRank: Uint32Array;
}

export function canonicalOrder(data: Interactions): Canonical {
  const users = catalogueOrder(data.userIds);
  const items = catalogueOrder(data.itemIds);
  const settled = (rank: Uint32Array) => rank.every((place, n) => place === n);
  if (settled(users.rank) && settled(items.rank)) return { data, userRank: users.rank };
  const { offsets, columns, values } = data.byUser;
  const rowUsers = new Uint32Array(columns.length);
  for (let u = 0; u + 1 < offsets.length; u++) rowUsers.fill(users.rank[u], offsets[u], offsets[u + 1]);
  const renumbered = interactionsFrom(
    { users: rowUsers, items: columns.map((item) => items.rank[item]), ratings: values },
    users.sorted,
    items.sorted,
    data.provenance,
  );
  return { data: renumbered, userRank: users.rank };
}
