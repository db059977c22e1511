/**
 * The ratings of a group in two parts, those that are to be forgotten and those that stay, over the rows of the group as it
 * was: so both can be looked at with the weights that were learned on all of them.
 */

import type { GroupErasure, GroupRatings } from "../../training/groupRatings";

/** The group with those ratings alone that `keep` says; its members stay, with or without ratings. */
export function selected(group: GroupRatings, keep: (row: number, item: number) => boolean): GroupRatings {
  const { members, offsets, items, ratings } = group;
  const places: number[] = [];
  const own = new Uint32Array(offsets.length);
  for (let row = 0; row < members.length; row++) {
    for (let k = offsets[row]; k < offsets[row + 1]; k++) if (keep(row, items[k])) places.push(k);
    own[row + 1] = places.length;
  }
  return {
    ...group,
    offsets: own,
    items: Uint32Array.from(places, (k) => items[k]),
    ratings: Float32Array.from(places, (k) => ratings[k]),
  };
}

/** What an erasure takes from a group, and what it leaves. */
export function parted(group: GroupRatings, { users, ratings }: GroupErasure) {
  const goes = (row: number, item: number) => {
    const user = group.members[row];
    return users.has(user) || ratings.get(user)?.has(item) === true;
  };
  return { erased: selected(group, goes), rest: selected(group, (row, item) => !goes(row, item)) };
}
