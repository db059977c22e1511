/**
 * What a model of your own has without another line: both engines' answer to it, every method that trains,
 * exactness.
 */

import { describe, expect, it } from "vitest";
import { selectRatings } from "../../lib/data/interactions";
import { createEngine } from "../../lib/engine/create";
import { createSimdEngine } from "../../lib/engine/simd";
import { InputError } from "../../lib/errors";
import { modelOf, registerModel } from "../../lib/model/models";
import { modelSpec } from "../../lib/model/spec";
import { usersErasure } from "../../lib/unlearning/erasure";
import type { GroupedSystem } from "../../lib/unlearning/grouped";
import { options, plantedBlocks, weightsFor } from "../engine/planted";
import { world } from "../training/world";
import {
  context,
  expectSameModel,
  learnAndUnlearn,
  tinyCSisa,
  tinyLaser,
  tinyRecEraser,
  tinyRetrain,
} from "../unlearning/support";
import { TOY_GRAPH, TOY_PAIRS } from "./toys";

const data = world();

describe.each([TOY_PAIRS, TOY_GRAPH])("%s", (model) => {
  const training = { model, engine: "tfjs", label: "implicit", negatives: 1 } as const;
  const METHODS = [
    ["retrain", tinyRetrain(training)],
    ["laser", tinyLaser(training)],
    ["laser, carried optimizer", tinyLaser({ ...training, optimizer: "carried" })],
    ["c-sisa, merged", tinyCSisa(training)],
    ["c-sisa, own", tinyCSisa({ ...training, scoring: "own" })],
  ] as const;

  it.each(METHODS)("%s: unlearned equals never seen, to the bit", async (_name, method) => {
    const gone = (system: GroupedSystem) => usersErasure(system.partition.groups.at(-1)!.members.slice(0, 2));
    const { system, erasure, before } = await learnAndUnlearn(method, data, gone);
    const remaining = selectRatings(data, (user) => !erasure.users.has(user), "remaining");
    const fresh = await method.learn(remaining, context(), { plan: system.plan ?? undefined });
    expectSameModel(system, fresh);
    expect(system.fingerprint).not.toBe(before.fingerprint);
    for (const made of [system, fresh]) made.dispose();
  });

  it("is refused by what cannot compute it, by name", () => {
    expect(() => createSimdEngine(modelSpec(model, 3, 3))).toThrow(
      new RegExp(`engine simd cannot take ${model}; it takes dmf, nmf`),
    );
    expect(() => tinyRecEraser(training)).toThrow(new RegExp(`receraser cannot take ${model}`));
    expect(() => tinyRecEraser(training)).toThrow(InputError);
    expect(() => registerModel(model, modelOf(model))).toThrow(/known already/);
  });
});

it("a model that is trained on pairs ranks what was planted above the rest", async () => {
  const spec = modelSpec(TOY_PAIRS, 30, 24);
  const engine = await createEngine("tfjs", spec);
  engine.load(weightsFor(spec));
  const { set, withheld } = plantedBlocks();
  const pick = (ids: Uint32Array) => ids.filter((_, k) => set.labels[k] === 1);
  const pairs = { kind: "pairs", users: pick(set.users), items: pick(set.items) } as const;
  await engine.train(
    pairs,
    options({ batchSize: 64, epochs: 30, adam: { ...options().adam, learningRate: 2e-2 } }),
  );
  const scores = engine.predict(withheld.users, withheld.items);
  const mean = (liked: boolean) => {
    const own = scores.filter((_, k) => (withheld.users[k] % 3 === withheld.items[k] % 3) === liked);
    return own.reduce((sum, score) => sum + score, 0) / own.length;
  };
  expect(mean(true)).toBeGreaterThan(mean(false) + 1);
  await expect(engine.train(set, options())).rejects.toThrow(
    /it holds points, and model toy-pairs .* on pairs/,
  );
  engine.dispose();
});
