import { describe, expect, it } from "vitest";
import { profileNamed } from "../../../lib/questions/profile";
import { seedInterval } from "../../../lib/questions/summary";
import { claimRows, claimSummary } from "../../../lib/questions/verdicts/table";
import {
  type Case,
  type Claim,
  counted,
  judge,
  judgeCase,
  verdictOf,
} from "../../../lib/questions/verdicts/verdict";
import { difference, times } from "../../../lib/questions/verdicts/words";
import { alike, better, type MetricRow, stable, yardstick } from "../../../lib/questions/verdicts/yardstick";

const profile = profileNamed("smoke");
const seeded = (values: readonly number[]) => values.map((value, seed) => ({ seed, value }));
const above = seeded([0.9, 1, 1.1]);
const below = seeded([-0.9, -1, -1.1]);
const unclear = seeded([-1, 0.2, 1]);

const one = (effects: Case["effects"], more: Partial<Case> = {}): Case => ({
  dataset: "d",
  name: "case",
  unit: "u",
  effects,
  ...more,
});
const claim = (cases: readonly Case[], covers: Claim["covers"] = "all"): Claim => ({
  id: "C0",
  place: "Figure 0",
  statement: "It is so",
  rule: "",
  covers,
  cases: () => [...cases],
  sentence: ({ effects: [effect] }) => `it is ${difference(effect)}`,
});
const judgedOn = (cases: readonly Case[], covers?: Claim["covers"]) =>
  judge(claim(cases, covers), [], profile).data;
const wordFor = (effects: readonly Case["effects"][], covers?: Claim["covers"]) =>
  judgedOn(
    effects.map((some) => one(some)),
    covers,
  )[0].verdict;

describe("the word for the cases of one data set", () => {
  it.each([
    ["reproduced", "all", [above, above]],
    ["partly", "all", [above, above, unclear]],
    ["partly", "all", [above, above, below]],
    ["not reproduced", "all", [above, unclear]], // half is not more than half
    ["not reproduced", "all", [above, below]],
    ["not reproduced", "all", [unclear, unclear]],
    ["the reverse holds", "all", [above, below, below]],
    ["reproduced", "most", [above, above, below]],
    ["not reproduced", "most", [above, below]],
    ["the reverse holds", "most", [above, below, below]],
  ] as const)("is %s when a claim covers %s", (word, covers, effects) => {
    expect(wordFor(effects, covers)).toBe(word);
  });

  it("counts the cases that can tell, and no others", () => {
    const silent = one(below, { cannotTell: "no span" });
    expect(judgedOn([one(above), silent, silent])[0]).toMatchObject({
      verdict: "reproduced",
      counts: { telling: 1, for: 1, against: 0, open: 0, cannotTell: 2 },
    });
    const [none] = judgedOn([silent]);
    expect(none.verdict).toBe("cannot tell");
    expect(none.sentence).toBe("On d, none of 1 cases can tell: no span.");
    expect(none.effects).toEqual([]);
  });

  it("is not pooled over data sets", () => {
    const judged = judge(claim([one(above), one(below, { dataset: "e" })]), [], profile);
    expect(judged.data.map(({ dataset, verdict }) => [dataset, verdict])).toEqual([
      ["d", "reproduced"],
      ["e", "the reverse holds"],
    ]);
  });

  it("of a claim in parts is that of the weakest part", () => {
    const parts = (...effects: readonly [string, Case["effects"]][]) =>
      judgedOn(effects.map(([part, some]) => one(some, { part })))[0];
    expect(parts(["a", above], ["b", above]).verdict).toBe("reproduced");
    const mixed = parts(["a", above], ["a", above], ["a", above], ["b", unclear]);
    expect(mixed.verdict).toBe("not reproduced"); // three of four cases hold, but none of part b
    expect(mixed.parts).toMatchObject({ a: { verdict: "reproduced" }, b: { verdict: "not reproduced" } });
    expect(parts(["a", unclear], ["b", below]).verdict).toBe("the reverse holds");
    const silent = one(above, { part: "b", cannotTell: "no span" });
    expect(judgedOn([one(above, { part: "a" }), silent])[0].verdict).toBe("cannot tell");
  });

  it("needs more than half and not as much as half", () => {
    const counts = { telling: 4, for: 2, against: 2, open: 0, cannotTell: 0 };
    for (const covers of ["all", "most"] as const) expect(verdictOf(counts, covers)).toBe("not reproduced");
  });
});

describe("where a case points", () => {
  const points = (effects: Case["effects"], says: Case["says"]) => judgeCase(one(effects, { says })).points;
  it("above and below a threshold, with the whole interval", () => {
    expect([0.5, 0.95, 2].map((limit) => points(above, { above: limit }))).toEqual([
      "for",
      "open",
      "against",
    ]);
    expect([0.5, 0.95, 2].map((limit) => points(above, { below: limit }))).toEqual([
      "against",
      "open",
      "for",
    ]);
    expect(points(above, undefined)).toBe("for");
  });

  it("against only beyond a second threshold, where a claim has one", () => {
    expect([0.5, 2, 3].map((limit) => points(above, { above: 1.5, against: limit }))).toEqual([
      "open",
      "against",
      "against",
    ]);
  });

  it("within a margin on both sides", () => {
    for (const effects of [above, below])
      expect([2, 1, 0.1].map((margin) => points(effects, { within: margin }))).toEqual([
        "for",
        "open",
        "against",
      ]);
  });

  it("nowhere with a single seed, unless it is a promise about every seed", () => {
    const single = seeded([1]);
    expect(points(single, { above: 0 })).toBe("open");
    expect(judgeCase(one(single))).not.toHaveProperty("low");
    expect(points(single, "always")).toBe("for");
    expect(points(seeded([1, 1, 0]), "always")).toBe("against");
  });

  it("goes by the interval for re-splits, which is wider than that of independent values", () => {
    // t of two degrees of freedom is 4.303: 4.303 s sqrt(1/3 + 1/9) against 4.303 s sqrt(1/3)
    const effects = seeded([0.27, 0.37, 0.47]);
    const { low, high } = seedInterval(effects.map(({ value }) => value)) ?? { low: 0, high: 0 };
    expect((high - low) / 2).toBeCloseTo(4.30265 * 0.1 * Math.sqrt(1 / 3 + 1 / 9), 5);
    expect(points(effects, { above: 0.1 })).toBe("open"); // the plain interval begins at .12
    expect(points(effects, { above: 0.08 })).toBe("for");
  });
});

describe("effects", () => {
  it("are averaged over cases of one unit alone, seed by seed", () => {
    const [{ effects }] = judgedOn([
      one(seeded([1, 2])),
      one(seeded([3, 6])),
      one(seeded([10, 10]), { unit: "v" }),
    ]);
    expect(effects.map(({ unit, mean }) => [unit, mean])).toEqual([
      ["u", 3],
      ["v", 10],
    ]);
    expect(effects[0].high).toBeCloseTo(3 + 12.7062 * Math.SQRT2 * Math.sqrt(1 / 2 + 1 / 9), 3);
  });

  it("of a run that is half done are those of its whole seeds, not of the cases that were run first", () => {
    const [{ effects }] = judgedOn([one(seeded([1, 2, 3])), one(seeded([-1, 0]))]);
    expect(effects).toMatchObject([{ unit: "u", mean: 0.5 }]);
  });

  it("leave out seeds that a case has not, whose mean would be over other cases", () => {
    const later = [1, 2].map((seed) => ({ seed, value: 100 }));
    const [{ effects }] = judgedOn([one(seeded([0, 2])), one(later)]);
    expect(effects).toEqual([{ unit: "u", scale: "difference", mean: 51 }]);
  });

  it("of ratios are told as ratios, not as logarithms", () => {
    const [{ effects }] = judgedOn([one(seeded([-1, -1, -1]), { scale: "ratio", says: { below: 0 } })]);
    expect(effects).toEqual([{ unit: "u", scale: "ratio", mean: 0.5, low: 0.5, high: 0.5 }]);
    expect(times(effects[0])).toBe("0.50 times (0.50 to 0.50)");
    const large = { ...effects[0], mean: 533.08, low: 341.79, high: 831.42 };
    expect(times(large)).toBe("533 times (342 to 831)");
  });

  it("that are only shown beside decide nothing", () => {
    const [found] = judgedOn([one(above), one(below, { unit: "v", says: "beside" })]);
    expect(found).toMatchObject({ verdict: "reproduced", counts: { telling: 1, open: 0 } });
    expect(found.effects.map(({ unit }) => unit)).toEqual(["u", "v"]);
  });
});

describe("words", () => {
  it("make one plain sentence from the numbers", () => {
    const [{ sentence }] = judgedOn([one(below), one(above), one(below), one(unclear)]);
    expect(sentence).toMatch(
      /^On d, it is 0\.2\d* \(.*\) lower; 1 of 4 cases agrees with the paper, 2 contradict it/,
    );
    expect(sentence).toMatch(/, 1 is open\.$/);
  });

  it("turn the interval with the sign", () => {
    const effect = { unit: "u", scale: "difference", mean: -0.02, low: -0.03, high: -0.01 } as const;
    expect(difference(effect)).toBe("0.0200 (0.0100 to 0.0300) lower");
    expect(difference({ ...effect, mean: 0.02, low: 0.01, high: 0.03 }, "up", "down")).toBe(
      "0.0200 (0.0100 to 0.0300) up",
    );
  });

  it("count one case as one", () => {
    const counts = { telling: 1, for: 1, against: 0, open: 0, cannotTell: 0 };
    expect(counted(counts)).toBe("1 of 1 case agrees with the paper");
    expect(counted({ ...counts, telling: 2, for: 0, open: 2, cannotTell: 3 })).toBe(
      "0 of 2 cases agree with the paper, 2 are open, 3 more cannot tell",
    );
  });
});

describe("tables", () => {
  const judged = judge(claim([one(above), one(below, { dataset: "e" })]), [], profile);
  const untested = judge(claim([]), [], profile);

  it("have a row for each claim and data set", () => {
    expect(claimRows([judged, untested]).map(({ dataset, verdict }) => [dataset, verdict])).toEqual([
      ["d", "reproduced"],
      ["e", "the reverse holds"],
      ["–", "not tested"],
    ]);
  });

  it("set the data sets side by side", () => {
    const { rows, columns } = claimSummary([judged, untested]);
    expect(rows).toMatchObject([
      { id: "C0", d: "reproduced", e: "the reverse holds" },
      { d: "not tested", e: "not tested" },
    ]);
    expect(columns.map(({ key }) => key)).toEqual(["id", "statement", "d", "e", "place"]);
  });
});

describe("the yardstick", () => {
  const rows = (values: Record<string, readonly number[]>): MetricRow[] =>
    Object.entries(values).flatMap(([system, list]) =>
      list.map((value, seed) => ({
        dataset: "d",
        model: system === "Retrain" ? "dmf" : "",
        system,
        request: "none",
        metric: "m",
        seed,
        value,
      })),
    );
  const known = {
    Retrain: [0.5, 0.5, 0.5],
    "item mean": [0.42, 0.41, 0.4],
    random: [0.3, 0.3, 0.3],
    oracle: [0.6, 0.6, 0.6],
  };
  const of = { dataset: "d", model: "dmf", metric: "m" };

  it("is Retrain minus item mean; alike is below a quarter of it", () => {
    const found = yardstick(rows(known), of);
    expect(found.size).toBeCloseTo(0.09, 12);
    expect(found.cannotTell).toBeUndefined();
    expect(alike(found)).toEqual({ says: { within: found.size / 4 } });
    expect(stable(found)).toEqual({ says: { below: found.size / 4 } });
    expect(better(found)).toEqual({ says: { above: 0 } });
  });

  it("cannot tell where Retrain is not surely above the item mean", () => {
    for (const retrain of [
      [0.4, 0.4, 0.4],
      [0.41, 0.42, 0.46], // above on average, not with the whole interval
    ]) {
      const found = yardstick(rows({ ...known, Retrain: retrain }), of);
      expect(found.cannotTell).toBe("Retrain is not surely above the item mean");
      for (const says of [alike, better, stable])
        expect(says(found)).toEqual({ cannotTell: found.cannotTell });
    }
  });

  it("cannot tell where the metric spans less than .02 from random to oracle", () => {
    const span = (oracle: number) =>
      yardstick(rows({ ...known, oracle: [oracle, oracle, oracle] }), of).cannotTell;
    expect(span(0.3199)).toBe("the metric spans less than 0.02 from random to oracle");
    expect(span(0.3201)).toBeUndefined();
  });

  it("cannot tell with one seed, or where something was not run; looks at learning and at no other data", () => {
    const single = Object.fromEntries(
      Object.entries(known).map(([system, list]) => [system, list.slice(0, 1)]),
    );
    expect(yardstick(rows(single), of).cannotTell).toMatch(/surely/);
    for (const system of Object.keys(known))
      expect(yardstick(rows({ ...known, [system]: [] }), of).cannotTell).toMatch(/was not run/);
    const other = [
      ...rows(known),
      ...rows(known).map((row) => ({ ...row, request: "rand@5", value: 9 })),
      ...rows(known).map((row) => ({ ...row, dataset: "e", value: 9 })),
      ...rows(known).map((row) => ({ ...row, metric: "n", value: 9 })),
    ];
    expect(yardstick(other, of)).toEqual(yardstick(rows(known), of));
  });
});
