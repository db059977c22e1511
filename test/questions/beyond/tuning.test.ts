/** Choosing settings: the search itself, changes laid over changes, the method that comes of them. */

import { describe, expect, it } from "vitest";
import { methodWith, withChange } from "../../../lib/questions/beyond/settings";
import { search } from "../../../lib/questions/beyond/tuning";
import type { BeyondCell, FlatSettings } from "../../../lib/questions/cell";
import { protocol } from "../../../lib/questions/protocol";

const cell = (change: Partial<BeyondCell> = {}): BeyondCell => ({
  kind: "beyond",
  dataset: "ml-100k",
  protocol: protocol("PAPER", "ml-100k", { batchSize: 777 }),
  model: "nmf",
  method: "core-fold-in",
  variant: "test",
  settings: { corePercent: 10, itemStep: "items" },
  grid: [],
  request: "none",
  seed: 3,
  ...change,
});

describe("withChange", () => {
  it("lays objects over objects member by member, and everything else as a whole", () => {
    const settings = { l2: 0, itemStep: { kind: "items", fit: { ridge: 10, steps: 5 } } };
    expect(withChange(settings, { l2: 1, itemStep: { fit: { ridge: 40 } } })).toEqual({
      l2: 1,
      itemStep: { kind: "items", fit: { ridge: 40, steps: 5 } },
    });
    expect(withChange({ core: "coin@2" }, { core: { by: "coin" } })).toEqual({ core: { by: "coin" } });
    expect(settings.itemStep.fit.ridge).toBe(10);
  });
});

describe("search", () => {
  it("goes stage by stage, under the best of the stages before, and asks once for each settings", async () => {
    const asked: FlatSettings[] = [];
    const value = ({ a = 0, b = 0 }: { a?: number; b?: number }) => -((a - 2) ** 2) - (b - a) ** 2;
    const grid = [
      [{ a: 1 }, { a: 2 }, { a: 3 }],
      [{ b: 0 }, { b: 1.5 }],
      [{ a: 2 }, { a: 3 }],
    ];
    const found = await search(grid, async (settings) => {
      asked.push(settings);
      return value(settings);
    });
    expect(found.chosen).toEqual({ a: 2, b: 1.5 });
    // stage 1: b is 0, and a = 1 is best; stage 2: a is 1; stage 3: b is 1.5
    expect(asked.slice(0, 3)).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
    expect(new Set(asked.map((one) => JSON.stringify(one))).size).toBe(asked.length);
    expect(found.candidates.map(({ settings, score }) => score === value(settings))).not.toContain(false);
    expect(found.candidates.length).toBe(asked.length);
  });

  it("takes the first among equals, and nothing from an empty grid", async () => {
    expect((await search([[{ a: 1 }, { a: 2 }]], async () => 0)).chosen).toEqual({ a: 1 });
    expect(await search([], async () => 0)).toEqual({ candidates: [], chosen: {} });
  });
});

describe("methodWith", () => {
  it("takes the protocol's settings where the cell and the change name none", () => {
    const { name, settings } = methodWith(cell(), { l2: 0.5, itemRidge: 7 });
    expect(name).toBe("core-fold-in");
    expect(settings).toMatchObject({
      ...{ model: "nmf", batchSize: 777, l2: 0.5, seed: 3, epochs: 50 },
      ...{ core: "coin", corePercent: 10, itemStep: "items", itemRidge: 7, itemSteps: 10 },
    });
  });

  it("plans groups as the protocol does", () => {
    const { settings } = methodWith(cell({ method: "laser", settings: { groups: 4, grouping: "cbkm" } }), {});
    expect(settings).toMatchObject({ groups: 4, grouping: "cbkm", order: "easyToHard", seed: 3 });
  });

  it("refuses what the method does not have", () => {
    expect(() => methodWith(cell(), { lambda: 3 })).toThrow(/unknown key "lambda"/);
    expect(() => methodWith(cell({ method: "eas", settings: {} }), {})).toThrow(/method: "eas"/);
  });
});
