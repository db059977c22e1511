import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  expectation,
  fitMixture,
  maximisation,
  oneHot,
  varianceFloor,
} from "../../lib/grouping/gaussianMixture";
import { assignNearest } from "../../lib/grouping/passes";
import { pointsOf } from "../../lib/grouping/space";
import { dense, planted, ratingTable, sparse, stream } from "./spaces";

interface Case {
  readonly dim: number;
  readonly groups: number;
  readonly steps: number;
  readonly values: readonly number[];
  readonly weights: readonly number[];
  readonly variances: readonly number[];
  readonly logLikelihood: number;
  readonly fittedWeights: readonly number[];
  readonly fittedMeans: readonly number[];
  readonly fittedVariances: readonly number[];
  readonly labels: readonly number[];
}
const path = join(__dirname, "../fixtures/grouping_sklearn.json");
const cases = (JSON.parse(readFileSync(path, "utf8")) as { mixture: Case[] }).mixture;

describe("EM, against scikit-learn from the same parameters", () => {
  it.each(cases.map((one) => [one.steps, one] as const))("%i steps", async (_, one) => {
    const points = pointsOf({ kind: "dense", values: Float32Array.from(one.values), dim: one.dim });
    const start = {
      weights: Float64Array.from(one.weights),
      means: Float64Array.from(one.values.slice(0, one.groups * one.dim)),
      variances: Float64Array.from(one.variances),
    };
    const fitted = await fitMixture(points, start, { floor: 0, maxPasses: one.steps }, {});
    expect(fitted.passes).toBe(one.steps);
    expect(fitted.logLikelihood).toBeCloseTo(one.logLikelihood, 9);
    one.fittedWeights.forEach((w, j) => {
      expect(fitted.mixture.weights[j]).toBeCloseTo(w, 9);
    });
    one.fittedMeans.forEach((m, c) => {
      expect(fitted.mixture.means[c]).toBeCloseTo(m, 8);
    });
    one.fittedVariances.forEach((v, c) => {
      expect(fitted.mixture.variances[c]).toBeCloseTo(v, 8);
    });
    const cost = new Float64Array(points.count * one.groups);
    expectation(points, fitted.mixture, cost);
    const labels = new Uint32Array(points.count);
    assignNearest(cost, one.groups, labels);
    expect(Array.from(labels)).toEqual(one.labels);
  });
});

describe("Gaussian mixture", () => {
  const { rows, classes } = planted(90, 3, 4, stream("mixture"));
  const points = pointsOf(dense(rows));
  const first = maximisation(
    points,
    oneHot(
      Uint32Array.from(classes, (c, i) => (c + (i % 2)) % 3),
      3,
    ),
    3,
    1e-3,
  );

  it("the log-likelihood never falls", async () => {
    const seen: number[] = [];
    const onProgress = (p: { logLikelihood?: number }) => {
      seen.push(p.logLikelihood as number);
    };
    const fitted = await fitMixture(points, first, { floor: 1e-6, maxPasses: 60 }, { onProgress });
    expect(seen.length).toBeGreaterThan(2);
    for (let k = 1; k < seen.length; k++) expect(seen[k]).toBeGreaterThanOrEqual(seen[k - 1] - 1e-9);
    expect(fitted.logLikelihood).toBe(seen.at(-1));
  });

  it("costs are -log of posteriors that sum to one", () => {
    const cost = new Float64Array(90 * 3);
    expectation(points, first, cost);
    for (let i = 0; i < 90; i++) {
      const sum = Array.from(cost.subarray(i * 3, i * 3 + 3)).reduce((total, c) => total + Math.exp(-c), 0);
      expect(sum).toBeCloseTo(1, 12);
    }
  });

  it("keeps variances at or above the floor, also for equal rows and for a constant column", () => {
    const flat = pointsOf(dense(rows.map((row) => [...row.slice(0, 3), 2])));
    const floor = varianceFloor(flat);
    expect(floor).toBeGreaterThan(0);
    const { variances } = maximisation(flat, oneHot(Uint32Array.from(classes), 3), 3, floor);
    for (let j = 0; j < 3; j++) expect(variances[j * 4 + 3]).toBe(floor);
    const same = pointsOf(dense(Array.from({ length: 6 }, () => [1, 2])));
    expect(varianceFloor(same)).toBe(1e-12);
    const cost = new Float64Array(12);
    const one = maximisation(same, oneHot(Uint32Array.of(0, 0, 0, 1, 1, 1), 2), 2, varianceFloor(same));
    expect(Number.isFinite(expectation(same, one, cost))).toBe(true);
    expect(cost.every((c) => Number.isFinite(c) && c >= 0)).toBe(true);
  });

  it("an empty component takes the mean and variance of all users, with next to no weight", () => {
    const mixture = maximisation(points, oneHot(new Uint32Array(90), 2), 2, 1e-6);
    expect(Array.from(mixture.means.subarray(4))).toEqual(Array.from(mixture.means.subarray(0, 4)));
    expect(mixture.weights[1]).toBeLessThan(1e-9);
    expect(mixture.weights[1]).toBeGreaterThan(0);
  });

  it("sparse rows give what their dense twins give", async () => {
    const table = ratingTable(60, 12, 0.4, stream("twins"));
    const start = oneHot(
      Uint32Array.from(table, (_, i) => i % 3),
      3,
    );
    const [a, b] = await Promise.all(
      [pointsOf(dense(table)), pointsOf(sparse(table))].map((twin) =>
        fitMixture(twin, maximisation(twin, start, 3, 0.05), { floor: 0.05, maxPasses: 10 }, {}),
      ),
    );
    expect(a.logLikelihood).toBeCloseTo(b.logLikelihood, 9);
    a.mixture.means.forEach((m, c) => {
      expect(b.mixture.means[c]).toBeCloseTo(m, 8);
    });
  });
});
