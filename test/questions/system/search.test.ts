/** Choosing settings: stage by stage, with as many candidates for every method. */

import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../lib/json";
import { profileNamed } from "../../../lib/questions/profile";
import { trialsOf } from "../../../lib/questions/question";
import { QUESTIONS } from "../../../lib/questions/questions";
import { budgeted, CANDIDATES, candidatesOf, search } from "../../../lib/questions/system/search";
import type { Settings } from "../../../lib/questions/trial";
import { methodFor } from "../../../lib/questions/workbench";

describe("search", () => {
  it("tries the settings as they are, then each stage's changes under the best so far", async () => {
    const asked: Settings[] = [];
    const value = ({ a = 1, b = 0 }: { a?: number; b?: number }) => -((a - 2) ** 2) - (b - a) ** 2;
    const stages = [[{ a: 2 }, { a: 0.4 }], [{ b: 1 }, { b: 1.5 }], [{ c: 1 }]];
    const found = await search(stages, async (settings) => {
      asked.push(settings);
      return value(settings);
    });
    // -2 as it is; a = 2: -4, a = .4: -2.72: none is better, and b is tried under a = 1
    expect(asked).toEqual([{}, { a: 2 }, { a: 0.4 }, { b: 1 }, { b: 1.5 }, { b: 1, c: 1 }]);
    expect(found.chosen).toEqual({ b: 1 });
    expect(found.candidates.map(({ settings, score }) => score === value(settings))).not.toContain(false);
    expect(found.candidates).toHaveLength(candidatesOf(stages));
  });

  it("takes the first among equals, and the settings as they are from an empty search", async () => {
    expect(
      (await search([[{ a: 1 }, { a: 2 }]], async ({ a = 0 }) => Math.min(1, a as number))).chosen,
    ).toEqual({
      a: 1,
    });
    expect(await search([], async () => 0)).toEqual({ candidates: [{ settings: {}, score: 0 }], chosen: {} });
  });
});

describe("equal budgets", () => {
  const stages = [
    [{ a: 1 }, { a: 2 }],
    [{ b: 1 }, { b: 2 }, { b: 3 }],
    [{ c: 1 }, { c: 2 }, { c: 3 }],
  ];

  it("leaves out what was listed last, from the longest stage", () => {
    expect(budgeted(stages, 8)).toEqual([stages[0], stages[1], [{ c: 1 }, { c: 2 }]]);
    expect(budgeted(stages, 6)).toEqual([stages[0], [{ b: 1 }, { b: 2 }], [{ c: 1 }]]);
    expect(budgeted(stages, 1)).toEqual([]);
    expect(candidatesOf(budgeted(stages))).toBe(CANDIDATES);
  });

  it("refuses too few", () => {
    expect(() => budgeted(stages.slice(1), 8)).toThrow("search: 7 candidates where 8 are due");
  });

  it.each(["quick", "paper"] as const)("hold for every system of every question in profile %s", (name) => {
    const searched = QUESTIONS.flatMap((question) => trialsOf(question.trials(profileNamed(name)))).filter(
      ({ system }) => system?.search !== undefined,
    );
    const different = new Map(searched.map((trial) => [canonicalJson(trial.system), trial]));
    expect(different.size).toBeGreaterThan(5);
    for (const trial of different.values()) {
      const stages = trial.system?.search ?? [];
      expect(candidatesOf(stages)).toBe(CANDIDATES);
      const settings = [{}, ...stages.flat()].map((change) =>
        canonicalJson(methodFor(trial, change).settings),
      );
      expect(new Set(settings).size, settings.join("\n")).toBe(CANDIDATES);
    }
  });
});
