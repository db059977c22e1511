import { describe, expect, it } from "vitest";
import { buildHypergraph } from "../../lib/hypergraph/hypergraph";
import {
  principalAxes,
  principalComponents,
  reachStatistics,
  userCovariates,
} from "../../lib/hypergraph/profile";
import {
  neighbourSignal,
  pairCosines,
  pairDistances,
  samplePairs,
  tasteOf,
  tasteSignal,
} from "../../lib/hypergraph/signal";
import { Random } from "../../lib/random";
import { correlation, randomRatings, ratings } from "./helpers";

describe("pairs of users", () => {
  it("are different users with ratings, every pair about as often as any other", () => {
    const data = ratings(
      [
        [0, 0, 3],
        [2, 0, 4],
        [3, 1, 5],
        [4, 1, 5],
      ],
      5,
      2,
    );
    const { first, second } = samplePairs(data, 12_000, 1);
    const counts = new Map<string, number>();
    first.forEach((i, k) => {
      const name = `${i} ${second[k]}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    });
    expect(counts.size).toBe(12);
    for (const [name, count] of counts) {
      expect(name).not.toMatch(/1|(\d) \1/);
      expect(Math.abs(count - 1000)).toBeLessThan(150); // 5 standard deviations
    }
    expect(() => samplePairs(ratings([[0, 0, 3]], 3, 1), 5, 1)).toThrow(/two users/);
  });
});

describe("taste", () => {
  const data = ratings(
    [
      [0, 0, 1],
      [0, 1, 2],
      [0, 2, 3],
      [1, 0, 2],
      [1, 1, 3],
      [1, 2, 4],
      [1, 3, 1],
      [2, 0, 3],
      [2, 1, 2],
      [2, 2, 1],
      [3, 4, 5],
    ],
    4,
    5,
  );
  const pairs = { first: Uint32Array.of(0, 0, 0), second: Uint32Array.of(1, 2, 3) };

  it("is Pearson's r on what both rated, and the cosine of the rows", () => {
    const taste = tasteOf(data, pairs, 3);
    expect(Array.from(taste.shared)).toEqual([3, 3, 0]);
    expect(taste.pearson[0]).toBeCloseTo(1, 12);
    expect(taste.pearson[1]).toBeCloseTo(-1, 12);
    expect(taste.pearson[2]).toBeNaN();
    expect(taste.cosine[0]).toBeCloseTo(20 / Math.sqrt(14 * 30), 12);
    expect(taste.cosine[1]).toBeCloseTo(10 / 14, 12);
    expect(taste.cosine[2]).toBe(0);
    expect(Array.from(tasteOf(data, pairs, 4).pearson)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });
});

describe("the signal of an embedding", () => {
  // users on a line of taste: user u likes items near u
  const random = Random.stream(1, "line");
  const rows: number[][] = [];
  for (let u = 0; u < 120; u++)
    for (let i = 0; i < 60; i++) {
      if (random.uniform() < 0.5) rows.push([u, i, Math.max(1, 5 - Math.round(Math.abs(u / 2 - i) / 8))]);
    }
  const data = ratings(rows, 120, 60);
  const line = Float32Array.from({ length: 240 }, (_, k) => (k % 2 === 0 ? k / 2 : 0));
  const scattered = Random.stream(2, "scatter").shuffle(line.slice());
  const pairs = samplePairs(data, 3000, 1);
  const taste = tasteOf(data, pairs);
  const signalOf = (values: Float32Array) =>
    tasteSignal(
      data,
      pairs,
      taste,
      pairDistances(values, 2, pairs).map((d) => -d),
    );

  it("is high when near users are alike and none when rows are scattered", () => {
    expect(signalOf(line).pearson).toBeGreaterThan(0.8);
    expect(signalOf(line).cosine).toBeGreaterThan(0.5);
    expect(signalOf(line).pearsonPairs).toBeGreaterThan(2500);
    for (const value of [signalOf(scattered).pearson, signalOf(scattered).cosine, signalOf(line).activity])
      expect(Math.abs(value)).toBeLessThan(0.15);
  });

  it("shows among nearest neighbours too", () => {
    const options = { count: 60, k: 5, seed: 1 };
    const near = neighbourSignal(data, line, 2, options);
    const any = neighbourSignal(data, scattered, 2, options);
    expect(near.pearson).toBeGreaterThan(any.pearson + 0.4);
    expect(near.cosine).toBeGreaterThan(any.cosine + 0.05);
  });

  it("finds activity when rows are laid out by activity", () => {
    const { activity } = userCovariates(randomRatingsOfUnevenUsers);
    const byActivity = Float32Array.from({ length: 2 * 100 }, (_, k) => (k % 2 === 0 ? activity[k / 2] : 0));
    const some = samplePairs(randomRatingsOfUnevenUsers, 2000, 1);
    const found = tasteSignal(
      randomRatingsOfUnevenUsers,
      some,
      tasteOf(randomRatingsOfUnevenUsers, some),
      pairDistances(byActivity, 2, some).map((d) => -d),
    );
    expect(found.activity).toBeGreaterThan(0.999);
  });
});

const randomRatingsOfUnevenUsers = (() => {
  const random = Random.stream(4, "uneven");
  const rows: number[][] = [];
  for (let u = 0; u < 100; u++)
    for (let i = 0; i < 80; i++) if (random.uniform() < (u + 5) / 150) rows.push([u, i, 1 + random.below(5)]);
  return ratings(rows, 100, 80);
})();

describe("cosines and distances of pairs", () => {
  it("are those of the rows", () => {
    const values = Float32Array.of(3, 4, 0, 2, 0, 0, -6, -8);
    const pairs = { first: Uint32Array.of(0, 0, 0), second: Uint32Array.of(1, 2, 3) };
    expect(Array.from(pairCosines(values, 2, pairs))).toEqual([0.8, 0, -1]);
    expect(Array.from(pairDistances(values, 2, pairs))).toEqual([Math.sqrt(13), 5, 15]);
  });
});

describe("reach statistics", () => {
  it("describe the sizes as shares", async () => {
    const graph = await buildHypergraph(
      ratings(
        [
          [0, 0, 3],
          [1, 0, 3],
          [1, 1, 3],
          [2, 1, 3],
          [3, 2, 3],
        ],
        5,
        3,
      ),
    );
    const found = reachStatistics(graph); // sizes 2, 3, 2, 1, 1
    expect(found).toMatchObject({ least: 0.2, most: 0.6, alone: 2 });
    expect(found.mean).toBeCloseTo(0.36, 12);
    expect(found.quantiles).toEqual([0.2, 0.2, 0.4, 0.4, 0.6]);
    expect(found.activity).toBeGreaterThan(0.5);
  });
});

describe("principal axes", () => {
  it("come by variance and say what they go along with", () => {
    const random = Random.stream(8, "axes");
    const n = 500;
    const [first, second] = [new Float64Array(n), new Float64Array(n)].map((x) =>
      x.map(() => random.normal()),
    );
    const values = new Float32Array(n * 4);
    for (let u = 0; u < n; u++)
      values.set([3 * first[u], -3 * first[u], second[u], 0.1 * random.normal()], u * 4);
    const axes = principalAxes(values, 4, { first, second }, 3);
    expect(axes[0].variance).toBeGreaterThan(0.9);
    expect(Math.abs(axes[0].correlations.first)).toBeGreaterThan(0.999);
    expect(Math.abs(axes[0].correlations.second)).toBeLessThan(0.15);
    expect(Math.abs(axes[1].correlations.second)).toBeGreaterThan(0.99);
    expect(axes.length).toBe(3);
    // the map of users keeps their distances when all axes are kept
    const { scores, variance } = principalComponents(values, 4, 4);
    expect(variance.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    const pairs = { first: Uint32Array.of(0, 7, 99), second: Uint32Array.of(1, 300, 450) };
    const [there, here] = [
      pairDistances(Float32Array.from(scores), 4, pairs),
      pairDistances(values, 4, pairs),
    ];
    for (let k = 0; k < 3; k++) expect(there[k]).toBeCloseTo(here[k], 4);
    expect(() => principalComponents(values, 4, 5)).toThrow(/count/);
  });
});

describe("covariates of users", () => {
  it("are log activity, mean rating and mean log popularity", () => {
    const data = randomRatings(12, 9, 0.5, 1);
    const { activity, meanRating, popularity } = userCovariates(data);
    const { offsets, columns, values } = data.byUser;
    for (let u = 0; u < 12; u++) {
      const row = Array.from(values.slice(offsets[u], offsets[u + 1]));
      const items = Array.from(columns.slice(offsets[u], offsets[u + 1]));
      const degree = (i: number) => data.byItem.offsets[i + 1] - data.byItem.offsets[i];
      expect(activity[u]).toBeCloseTo(Math.log(row.length), 12);
      expect(meanRating[u]).toBeCloseTo(row.reduce((a, b) => a + b, 0) / row.length, 12);
      const mean = items.reduce((sum, i) => sum + Math.log(degree(i)), 0) / items.length;
      expect(popularity[u]).toBeCloseTo(mean, 12);
    }
    expect(correlation(activity, activity)).toBeCloseTo(1, 12);
  });
});
