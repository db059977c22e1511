/** `receraser` and `ultrare`: what joins the shards really scores, and is trained again, stopped and kept. Exactness: exactness.test.ts. */

import { afterAll, describe, expect, it } from "vitest";
import { withoutUsers } from "../../../lib/data/interactions";
import { createEngine } from "../../../lib/engine/create";
import { InputError, StoppedError } from "../../../lib/errors";
import { modelSpec } from "../../../lib/model/spec";
import { exp } from "../../../lib/numeric";
import { loadFloats } from "../../../lib/training/checkpoint";
import { putRest, scatterRows } from "../../../lib/training/layout";
import { createWorkerPool } from "../../../lib/training/pool";
import { floatsOf, MemoryStore } from "../../../lib/training/store";
import { cSisa } from "../../../lib/unlearning/cSisa";
import { erasureOf, usersErasure } from "../../../lib/unlearning/erasure";
import type { MethodContext, System } from "../../../lib/unlearning/method";
import { methodOf } from "../../../lib/unlearning/methods";
import { aggregationTensors } from "../../../lib/unlearning/rivals/aggregationWeights";
import { Attention } from "../../../lib/unlearning/rivals/attention";
import { shardVectors } from "../../../lib/unlearning/rivals/entries";
import { recEraser } from "../../../lib/unlearning/rivals/recEraser";
import type { ShardedMethod, ShardedSystem } from "../../../lib/unlearning/rivals/sharded";
import { ultraRe } from "../../../lib/unlearning/rivals/ultraRe";
import { type ShardSettings, shardStarts } from "../../../lib/unlearning/shards";
import { fileOf, world } from "../../training/world";
import { context, expectSameModel, KEY, learnAndUnlearn, TINY, unlearn } from "../support";
import { predict64 } from "./reference64";

const data = world();
const all = Uint32Array.from(data.userIds, (_, user) => user);
const systems: System[] = [];
const pool = createWorkerPool(2);
afterAll(async () => {
  for (const system of systems) system.dispose();
  await pool.close();
});
const kept = <S extends System>(system: S): S => {
  systems.push(system);
  return system;
};

type RecEraserOptions = Parameters<typeof recEraser>[0];
const tiny = (settings: RecEraserOptions = {}): ShardedMethod =>
  recEraser({ ...TINY, groups: 4, aggregationEpochs: 3, ...settings });
const tinyUltra = (settings: Parameters<typeof ultraRe>[0] = {}): ShardedMethod =>
  ultraRe({ ...TINY, groups: 4, ...settings });

const METHODS: [name: string, method: ShardedMethod][] = [
  ["receraser, users", tiny()],
  ["receraser, users, NMF, all attend", tiny({ unseen: "attend", model: "nmf" })],
  ["receraser, items", tiny({ partition: "ibp" })],
  ["receraser, items, NMF, sampled negatives", tiny({ partition: "ibp", model: "nmf", negatives: 1 })],
  ["receraser, interactions, all attend", tiny({ partition: "inbp", unseen: "attend" })],
  ["receraser, interactions, NMF", tiny({ partition: "inbp", model: "nmf" })],
  ["ultrare", tinyUltra()],
  ["ultrare, NMF, sampled negatives", tinyUltra({ model: "nmf", label: "implicit", negatives: 2 })],
];

/** What is stored of the trained weights that join the shards. */
function jointBlob(system: ShardedSystem, { store }: MethodContext): Uint8Array {
  const { own } = system.save().root as { own: { aggregator: string } };
  return store.getBlob((store.getRecord(own.aggregator) as { blob: string }).blob);
}

describe.each(METHODS)("%s", (_name, method) => {
  it("when it was stopped, among the shards and in what joins them, and went on", async () => {
    const whole = kept(await method.learn(data, context()));
    const store = new MemoryStore();
    for (const stage of ["train", method.name === "ultrare" ? "combine" : "aggregate"]) {
      const stop = new AbortController();
      const onProgress: MethodContext["onProgress"] = (progress) => {
        if (progress.stage === stage && progress.done > 0.3) stop.abort();
      };
      const stopped = method.learn(data, context({ store, signal: stop.signal, onProgress }));
      await expect(stopped, stage).rejects.toThrow(StoppedError);
    }
    const resumed = kept(await method.learn(data, context({ store })));
    expectSameModel(resumed, whole);
    expect(resumed.trained).toEqual([]); // the shards were there
    expect(resumed.cost.samples).toBeLessThan(whole.cost.samples);
    const { entries } = resumed.save();
    const left = [...store.list().keys()].filter((name) => !entries.includes(name));
    expect(left).toEqual([]);
  });

  it("gives the same bits again, and by workers side by side", async () => {
    const one = kept(await method.learn(data, context()));
    expectSameModel(one, kept(await method.learn(data, context())));
    const clock = () => performance.now() / 1000;
    const together = kept(await method.learn(data, context({ pool, clock })));
    expectSameModel(one, together);
    expect(together.cost.samples).toBe(one.cost.samples);
  });

  it("trains again the shards that are hit, and always what joins them; the cost says so", async () => {
    const { system, before } = await learnAndUnlearn(method, data, ({ partition }) => {
      const [first] = partition.groups[2].items;
      return erasureOf([], [[partition.groups[2].members[0], first]]);
    });
    kept(system);
    expect(system.trained).toEqual([2]);
    for (const shard of [0, 1, 3]) expect(system.checkpoints[shard]).toEqual(before.checkpoints[shard]);
    const { negatives, epochs } = method.settings as { negatives: number; epochs: number };
    const ratings = system.partition.groups.map(({ items }) => items.length);
    const samples = (1 + negatives) * ratings.reduce((a, b) => a + b);
    const shard = epochs * (1 + negatives) * ratings[2];
    const joint = system.cost.samples - shard;
    if (method.name === "receraser") expect(joint).toBe(3 * samples);
    else {
      expect(joint % samples).toBe(0);
      expect(joint).toBeGreaterThan(2 * samples);
    }
    expect(system.cost.parallelSamples).toBe(system.cost.samples);
    const learned = await method.learn(data, context());
    const largest = Math.max(...learned.checkpoints.map((checkpoint) => checkpoint.samples));
    const trained = learned.checkpoints.reduce((sum, checkpoint) => sum + checkpoint.samples, 0);
    expect(learned.cost.samples - learned.cost.parallelSamples).toBe(trained - largest);
    learned.dispose();
  });
});

describe("RecEraser's attention", () => {
  const longer = (more: RecEraserOptions = {}) =>
    tiny({ aggregationEpochs: 60, aggregationRate: 0.01, epochs: 30, ...more });

  it.each(["ubp", "ibp", "inbp"] as const)(
    "%s: weighs shards unevenly, unseen ones not at all",
    async (partition) => {
      const system = kept(await longer({ partition }).learn(data, context()));
      const aggregator = system.aggregator as Attention;
      expect(aggregator).toBeInstanceOf(Attention);
      const items = Uint32Array.from(data.itemIds.keys());
      const { groups } = system.partition;
      const holds = {
        user: (user: number, shard: number) => groups[shard].members.includes(user),
        item: (item: number, shard: number) => groups[shard].items.includes(item),
      };
      let uneven = 0;
      for (const [side, rows] of [
        ["user", all],
        ["item", items],
      ] as const) {
        const shares = aggregator.attention(side, rows);
        for (const row of rows) {
          const own = [...shares.subarray(row * 4, row * 4 + 4)];
          expect(own.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
          const seen = [0, 1, 2, 3].filter((shard) => holds[side](row, shard));
          own.forEach((share, shard) => {
            if (!seen.includes(shard)) expect(share).toBe(0);
            else uneven = Math.max(uneven, Math.abs(share - 1 / seen.length));
          });
        }
      }
      expect(uneven).toBeGreaterThan(0.02); // far from the mean
      const attending = kept(await longer({ partition, unseen: "attend" }).learn(data, context()));
      for (const share of (attending.aggregator as Attention).attention("user", all))
        expect(share).toBeGreaterThan(0);
    },
  );

  it.each(["dmf", "nmf"] as const)("%s: is what scores, by the formula", async (model) => {
    const own = context();
    const method = longer({ model });
    const system = kept(await method.learn(data, own));
    const weights = Float64Array.from(floatsOf(jointBlob(system, own)));
    const starts = shardStarts(4, method.settings as unknown as ShardSettings, data.itemIds);
    const { users, items } = shardVectors(system.partition, system.checkpoints, starts, "mask", own.store);
    const shape = { model, shards: 4 };
    const tensors = aggregationTensors(shape);
    const table = system.scoreItems(all);
    const even = weights.slice();
    for (const { name, offset, size } of tensors)
      if (name.endsWith("_h")) even.fill(0, offset, offset + size);
    let moved = 0;
    for (const user of [0, 5, 23])
      for (const item of data.itemIds.keys()) {
        const score = table[user * data.itemIds.length + item];
        const at = (point: Float64Array) => predict64(shape, tensors, point, users, items, { user, item });
        expect(score).toBeCloseTo(Math.min(Math.max(at(weights), 1e-6), 1 - 1e-6), 4);
        moved = Math.max(moved, Math.abs(at(weights) - at(even)));
      }
    expect(moved).toBeGreaterThan(1e-3); // with even weights other scores would come out
  });

  it.each(["dmf", "nmf"] as const)(
    "%s: one shard, not yet trained on, scores as its model does",
    async (model) => {
      const training = { ...TINY, epochs: 40, model };
      const one = kept(
        await recEraser({ groups: 1, aggregationEpochs: 0, ...training }).learn(data, context()),
      );
      const alone = kept(await cSisa({ groups: 1, ...training }).learn(data, context()));
      expect(one.guarantee).toBe("exact");
      const scores = alone.scoreItems(all);
      one.scoreItems(all).forEach((score, k) => {
        expect(score).toBeCloseTo(scores[k], 5);
      });
    },
  );

  it.each(["dmf", "nmf"] as const)(
    "%s: training makes the loss of what it is trained on smaller",
    async (model) => {
      const loss = async (aggregationEpochs: number) => {
        const system = kept(await longer({ aggregationEpochs, model }).learn(data, context()));
        const { offsets, columns, values } = data.byUser;
        const users = columns.map((_, k) => offsets.findIndex((offset) => offset > k) - 1);
        const scores = system.predict(users, columns);
        return scores.reduce((sum, p, k) => {
          const y = values[k] / 5;
          return sum - (y * Math.log(p) + (1 - y) * Math.log(1 - p)) / scores.length;
        }, 0);
      };
      expect(await loss(60)).toBeLessThan((await loss(0)) - 0.01);
    },
  );
});

describe("UltraRE's regression", () => {
  it.each(["dmf", "nmf"] as const)(
    "%s: is what scores, over every shard's own predictions",
    async (model) => {
      const own = context();
      const method = tinyUltra({ model, epochs: 30 });
      const system = kept(await method.learn(data, own));
      const weights = new Float64Array(jointBlob(system, own).buffer);
      expect(weights).toHaveLength(5);
      // C-SISA finds the same shards in the store, and says what each predicts: alone, if the others have nothing to say
      const merged = kept(
        await cSisa({ ...TINY, model, epochs: 30 }).learn(data, own, { plan: system.plan }),
      );
      expect(merged.cost.samples).toBe(0);
      expect(merged.checkpoints).toEqual(system.checkpoints);
      const engine = await createEngine("simd", modelSpec(model, data.userIds.length, data.itemIds.length));
      const flat = new Float32Array(engine.spec.size);
      const predictions = system.checkpoints.map(({ rest }) => {
        system.partition.groups.forEach(({ members }, g) => {
          scatterRows(engine.spec, flat, members, loadFloats(own.store, system.checkpoints[g].rows[0]));
        });
        putRest(engine.spec, flat, loadFloats(own.store, rest));
        engine.load(flat);
        return engine.scoreItems(all);
      });
      const scores = system.scoreItems(all);
      const mean = merged.scoreItems(all);
      scores.forEach((score, k) => {
        const logit = predictions.reduce((sum, p, shard) => sum + weights[shard] * p[k], weights[4]);
        expect(score).toBeCloseTo(1 / (1 + exp(-logit)), 6);
        expect(mean[k]).toBeCloseTo(
          (predictions[0][k] + predictions[1][k] + predictions[2][k] + predictions[3][k]) / 4,
          6,
        );
      });
      expect([...scores]).not.toEqual([...mean]);
      expect(new Set(weights.subarray(0, 4)).size).toBe(4);
    },
  );

  it.each(["bpr", "lightgcn"] as const)("%s: sets what was rated apart from items drawn", async (model) => {
    const system = kept(
      await tinyUltra({ model, label: "implicit", epochs: 60, learningRate: 0.02 }).learn(data, context()),
    );
    const scores = system.scoreItems(all);
    const items = data.itemIds.length;
    const mean = (rated: boolean) => {
      const own = scores.filter((_, k) => {
        const user = Math.floor(k / items);
        const { offsets, columns } = data.byUser;
        return columns.subarray(offsets[user], offsets[user + 1]).includes(k % items) === rated;
      });
      return own.reduce((sum, score) => sum + score, 0) / own.length;
    };
    // without items drawn all labels are 1, and so is every score
    expect(mean(true)).toBeGreaterThan(mean(false) + 0.1);
    expect(mean(false)).toBeLessThan(0.6);
  });

  it("groups by transport: sizes differ by at most one", async () => {
    const system = kept(await ultraRe({ ...TINY, groups: 5 }).learn(data, context()));
    const sizes = system.plan.groups.map((group) => group.length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });
});

describe("settings", () => {
  it("are checked, and carry the method", () => {
    expect(() => methodOf("receraser", { group: 4 })).toThrow(/"group"/);
    expect(() => methodOf("ultrare", { scoring: "own" })).toThrow(/"scoring"/);
    expect(() => recEraser({ partition: "users" as "ubp" })).toThrow(/ubp, ibp, inbp/);
    expect(() => recEraser({ unseen: "drop" as "mask" })).toThrow(/mask, attend/);
    expect(() => recEraser({ start: "none" as "shared" })).toThrow(/independent, shared/);
    for (const wrong of [{ groups: 0 }, { dimensions: 0 }, { maxPasses: 0.5 }, { aggregationEpochs: -1 }])
      expect(() => recEraser(wrong)).toThrow(InputError);
    expect(() => recEraser({ aggregationRate: Number.NaN })).toThrow(/aggregationRate/);
    expect(() => ultraRe({ ridge: 0 })).toThrow(/ridge/);
    expect(() => ultraRe({ epochs: 0 })).toThrow(/epochs/);
    for (const [, method] of METHODS) {
      const settings = JSON.parse(JSON.stringify(method.settings));
      expect(methodOf(method.name, settings).settings).toEqual(method.settings);
    }
  });

  it("each of them moves the model", async () => {
    const base = kept(await tiny().learn(data, context()));
    const others: RecEraserOptions[] = [
      { groups: 3 },
      { partition: "ibp" },
      { partition: "inbp" },
      { start: "shared" },
      { unseen: "attend" },
      { aggregationEpochs: 4 },
      { aggregationRate: 0.01 },
      { seed: 2 },
    ];
    const prints = await Promise.all(
      others.map(async (more) => kept(await tiny(more).learn(data, context())).fingerprint),
    );
    expect(new Set([base.fingerprint, ...prints]).size).toBe(others.length + 1);
    const ridges = [1, 50].map((ridge) => ultraRe({ ...TINY, groups: 3, ridge }));
    const [one, other] = await Promise.all(
      ridges.map(async (method) => kept(await method.learn(data, context()))),
    );
    expect(one.fingerprint).not.toBe(other.fingerprint);
    expect(one.checkpoints).toEqual(other.checkpoints);
  });

  it("refuse ratings above the scale", async () => {
    const doubled = { ...data, byUser: { ...data.byUser, values: data.byUser.values.map((x) => 2 * x) } };
    await expect(tiny().learn(doubled, context())).rejects.toThrow(/maximumRating/);
  });
});

describe("a rival system", () => {
  it("scores pairs as it scores all items, users without ratings too; refuses the erased and the unknown", async () => {
    for (const [, method] of METHODS) {
      const own = context();
      const cold = withoutUsers(data, [9]);
      const system = await method.learn(cold, own);
      const items = Uint32Array.from(data.itemIds.keys()).reverse();
      for (const user of [4, 9]) {
        const pairs = system.predict(new Uint32Array(items.length).fill(user), items);
        expect([...pairs].reverse()).toEqual([...system.scoreItems(Uint32Array.of(user))]);
        for (const score of pairs) expect(score > 0 && score < 1).toBe(true);
      }
      expect(system.ratingsOf(9).items).toHaveLength(0);
      const [from, to] = [data.byUser.offsets[4], data.byUser.offsets[5]];
      expect([...system.ratingsOf(4).items]).toEqual([...data.byUser.columns.subarray(from, to)]);
      expect([...system.ratingsOf(4).ratings]).toEqual([...data.byUser.values.subarray(from, to)]);
      // forgetting a user without ratings trains nothing
      const { system: next, cost } = await unlearn(system, usersErasure([9]), own, { key: KEY });
      expect([next.fingerprint, cost.samples]).toEqual([system.fingerprint, 0]);
      for (const user of [9, 24]) {
        expect(() => next.scoreItems(Uint32Array.of(0, user))).toThrow(InputError);
        expect(() => next.predict(Uint32Array.of(user), Uint32Array.of(0))).toThrow(InputError);
      }
      expect(() => next.predict(Uint32Array.of(0), Uint32Array.of(20))).toThrow(InputError);
      kept(next);
    }
  });

  it("learns from nothing, and from fewer users than shards", async () => {
    for (const [, method] of METHODS) {
      const few = fileOf(data, (user) => user < 2);
      const system = kept(await method.learn(few, context()));
      expect(system.scoreItems(Uint32Array.of(1))).toHaveLength(data.itemIds.length);
      const own = context();
      const { system: none } = await unlearn(await method.learn(few, own), usersErasure([0, 1]), own, {
        key: KEY,
      });
      kept(none);
      expect(none.cost.samples).toBe(0);
    }
  });

  it("tells what it keeps", async () => {
    for (const [, method] of METHODS) {
      const store = new MemoryStore();
      const system = kept(await method.learn(data, context({ store })));
      const entries = [...store.list()];
      const { perGroup, total } = system.bytesKept();
      expect(perGroup).toHaveLength(5);
      expect(total).toBe(entries.reduce((sum, [, bytes]) => sum + bytes, 0));
    }
  });
});
