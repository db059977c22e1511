/**
 * What is to be forgotten, as numbers of the catalogue: whole users (E1, Section 1) and single ratings of users who stay
 * (E2). One erasure may hold both; it is handled as one batch, as Section 2.1 assumes.
 */

import { InputError } from "../errors";
import type { GroupErasure } from "../training/groupRatings";

/** Users and ratings to be erased, by number. */
export interface Erasure extends GroupErasure {
  /** user numbers: everything these users gave */
  readonly users: ReadonlySet<number>;
  /** user number -> item numbers: single ratings; none of users that go as a whole */
  readonly ratings: ReadonlyMap<number, ReadonlySet<number>>;
}

/** An erasure of whole users. */
export const usersErasure = (users: Iterable<number>): Erasure => ({
  users: new Set(users),
  ratings: new Map(),
});

/** An erasure of users and of (user, item) pairs. A pair of a user who goes as a whole is part of that. */
export function erasureOf(users: Iterable<number>, pairs: Iterable<readonly [number, number]>): Erasure {
  const whole = new Set(users);
  const ratings = new Map<number, Set<number>>();
  for (const [user, item] of pairs) {
    if (whole.has(user)) continue;
    const items = ratings.get(user) ?? new Set<number>();
    ratings.set(user, items.add(item));
  }
  return { users: whole, ratings };
}

/** Several erasures at once. */
export function joinErasures(erasures: readonly Erasure[]): Erasure {
  const pairs = erasures.flatMap(({ ratings }) =>
    [...ratings].flatMap(([user, items]) => [...items].map((item) => [user, item] as const)),
  );
  return erasureOf(
    erasures.flatMap(({ users }) => [...users]),
    pairs,
  );
}

/** Who may be named in an erasure: a system's catalogue and what it still holds. */
export interface Erasable {
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  readonly erased: ReadonlySet<number>;
  ratingsOf(user: number): { readonly items: Uint32Array };
}

/** @throws InputError for nobody, an unknown or already erased user, or a rating that is not there. */
export function checkErasure(erasure: Erasure, system: Erasable): void {
  const { users, ratings } = erasure;
  if (users.size === 0 && ratings.size === 0) throw new InputError("erasure: it names no user and no rating");
  for (const user of [...users, ...ratings.keys()]) requireKnownUser(user, system);
  for (const [user, items] of ratings) {
    const held = new Set(system.ratingsOf(user).items);
    for (const item of items) {
      if (!held.has(item))
        throw new InputError(
          `erasure: user ${system.userIds[user]} has no rating of item ${system.itemIds[item] ?? item} in the training data`,
        );
    }
  }
}

/** @throws InputError for a user number out of range or of a user who was erased. */
export function requireKnownUser(user: number, system: Pick<Erasable, "userIds" | "erased">): void {
  if (!Number.isInteger(user) || user < 0 || user >= system.userIds.length)
    throw new InputError(`user number ${user}: the catalogue has 0 to ${system.userIds.length - 1}`);
  if (system.erased.has(user)) throw new InputError(`user ${system.userIds[user]} has been erased`);
}
