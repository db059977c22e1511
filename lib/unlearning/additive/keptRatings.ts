/**
 * The ratings that an additive system keeps: its users' own, for scoring and for the subtraction of a later
 * erasure. They lie in small blocks of users, so that an erasure writes the touched blocks anew and no other.
 * Blocks are a matter of storage alone: nothing that is learned or hashed depends on them.
 */

import { createHash } from "node:crypto";
import type { Interactions } from "../../data/interactions";
import { canonicalJson, sha256 } from "../../json";
import type { GroupRatings } from "../../training/groupRatings";
import type { Partition } from "../partition";
import { type Plan, ratedUsers } from "../plan";

const BLOCK = 64; // users: some 100 kB of MovieLens ratings

/** The blocks as a plan. */
export function blocks(data: Interactions): Plan {
  const users = ratedUsers(data);
  const groups: string[][] = [];
  for (let from = 0; from < users.length; from += BLOCK)
    groups.push(Array.from(users.subarray(from, from + BLOCK), (user) => data.userIds[user]));
  return { settings: null, groups };
}

const digests = new WeakMap<GroupRatings, string[]>();

/** One digest for each user with ratings, over id, items and ratings. Computed once a block. */
function userDigests(block: GroupRatings): string[] {
  const known = digests.get(block);
  if (known) return known;
  const { ids, offsets, items, ratings } = block;
  const fresh = ids.flatMap((id, row) => {
    const [from, to] = [offsets[row], offsets[row + 1]];
    if (from === to) return [];
    const hash = createHash("sha256").update(`${JSON.stringify(id)}\n`);
    for (const part of [items, ratings])
      hash.update(new Uint8Array(part.buffer, part.byteOffset + 4 * from, 4 * (to - from)));
    return [hash.digest("hex")];
  });
  digests.set(block, fresh);
  return fresh;
}

/** SHA-256 over the items' and users' ids and all ratings. Users without a rating do not enter. */
export function ratingsHash({ groups, itemIds }: Partition): string {
  const users = sha256(groups.flatMap(userDigests).join("\n"));
  return sha256(canonicalJson({ items: sha256(JSON.stringify(itemIds)), users }));
}
