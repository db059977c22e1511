import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Random } from "../../lib/random";
import { pearson, spearman, spearmanInterval } from "../../lib/statistics/correlation";
import { incompleteBeta, studentQuantile, studentTwoSided } from "../../lib/statistics/distributions";
import {
  type Interval,
  mean,
  meanInterval,
  meanOfEstimates,
  pairedT,
  quantile,
  ranks,
  squaredDeviations,
  standardDeviation,
} from "../../lib/statistics/statistics";

interface Fixture {
  distributions: Record<"incompleteBeta" | "studentTwoSided" | "studentQuantile", number[][]>;
  pairs: {
    a: number[];
    b: number[];
    mean: number;
    std: number;
    meanInterval: [number, number];
    resplitInterval: [number, number];
    t: Record<"t" | "p" | "low" | "high", number>;
    pearson: number;
    spearman: number;
    spearmanInterval: [number, number];
  }[];
  tied: { a: number[]; b: number[]; spearman: number }[];
}

const scipy = JSON.parse(
  readFileSync(join(__dirname, "../fixtures/statistics_scipy.json"), "utf8"),
) as Fixture;

/** Relative to the size of the wanted value, as small p-values need. */
function near(found: number, wanted: number, tolerance = 1e-9): void {
  expect(Math.abs(found - wanted)).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(wanted), 1e-12));
}

function nearInterval({ low, high }: Interval, [wantedLow, wantedHigh]: readonly [number, number]): void {
  near(low, wantedLow);
  near(high, wantedHigh);
}

describe("distributions against scipy", () => {
  it("incomplete beta", () => {
    for (const [x, a, b, wanted] of scipy.distributions.incompleteBeta)
      near(incompleteBeta(x, a, b), wanted, 1e-10);
  });
  it("Student's t", () => {
    for (const [t, f, wanted] of scipy.distributions.studentTwoSided)
      near(studentTwoSided(t, f), wanted, 1e-10);
    for (const [p, f, wanted] of scipy.distributions.studentQuantile)
      expect(Math.abs(studentQuantile(p, f) - wanted)).toBeLessThan(1e-9 * Math.max(1, Math.abs(wanted)));
  });
});

describe("tests and intervals against scipy", () => {
  it("mean, standard deviation, t interval, paired t-test", () => {
    for (const { a, b, ...wanted } of scipy.pairs) {
      near(mean(a), wanted.mean);
      near(standardDeviation(a), wanted.std);
      nearInterval(meanInterval(a), wanted.meanInterval);
      const found = pairedT(a, b);
      near(found.t, wanted.t.t);
      near(found.p, wanted.t.p);
      nearInterval(found.interval, [wanted.t.low, wanted.t.high]);
    }
  });

  it("the correction for re-splits of one data set widens the interval, and makes a paired test less sure", () => {
    const sampling = { testToTrain: 0.1 / 0.9 };
    for (const { a, b, ...wanted } of scipy.pairs) {
      nearInterval(meanInterval(a, sampling), wanted.resplitInterval);
      const [plain, corrected] = [pairedT(a, b), pairedT(a, b, sampling)];
      expect(corrected.difference).toBe(plain.difference);
      near(corrected.t, plain.t / Math.sqrt(1 + a.length / 9));
      expect(corrected.p).toBeGreaterThan(plain.p);
    }
  });

  it("correlations", () => {
    for (const { a, b, ...wanted } of scipy.pairs) {
      near(pearson(a, b), wanted.pearson);
      near(spearman(Float64Array.from(a), b), wanted.spearman);
      nearInterval(spearmanInterval(spearman(a, b), a.length), wanted.spearmanInterval);
    }
    for (const { a, b, spearman: wanted } of scipy.tied) near(spearman(a, b), wanted);
  });
});

describe("by hand and by property", () => {
  it("quantiles interpolate between order statistics", () => {
    const sorted = [1, 2, 4, 8];
    expect([0, 0.25, 0.5, 0.75, 1].map((p) => quantile(sorted, p))).toEqual([1, 1.75, 3, 5, 8]);
    expect(quantile([7], 0.3)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it("ranks count from 1, and equal values share theirs", () => {
    expect([...ranks([30, 10, 20, 10])]).toEqual([4, 1.5, 3, 1.5]);
  });

  it("deviations are taken from the mean, not from 0", () => expect(squaredDeviations([1, 2, 6])).toBe(14));

  it("no difference, or always the same difference", () => {
    expect(pairedT([1, 2], [1, 2])).toMatchObject({ difference: 0, t: 0, p: 1 });
    expect(pairedT([1.5, 2.5], [1, 2])).toMatchObject({ difference: 0.5, p: 0 });
  });

  it("t intervals cover the mean about as often as they say", () => {
    const random = Random.stream(11, "coverage");
    let covered = 0;
    for (let trial = 0; trial < 2000; trial++) {
      const { low, high } = meanInterval(Array.from({ length: 5 }, () => 3 + random.normal()));
      if (low <= 3 && 3 <= high) covered++;
    }
    expect(covered / 2000).toBeGreaterThan(0.93);
    expect(covered / 2000).toBeLessThan(0.97);
  });

  it("the mean of estimates is surer than each of them", () => {
    const { low, high } = meanOfEstimates([0.5, 0.6, 0.7, 0.6], [0.1, 0.1, 0.1, 0.1]);
    expect((low + high) / 2).toBeCloseTo(0.6, 12);
    expect((high - low) / 2).toBeCloseTo(1.959963984540054 * 0.05, 12); // half of each: four estimates
    expect(() => meanOfEstimates([1], [])).toThrow("1 values with 0 errors");
  });

  it("a constant side has no correlation, a perfect one no width", () => {
    expect(pearson([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(spearman([1, 2, 3, 4], [2, 4, 8, 16])).toBe(1);
    expect(spearmanInterval(1, 4)).toEqual({ low: 1, high: 1 });
  });

  it("refuses what has no answer", () => {
    expect(mean([])).toBeNaN();
    expect(standardDeviation([1])).toBeNaN();
    expect(() => meanInterval([1])).toThrow("needs 2 values, has 1");
    expect(() => meanInterval([1, NaN])).toThrow("not a finite number");
    expect(() => pairedT([1, 2], [1])).toThrow("2 on one side, 1 on the other");
    expect(() => pearson([1, 2], [1])).toThrow("2 values against 1");
    expect(() => spearmanInterval(0.5, 3)).toThrow("needs 4 pairs, has 3");
  });
});
