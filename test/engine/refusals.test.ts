/** What every engine refuses with every model, before anything changes. */

import { describe, expect, it } from "vitest";
import { createEngine } from "../../lib/engine/create";
import type { PointSet, TrainingSet, TrainOptions } from "../../lib/engine/engine";
import { InputError } from "../../lib/errors";
import { modelSpec } from "../../lib/model/spec";
import { COMBINATIONS, fixtureOf } from "./combinations";
import { ADAM, ITEMS, options, someSamples, USERS, weightsFor } from "./planted";

it("an engine that does not exist is refused by name", async () => {
  const wrong = createEngine("cuda" as "simd", modelSpec("dmf", 1, 1));
  await expect(wrong).rejects.toThrow(/engine: "cuda" is not one of simd, tfjs/);
  await expect(wrong).rejects.toThrow(InputError);
});

describe.each(COMBINATIONS)("$name engine, $model", (combination) => {
  const { name } = combination;
  const { spec, points, fresh, planted } = fixtureOf(combination);

  describe("bad input is refused before anything changes:", () => {
    it("weights and moments", async () => {
      const engine = await fresh();
      const { m, v, step } = engine.moments();
      const holed = weightsFor(spec);
      holed[spec.tensors[1].offset] = Number.NaN;
      const endless = weightsFor(spec);
      endless[3] = Number.POSITIVE_INFINITY;
      const good = weightsFor(spec, 2);
      const refusals: [() => void, RegExp][] = [
        [() => engine.load(new Float32Array(spec.size - 1)), /weights: .* needs a Float32Array of \d+, not/],
        [() => engine.load(holed), new RegExp(`in ${spec.tensors[1].name}\\): NaN is not a finite number`)],
        [() => engine.load(endless), /weights\[3\].*Infinity is not a finite number/],
        [() => engine.load(good, { m: new Float32Array(1), v, step }), /moments\.m: /],
        [() => engine.load(good, { m, v: holed, step }), /moments\.v\[\d+\]/],
        [() => engine.load(good, { m, v: v.map(() => -1), step }), /moments\.v\[0\]: -1 is negative/],
        [() => engine.load(good, { m, v, step: -1 }), /moments\.step: -1/],
      ];
      for (const [attempt, message] of refusals) {
        expect(attempt).toThrow(message);
        expect(attempt).toThrow(InputError);
      }
      expect(engine.weights()).toEqual(weightsFor(spec));
    });

    it("samples", async () => {
      const good = someSamples(USERS, ITEMS, 60);
      const n = good.users.length;
      const labelsWith = (value: number) => good.labels.map((label, k) => (k === 5 ? value : label));
      const idsWith = (ids: Uint32Array, place: number, value: number) =>
        ids.map((id, k) => (k === place ? value : id));
      const full: PointSet = {
        users: new Uint32Array(ITEMS),
        items: Uint32Array.from({ length: ITEMS }, (_, item) => item),
        labels: new Float32Array(ITEMS),
        negatives: 1,
      };
      const twice = {
        users: Uint32Array.of(1, 1),
        items: Uint32Array.of(4, 4),
        labels: Float32Array.of(1, 1),
      };
      const labels: [PointSet, RegExp][] = [
        [{ ...good, labels: good.labels.subarray(1) }, new RegExp(`${n} users and ${n - 1} labels`)],
        [{ ...good, labels: labelsWith(Number.NaN) }, /labels\[5\]: NaN is not a number from 0 to 1/],
        [{ ...good, labels: labelsWith(Number.POSITIVE_INFINITY) }, /labels\[5\]: Infinity/],
        [{ ...good, labels: labelsWith(1.5) }, /labels\[5\]: 1\.5/],
        [{ ...good, negatives: -1 }, /negatives: -1/],
      ];
      const refusals: [PointSet, RegExp][] = [
        ...(points ? labels : []),
        [
          { users: new Uint32Array(0), items: new Uint32Array(0), labels: new Float32Array(0), negatives: 0 },
          /training set: it is empty/,
        ],
        [{ ...good, items: good.items.subarray(1) }, new RegExp(`${n} users and ${n - 1} items`)],
        [
          { ...good, users: idsWith(good.users, n - 1, USERS) },
          new RegExp(`users\\[${n - 1}\\]: ${USERS} is not one`),
        ],
        [{ ...good, items: idsWith(good.items, 0, ITEMS) }, new RegExp(`items\\[0\\]: ${ITEMS} is not one`)],
        [{ ...good, users: idsWith(good.users, n - 1, 0) }, /samples must be in user order/],
        [{ ...twice, negatives: 0 }, /items\[1\]: 4 after 4 of the same user/],
        [full, new RegExp(`negatives: user 0 has all ${ITEMS} items`)],
      ];
      const engine = await fresh();
      for (const [set, message] of refusals) {
        const own: TrainingSet = points ? set : { kind: "pairs", users: set.users, items: set.items };
        await expect(engine.train(own, options())).rejects.toThrow(message);
        await expect(engine.train(own, options())).rejects.toThrow(InputError);
      }
      const others: TrainingSet = points ? { kind: "pairs", users: good.users, items: good.items } : good;
      await expect(engine.train(others, options())).rejects.toThrow(/training set: it holds (pairs|points)/);
      expect(engine.weights()).toEqual(weightsFor(spec));
      expect(engine.moments().step).toBe(0);
    });

    it("options", async () => {
      const { set } = planted();
      const refusals: [Partial<TrainOptions>, RegExp][] = [
        [{ batchSize: 0 }, /batchSize: 0/],
        [{ batchSize: 1.5 }, /batchSize: 1\.5/],
        [{ epochs: -1 }, /epochs: -1/],
        [{ l2: -1 }, /l2: -1/],
        [{ l2: Number.NaN }, /l2: NaN/],
        [{ adam: { ...ADAM, learningRate: Number.NaN } }, /adam\.learningRate: NaN/],
        [{ adam: { ...ADAM, beta1: 1 } }, /adam\.beta1: 1/],
        [{ adam: { ...ADAM, beta2: -0.1 } }, /adam\.beta2: -0\.1/],
        [{ adam: { ...ADAM, epsilon: 0 } }, /adam\.epsilon: 0/],
        [{ stream: [] }, /stream: an empty path/],
        [{ from: { epoch: 3, batch: 0 } }, /from\.epoch: 3/],
        [{ from: { epoch: 0, batch: 1000 } }, /from\.batch: 1000/],
        [{ from: { epoch: 2, batch: 1 } }, /from\.batch: 1/],
        [{ momentum: 0.9 } as Partial<TrainOptions>, /unknown key "momentum"/],
      ];
      const engine = await fresh();
      for (const [changes, message] of refusals) {
        await expect(engine.train(set, options(changes))).rejects.toThrow(message);
        await expect(engine.train(set, options(changes))).rejects.toThrow(InputError);
      }
      expect(engine.weights()).toEqual(weightsFor(spec));
    });

    it("pairs", async () => {
      const engine = await fresh();
      expect(() => engine.predict(Uint32Array.of(0, 1), Uint32Array.of(0))).toThrow(/2 users and 1 items/);
      expect(() => engine.predict(Uint32Array.of(USERS), Uint32Array.of(0))).toThrow(InputError);
      expect(() => engine.predict(Uint32Array.of(0), Uint32Array.of(ITEMS))).toThrow(/items\[0\]/);
      expect(() => engine.scoreItems(Uint32Array.of(1, USERS))).toThrow(/users\[1\]/);
    });

    it("anything, once the engine is disposed of", async () => {
      const engine = await createEngine(name, spec);
      const { set } = planted();
      engine.dispose();
      const pair = Uint32Array.of(0);
      for (const use of [
        () => engine.load(weightsFor(spec)),
        () => engine.weights(),
        () => engine.moments(),
        () => engine.predict(pair, pair),
        () => engine.scoreItems(pair),
      ])
        expect(use).toThrow(/disposed/);
      await expect(engine.train(set, options())).rejects.toThrow(/disposed/);
    });

    it("a second training, or new weights, in the middle of one", async () => {
      const engine = await fresh();
      const { set } = planted();
      const control = new AbortController();
      const running = engine.train(set, options({ batchSize: 1, epochs: 1e6, signal: control.signal }));
      await expect(engine.train(set, options())).rejects.toThrow(/training/);
      expect(() => engine.load(weightsFor(spec))).toThrow(/training/);
      control.abort();
      expect((await running).finished).toBe(false);
    });
  });
});
