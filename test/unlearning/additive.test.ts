/** Additive methods: blocks, costs, settings, and that they learn. Exactness: exactness.test.ts. */

import { describe, expect, it } from "vitest";
import { type Interactions, interactionsFrom, selectRatings } from "../../lib/data/interactions";
import { StoppedError } from "../../lib/errors";
import { evaluate } from "../../lib/metrics/evaluate";
import { Random } from "../../lib/random";
import type { AdditiveMethod } from "../../lib/unlearning/additive/additive";
import { ease } from "../../lib/unlearning/additive/ease";
import { gaussian } from "../../lib/unlearning/additive/gaussian";
import { itemKnn } from "../../lib/unlearning/additive/itemKnn";
import type { Neighbourhoods } from "../../lib/unlearning/additive/neighbours";
import { type Erasure, erasureOf, usersErasure } from "../../lib/unlearning/erasure";
import type { System } from "../../lib/unlearning/method";
import { methodOf } from "../../lib/unlearning/methods";
import { ratingsHash } from "../../lib/unlearning/ratingsHash";
import { fileOf, world } from "../training/world";
import { context, expectSameModel, KEY, unlearn } from "./support";

const data = world({ users: 90, items: 30 }); // two blocks of users
type Additive = AdditiveMethod | AdditiveMethod<Neighbourhoods>;
const METHODS: [name: string, method: Additive][] = [
  ["ease, ratings", ease({ lambda: 5 })],
  ["ease, implicit", ease({ label: "implicit", lambda: 5 })],
  ["gaussian", gaussian({ shrinkage: 5, rank: 4 })],
  ["item-knn", itemKnn({ neighbours: 4, shrinkage: 2 })],
  ["item-knn, implicit", itemKnn({ label: "implicit", neighbours: 4, shrinkage: 2 })],
];

const rowOf = (from: Interactions, user: number) =>
  from.byUser.columns.slice(from.byUser.offsets[user], from.byUser.offsets[user + 1]);

async function forget(method: Additive, erasure: Erasure, from = data): Promise<System> {
  const own = context();
  return (await unlearn(await method.learn(from, own), erasure, own, { key: KEY })).system;
}

describe.each(METHODS)("%s", (_name, method) => {
  it("does not depend on the blocks in which ratings are kept", async () => {
    const gone = new Set([0, 9, 14, 71]);
    const fresh = await method.learn(
      fileOf(data, (user) => !gone.has(user)),
      context(),
    );
    const system = await forget(method, usersErasure(gone));
    expectSameModel(system, fresh);
    expect(ratingsHash(system)).toBe(ratingsHash(fresh));
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
});

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
    expect(ratingsHash(one)).toBe(ratingsHash(other));
    expect([...one.scoreItems(Uint32Array.of(0))]).not.toEqual([...other.scoreItems(Uint32Array.of(0))]);
  });

  it("must fit the ratings", async () => {
    await expect(gaussian({ maximumRating: 4 }).learn(data, context())).rejects.toThrow(/maximumRating = 4/);
    await expect(ease({ maximumRating: 4 }).learn(data, context())).rejects.toThrow(/user u0/);
  });

  it("of a scale of ten give the scores of a scale of five", async () => {
    const doubled = { ...data, byUser: { ...data.byUser, values: data.byUser.values.map((x) => 2 * x) } };
    for (const make of [ease, gaussian, itemKnn]) {
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
    await expect(ease().learn(wide, context())).rejects.toThrow(/of at most 11000; take method item-knn/);
    const knn = await itemKnn().learn(wide, context());
    expect(knn.scoreItems(Uint32Array.of(1)).length).toBe(11_001);
  });

  it("ranks withheld ratings by taste, and withheld items by what is rated together", async () => {
    const tastes = withheld(planted());
    const means = await quality(gaussian({ shrinkage: 1e9 }), tastes);
    const knn = itemKnn({ neighbours: 20 });
    for (const method of [ease({ lambda: 20 }), gaussian({ shrinkage: 20, rank: 4 }), knn]) {
      const { testOnly, loss } = await quality(method, tastes);
      expect(testOnly?.ndcg).toBeGreaterThan((means.testOnly?.ndcg ?? Number.NaN) + 0.05);
      expect(loss).toBeLessThan(means.loss - 0.05);
    }
    const halves = withheld(world({ users: 300, items: 40, seed: 9 })); // who likes a half rates that half
    const implicit = await quality(ease({ label: "implicit", lambda: 20 }), halves);
    const clicks = await quality(itemKnn({ label: "implicit" }), halves);
    const plain = await quality(gaussian({ shrinkage: 1e9 }), halves);
    for (const { fullRank } of [implicit, clicks])
      expect(fullRank!.ndcg).toBeGreaterThan(plain.fullRank!.ndcg + 0.1);
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

const quality = async (method: Additive, { train, test }: ReturnType<typeof withheld>) =>
  evaluate(await method.learn(train, context()), train, test, { label: "rating", metrics: "all" });
