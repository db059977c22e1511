/** What every engine says of itself, keeps as weights, and scores with every model. */

import { describe, expect, it } from "vitest";
import { describeEngine } from "../../lib/engine/create";
import { InputError } from "../../lib/errors";
import { modelOf } from "../../lib/model/spec";
import { COMBINATIONS, fixtureOf } from "./combinations";
import { ITEMS, USERS, weightsFor } from "./planted";

describe.each(COMBINATIONS)("$name engine, $model", (combination) => {
  const { name, model } = combination;
  const { spec, points, fresh, planted } = fixtureOf(combination);

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
});
