/** How every engine trains every model, is stopped, and goes on. */

import { describe, expect, it } from "vitest";
import type { Engine } from "../../lib/engine/engine";
import { tensorOf } from "../../lib/model/spec";
import { COMBINATIONS, FAST, fixtureOf } from "./combinations";
import { ITEMS, liked, losses, options, plantedBlocks, setFor, USERS, weightsFor } from "./planted";

describe.each(COMBINATIONS)("$name engine, $model", (combination) => {
  const { model } = combination;
  const { spec, points, empty, fresh, planted, some } = fixtureOf(combination);

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
      const second = await empty();
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
});
