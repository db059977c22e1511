/** How systems score: merged and own shards, users without ratings, erased users; and shards trained by workers. */

import { afterAll, describe, expect, it } from "vitest";
import { withoutUsers } from "../../lib/data/interactions";
import { createEngine } from "../../lib/engine/create";
import { InputError } from "../../lib/errors";
import { initialWeights } from "../../lib/model/initial";
import { modelSpec } from "../../lib/model/spec";
import { loadFloats } from "../../lib/training/checkpoint";
import { putRest, scatterRows } from "../../lib/training/layout";
import { createWorkerPool } from "../../lib/training/pool";
import { MemoryStore } from "../../lib/training/store";
import { usersErasure } from "../../lib/unlearning/erasure";
import type { GroupedSystem } from "../../lib/unlearning/grouped";
import { world } from "../training/world";
import { context, expectSameModel, KEY, tinyCSisa, tinyLaser, unlearn } from "./support";

const data = world();
const all = Uint32Array.from(data.userIds, (_, user) => user);
const pool = createWorkerPool(2);
afterAll(() => pool.close());

/** Scores of all items by shard `shard`'s items and layers, with every user's own rows, by hand. */
async function shardScores(system: GroupedSystem, store: MemoryStore, shard: number): Promise<Float32Array> {
  const spec = modelSpec("dmf", data.userIds.length, data.itemIds.length);
  const weights = initialWeights(spec, "xavier", 1, data.userIds, data.itemIds);
  system.checkpoints.forEach(({ rows }, s) => {
    scatterRows(spec, weights, system.partition.groups[s].members, loadFloats(store, rows[0]));
  });
  putRest(spec, weights, loadFloats(store, system.checkpoints[shard].rest));
  const engine = await createEngine("simd", spec);
  engine.load(weights);
  const scores = engine.scoreItems(all);
  engine.dispose();
  return scores;
}

describe("C-SISA", () => {
  it("merged: every user by every shard, the mean; own: by the shard of the user", async () => {
    const items = data.itemIds.length;
    const store = new MemoryStore();
    const merged = await tinyCSisa({ epochs: 20 }).learn(data, context({ store }));
    const own = await tinyCSisa({ scoring: "own", epochs: 20 }).learn(data, context({ store }));
    const shards = await Promise.all([0, 1, 2, 3].map((shard) => shardScores(merged, store, shard)));
    const mean = shards[0].map((_, k) => (shards[0][k] + shards[1][k] + shards[2][k] + shards[3][k]) / 4);
    merged.scoreItems(all).forEach((score, k) => {
      expect(score).toBeCloseTo(mean[k], 6);
    });
    const scores = own.scoreItems(all);
    for (const [shard, { members }] of own.partition.groups.entries())
      for (const user of members)
        expect(scores.slice(user * items, (user + 1) * items)).toEqual(
          shards[shard].slice(user * items, (user + 1) * items),
        );
    const pairs = { users: Uint32Array.of(5, 5, 0, 23), items: Uint32Array.of(3, 0, 19, 7) };
    for (const system of [merged, own]) {
      const table = system.scoreItems(all);
      const picked = Float32Array.from(pairs.users, (user, k) => table[user * items + pairs.items[k]]);
      system.predict(pairs.users, pairs.items).forEach((score, k) => {
        expect(score).toBeCloseTo(picked[k], 6);
      });
    }
  });

  it("leaves a shard without ratings out of the mean", async () => {
    const own = context();
    const system = await tinyCSisa().learn(data, own);
    const { members } = system.partition.groups[2];
    const { system: next } = await unlearn(system, usersErasure(members), own, { key: KEY });
    const rest = all.filter((user) => !members.includes(user)).slice(0, 1);
    const store = own.store as MemoryStore;
    const shards = await Promise.all(
      [0, 1, 3].map((shard) => shardScores(next as GroupedSystem, store, shard)),
    );
    const items = data.itemIds.length;
    next.scoreItems(rest).forEach((score, item) => {
      const k = rest[0] * items + item;
      expect(score).toBeCloseTo((shards[0][k] + shards[1][k] + shards[2][k]) / 3, 6);
    });
  });

  it("trained by workers side by side is the same, to the bit, and counts the slowest shard", async () => {
    const here = context();
    const there = context({ pool, clock: () => performance.now() / 1000 });
    const alone = await tinyCSisa().learn(data, here);
    const together = await tinyCSisa().learn(data, there);
    expectSameModel(alone, together);
    expect(together.cost.samples).toBe(alone.cost.samples);
    expect(together.cost.parallelSamples).toBe(
      Math.max(...together.checkpoints.map(({ samples }) => samples)),
    );
    expect(together.cost.parallelSeconds).toBeGreaterThan(0);
    const erasure = usersErasure([4, 5]);
    const one = await unlearn(alone, erasure, here, { key: KEY });
    const other = await unlearn(together, erasure, there, { key: KEY });
    expectSameModel(one.system, other.system);
    expect([...there.store.list()].sort()).toEqual([...here.store.list()].sort());
  });
});

describe("any system", () => {
  it("scores users without ratings, and refuses those who were erased or never were", async () => {
    const own = context();
    const cold = withoutUsers(data, [9]);
    const system = await tinyLaser().learn(cold, own);
    expect(system.scoreItems(Uint32Array.of(9))).toHaveLength(data.itemIds.length);
    const { system: next } = await unlearn(system, usersErasure([3]), own, { key: KEY });
    for (const user of [3, 24]) {
      expect(() => next.scoreItems(Uint32Array.of(0, user))).toThrow(InputError);
      expect(() => next.predict(Uint32Array.of(user), Uint32Array.of(0))).toThrow(InputError);
    }
    expect(next.ratingsOf(3).items).toHaveLength(0);
    await expect(next.without(usersErasure([3]), own)).rejects.toThrow(/erased/);
  });

  it("forgets a user without ratings at no training", async () => {
    const own = context();
    const system = await tinyLaser().learn(withoutUsers(data, [9]), own);
    const { system: next, cost, deleted } = await unlearn(system, usersErasure([9]), own, { key: KEY });
    expect([next.fingerprint, cost.samples, deleted]).toEqual([system.fingerprint, 0, []]);
    expect(() => next.scoreItems(Uint32Array.of(9))).toThrow(/erased/);
  });

  it("stays as it was while others are made from it in forks of its store", async () => {
    const store = new MemoryStore();
    const system = await tinyLaser().learn(data, context({ store }));
    const before = system.scoreItems(all);
    const entries = [...store.list()];
    const results: string[] = [];
    for (const user of [2, 7]) {
      const fork = store.fork();
      const next = await system.without(usersErasure([user]), context({ store: fork }));
      const unneeded = [...fork.list().keys()].filter((name) => !next.entries().includes(name));
      fork.delete(unneeded);
      next.scoreItems(Uint32Array.of(0));
      results.push(next.fingerprint);
    }
    expect(new Set([...results, system.fingerprint]).size).toBe(3);
    expect([...store.list()]).toEqual(entries);
    expect(system.scoreItems(all)).toEqual(before);
  });

  it("tells what it keeps: rows of a group once, items and layers once a checkpoint", async () => {
    const store = new MemoryStore();
    const system = await tinyLaser().learn(data, context({ store }));
    const { perGroup, total } = system.bytesKept();
    expect(perGroup).toHaveLength(4);
    expect(total).toBe([...store.list().values()].reduce((sum, bytes) => sum + bytes, 0));
    const rest = modelSpec("dmf", 1, data.itemIds.length).size * 4 - 64;
    perGroup.forEach((bytes, g) => {
      const rows = system.partition.groups[g].members.length * 64;
      expect(bytes).toBeGreaterThan(rest + rows);
      expect(bytes).toBeLessThan(rest + rows + 1000); // the record
    });
  });
});
