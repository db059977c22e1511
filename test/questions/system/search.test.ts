/** Choosing settings: stage by stage. */

import { describe, expect, it } from "vitest";
import { search } from "../../../lib/questions/system/search";
import type { Settings } from "../../../lib/questions/trial";

describe("search", () => {
  it("goes stage by stage, under the best of the stages before, and asks once for each settings", async () => {
    const asked: Settings[] = [];
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

  it("takes the first among equals, and nothing from an empty search", async () => {
    expect((await search([[{ a: 1 }, { a: 2 }]], async () => 0)).chosen).toEqual({ a: 1 });
    expect(await search([], async () => 0)).toEqual({ candidates: [], chosen: {} });
  });
});
