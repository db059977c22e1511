/**
 * What a certificate says of training data: how many users have ratings, and one SHA-256 over all of them. A user's digest
 * is the SHA-256 of the id as JSON, a line feed, the item numbers (32 bits each, ascending, of the catalogue) and the
 * ratings (float32); the hash is that of the catalogue's items and of all digests, sorted. Neither groups nor user numbers
 * enter, so whoever holds ratings can compute it without a plan.
 */

import { createHash } from "node:crypto";
import type { Interactions } from "../data/interactions";
import { canonicalJson, sha256 } from "../json";
import { bytesOf } from "../training/store";

/** Whoever has ratings: a system, or a data set by `ratedBy`. */
export interface Rated {
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  readonly erased: ReadonlySet<number>;
  ratingsOf(user: number): { readonly items: Uint32Array; readonly ratings: Float32Array };
}

export function ratedBy({ userIds, itemIds, byUser: { offsets, columns, values } }: Interactions): Rated {
  const ratingsOf = (user: number) => {
    const [from, to] = [offsets[user], offsets[user + 1]];
    return { items: columns.subarray(from, to), ratings: values.subarray(from, to) };
  };
  return { userIds, itemIds, erased: new Set(), ratingsOf };
}

/** Digests by user number, of users with ratings. Forgetting one user should not ask for everybody's ratings again. */
const known = new WeakMap<Rated, ReadonlyMap<number, string>>();

function digestOf(rated: Rated, user: number): string | undefined {
  if (rated.erased.has(user)) return undefined;
  const { items, ratings } = rated.ratingsOf(user);
  if (items.length === 0) return undefined;
  const hash = createHash("sha256").update(`${JSON.stringify(rated.userIds[user])}\n`);
  return hash.update(bytesOf(items)).update(bytesOf(ratings)).digest("hex");
}

function digests(rated: Rated): ReadonlyMap<number, string> {
  const found = known.get(rated);
  return found ?? changed(rated, new Map(), rated.userIds.keys());
}

function changed(rated: Rated, from: ReadonlyMap<number, string>, users: Iterable<number>) {
  const all = new Map(from);
  for (const user of users) {
    const digest = digestOf(rated, user);
    if (digest === undefined) all.delete(user);
    else all.set(user, digest);
  }
  known.set(rated, all);
  return all;
}

/** Remembers the digests of a system that differs from another in the ratings of these users alone. */
export function digestsFrom(before: Rated, after: Rated, users: Iterable<number>): void {
  changed(after, digests(before), users);
}

/** How many users have ratings. */
export const ratedUsers = (rated: Rated): number => digests(rated).size;

/** SHA-256 of all ratings, in hexadecimal. */
export function ratingsHash(rated: Rated): string {
  const users = sha256([...digests(rated).values()].sort().join("\n"));
  return sha256(canonicalJson({ items: sha256(JSON.stringify(rated.itemIds)), users }));
}
