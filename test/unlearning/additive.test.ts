/** Additive methods: what is forgotten by subtraction equals, bit for bit, what was never learned. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  type Interactions,
  interactionsFrom,
  selectRatings,
  withoutUsers,
} from "../../lib/data/interactions";
import { StoppedError } from "../../lib/errors";
import { evaluate } from "../../lib/metrics/evaluate";
import { Random } from "../../lib/random";
import type { AdditiveMethod } from "../../lib/unlearning/additive/additive";
import { ease } from "../../lib/unlearning/additive/ease";
import { gaussian } from "../../lib/unlearning/additive/gaussian";
import { learn, open, verify } from "../../lib/unlearning/api";
import { type Erasure, erasureOf, usersErasure } from "../../lib/unlearning/erasure";
import type { System } from "../../lib/unlearning/method";
import { methodOf } from "../../lib/unlearning/methods";
import { unlearn } from "../../lib/unlearning/unlearn";
import { fileOf, world } from "../training/world";
import { context, expectSameModel, KEY } from "./support";

const data = world({ users: 90, items: 30 }); // two blocks of users
const METHODS: [name: string, method: AdditiveMethod][] = [
  ["ease, ratings", ease({ lambda: 5 })],
  ["ease, implicit", ease({ label: "implicit", lambda: 5 })],
  ["gaussian", gaussian({ shrinkage: 5, rank: 4 })],
];
const home = mkdtempSync(join(tmpdir(), "erasable-additive-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const rowOf = (from: Interactions, user: number) =>
  from.byUser.columns.slice(from.byUser.offsets[user], from.byUser.offsets[user + 1]);

async function forget(method: AdditiveMethod, erasure: Erasure, from = data): Promise<System> {
  const own = context();
  return (await unlearn(await method.learn(from, own), erasure, own, { key: KEY })).system;
}

const remaining = ({ users, ratings }: Erasure, from = data): Interactions =>
  selectRatings(
    from,
    (user, place) => !users.has(user) && !ratings.get(user)?.has(from.byUser.columns[place]),
    "remaining",
  );

/** Forgets, learns afresh without the erased data, and compares. */
async function expectExact(method: AdditiveMethod, erasure: Erasure, from = data): Promise<System> {
  const before = await method.learn(from, context());
  const system = await forget(method, erasure, from);
  const fresh = await method.learn(remaining(erasure, from), context());
  expectSameModel(system, fresh);
  expect(system.dataHash).toBe(fresh.dataHash);
  expect(system.fingerprint).not.toBe(before.fingerprint);
  expect(system.guarantee).toBe("exact");
  return system;
}

describe.each(METHODS)("%s: unlearned equals never seen", (_name, method) => {
  it("for one user, for many, and for all but one", async () => {
    await expectExact(method, usersErasure([0]));
    await expectExact(method, usersErasure([1, 4, 8, 15, 16, 23, 42, 63, 64, 89]));
    const system = await expectExact(
      method,
      usersErasure(data.userIds.map((_, user) => user).filter((user) => user !== 7)),
    );
    expect(system.ratingsOf(7).items.length).toBeGreaterThan(0);
  });

  it("for single ratings (E2), alone, together with users, and to a user's last one", async () => {
    const pair = (user: number, k = 0) => [user, rowOf(data, user)[k]] as const;
    await expectExact(method, erasureOf([], [pair(3), pair(3, 2), pair(10)]));
    await expectExact(method, erasureOf([5], [pair(6), pair(5)]));
    const all = Array.from(rowOf(data, 3), (item) => [3, item] as const);
    const system = await expectExact(method, erasureOf([], all));
    expect(system.scoreItems(Uint32Array.of(3))).toHaveLength(data.itemIds.length); // still a user
  });

  it("for the last rater of an item, and scores the item that is cold then", async () => {
    const item = rowOf(data, 11)[0];
    const rare = selectRatings(
      data,
      (user, place) => user === 11 || data.byUser.columns[place] !== item,
      "rare",
    );
    const system = await expectExact(method, usersErasure([11]), rare);
    const [score] = system.predict(Uint32Array.of(2), Uint32Array.of(item));
    expect(score).toBeGreaterThan(0);
    expect(score).toBeLessThan(1);
  });

  it("for a stream of requests in any order as for one batch", async () => {
    const users = [2, 3, 5, 7, 11, 13, 64, 70, 88];
    const batch = await forget(method, usersErasure(users));
    for (const order of [users, [...users].reverse()]) {
      const stream = context();
      let system: System = await method.learn(data, stream);
      for (const user of order)
        ({ system } = await unlearn(system, usersErasure([user]), stream, { key: KEY }));
      expectSameModel(system, batch);
    }
  });

  it("for a file that never had the users, with other user numbers and other blocks", async () => {
    const gone = new Set([0, 9, 14, 71]);
    const fresh = await method.learn(
      fileOf(data, (user) => !gone.has(user)),
      context(),
    );
    const system = await forget(method, usersErasure(gone));
    expectSameModel(system, fresh);
    expect(system.dataHash).toBe(fresh.dataHash);
  });

  it("leaves the system before as it was", async () => {
    const system = await method.learn(data, context());
    const untouched = await method.learn(data, context());
    const next = await system.without(usersErasure([4, 20]), context());
    expect(next.fingerprint).not.toBe(system.fingerprint);
    expectSameModel(system, untouched);
  });

  it("refuses the erased, the unknown, and a second erasure", async () => {
    const system = await forget(method, usersErasure([5]));
    expect(() => system.predict(Uint32Array.of(5), Uint32Array.of(0))).toThrow(/erased/);
    expect(() => system.scoreItems(Uint32Array.of(90))).toThrow(/0 to 89/);
    expect(() => system.predict(Uint32Array.of(1), Uint32Array.of(30))).toThrow(/item number 30/);
    await expect(system.without(usersErasure([5]), context())).rejects.toThrow(/erased/);
  });

  it("counts the ratings that it touches", async () => {
    const system = await method.learn(data, context());
    expect(system.cost.samples).toBe(data.byUser.columns.length);
    const one = await system.without(usersErasure([5]), context());
    expect(one.cost.samples).toBe(rowOf(data, 5).length);
    const pair = await system.without(erasureOf([], [[6, rowOf(data, 6)[0]]]), context());
    expect(pair.cost.samples).toBe(2 * rowOf(data, 6).length - 1);
  });

  it("scores pairs as it scores all items, inside (0, 1)", async () => {
    const system = await method.learn(data, context());
    const items = Uint32Array.from(data.itemIds, (_, item) => item).reverse();
    const pairs = system.predict(new Uint32Array(items.length).fill(8), items);
    expect([...pairs].reverse()).toEqual([...system.scoreItems(Uint32Array.of(8))]);
    for (const score of pairs) expect(score > 0 && score < 1).toBe(true);
  });

  it("is the same in a folder: saved, forgotten, opened, verified", async () => {
    const { name, settings } = method;
    const folder = join(home, String(readdirSync(home).length));
    const flat = { ...(settings as object), method: name as "ease", folder };
    const first = await learn(data, flat);
    const { fingerprint } = first;
    await first.close();
    const second = await open(folder);
    expect(second.fingerprint).toBe(fingerprint);
    const { certificate, key } = await second.forget({ users: ["u007"], ratings: [["u003", itemOf(3)]] });
    expectSameModel(second.system, await forget(method, erasureOf([7], [[3, rowOf(data, 3)[0]]])));
    await second.close();
    const third = await open(folder);
    expectSameModel(third.system, await forget(method, erasureOf([7], [[3, rowOf(data, 3)[0]]])));
    expect(() => third.recommend("u007")).toThrow(/not in the system's catalogue/);
    expect((await verify(certificate, data, { key })).ok).toBe(true);
    const forged = withoutUsers(data, [7]); // with the single rating still there
    expect((await verify(certificate, forged, {})).ok).toBe(false);
    await third.close();
    for (const file of readdirSync(folder, { recursive: true, withFileTypes: true }))
      if (file.isFile())
        expect(readFileSync(join(file.parentPath, file.name)).includes("u007"), file.name).toBe(false);
  });
});

const itemOf = (user: number) => data.itemIds[rowOf(data, user)[0]];

describe("settings", () => {
  it("are checked", () => {
    expect(() => methodOf("ease", { lamda: 1 })).toThrow(/"lamda"/);
    expect(() => ease({ lambda: 0 })).toThrow(/lambda/);
    expect(() => ease({ label: "binary" as "rating" })).toThrow(/implicit/);
    expect(() => gaussian({ rank: 0 })).toThrow(/rank/);
    expect(() => gaussian({ shrinkage: -1 })).toThrow(/shrinkage/);
    expect(() => gaussian({ maximumRating: Number.NaN })).toThrow(/maximumRating/);
  });

  it("move the model", async () => {
    const [one, other] = await Promise.all([5, 6].map((lambda) => ease({ lambda }).learn(data, context())));
    expect(one.fingerprint).not.toBe(other.fingerprint);
    expect(one.dataHash).toBe(other.dataHash);
    expect([...one.scoreItems(Uint32Array.of(0))]).not.toEqual([...other.scoreItems(Uint32Array.of(0))]);
  });

  it("must fit the ratings", async () => {
    await expect(gaussian({ maximumRating: 4 }).learn(data, context())).rejects.toThrow(/maximumRating = 4/);
    await expect(ease({ maximumRating: 4 }).learn(data, context())).rejects.toThrow(/user u0/);
  });

  it("of a scale of ten give the scores of a scale of five", async () => {
    const doubled = { ...data, byUser: { ...data.byUser, values: data.byUser.values.map((x) => 2 * x) } };
    for (const make of [ease, gaussian]) {
      const five = await make().learn(data, context());
      const ten = await make({ maximumRating: 10 }).learn(doubled, context());
      expect([...ten.scoreItems(Uint32Array.of(3))]).toEqual([...five.scoreItems(Uint32Array.of(3))]);
    }
  });
});

describe("learning", () => {
  it("stops on the signal, and refuses matrices that are too large", async () => {
    const stop = new AbortController();
    const stopping = context({ signal: stop.signal, onProgress: () => stop.abort() });
    await expect(ease().learn(data, stopping)).rejects.toThrow(StoppedError);
    const wide = { ...data, itemIds: Array.from({ length: 11_001 }, (_, i) => `i${i}`) };
    await expect(ease().learn(wide, context())).rejects.toThrow(/11000 items/);
  });

  it("ranks withheld ratings by taste, and withheld items by what is rated together", async () => {
    const tastes = withheld(planted());
    const means = await quality(gaussian({ shrinkage: 1e9 }), tastes);
    for (const method of [ease({ lambda: 20 }), gaussian({ shrinkage: 20, rank: 4 })]) {
      const { testOnly, loss } = await quality(method, tastes);
      expect(testOnly?.ndcg).toBeGreaterThan((means.testOnly?.ndcg ?? Number.NaN) + 0.05);
      expect(loss).toBeLessThan(means.loss - 0.05);
    }
    const halves = withheld(world({ users: 300, items: 40, seed: 9 })); // who likes a half rates that half
    const implicit = await quality(ease({ label: "implicit", lambda: 20 }), halves);
    const plain = await quality(gaussian({ shrinkage: 1e9 }), halves);
    expect(implicit.fullRank!.ndcg).toBeGreaterThan(plain.fullRank!.ndcg + 0.1);
  });
});

/** 200 users of two tastes rate items of either half with probability 0.4, their own half well. */
function planted(): Interactions {
  const random = Random.stream(3, "planted");
  const rows: [user: number, item: number, rating: number][] = [];
  for (let user = 0; user < 200; user++)
    for (let item = 0; item < 40; item++)
      if (random.uniform() < 0.4) rows.push([user, item, (user % 2 === item % 2 ? 4 : 1) + random.below(2)]);
  const ids = (count: number) => Array.from({ length: count }, (_, k) => String(1000 + k));
  return interactionsFrom(
    {
      users: Uint32Array.from(rows, ([user]) => user),
      items: Uint32Array.from(rows, ([, item]) => item),
      ratings: Float32Array.from(rows, ([, , rating]) => rating),
    },
    ids(200),
    ids(40),
    { name: "planted", synthetic: true, steps: [] },
  );
}

/** A fifth of the ratings apart. */
function withheld(whole: Interactions) {
  const random = Random.stream(4, "withheld");
  const held = whole.byUser.columns.map(() => random.below(5));
  return {
    train: selectRatings(whole, (_, place) => held[place] !== 0, "train"),
    test: selectRatings(whole, (_, place) => held[place] === 0, "test"),
  };
}

const quality = async (method: AdditiveMethod, { train, test }: ReturnType<typeof withheld>) =>
  evaluate(await method.learn(train, context()), train, test, { label: "rating", metrics: "all" });
