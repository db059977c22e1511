/** Cost models against brute force: every user, and every pair of users, really forgotten by a small system of each method. */

import { describe, expect, it } from "vitest";
import { complete } from "../../../lib/settings";
import type { Json } from "../../../lib/training/store";
import { usersErasure } from "../../../lib/unlearning/erasure";
import { CORE_ALS } from "../../../lib/unlearning/foldIn/coreAls";
import type { System } from "../../../lib/unlearning/method";
import { methodOf } from "../../../lib/unlearning/methods";
import { coreAlsCost } from "../../../lib/unlearning/requestCost/coreAls";
import { expectedSamples } from "../../../lib/unlearning/requestCost/expected";
import { costModel } from "../../../lib/unlearning/requestCost/models";
import type { ShardedSystem } from "../../../lib/unlearning/rivals/sharded";
import { world } from "../../training/world";
import { context } from "../support";

const data = world({ users: 12, items: 10 });
const TRAINING = { epochs: 2, batchSize: 32 };
const NEGATIVES = { ...TRAINING, label: "implicit", negatives: 1 };
const PLAN = { groups: 3, grouping: "rand" };
const FOLD = { foldSteps: 3 };

const METHODS: readonly (readonly [name: string, method: string, settings: Json])[] = [
  ["retrain", "retrain", { ...TRAINING }],
  ["laser", "laser", { ...PLAN, ...TRAINING }],
  ["laser, negatives, divided epochs", "laser", { ...PLAN, ...NEGATIVES, epochsPerGroup: "divided" }],
  ["laser of pairs", "laser", { ...PLAN, ...NEGATIVES, negatives: 3, model: "bpr" }],
  ["c-sisa", "c-sisa", { ...PLAN, ...TRAINING }],
  ["receraser of pairs", "receraser", { groups: 3, ...NEGATIVES, model: "bpr", aggregationEpochs: 2 }],
  ["receraser", "receraser", { groups: 3, ...TRAINING, aggregationEpochs: 2 }],
  ["receraser of items", "receraser", { groups: 3, partition: "ibp", ...TRAINING, aggregationEpochs: 2 }],
  [
    "receraser of interactions, NMF and negatives",
    "receraser",
    { groups: 3, partition: "inbp", ...NEGATIVES, model: "nmf", aggregationEpochs: 2 },
  ],
  ["refresh", "refresh", { ...PLAN, ...TRAINING, ...FOLD }],
  ["core fold-in", "core-fold-in", { ...TRAINING, corePercent: 30, ...FOLD, itemStep: "none" }],
  ["core fold-in, ridge", "core-fold-in", { ...TRAINING, corePercent: 30, ...FOLD, itemStep: "ridge" }],
  [
    "core fold-in, items",
    "core-fold-in",
    { ...TRAINING, core: "activity", coreRatings: 10, ...FOLD, itemStep: "items" },
  ],
  [
    "core fold-in, items, NMF and negatives",
    "core-fold-in",
    {
      ...NEGATIVES,
      model: "nmf",
      corePercent: 30,
      ...FOLD,
      itemStep: "items",
      itemSteps: 2,
    },
  ],
  ["ease", "ease", {}],
  ["gaussian", "gaussian", { rank: 2 }],
];

/** Gradient samples of forgetting these users, really done. */
async function done(
  system: System,
  own: ReturnType<typeof context>,
  users: readonly number[],
): Promise<number> {
  const next = await system.without(usersErasure(users), { ...own, store: own.store.fork() });
  next.dispose();
  return next.cost.samples;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** core-als has its own, of the data alone. */
const CORE_ALS_SETTINGS = {
  ...NEGATIVES,
  model: "lightgcn",
  core: "activity",
  coreRatings: 6,
  sweeps: 2,
} as const;

describe.each([...METHODS, ["core-als", "core-als", CORE_ALS_SETTINGS] as const])(
  "the cost model of %s",
  (_name, name, settings) => {
    it("is the mean over all users, over all pairs, and over users by activity", async () => {
      const own = context();
      const system = await methodOf(name, settings).learn(data, own);
      const model =
        name === "core-als"
          ? coreAlsCost(data, complete(CORE_ALS, CORE_ALS_SETTINGS, "core-als"))
          : costModel(system);
      if (!model) throw new Error("no cost model");
      const users = data.userIds.map((_, user) => user);
      const activity = users.map((user) => system.ratingsOf(user).items.length);
      const whole = activity.reduce((sum, count) => sum + count, 0);
      const single: number[] = [];
      const pairs: number[] = [];
      for (const user of users) {
        single.push(await done(system, own, [user]));
        for (let other = 0; other < user; other++) pairs.push(await done(system, own, [other, user]));
      }
      expect(Math.max(...single)).toBeGreaterThan(0);
      expect(expectedSamples(model, { kind: "uniform", count: 1 })).toBeCloseTo(mean(single), 6);
      expect(expectedSamples(model, { kind: "uniform", count: 2 })).toBeCloseTo(mean(pairs), 6);
      const weighted = single.reduce((sum, cost, user) => sum + (cost * activity[user]) / whole, 0);
      expect(expectedSamples(model, { kind: "activity" })).toBeCloseTo(weighted, 6);
      for (const some of [[3], [0, 5, 7]])
        expect(expectedSamples(model, { kind: "users", users: new Set(some) })).toBeCloseTo(
          await done(system, own, some),
          6,
        );
      system.dispose();
    }, 60_000);
  },
);

it("of UltraRE is exact in its shards, and takes the passes of the regression from learning", async () => {
  const own = context();
  const system = (await methodOf("ultrare", { groups: 3, ...TRAINING }).learn(data, own)) as ShardedSystem;
  const model = costModel(system);
  if (!model) throw new Error("no cost model");
  const shards = { ...model, parts: model.parts.slice(0, -1) };
  const joint = { ...model, parts: model.parts.slice(-1) };
  const users = data.userIds.map((_, user) => user);
  const done: number[] = [];
  for (const user of users) {
    const next = (await system.without(usersErasure([user]), {
      ...own,
      store: own.store.fork(),
    })) as ShardedSystem;
    done.push(next.cost.samples - next.aggregationSamples);
    next.dispose();
  }
  expect(expectedSamples(shards, { kind: "uniform", count: 1 })).toBeCloseTo(mean(done), 6);
  const whole = data.byUser.columns.length;
  expect(system.aggregationSamples % whole).toBe(0); // passes over everything
  expect(expectedSamples(joint, { kind: "uniform", count: 1 })).toBeCloseTo(
    (system.aggregationSamples * (users.length - 1)) / users.length,
    6,
  );
  system.dispose();
}, 60_000);

it("takes the core's users and the others in the test above", async () => {
  const system = await methodOf("core-fold-in", {
    ...TRAINING,
    corePercent: 30,
    itemStep: "none",
  }).learn(data, context());
  const core = costModel(system)?.parts[0].users.length ?? 0;
  expect(core).toBeGreaterThan(1);
  expect(core).toBeLessThan(10);
  system.dispose();
});

it("refuses more users than there are, and users without ratings", async () => {
  const system = await methodOf("ease").learn(data, context());
  const model = costModel(system);
  if (!model) throw new Error("no cost model");
  expect(() => expectedSamples(model, { kind: "uniform", count: 13 })).toThrow(/number of users: 13/);
  expect(() => expectedSamples(model, { kind: "users", users: new Set([40]) })).toThrow("user number 40");
});
