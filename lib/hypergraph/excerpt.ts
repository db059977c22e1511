/**
 * A piece of a real hypergraph small enough to draw (Figure 3): one user, some users in their hyperedge, some
 * outside it, and the items that join them. It is cut so that the picture can be read: every item that the
 * user shares with a drawn member is drawn, so w(i, j) is the mean of the ratings that are seen.
 */

import { InputError } from "../errors";
import { complete, type SettingsOf, whole } from "../settings";
import type { Hypergraph } from "./hypergraph";
import { rowOf } from "./reach";

/** A few users and items of a hypergraph, small enough to be drawn. */
export interface Excerpt {
  /** i, whose hyperedge is drawn */
  readonly user: number;
  /** users of e_i */
  readonly members: readonly { readonly user: number; readonly weight: number }[];
  /** users outside e_i who share a drawn item with a drawn member */
  readonly outside: readonly number[];
  /** first items of i, then items that join the outsiders to members */
  readonly items: readonly number[];
  /** every rating that a drawn user gave a drawn item */
  readonly ratings: readonly { readonly user: number; readonly item: number; readonly rating: number }[];
}

/** How much an excerpt holds. */
const EXCERPT = {
  members: whole(1, 20, 4, "members beside the user"),
  outside: whole(0, 20, 2, "users outside"),
  ownItems: whole(1, 20, 3, "items of the user"),
};
type Wanted = SettingsOf<typeof EXCERPT>;

/**
 * The excerpt around the user whose |e_i| is nearest to the median among those that allow one. Ties: smaller
 * user.
 * @returns undefined when no user of this hypergraph has enough members and outsiders of that kind
 * @throws InputError for l other than 4, 5
 */
export function excerpt(graph: Hypergraph, settings: Partial<Wanted> = {}): Excerpt | undefined {
  const wanted = complete(EXCERPT, settings, "excerpt");
  if (graph.order < 4 || graph.order > 5)
    throw new InputError(
      `excerpt: order ${graph.order}: members share an item with the user only for l = 4, 5`,
    );
  const bySize = Array.from(graph.sizes.keys()).sort((a, b) => graph.sizes[a] - graph.sizes[b] || a - b);
  const median = graph.sizes[bySize[Math.floor(bySize.length / 2)]];
  const fromMedian = (user: number) => Math.abs(graph.sizes[user] - median);
  bySize.sort((a, b) => fromMedian(a) - fromMedian(b) || a - b);
  for (const user of bySize) {
    const found = around(graph, user, wanted);
    if (found) return found;
  }
  return undefined;
}

function around(graph: Hypergraph, user: number, wanted: Wanted): Excerpt | undefined {
  const { byUser } = graph.data;
  const outsiders = Array.from(graph.sizes.keys()).filter(
    (other) => other !== user && !graph.has(user, other) && byUser.offsets[other + 1] > byUser.offsets[other],
  );
  if (outsiders.length < wanted.outside) return undefined;
  const chosen = chooseMembers(graph, user, wanted);
  if (!chosen) return undefined;
  const { members, ownItems } = chosen;
  const links = chooseOutsiders(graph, members, outsiders, wanted.outside);
  if (!links) return undefined;
  const items = [...ownItems, ...new Set(links.map(({ item }) => item))];
  const outside = links.map((link) => link.user);
  const drawn = [user, ...members, ...outside];
  return {
    user,
    members: members.map((member) => ({ user: member, weight: graph.weight(user, member) })),
    outside,
    items,
    ratings: drawn.flatMap((who) =>
      items.flatMap((item) => {
        const rating = ratingOf(graph, who, item);
        return rating === undefined ? [] : [{ user: who, item, rating }];
      }),
    ),
  };
}

/** Members whose items in common with the user fit among few: those who share most of the items first. */
function chooseMembers(graph: Hypergraph, user: number, wanted: Wanted) {
  const { byUser, byItem } = graph.data;
  const shared = new Map<number, number[]>();
  for (const item of byUser.columns.subarray(...rowOf(byUser.offsets, user)))
    for (const other of byItem.columns.subarray(...rowOf(byItem.offsets, item)))
      if (other !== user) shared.set(other, [...(shared.get(other) ?? []), item]);
  const candidates = [...shared].filter(([, items]) => items.length <= Math.min(2, wanted.ownItems));
  candidates.sort((a, b) => b[1].length - a[1].length || a[0] - b[0]);
  const ownItems: number[] = [];
  const members: number[] = [];
  // two rounds: first those who bring a new item and meet one that is there, then whoever fits
  for (const joining of [true, false]) {
    for (const [other, items] of candidates) {
      if (members.length === wanted.members) break;
      const fresh = items.filter((item) => !ownItems.includes(item));
      const fits = ownItems.length + fresh.length <= wanted.ownItems;
      const joins = members.length === 0 || (fresh.length > 0 && fresh.length < items.length);
      if (members.includes(other) || !fits || (joining && !joins)) continue;
      members.push(other);
      ownItems.push(...fresh);
    }
  }
  return members.length === wanted.members ? { members, ownItems } : undefined;
}

/** Outsiders, each with one item shared with a member; different members where there are some. */
function chooseOutsiders(
  graph: Hypergraph,
  members: readonly number[],
  outsiders: readonly number[],
  count: number,
) {
  const links: { user: number; item: number; member: number }[] = [];
  for (const fresh of [true, false]) {
    for (const user of outsiders) {
      if (links.length === count) return links;
      if (links.some((link) => link.user === user)) continue;
      const link = members
        .filter((member) => !fresh || !links.some((other) => other.member === member))
        .map((member) => ({ user, member, item: firstShared(graph, user, member) }))
        .find(({ item }) => item !== undefined);
      if (link?.item !== undefined) links.push({ ...link, item: link.item });
    }
  }
  return links.length === count ? links : undefined;
}

function firstShared(graph: Hypergraph, a: number, b: number): number | undefined {
  const { byUser } = graph.data;
  return byUser.columns
    .subarray(...rowOf(byUser.offsets, a))
    .find((item) => ratingOf(graph, b, item) !== undefined);
}

function ratingOf(graph: Hypergraph, user: number, item: number): number | undefined {
  const { byUser } = graph.data;
  const [start, end] = rowOf(byUser.offsets, user);
  const at = byUser.columns.subarray(start, end).indexOf(item);
  return at < 0 ? undefined : byUser.values[start + at];
}
