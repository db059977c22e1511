import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Random } from "../../lib/random";
import { bootstrapInterval } from "../../lib/statistics/bootstrap";
import { pearson, spearman } from "../../lib/statistics/correlation";
import {
  incompleteBeta,
  logGamma,
  normalCdf,
  studentQuantile,
  studentTwoSided,
} from "../../lib/statistics/distributions";
import {
  holm,
  mean,
  meanInterval,
  pairedT,
  signedRank,
  standardDeviation,
} from "../../lib/statistics/statistics";

interface Fixture {
  distributions: Record<
    "logGamma" | "incompleteBeta" | "studentTwoSided" | "studentQuantile" | "normalCdf",
    number[][]
  >;
  pairs: {
    a: number[];
    b: number[];
    mean: number;
    std: number;
    meanInterval: [number, number];
    t: Record<"t" | "p" | "low" | "high", number>;
    wilcoxon: { statistic: number; p: number };
    pearson: Record<"r" | "p" | "low" | "high", number>;
    spearman: { r: number; p: number };
  }[];
  tied: { a: number[]; b: number[]; statistic: number; p: number; spearman: number }[];
  large: { a: number[]; b: number[]; statistic: number; p: number };
  bootstrap: { values: number[]; percentile: [number, number]; bca: [number, number] }[];
  holm: { p: number[]; adjusted: number[] };
}

const scipy = JSON.parse(
  readFileSync(join(__dirname, "../fixtures/statistics_scipy.json"), "utf8"),
) as Fixture;

/** Relative to the size of the wanted value, as small p-values need. */
function near(found: number, wanted: number, tolerance = 1e-9): void {
  expect(Math.abs(found - wanted)).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(wanted), 1e-12));
}

describe("distributions against scipy", () => {
  it("log gamma", () => {
    for (const [x, wanted] of scipy.distributions.logGamma)
      expect(Math.abs(logGamma(x) - wanted)).toBeLessThan(1e-12 * Math.max(1, Math.abs(wanted)));
  });
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
  it("normal", () => {
    for (const [z, wanted] of scipy.distributions.normalCdf) near(normalCdf(z), wanted, 1e-12);
  });
});

describe("tests and intervals against scipy", () => {
  it("mean, standard deviation, t interval, paired t-test", () => {
    for (const { a, b, ...wanted } of scipy.pairs) {
      near(mean(a), wanted.mean);
      near(standardDeviation(a), wanted.std);
      const interval = meanInterval(a);
      near(interval.low, wanted.meanInterval[0]);
      near(interval.high, wanted.meanInterval[1]);
      const found = pairedT(a, b);
      near(found.t, wanted.t.t);
      near(found.p, wanted.t.p);
      near(found.interval.low, wanted.t.low);
      near(found.interval.high, wanted.t.high);
    }
  });

  it("signed ranks: exact, with ties, and the approximation for many pairs", () => {
    for (const { a, b, wilcoxon } of scipy.pairs) {
      const found = signedRank(a, b);
      expect(found.exact).toBe(true);
      near(found.statistic, wilcoxon.statistic);
      near(found.p, wilcoxon.p);
    }
    for (const { a, b, statistic, p } of scipy.tied) {
      const found = signedRank(a, b);
      near(found.statistic, statistic);
      near(found.p, p);
    }
    const found = signedRank(scipy.large.a, scipy.large.b);
    expect(found.exact).toBe(false);
    near(found.statistic, scipy.large.statistic);
    near(found.p, scipy.large.p, 1e-6);
  });

  it("correlations", () => {
    for (const { a, b, ...wanted } of scipy.pairs) {
      const r = pearson(a, b);
      near(r.r, wanted.pearson.r);
      near(r.p, wanted.pearson.p, 1e-8);
      near(r.interval?.low ?? NaN, wanted.pearson.low);
      near(r.interval?.high ?? NaN, wanted.pearson.high);
      const rank = spearman(a, b);
      near(rank.r, wanted.spearman.r);
      near(rank.p, wanted.spearman.p, 1e-8);
    }
    for (const { a, b, spearman: wanted } of scipy.tied) near(spearman(a, b).r, wanted);
  });

  it("Spearman's interval is wider than Pearson's and holds the coefficient", () => {
    const { a, b } = scipy.pairs[5];
    const found = spearman(a, b);
    expect(found.interval?.low).toBeLessThan(found.r);
    expect(found.interval?.high).toBeGreaterThan(found.r);
    expect(spearman([1, 2, 3], [1, 3, 2]).interval).toBeUndefined();
    expect(spearman([1, 2, 3, 4], [1, 2, 3, 4])).toEqual({
      r: 1,
      p: 0,
      interval: { low: 1, high: 1 },
      pairs: 4,
    });
  });

  it("bootstrap intervals, within Monte Carlo error", () => {
    for (const { values, percentile, bca } of scipy.bootstrap) {
      const width = percentile[1] - percentile[0];
      for (const [method, wanted] of [
        ["percentile", percentile],
        ["bca", bca],
      ] as const) {
        const found = bootstrapInterval(values, { seed: 1, resamples: 20_000, method });
        expect(Math.abs(found.low - wanted[0])).toBeLessThan(0.04 * width);
        expect(Math.abs(found.high - wanted[1])).toBeLessThan(0.04 * width);
      }
    }
  });

  it("Holm's correction", () => {
    holm(scipy.holm.p).forEach((p, i) => {
      near(p, scipy.holm.adjusted[i]);
    });
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
  });
});

describe("by hand and by property", () => {
  it("five positive differences: p is 2 / 32", () => {
    const found = signedRank([2, 3, 4, 5, 6], [1, 1, 1, 1, 1]);
    expect(found).toEqual({ statistic: 0, pairs: 5, p: 0.0625, exact: true });
  });

  it("no difference, or always the same difference", () => {
    expect(pairedT([1, 2], [1, 2])).toMatchObject({ difference: 0, t: 0, p: 1 });
    expect(pairedT([1.5, 2.5], [1, 2])).toMatchObject({ difference: 0.5, p: 0 });
    expect(signedRank([1, 2], [1, 2]).p).toBe(1);
  });

  it("bootstrap: the same seed gives the same interval, another seed another", () => {
    const values = [0.3, 0.5, 0.9, 0.1, 0.7];
    const once = bootstrapInterval(values, { seed: 4 });
    expect(bootstrapInterval(values, { seed: 4 })).toEqual(once);
    const few = (seed: number) => bootstrapInterval(values, { seed, resamples: 60, method: "percentile" });
    expect(few(5)).not.toEqual(few(4));
    expect(bootstrapInterval([2, 2, 2], { seed: 4 })).toEqual({ low: 2, high: 2 });
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

  it("refuses what has no answer", () => {
    expect(() => mean([])).toThrow("needs 1 values, has 0");
    expect(() => standardDeviation([1])).toThrow("needs 2 values, has 1");
    expect(() => pairedT([1, 2], [1])).toThrow("2 on one side, 1 on the other");
    expect(() => pearson([1, 1, 1], [1, 2, 3])).toThrow("all values of one side are the same");
    expect(() => mean([1, NaN])).toThrow("not a finite number");
  });
});
