/** Goal G1 for `refresh` and `core-fold-in`: unlearned is, bit for bit, never seen. */

import { afterAll, describe, expect, it } from "vitest";
import { type Interactions, selectRatings, withoutUsers } from "../../lib/data/interactions";
import { InputError } from "../../lib/errors";
import { complete } from "../../lib/settings";
import { type Erasure, erasureOf, usersErasure } from "../../lib/unlearning/erasure";
import { CORE, coreTest } from "../../lib/unlearning/foldIn/core";
import { coreFoldIn } from "../../lib/unlearning/foldIn/coreFoldIn";
import { refresh } from "../../lib/unlearning/foldIn/refresh";
import type { Method, System } from "../../lib/unlearning/method";
import { unlearn } from "../../lib/unlearning/unlearn";
import { verify } from "../../lib/unlearning/verify";
import { fileOf, world } from "../training/world";
import { context, expectSameModel, KEY, RAND, TINY } from "./support";

const data = world();
const systems: System[] = [];
afterAll(() => {
  for (const system of systems) system.dispose();
});
const kept = <S extends System>(system: S): S => {
  systems.push(system);
  return system;
};

const FOLD = { foldSteps: 6, foldRate: 0.05, foldRidge: 2 };
const ITEMS = { itemStep: "items", itemSteps: 6, itemRate: 0.05, itemRidge: 2 } as const;
const tinyRefresh = (settings: Parameters<typeof refresh>[0] = {}): Method =>
  refresh({ ...TINY, ...RAND, ...FOLD, ...settings });
const tinyCore = (settings: Parameters<typeof coreFoldIn>[0] = {}): Method =>
  coreFoldIn({ ...TINY, ...FOLD, ...ITEMS, corePercent: 40, ...settings });

const ridge = { itemStep: "ridge", itemLambda: 2 } as const;
const METHODS: [name: string, method: Method][] = [
  ["refresh", tinyRefresh()],
  ["refresh, NMF", tinyRefresh({ model: "nmf" })],
  ["core, none", tinyCore({ itemStep: "none" })],
  ["core, items", tinyCore()],
  ["core, ridge", tinyCore({ ...ridge })],
  ["core, items, NMF", tinyCore({ model: "nmf" })],
  ["core, ridge, NMF", tinyCore({ ...ridge, model: "nmf" })],
  ["core, ridge, user step", tinyCore({ ...ridge, userStep: "ridge" })],
  [
    "core, ridge, user step, NMF, sampled negatives",
    tinyCore({
      ...ridge,
      userStep: "ridge",
      userLambda: 2,
      model: "nmf",
      label: "implicit",
      negatives: 1,
    }),
  ],
  ["core by activity, items", tinyCore({ core: "activity", coreRatings: 8 })],
  ["core by activity, ridge", tinyCore({ core: "activity", coreRatings: 8, ...ridge })],
  ["core, items, sampled negatives", tinyCore({ label: "implicit", negatives: 2, l2: 0.01 })],
  ["core, ridge, sampled negatives", tinyCore({ ...ridge, label: "implicit", negatives: 1 })],
];

const without = ({ users, ratings }: Erasure): Interactions =>
  selectRatings(
    data,
    (user, place) => !users.has(user) && !ratings.get(user)?.has(data.byUser.columns[place]),
    "remaining",
  );

/** Unlearns, learns afresh without the erased data, and compares. */
async function expectExact(method: Method, erasure: Erasure, start: Interactions = data) {
  const own = context();
  const learned = await method.learn(start, own);
  const before = { fingerprint: learned.fingerprint, entries: learned.entries() };
  const result = await unlearn(learned, erasure, own, { key: KEY });
  const plan = result.system.plan ?? undefined;
  const fresh = kept(await method.learn(without(erasure), context(), { plan }));
  expectSameModel(kept(result.system), fresh);
  expect(result.system.dataHash).toBe(fresh.dataHash);
  expect(result.system.fingerprint).not.toBe(before.fingerprint);
  expect([...own.store.list().keys()].sort()).toEqual([...new Set(result.system.entries())].sort());
  return { ...result, before, store: own.store };
}

const pair = (user: number, k = 0) => [user, data.byUser.columns[data.byUser.offsets[user] + k]] as const;
const inCoin = coreTest(complete(CORE, { corePercent: 40 }, "core"), 1);
const coreUsers = data.userIds.flatMap((id, user) => (inCoin(id, 0) ? [user] : []));
const others = data.userIds.flatMap((id, user) => (inCoin(id, 0) ? [] : [user]));

it("the coin puts some users in the core and some not", () => {
  expect(coreUsers.length).toBeGreaterThan(3);
  expect(others.length).toBeGreaterThan(3);
});

describe.each(METHODS)("%s: unlearned equals never seen", (_name, method) => {
  it("for a user of the core, one outside it, and several", async () => {
    await expectExact(method, usersErasure([coreUsers[1]]));
    await expectExact(method, usersErasure([others[2]]));
    await expectExact(method, usersErasure([1, 4, 8, 15, 16, 23]));
  });

  it("for all users of the core, and for all but one user", async () => {
    await expectExact(method, usersErasure(coreUsers));
    await expectExact(method, usersErasure(data.userIds.map((_, user) => user).filter((user) => user !== 7)));
  });

  it("for single ratings (E2), alone, with users, and all of a user", async () => {
    await expectExact(method, erasureOf([], [pair(coreUsers[0]), pair(others[0], 2)]));
    await expectExact(method, erasureOf([5], [pair(6), pair(9)]));
    const user = others[1];
    const { columns, offsets } = data.byUser;
    const all = Array.from(columns.slice(offsets[user], offsets[user + 1]), (item) => [user, item] as const);
    const { system } = await expectExact(method, erasureOf([], all));
    expect(system.scoreItems(Uint32Array.of(user))).toHaveLength(data.itemIds.length); // still a user
  });

  it("for the last rater of an item, and all raters of one", async () => {
    const { columns, offsets } = data.byItem;
    const raters = (item: number) => [...columns.subarray(offsets[item], offsets[item + 1])];
    const first = raters(3);
    await expectExact(method, usersErasure(first));
    const own = context();
    let system = await method.learn(data, own);
    for (const user of first) ({ system } = await unlearn(system, usersErasure([user]), own, { key: KEY }));
    const plan = system.plan ?? undefined;
    expectSameModel(kept(system), kept(await method.learn(withoutUsers(data, first), context(), { plan })));
  });

  it("for a stream of requests as for one batch", async () => {
    const users = [2, 3, 5, 7, 11, 13, 17, 19];
    const own = context();
    let system = await method.learn(data, own);
    for (const user of users) ({ system } = await unlearn(system, usersErasure([user]), own, { key: KEY }));
    expectSameModel(kept(system), (await expectExact(method, usersErasure(users))).system);
    await expect(system.without(usersErasure([2]), own)).rejects.toThrow(InputError);
  });

  it("for a file that never had the users; a certificate is verified", async () => {
    const gone = [0, 9, 14];
    const { system, certificate } = await expectExact(method, usersErasure(gone));
    const file = fileOf(data, (user) => !gone.includes(user));
    const plan = system.plan ?? undefined;
    expectSameModel(system, kept(await method.learn(file, context(), { plan })));
    const { store: _, ...rest } = context();
    expect((await verify(certificate, file, { plan }, rest)).ok).toBe(true);
    expect((await verify(certificate, data, { plan, key: KEY }, rest)).ok).toBe(true);
    expect((await verify(certificate, withoutUsers(file, [3]), { plan }, rest)).ok).toBe(false);
  });

  it("when it was saved and restored in between", async () => {
    const own = context();
    const learned = await method.learn(data, own);
    const { root, entries } = learned.save();
    for (const name of entries) expect(own.store.list().has(name)).toBe(true);
    const restored = await method.restore(JSON.parse(JSON.stringify(root)), own);
    expectSameModel(restored, kept(learned));
    expect(restored.dataHash).toBe(learned.dataHash);
    const erasure = erasureOf([others[1], others[3]], [pair(others[0])]);
    const result = await restored.without(erasure, own);
    const plan = result.plan ?? undefined;
    const fresh = kept(await method.learn(without(erasure), context(), { plan }));
    expectSameModel(kept(result), fresh);
    const again = await method.restore(JSON.parse(JSON.stringify(result.save().root)), own);
    expectSameModel(kept(again), fresh);
    expect(again.userIds).not.toContain(data.userIds[others[1]]);
    restored.dispose();
  });
});
