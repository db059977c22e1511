/** What an erasure touches, what is counted and kept, and what the user step moves. */

import { describe, expect, it } from "vitest";
import { synthesize } from "../../../lib/data/synthetic";
import { StoppedError } from "../../../lib/errors";
import { complete } from "../../../lib/settings";
import { TRAINING } from "../../../lib/training/settings";
import { erasureOf, usersErasure } from "../../../lib/unlearning/erasure";
import { CORE, type CoreSettings, coreTest } from "../../../lib/unlearning/foldIn/core";
import { coreFoldIn } from "../../../lib/unlearning/foldIn/coreFoldIn";
import { ITEM_STEPS } from "../../../lib/unlearning/foldIn/itemStep";
import { fileOf, world } from "../../training/world";
import { context, expectSameModel, TINY } from "../support";

const data = world();
const DEFAULTS = complete(TRAINING, {}, "training");
const coreSettings = (partial: Partial<CoreSettings>) => complete(CORE, partial, "core");

const fold = { foldSteps: 3, foldRate: 0.05, foldRidge: 1 };
const methodWith = (
  itemStep: (typeof ITEM_STEPS)[number],
  core: Partial<CoreSettings> = { corePercent: 40 },
) => coreFoldIn({ ...TINY, ...core, ...fold, itemStep, itemSteps: 4, itemRate: 0.05, itemRidge: 1 });
const ratingsOf = (user: number) => data.byUser.offsets[user + 1] - data.byUser.offsets[user];
const itemsOf = (user: number) => [
  ...data.byUser.columns.subarray(data.byUser.offsets[user], data.byUser.offsets[user + 1]),
];
const inCoin = coreTest(coreSettings({ corePercent: 40 }), DEFAULTS.seed);
const outside = data.userIds.findIndex((id) => !inCoin(id, 0));
const inside = data.userIds.findIndex((id) => inCoin(id, 0));

describe("what an erasure touches", () => {
  it.each(ITEM_STEPS)("outside the core: the own row and the own items alone (%s)", async (kind) => {
    const method = methodWith(kind);
    const own = context();
    const learned = await method.learn(data, own);
    const all = data.userIds.map((_, user) => user);
    const next = await learned.without(usersErasure([outside]), own);
    expect(next.trained).toEqual([]);
    const items = itemsOf(outside);
    const raters = items.reduce(
      (sum, item) => sum + data.byItem.offsets[item + 1] - data.byItem.offsets[item] - 1,
      0,
    );
    const expected = { none: 0, items: 4 * raters, ridge: items.length }[kind];
    expect(next.cost.samples).toBe(expected);
    const others = Uint32Array.from(all.filter((user) => user !== outside));
    const [before, after] = [learned, next].map((system) => system.scoreItems(others));
    const moved = new Set<number>();
    before.forEach((score, k) => {
      if (score !== after[k]) moved.add(k % data.itemIds.length);
    });
    for (const item of moved) expect(items).toContain(item);
    expect(moved.size > 0).toBe(kind !== "none");
    for (const system of [learned, next]) system.dispose();
  });

  it.each(ITEM_STEPS)("in the core: everything (%s)", async (kind) => {
    const own = context();
    const learned = await methodWith(kind).learn(data, own);
    const next = await learned.without(usersErasure([inside]), own);
    expect(next.trained).toEqual([0]);
    const core = data.userIds.reduce((sum, id, user) => sum + (inCoin(id, 0) ? ratingsOf(user) : 0), 0);
    const left = data.byUser.columns.length - ratingsOf(inside);
    const step = { none: 0, items: 4 * left, ridge: left }[kind];
    expect(next.cost.samples).toBe(TINY.epochs * (core - ratingsOf(inside)) + 3 * left + step);
    for (const system of [learned, next]) system.dispose();
  });

  it("sums of all items can be stopped, and are the same when asked for again", async () => {
    const { data: many } = synthesize({ users: 900, items: 300, ratings: 60_000, seed: 2 });
    const method = coreFoldIn({ ...fold, epochs: 1, corePercent: 5, foldSteps: 1 });
    const own = context();
    const stop = new AbortController();
    const onProgress = ({ stage }: { stage: string }) => stage === "items" && stop.abort();
    await expect(method.learn(many, { ...own, signal: stop.signal, onProgress })).rejects.toThrow(
      StoppedError,
    );
    const again = await method.learn(many, own);
    const fresh = await method.learn(many, context());
    expect(again.fingerprint).toBe(fresh.fingerprint);
    for (const system of [again, fresh]) system.dispose();
  });

  it("a user who falls under the threshold of activity leaves the core", async () => {
    const user = data.userIds.findIndex((_, number) => ratingsOf(number) >= 8);
    const threshold = ratingsOf(user);
    const method = methodWith("ridge", { core: "activity", coreRatings: threshold });
    const own = context();
    const learned = await method.learn(data, own);
    const erasure = erasureOf([], [[user, itemsOf(user)[0]]]);
    const next = await learned.without(erasure, own);
    expect(next.trained).toEqual([0]);
    const later = await next.without(usersErasure([user]), own); // now outside: nothing is trained
    expect(later.trained).toEqual([]);
    const fresh = await method.learn(
      fileOf(data, (one) => one !== user),
      context(),
    );
    expectSameModel(later, fresh);
    for (const system of [learned, next, later, fresh]) system.dispose();
  });

  it("keeps what it counts", async () => {
    const own = context();
    const learned = await methodWith("ridge").learn(data, own);
    const { perGroup, total } = learned.bytesKept();
    const sizes = own.store.list();
    const stored = learned.entries().reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
    const statistics = 8 * data.itemIds.length * ((33 * 34) / 2 + 33 + 1);
    expect(total).toBe(stored + statistics);
    expect(perGroup).toHaveLength(3);
    learned.dispose();
  });
});

it("moves scores and not the model that is kept; its settings are checked", async () => {
  const step = (settings: Parameters<typeof coreFoldIn>[0]) =>
    coreFoldIn({ ...TINY, ...fold, corePercent: 40, itemStep: "ridge", ...settings });
  const plain = await step({ userStep: "none" }).learn(data, context());
  const moved = await step({ userStep: "ridge" }).learn(data, context());
  const users = Uint32Array.of(inside, outside);
  expect(moved.fingerprint).toBe(plain.fingerprint);
  expect(moved.scoreItems(users)).not.toEqual(plain.scoreItems(users));
  const row = moved.scoreItems(Uint32Array.of(outside));
  const asked = Uint32Array.of(5, 1, 3);
  expect([...moved.predict(new Uint32Array(3).fill(outside), asked)]).toEqual(
    Array.from(asked, (item) => row[item]),
  );
  expect(() => step({ userStep: "ridge", itemStep: "items" })).toThrow(/itemStep ridge/);
  for (const userLambda of [0, 1e-7, 1e-300])
    expect(() => step({ userLambda })).toThrow(/userLambda: .* is not a number from 0.000001 to/);
  plain.dispose();
  moved.dispose();
});
