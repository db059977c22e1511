/** Remaining ratings over the catalogue of a system, which also has what erased users alone had rated. */

import { type Interactions, interactionsFrom } from "../data/interactions";
import { InputError } from "../errors";
import type { System } from "./method";

/**
 * The same ratings over the system's catalogue: its items, and its users in its order.
 * @throws InputError for a rated item that it does not have
 */
export function overCatalogue(
  data: Interactions,
  itemIds: readonly string[],
  usersByText: boolean,
): Interactions {
  const numbers = new Map(itemIds.map((id, number) => [id, number]));
  const renumbered = data.itemIds.map((id) => numbers.get(id) ?? -1);
  const userIds = usersByText ? [...data.userIds].sort(byCodeUnit) : data.userIds;
  const places = new Map(userIds.map((id, place) => [id, place]));
  const { offsets, columns, values } = data.byUser;
  const users = new Uint32Array(columns.length);
  for (const [user, id] of data.userIds.entries())
    users.fill(places.get(id) as number, offsets[user], offsets[user + 1]);
  const items = columns.map((item) => {
    if (renumbered[item] < 0)
      throw new InputError(
        `item ${JSON.stringify(data.itemIds[item])} of these ratings is not in the catalogue of the system: they are ` +
          "not those that it learned from, or the evidence is another certificate's",
      );
    return renumbered[item];
  });
  return interactionsFrom({ users, items, ratings: values }, userIds, itemIds, data.provenance);
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Whether a system has its users by their ids as text: files are read so, unless all ids are whole numbers.
 * When the only ids that are none are erased, the remaining ratings alone would be read in another order.
 */
export function hasUsersByText(system: Pick<System, "userIds" | "erased">): boolean {
  const left = system.userIds.filter((_, user) => !system.erased.has(user));
  return left.every((id, k) => k === 0 || byCodeUnit(left[k - 1], id) < 0);
}
