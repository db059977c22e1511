/** Whom an operator's key recognises in ratings: those whom certificates list, by their tags. */

import { type Interactions, selectRatings } from "../data/interactions";
import type { Certificate } from "./certificate";
import type { Plan } from "./plan";
import { type OperatorKey, placeTag, ratingTag, type Tagger, tagger, userTag } from "./tags";

/** What an erasure lists: tags of users, and of single ratings. */
export type ErasedTags = Pick<Certificate["erased"], "userTags" | "ratingTags">;

/** How many erased users are in the data, single ratings, and ratings in all; and whom these are of. */
export function recognised(data: Interactions, erased: ErasedTags, key: OperatorKey) {
  const tag = tagger(key);
  const users = new Set(erased.userTags);
  const pairs = new Set(erased.ratingTags);
  const { offsets, columns } = data.byUser;
  const found = { ids: [] as string[], users: 0, single: 0, ratings: 0 };
  for (const [user, id] of data.userIds.entries()) {
    const own = columns.subarray(offsets[user], offsets[user + 1]);
    const isUser = users.has(userTag(tag, id));
    const isListed = (item: number) => pairs.has(ratingTag(tag, id, data.itemIds[item]));
    const gone = isUser || pairs.size === 0 ? (isUser ? own.length : 0) : own.filter(isListed).length;
    if (isUser) found.users++;
    else found.single += gone;
    found.ratings += gone;
    if (isUser || gone > 0) found.ids.push(id);
  }
  return found;
}

/** The plan before an erasure that made no groups anew: these users stand where tags say so, in the data's order. */
export function planBefore(
  plan: Plan,
  { placeTags }: Certificate["erased"],
  { data, ids, tag }: { readonly data: Interactions; readonly ids: readonly string[]; readonly tag: Tagger },
): Plan {
  const places = new Set(placeTags);
  const numbers = new Map(data.userIds.map((id, user) => [id, user]));
  const groups = plan.groups.map((group, g) => {
    const back = ids.filter((id) => places.has(placeTag(tag, id, g)));
    const order = (a: string, b: string) => (numbers.get(a) ?? 0) - (numbers.get(b) ?? 0);
    return back.length === 0 ? group : [...group, ...back].sort(order);
  });
  return { settings: plan.settings, groups };
}

/** All that some erasures list, as one. */
export const together = (
  erasures: readonly { readonly erased: ErasedTags }[],
): { readonly erased: ErasedTags } => ({
  erased: {
    userTags: erasures.flatMap(({ erased }) => erased.userTags),
    ratingTags: erasures.flatMap(({ erased }) => erased.ratingTags),
  },
});

/** The data without the users and ratings whose tags the certificate lists. */
export function withoutTagged(
  data: Interactions,
  { erased }: { readonly erased: ErasedTags },
  key: OperatorKey,
): Interactions {
  const tag = tagger(key);
  const users = new Set(erased.userTags);
  const ratings = new Set(erased.ratingTags);
  const gone = data.userIds.map((id) => users.has(userTag(tag, id)));
  const { columns } = data.byUser;
  const keep = (user: number, place: number) =>
    !gone[user] &&
    (ratings.size === 0 || !ratings.has(ratingTag(tag, data.userIds[user], data.itemIds[columns[place]])));
  return selectRatings(data, keep, "without what a certificate lists");
}
