/** What every engine does with every model: one suite, all combinations. */

import { afterEach, describe, expect, it } from "vitest";
import { createEngine, describeEngine } from "../../lib/engine/create";
import {
  ENGINE_NAMES,
  type Engine,
  type PointSet,
  type TrainingSet,
  type TrainOptions,
} from "../../lib/engine/engine";
import { InputError } from "../../lib/errors";
import { MODEL_NAMES, modelOf, modelSpec, tensorOf } from "../../lib/model/spec";
import {
  ADAM,
  ITEMS,
  liked,
  losses,
  options,
  plantedBlocks,
  setFor,
  someSamples,
  USERS,
  weightsFor,
} from "./planted";

const FAST = { ...ADAM, learningRate: 2e-2 };
const COMBINATIONS = ENGINE_NAMES.flatMap((name) => MODEL_NAMES.map((model) => ({ name, model })));

it("an engine that does not exist is refused by name", async () => {
  const wrong = createEngine("cuda" as "simd", modelSpec("dmf", 1, 1));
  await expect(wrong).rejects.toThrow(/engine: "cuda" is not one of simd, tfjs/);
  await expect(wrong).rejects.toThrow(InputError);
});

describe.each(COMBINATIONS)("$name engine, $model", ({ name, model }) => {
  const spec = modelSpec(model, USERS, ITEMS);
  const points = modelOf(model).samples === "points";
  const made: Engine[] = [];
  const planted = (negatives = 0) => {
    const { set, withheld } = plantedBlocks(negatives);
    return { set: setFor(model, set), withheld };
  };
  const some = (count: number, negatives = 0) => setFor(model, someSamples(USERS, ITEMS, count, negatives));

  async function fresh(weights = weightsFor(spec)): Promise<Engine> {
    const engine = await createEngine(name, spec);
    engine.load(weights);
    made.push(engine);
    return engine;
  }

  afterEach(() => {
    for (const engine of made.splice(0)) engine.dispose();
  });

  describe("training", () => {
    it("lowers the loss and ranks what was planted above the rest, on pairs that it never saw", async () => {
      const { set, withheld } = planted();
      const engine = await fresh();
      const list = await losses(engine, set, { batchSize: 128, epochs: 40, adam: FAST });
      expect(list).toHaveLength(40);
      expect(list[39]).toBeLessThan(list[0] / 4);
      const scores = engine.predict(withheld.users, withheld.items);
      const inside = scores.filter((_, k) => liked(withheld.users[k], withheld.items[k]));
      const outside = scores.filter((_, k) => !liked(withheld.users[k], withheld.items[k]));
      let ordered = 0;
      for (const high of inside) for (const low of outside) if (high > low) ordered++;
      expect(ordered / (inside.length * outside.length)).toBeGreaterThan(0.97);
    });

    if (points)
      it("predicts the base rate, no more, when labels are noise", async () => {
        const { set, withheld } = plantedBlocks();
        const engine = await fresh();
        const flat = { ...set, labels: new Float32Array(set.labels.length).fill(0.6) };
        await engine.train(flat, options({ batchSize: 128, epochs: 40, adam: FAST }));
        for (const score of engine.predict(withheld.users, withheld.items))
          expect(Math.abs(score - 0.6)).toBeLessThan(0.1);
      });

    it("is a function of weights, samples and options, to the bit", async () => {
      const { set } = planted(2);
      const [one, other] = [await fresh(), await fresh()];
      const a = await one.train(set, options());
      const b = await other.train(set, options());
      expect(one.weights()).toEqual(other.weights());
      expect(a).toEqual(b);
      await other.train(set, options({ stream: [2, "train"] }));
      expect(one.weights()).not.toEqual(other.weights());
    });

    it("counts samples and steps, and reports epochs in order", async () => {
      const { set } = planted(2);
      const engine = await fresh();
      const seen: [number, number | undefined][] = [];
      const result = await engine.train(
        set,
        options({ epochs: 3, onEpoch: ({ epoch, loss }) => seen.push([epoch, loss]) }),
      );
      const samples = set.users.length * (points ? 3 : 1);
      expect(result).toEqual({
        position: { epoch: 3, batch: 0 },
        finished: true,
        samples: 3 * samples,
        steps: 3 * Math.ceil(samples / 64),
      });
      expect(seen).toEqual([
        [0, undefined],
        [1, undefined],
        [2, undefined],
      ]);
      expect(engine.moments().step).toBe(result.steps);
    });

    it("reports a loss that does not disturb the training", async () => {
      const { set } = planted(1);
      const [silent, loud] = [await fresh(), await fresh()];
      await silent.train(set, options());
      const list = await losses(loud, set, {});
      expect(list.every((loss) => loss > 0 && loss < 20)).toBe(true);
      expect(loud.weights()).toEqual(silent.weights());
    });

    it("moves rows that no batch holds once they have a moment, as dense Adam does", async () => {
      const engine = await fresh();
      const first = some(200);
      await engine.train(first, options({ epochs: 1 }));
      const before = engine.weights();
      const onlyUserZero = setFor(model, {
        users: Uint32Array.of(0),
        items: Uint32Array.of(0),
        labels: Float32Array.of(1),
        negatives: 0,
      });
      await engine.train(onlyUserZero, options({ epochs: 1 }));
      const table = spec.tensors[0].name;
      const width = tensorOf(spec, before, table).length / USERS;
      const lastRow = (flat: Float32Array) => tensorOf(spec, flat, table).slice(-width);
      expect(lastRow(engine.weights())).not.toEqual(lastRow(before));
    });

    it("never draws an observed item as a negative", async () => {
      // users have all items but one: every negative is that one, so the observed ones hold their label 1
      const all = Array.from({ length: USERS * ITEMS }, (_, k) => k).filter((k) => {
        const [user, item] = [Math.floor(k / ITEMS), k % ITEMS];
        return item !== user % 3;
      });
      const set = setFor(model, {
        users: Uint32Array.from(all, (k) => Math.floor(k / ITEMS)),
        items: Uint32Array.from(all, (k) => k % ITEMS),
        labels: new Float32Array(all.length).fill(1),
        negatives: 1,
      });
      const engine = await fresh();
      await engine.train(set, options({ batchSize: 128, epochs: 16, adam: FAST }));
      const observed = engine.predict(set.users, set.items);
      const missing = engine.predict(
        Uint32Array.from({ length: USERS }, (_, user) => user),
        Uint32Array.from({ length: USERS }, (_, user) => user % 3),
      );
      const mean = (scores: Float32Array) => scores.reduce((sum, score) => sum + score, 0) / scores.length;
      // about 0.5 (alike) if they were drawn as often as the missing one
      if (points) expect(mean(observed)).toBeGreaterThan(0.85);
      if (points) expect(mean(missing)).toBeLessThan(0.3);
      expect(mean(observed)).toBeGreaterThan(mean(missing) + 0.5);
    });

    it("with a ridge penalty keeps the embeddings shorter", async () => {
      const { set } = planted();
      const [free, held] = [await fresh(), await fresh()];
      await free.train(set, options({ epochs: 10 }));
      await held.train(set, options({ epochs: 10, l2: 5 }));
      const length = (engine: Engine) => {
        const weights = engine.weights();
        let sum = 0;
        for (const { name, kind } of spec.tensors)
          if (kind !== "shared") for (const value of tensorOf(spec, weights, name)) sum += value * value;
        return sum;
      };
      expect(length(held)).toBeLessThan(0.9 * length(free));
    });

    it("of no epochs changes nothing", async () => {
      const engine = await fresh();
      const result = await engine.train(planted().set, options({ epochs: 0 }));
      expect(result).toEqual({ position: { epoch: 0, batch: 0 }, finished: true, samples: 0, steps: 0 });
      expect(engine.weights()).toEqual(weightsFor(spec));
    });
  });

  describe("stopping and going on", () => {
    it("gives the same bits as not stopping, wherever the stop falls", async () => {
      const set = some(40, 1);
      const small = { batchSize: 1, stream: ["stop"] };
      const stopped = await fresh();
      const control = new AbortController();
      const timer = setTimeout(() => control.abort(), 30);
      const first = await stopped.train(set, options({ ...small, epochs: 1e6, signal: control.signal }));
      clearTimeout(timer);
      expect(first.finished).toBe(false);
      const epochs = first.position.epoch + 1;
      const second = await stopped.train(set, options({ ...small, epochs, from: first.position }));
      expect(second.finished).toBe(true);

      const straight = await fresh();
      const whole = await straight.train(set, options({ ...small, epochs }));
      expect(first.steps + second.steps).toBe(whole.steps);
      expect(first.samples + second.samples).toBe(whole.samples);
      expect(stopped.weights()).toEqual(straight.weights());
      expect(stopped.moments()).toEqual(straight.moments());
    });

    it("goes on in another engine from weights, moments and position", async () => {
      const { set } = planted(1);
      const [first, straight] = [await fresh(), await fresh()];
      const { position } = await first.train(set, options({ epochs: 1 }));
      const second = await createEngine(name, spec);
      made.push(second);
      second.load(first.weights(), first.moments());
      await second.train(set, options({ epochs: 2, from: position }));
      await straight.train(set, options({ epochs: 2 }));
      expect(second.weights()).toEqual(straight.weights());
      expect(second.moments()).toEqual(straight.moments());
    });

    it("trains nothing when it is stopped beforehand, and keeps its place", async () => {
      const engine = await fresh();
      const from = { epoch: 1, batch: 2 };
      const result = await engine.train(
        planted().set,
        options({ signal: AbortSignal.abort(), from, epochs: 3 }),
      );
      expect(result).toEqual({ position: from, finished: false, samples: 0, steps: 0 });
      expect(engine.weights()).toEqual(weightsFor(spec));
    });

    it("starts from the batch that it is told to", async () => {
      const engine = await fresh();
      const { set } = planted();
      const batches = Math.ceil(set.users.length / 64);
      const result = await engine.train(set, options({ epochs: 2, from: { epoch: 1, batch: batches - 1 } }));
      expect(result.steps).toBe(1);
      expect(result.samples).toBe(set.users.length - (batches - 1) * 64);
    });

    it("begins with a new optimizer unless moments are given", async () => {
      const engine = await fresh();
      const { set } = planted();
      await engine.train(set, options());
      engine.load(weightsFor(spec));
      expect(engine.moments().step).toBe(0);
      expect(engine.moments().m.every((value) => value === 0)).toBe(true);
      await engine.train(set, options());
      const again = await fresh();
      await again.train(set, options());
      expect(engine.weights()).toEqual(again.weights());
    });
  });

  it("says in one line what it computes on", async () => {
    const engine = await fresh();
    expect(await describeEngine(name)).toMatch(new RegExp(`^${name} engine: ${engine.backend}`));
    expect(await describeEngine(name)).not.toContain("\n");
  });

  describe("weights and scores", () => {
    it("takes and gives copies", async () => {
      const mine = weightsFor(spec);
      const engine = await fresh(mine);
      mine.fill(7);
      engine.weights().fill(8);
      engine.moments().m.fill(9);
      expect(engine.weights()).toEqual(weightsFor(spec));
      expect(engine.moments().m.every((value) => value === 0)).toBe(true);
    });

    if (points)
      it("scores lie in (0, 1), whatever the weights", async () => {
        const users = Uint32Array.from({ length: USERS }, (_, user) => user);
        const silent = new Float32Array(spec.size);
        const loud = weightsFor(spec, 1, "unit").map((value) => 50 * value);
        for (const weights of [weightsFor(spec), weightsFor(spec, 2, "unit"), silent, loud]) {
          const scores = (await fresh(weights)).scoreItems(users);
          expect(scores).toHaveLength(USERS * ITEMS);
          expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
        }
      });

    it("scores of all items are the predictions of the pairs", async () => {
      const engine = await fresh(weightsFor(spec, 4, "unit"));
      const users = Uint32Array.of(7, 0, 7, USERS - 1);
      const scores = engine.scoreItems(users);
      users.forEach((user, row) => {
        const pairs = engine.predict(
          new Uint32Array(ITEMS).fill(user),
          Uint32Array.from({ length: ITEMS }, (_, item) => item),
        );
        for (let item = 0; item < ITEMS; item++)
          expect(Math.abs(scores[row * ITEMS + item] - pairs[item])).toBeLessThan(1e-6);
      });
    });

    it("scores go by the graph that is given, where the model has one", async () => {
      const engine = await fresh(weightsFor(spec, 4, "unit"));
      const users = Uint32Array.of(0, 1);
      const graph = (items: number[]) => {
        const offsets = new Uint32Array(USERS + 1).fill(items.length, 1); // all of user 0
        return { offsets, items: Uint32Array.from(items) };
      };
      const without = engine.scoreItems(users);
      engine.setGraph(graph([2, 5]));
      const withEdges = engine.scoreItems(users);
      const own = modelOf(model).graph ? expect(withEdges).not : expect(withEdges);
      own.toEqual(without);
      engine.setGraph(graph([2, 7]));
      engine.setGraph(graph([2, 5]));
      expect(engine.scoreItems(users)).toEqual(withEdges);
      const pair = engine.predict(Uint32Array.of(0), Uint32Array.of(5));
      expect(pair[0]).toBeCloseTo(withEdges[5], 5);
      for (const items of [
        [1, ITEMS],
        [3, 1],
        [1, 1],
      ])
        expect(() => engine.setGraph(graph(items))).toThrow(InputError);
    });

    it("the score of a pair does not depend on the pairs beside it", async () => {
      const engine = await fresh(weightsFor(spec, 4, "unit"));
      const { withheld } = planted();
      const together = engine.predict(withheld.users, withheld.items);
      for (const k of [0, 1, withheld.users.length - 1]) {
        const alone = engine.predict(withheld.users.slice(k, k + 1), withheld.items.slice(k, k + 1));
        expect(Math.abs(alone[0] - together[k])).toBeLessThan(1e-6);
      }
    });

    it("no pairs have no scores", async () => {
      const engine = await fresh();
      expect(engine.predict(new Uint32Array(0), new Uint32Array(0))).toHaveLength(0);
      expect(engine.scoreItems(new Uint32Array(0))).toHaveLength(0);
    });
  });

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
