/** Whom an operator's key recognises in a file of ratings, and what to say where it recognises nobody. */

import type { Interactions } from "../data/interactions";
import { ratingTag, tagger, userTag } from "../unlearning/certificate";
import type { ErasedTags } from "../unlearning/verify";
import { plural } from "./output";

/** How many of the users and single ratings that an erasure lists are in the data, by this key. */
function recognised(
  { userIds, itemIds, byUser }: Interactions,
  { userTags, ratingTags }: ErasedTags,
  key: string,
): number {
  const tag = tagger(key);
  const known = { users: new Set(userTags), ratings: new Set(ratingTags) };
  let count = userIds.filter((id) => known.users.has(userTag(tag, id))).length;
  if (known.ratings.size === 0) return count;
  for (let user = 0; user < userIds.length; user++)
    for (const item of byUser.columns.subarray(byUser.offsets[user], byUser.offsets[user + 1]))
      if (known.ratings.has(ratingTag(tag, userIds[user], itemIds[item]))) count++;
  return count;
}

/**
 * What to say where a verification with a key fails, and the key recognises nobody of an erasure in the file: of the
 * certificate's own, or else of an earlier one. Undefined when it recognises somebody of each.
 */
export function unrecognised(
  own: ErasedTags,
  earlier: readonly ErasedTags[],
  data: Interactions,
  { key, file }: { readonly key: string; readonly file: string },
): string | undefined {
  const none = (tags: ErasedTags) => recognised(data, tags, key) === 0;
  if (none(own)) return `--key: the key recognises none of the ${listed(own)} in ${file}; another key?`;
  const before = earlier.find((tags) => tags.userTags.length + tags.ratingTags.length > 0 && none(tags));
  return (
    before &&
    `--key: the key recognises none of the ${listed(before)} of an earlier erasure in ${file}; was that under another key?`
  );
}

function listed({ userTags, ratingTags }: ErasedTags): string {
  return [
    ...(userTags.length > 0 ? [plural(userTags.length, "erased user")] : []),
    ...(ratingTags.length > 0 ? [plural(ratingTags.length, "erased rating")] : []),
  ].join(" and ");
}
