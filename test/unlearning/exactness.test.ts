/** Goal G1: an unlearned system is, bit for bit, one that never saw the erased data. For every method and setting. */

import { afterAll, describe, expect, it } from "vitest";
import { type Interactions, selectRatings, withoutUsers } from "../../lib/data/interactions";
import { InputError } from "../../lib/errors";
import { modelOf } from "../../lib/model/models";
import { type Erasure, erasureOf, usersErasure } from "../../lib/unlearning/erasure";
import type { SystemFrame } from "../../lib/unlearning/frame";
import type { System } from "../../lib/unlearning/method";
import { ratingsHash } from "../../lib/unlearning/ratingsHash";
import { verify } from "../../lib/unlearning/verify";
import { fileOf, world } from "../training/world";
import { EVERY_METHOD, EXACT_METHODS, methodFrom, VARIANTS } from "./everyMethod";
import { context, expectSameModel, KEY, unlearn } from "./support";

const data = world();
const systems: System[] = [];
afterAll(() => {
  for (const system of systems) system.dispose();
});
const kept = <S extends System>(system: S): S => {
  systems.push(system);
  return system;
};

type SomeMethod = ReturnType<typeof methodFrom>;
const planOf = ({ plan }: System) => plan ?? undefined;

const remaining = ({ users, ratings }: Erasure, from: Interactions = data): Interactions =>
  selectRatings(
    from,
    (user, place) => !users.has(user) && !ratings.get(user)?.has(from.byUser.columns[place]),
    "remaining",
  );

/** Unlearns, learns afresh without the erased data under the plan that is left, and compares. */
async function expectExact(method: SomeMethod, erase: (system: SystemFrame) => Erasure, from = data) {
  const own = context();
  const learned = await method.learn(from, own);
  const erasure = erase(learned);
  const before = learned.fingerprint;
  const { certificate, system } = await unlearn(learned, erasure, own, { key: KEY });
  const fresh = kept(await method.learn(remaining(erasure, from), context(), { plan: planOf(system) }));
  expectSameModel(kept(system), fresh);
  expect(ratingsHash(system)).toBe(ratingsHash(fresh));
  expect(system.fingerprint).not.toBe(before);
  expect([...own.store.list().keys()].sort()).toEqual([...new Set(system.entries())].sort());
  return { certificate, system: system as SystemFrame };
}

const pair = (user: number, k = 0) => [user, data.byUser.columns[data.byUser.offsets[user] + k]] as const;
const rowOf = (user: number) =>
  Array.from(
    data.byUser.columns.subarray(data.byUser.offsets[user], data.byUser.offsets[user + 1]),
    (item) => [user, item] as const,
  );

/** What erases a whole group: its users, or, where they have ratings in other groups too, its ratings. */
function groupErasure({ partition }: SystemFrame): Erasure {
  const groups = partition.groups.filter((group) => group.items.length > 0);
  const { members, offsets, items } = groups[Math.min(1, groups.length - 1)];
  if (members.length < data.userIds.length / 2) return usersErasure(members);
  const pairs = [...members].flatMap((user, row) =>
    Array.from(items.subarray(offsets[row], offsets[row + 1]), (item) => [user, item] as const),
  );
  return groups.length === 1 ? usersErasure(members.slice(1)) : erasureOf([], pairs);
}

const { byItem } = data;
const filled = ({ partition }: SystemFrame) => partition.groups.filter(({ members }) => members.length > 0);
const userAt = (share: number) => (system: SystemFrame) => {
  const groups = filled(system);
  return usersErasure(groups[Math.round(share * (groups.length - 1))].members.slice(0, 1));
};
const everybodyBut = (user: number) =>
  usersErasure(data.userIds.map((_, other) => other).filter((other) => other !== user));
/** All ratings that the first user of the last group has there. */
function ratingsThere(system: SystemFrame): Erasure {
  const [{ members, offsets, items }] = filled(system).slice(-1);
  const pairs = Array.from(items.subarray(0, offsets[1]), (item) => [members[0], item] as const);
  return erasureOf([], pairs);
}

/** What is asked of every method: users (E1) and single ratings (E2). */
const REQUESTS: readonly (readonly [name: string, erase: (system: SystemFrame) => Erasure])[] = [
  ["a user of the first group", userAt(0)],
  ["a user of a group in the middle", userAt(0.5)],
  ["a user of the last group", userAt(1)],
  ["users of several groups", () => usersErasure([1, 4, 8, 15, 16, 23])],
  ["a whole group", groupErasure],
  ["all users but one", () => everybodyBut(7)],
  ["all raters of an item", () => usersErasure(byItem.columns.slice(byItem.offsets[3], byItem.offsets[4]))],
  ["single ratings", () => erasureOf([], [pair(3), pair(3, 2), pair(10)])],
  ["a user, and ratings of others and the same", () => erasureOf([5], [pair(6), pair(5)])],
  ["all ratings of a user, who stays a user", () => erasureOf([], rowOf(3))],
  ["all ratings that a user has in a group", ratingsThere],
];

it("the list has every method, and the core of fold-in some users and not others", async () => {
  expect(new Set(EVERY_METHOD.map(([, { method }]) => method))).toEqual(new Set(EXACT_METHODS));
  const [, settings] = EVERY_METHOD.find(([, { method }]) => method === "core-fold-in") ?? [];
  const { partition } = kept(await methodFrom(settings ?? {}).learn(data, context()));
  expect(partition.groups[0].members.length).toBeGreaterThan(3);
  expect(partition.groups[0].members.length).toBeLessThan(data.userIds.length - 3);
});

describe.each(VARIANTS)("%s: unlearned equals never seen", (_name, settings) => {
  it("for users and ratings, also over a file that never had them, also after regrouping", async () => {
    const method = methodFrom(settings);
    const erasure = erasureOf([5, 20], [pair(6), pair(9)]);
    const { system } = await expectExact(method, () => erasure);
    const file = fileOf(remaining(erasure), (user) => !erasure.users.has(user));
    expectSameModel(system, kept(await method.learn(file, context(), { plan: planOf(system) })));
    const own = context();
    const learned = await method.learn(data, own);
    const { system: regrouped } = await unlearn(learned, erasure, own, { key: KEY, regroup: true });
    expectSameModel(kept(regrouped), kept(await method.learn(file, context())));
  });
});

describe.each(EVERY_METHOD)("%s: unlearned equals never seen", (_name, settings) => {
  const method = methodFrom(settings);

  it.each(REQUESTS)("for %s", async (_request, erase) => {
    const { system } = await expectExact(method, erase);
    const stay = Uint32Array.from(system.userIds, (_, user) => user).filter(
      (user) => !system.erased.has(user),
    );
    expect(system.scoreItems(stay)).toHaveLength(stay.length * data.itemIds.length);
  });

  it("for the last rater of an item, which is cold then and is scored", async () => {
    const [, item] = pair(11);
    const rare = selectRatings(
      data,
      (user, place) => user === 11 || data.byUser.columns[place] !== item,
      "rare",
    );
    const { system } = await expectExact(method, () => usersErasure([11]), rare);
    const [score] = system.predict(Uint32Array.of(2), Uint32Array.of(item));
    const pairs = settings.model !== undefined && modelOf(settings.model).samples === "pairs"; // any number
    expect(pairs ? Number.isFinite(score) : score > 0 && score < 1).toBe(true);
  });

  it("for a stream of requests in any order as for one batch; nobody is forgotten twice", async () => {
    const users = [2, 3, 5, 7, 11, 13, 17, 19, 20, 22];
    const { system: batch } = await expectExact(method, () => usersErasure(users));
    for (const order of [users, [...users].reverse()]) {
      const own = context();
      let system: System = await method.learn(data, own);
      for (const user of order) ({ system } = await unlearn(system, usersErasure([user]), own, { key: KEY }));
      expectSameModel(kept(system), batch);
      expect([...own.store.list().keys()].sort()).toEqual([...new Set(system.entries())].sort());
      await expect(system.without(usersErasure([2]), own)).rejects.toThrow(InputError);
    }
  });

  it("for groups that are emptied one after the other, and a user of the next behind each", async () => {
    const own = context();
    let system = await method.learn(data, own);
    const groups = system.partition.groups
      .map(({ members }) => Array.from(members))
      .filter(({ length }) => length > 0);
    const [first, second = [], third = []] = groups;
    const gone = new Set<number>();
    for (const users of [first, second.slice(0, 1), second, third.slice(0, 1)]) {
      const request = users.filter((user) => !gone.has(user));
      if (request.length === 0 || gone.size + request.length === data.userIds.length) continue;
      for (const user of request) gone.add(user);
      system = (await unlearn(system, usersErasure(request), own, { key: KEY })).system as SystemFrame;
      const fresh = await method.learn(withoutUsers(data, [...gone]), context(), { plan: planOf(system) });
      expectSameModel(system, kept(fresh));
    }
    kept(system);
  });

  it("for a file that never had the users; a certificate is verified on it, and not on other data", async () => {
    const gone = [0, 9, 14];
    const { system, certificate } = await expectExact(method, () => usersErasure(gone));
    const file = fileOf(data, (user) => !gone.includes(user));
    const plan = planOf(system);
    const fresh = kept(await method.learn(file, context(), { plan }));
    expectSameModel(system, fresh);
    expect(ratingsHash(system)).toBe(ratingsHash(fresh));
    const { store: _, ...work } = context();
    expect((await verify(certificate, file, { plan }, work)).ok).toBe(true);
    expect((await verify(certificate, data, { plan, key: KEY }, work)).ok).toBe(true);
    const less = remaining(erasureOf([], [pair(3)]));
    const other = verify(certificate, less, { plan, key: KEY }, work).catch((error: unknown) => error);
    expect(await other).not.toMatchObject({ ok: true });
  });

  it("when it was saved and restored in between, and again behind the numbers that moved", async () => {
    const own = context();
    const learned = await method.learn(data, own);
    const { root, entries } = learned.save();
    expect(entries.filter((name) => !own.store.list().has(name))).toEqual([]);
    const restored = (await method.restore(JSON.parse(JSON.stringify(root)), own)) as SystemFrame;
    expectSameModel(restored, kept(learned));
    expect(ratingsHash(restored)).toBe(ratingsHash(learned));
    expect(restored.bytesKept()).toEqual(learned.bytesKept());
    const erasure = erasureOf([1, 16], [pair(4)]);
    const next = kept(await restored.without(erasure, own));
    expectSameModel(next, kept(await method.learn(remaining(erasure), context(), { plan: planOf(next) })));
    const again = kept(
      await method.restore(JSON.parse(JSON.stringify(next.save().root)), own),
    ) as SystemFrame;
    expectSameModel(again, next);
    expect(again.userIds).not.toContain(data.userIds[16]);
    const last = kept(await again.without(usersErasure([again.userIds.indexOf(data.userIds[20])]), own));
    const twice = remaining(erasureOf([1, 16, 20], [pair(4)]));
    expectSameModel(last, kept(await method.learn(twice, context(), { plan: planOf(last) })));
    restored.dispose();
  });

  it("without a folder after it was saved: what it saves then is all in the store", async () => {
    const own = context();
    const before = await method.learn(data, own);
    before.save();
    const { system } = await unlearn(before, usersErasure([3]), own, { key: KEY });
    const { root, entries } = kept(system).save();
    expect(entries.filter((name) => !own.store.list().has(name))).toEqual([]);
    expectSameModel(kept(await method.restore(root, own)), system);
  });

  it("when groups and order are made anew, also without a plan given", async () => {
    const gone = [1, 6, 12];
    const own = context();
    const { system } = await unlearn(await method.learn(data, own), usersErasure(gone), own, {
      key: KEY,
      regroup: true,
    });
    const fresh = kept(await method.learn(withoutUsers(data, gone), context()));
    expectSameModel(kept(system), fresh);
    expect(system.plan?.groups).toEqual(fresh.plan?.groups);
    expect([system.guarantee, fresh.guarantee]).toEqual(["exact", "exact"]);
    expectSameModel(
      system,
      kept(
        await method.learn(
          fileOf(data, (user) => !gone.includes(user)),
          context(),
        ),
      ),
    );
  });

  it("and the system before stays as it was, in a store of its own", async () => {
    const own = context();
    const system = kept(await method.learn(data, own));
    const untouched = kept(await method.learn(data, context()));
    const entries = [...own.store.list()];
    const next = kept(await system.without(usersErasure([4, 20]), context({ store: own.store.fork() })));
    next.scoreItems(Uint32Array.of(0));
    expect(next.fingerprint).not.toBe(system.fingerprint);
    expect([...own.store.list()]).toEqual(entries);
    expectSameModel(system, untouched);
    expect(() => next.predict(Uint32Array.of(4), Uint32Array.of(0))).toThrow(/erased/);
    expect(() => next.scoreItems(Uint32Array.of(0, 24))).toThrow(/0 to 23/);
    expect(() => next.predict(Uint32Array.of(0), Uint32Array.of(20))).toThrow(InputError);
  });
});
