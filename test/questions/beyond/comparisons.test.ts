import { describe, expect, it } from "vitest";
import { adviceTable, adviceText, rules } from "../../../lib/questions/beyond/advice";
import { AIMS, aimRows, type Comparison, comparisons } from "../../../lib/questions/beyond/comparisons";
import { aimText } from "../../../lib/questions/beyond/reading";
import type { BeyondRow } from "../../../lib/questions/beyond/rows";

const row = (system: string, seed: number, utility: number, more: Partial<BeyondRow> = {}): BeyondRow => ({
  dataset: "d",
  preset: "PAPER",
  model: "dmf",
  system,
  request: "random-user",
  seed,
  metric: "labCode NDCG@10",
  utility,
  expected: 1000,
  seconds: 10,
  derive: 0,
  bytes: 2_000_000,
  lossCold: null,
  lossFair: null,
  lossKnown: null,
  items: 10,
  choice: null,
  learned: null,
  ...more,
});

/** Two seeds in which the second is better for everybody. */
const ROWS = [
  row("retrain", 0, 0.4),
  row("retrain", 1, 0.42),
  row("retrain-tuned", 0, 0.41),
  row("retrain-tuned", 1, 0.43),
  row("lean@20+ridge", 0, 0.408, { expected: 40, seconds: null }),
  row("lean@20+ridge", 1, 0.428, { expected: 40, seconds: null }),
  row("c-sisa", 0, 0.4, { expected: 125 }),
  row("c-sisa", 1, 0.44, { expected: 125 }),
  row("ease", 0, 0.412, { model: "none", expected: null, seconds: 20, derive: 19 }),
  row("ease", 1, 0.432, { model: "none", expected: null, seconds: 20, derive: 19 }),
];
const [ONE_USER, , BATCH] = AIMS;
const named = (rows: readonly Comparison[], system: string): Comparison =>
  rows.find((one) => one.system === system) as Comparison;

describe("systems side by side", () => {
  const compared = comparisons(ROWS);

  it("measures utility against the better Retrain, seed by seed", () => {
    expect(named(compared, "retrain-tuned").reference).toBe(true);
    const lean = named(compared, "lean@20+ridge");
    expect(lean.difference).toBeCloseTo(-0.002, 12);
    expect(lean.half).toBeCloseTo(0, 12); // the same in both seeds, whatever the seeds do
    expect(lean.utility).toBeCloseTo(0.418, 12);
  });

  it("gives the interval of paired differences", () => {
    // differences -.01 and +.01: s = .01 sqrt 2, its mean's error s sqrt(1/2 + 1/9), t(.975, 1) = 12.7062
    const { difference, half } = named(compared, "c-sisa");
    expect(difference).toBeCloseTo(0, 12);
    expect(half).toBeCloseTo(12.7062 * 0.01 * Math.SQRT2 * Math.sqrt(1 / 2 + 1 / 9), 5);
  });

  it("measures cost against plain Retrain: expected where it is known, seconds where there are no gradients", () => {
    expect(named(compared, "retrain-tuned").cost).toBeCloseTo(100, 9);
    const lean = named(compared, "lean@20+ridge");
    expect([lean.cost, lean.sums]).toEqual([expect.closeTo(4, 9), null]);
    const ease = named(compared, "ease");
    expect(ease.cost).toBeCloseTo(200, 9);
    expect(ease.sums).toBeCloseTo(10, 9);
  });

  it("leaves out pairs whose seed the reference lacks", () => {
    const { difference, seeds } = named(comparisons([...ROWS, row("c-sisa", 2, 0.9)]), "c-sisa");
    expect(difference).toBeCloseTo(0, 12);
    expect(seeds).toBe(3);
  });

  it("says which reach the aim, and which only on average", () => {
    const verdicts = Object.fromEntries(
      aimRows(compared, ONE_USER).map(({ system, verdict }) => [system, verdict]),
    );
    expect(verdicts).toEqual({ "lean@20+ridge": "reached", "c-sisa": "too costly", ease: "too costly" });
    const cheap = comparisons(
      ROWS.map((one) => (one.system === "c-sisa" ? { ...one, expected: 30 } : { ...one })),
    );
    expect(named(aimRows(cheap, ONE_USER), "c-sisa")).toMatchObject({ verdict: "reached on average" });
  });

  it("allows a batch a larger share of Retrain's cost", () => {
    const batch = comparisons(
      ROWS.map((one) => ({
        ...one,
        request: "rand@5",
        expected: one.system === "lean@20+ridge" ? 150 : 1000,
      })),
    );
    const verdicts = aimRows(batch, BATCH).map(({ system, verdict }) => [system, verdict]);
    expect(Object.fromEntries(verdicts)).toMatchObject({
      "lean@20+ridge": "reached",
      "c-sisa": "too costly",
    });
    expect(aimRows(batch, ONE_USER)).toEqual([]);
  });

  it("names what reaches an aim, and else what comes nearest from both sides", () => {
    const aims = aimRows(compared, ONE_USER).map((one) => ({ ...one, model: "DMF" }));
    expect(aimText(aims)).toBe("Lean fold-in 20 % (DMF), reached");
    const near = aims.map((one) =>
      one.verdict === "reached" ? { ...one, verdict: "too far" as const, difference: -0.02 } : one,
    );
    expect(aimText(near)).toBe(
      `No system does; the cheapest that is good enough: C-SISA (DMF), ${named(aims, "c-sisa").difference.toFixed(4)} at ${named(aims, "c-sisa").cost.toFixed(1)} %; ` +
        "the best that is cheap enough: Lean fold-in 20 % (DMF), −0.0200 at 4.0 %",
    );
    expect(aimText([])).toBe("No system does");
  });

  it("asks for every model", () => {
    const nmf = ROWS.map((one) => {
      const worse = one.system === "lean@20+ridge" ? one.utility - 0.01 : one.utility;
      return { ...one, model: one.model === "none" ? "none" : "nmf", utility: worse };
    });
    const both = comparisons([...ROWS, ...nmf.filter(({ model }) => model === "nmf")]);
    const aims = aimRows(both, ONE_USER);
    expect(aims.map(({ model, verdict }) => `${model} ${verdict}`)).toContain("nmf too far");
  });
});

describe("advice", () => {
  const facts = { users: 100, ratings: 5000, batches: [], expected: {}, core: null };
  const learning = row("retrain", 0, 0.4, { request: "none", learned: facts });

  it("takes the cheapest that is surely near the best of all, whatever its model", () => {
    // EASE is the best; C-SISA is .002 behind it on average, and may be .13 behind
    const [rule, ...more] = rules([learning, ...ROWS]);
    expect(more).toEqual([]);
    expect(rule).toMatchObject({
      wanted: "ratings",
      asked: "one random user",
      users: 100,
      items: 10,
      ratings: 5000,
    });
    expect(rule).toMatchObject({
      take: "Lean fold-in 20 %, DMF",
      method: "core-fold-in",
      best: "EASE",
      seeds: 2,
    });
    expect(rule.difference).toBeCloseTo(-0.004, 12);
    expect(rule.cost).toBeCloseTo(4, 9);
    const worse = ROWS.map((one) =>
      one.system === "lean@20+ridge" ? { ...one, utility: one.utility - 0.002 } : one,
    );
    const [other] = rules([learning, ...worse]);
    expect(other.take).not.toMatch(/Lean/);
    expect(other).toMatchObject({ best: "EASE" });
  });

  it("names the larger of the costs that a system without a model has beside several", () => {
    const nmf = ROWS.filter(({ model }) => model !== "none").map((one) => ({
      ...one,
      model: "nmf",
      seconds: one.seconds && one.seconds / 2,
    }));
    const far = [...ROWS, ...nmf].filter(({ system }) => ["retrain", "ease"].includes(system));
    const [rule] = rules([learning, ...far]).map(({ take, cost, beside }) => [
      take,
      Math.round(cost),
      beside,
    ]);
    expect(rule).toEqual(["EASE", 400, "NMF"]);
  });

  it("is told in words, and says that there is none where there are no records", () => {
    expect(adviceText([learning, ...ROWS])).toBe(
      "* For ratings from data like d: Lean fold-in 20 %, DMF (to forget one random user).",
    );
    expect(adviceText([])).toMatch(/no records of `beyond`.*npx erasable run beyond/);
    expect(adviceText(ROWS)).toMatch(/no records/);
    expect(adviceTable([])).toEqual([]);
  });
});
