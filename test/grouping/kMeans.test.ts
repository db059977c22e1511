import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { adjustedRandIndex } from "../../lib/cohesion/agreement";
import { KMeansHost, kMeans, plusPlusSeeds } from "../../lib/grouping/kMeans";
import { assignNearest, fillEmpty, runPasses } from "../../lib/grouping/passes";
import { groupSizes, inertiaOf } from "../../lib/grouping/points";
import { pointsOf } from "../../lib/grouping/space";
import { dense, normalTable, planted, sparse, stream } from "./spaces";

interface Case {
  readonly dim: number;
  readonly groups: number;
  readonly sparse: boolean;
  readonly values: readonly number[];
  readonly inertia: number;
  readonly labels: readonly number[];
}
const path = join(__dirname, "../fixtures/grouping_sklearn.json");
const cases = (JSON.parse(readFileSync(path, "utf8")) as { kmeans: Case[] }).kmeans;

const table = ({ values, dim }: Case) =>
  Array.from({ length: values.length / dim }, (_, i) => values.slice(i * dim, (i + 1) * dim));
const settings = (groups: number) =>
  ({ stage: "kmeans", restart: 0, restarts: 1, groups, maxPasses: 1000 }) as const;
const plain = (groups: number) => (cost: Float64Array, labels: Uint32Array) =>
  assignNearest(cost, groups, labels);

describe("Lloyd's passes, against scikit-learn from the same centroids", () => {
  it.each(cases.map((one, k) => [k, one] as const))("case %i: same inertia, same groups", async (_, one) => {
    const space = one.sparse ? sparse(table(one)) : dense(table(one));
    const points = pointsOf(space);
    const seeds = Float64Array.from(one.values.slice(0, one.groups * one.dim));
    const host = new KMeansHost(points, one.groups, () => seeds);
    const { labels, converged } = await runPasses(
      host,
      plain(one.groups),
      points.count,
      settings(one.groups),
      {},
    );
    expect(converged).toBe(true);
    expect(inertiaOf(points, labels, one.groups) / one.inertia).toBeCloseTo(1, 10);
    expect(adjustedRandIndex(labels, one.labels)).toBe(1);
  });
});

describe("k-means", () => {
  const { rows } = planted(120, 5, 3, stream("kmeans"));
  const points = pointsOf(dense(rows));
  const run = (restarts: number, seed: string) =>
    kMeans(points, 5, () => plain(5), { restarts, maxPasses: 200, random: stream("run", seed) }, {});

  it("inertia falls with every pass", async () => {
    const cloud = pointsOf(dense(normalTable(200, 4, stream("cloud"))));
    const inertias: number[] = [];
    await kMeans(
      cloud,
      5,
      () => (cost, labels) => {
        assignNearest(cost, 5, labels);
        inertias.push(inertiaOf(cloud, labels, 5));
      },
      { restarts: 1, maxPasses: 200, random: stream("falls") },
      {},
    );
    expect(inertias.length).toBeGreaterThan(2);
    for (let k = 1; k < inertias.length; k++) expect(inertias[k]).toBeLessThanOrEqual(inertias[k - 1] + 1e-9);
  });

  it("more restarts never end higher: the first ones are the same", async () => {
    const [one, three, nine] = await Promise.all([run(1, "r"), run(3, "r"), run(9, "r")]);
    expect(three.inertia).toBeLessThanOrEqual(one.inertia);
    expect(nine.inertia).toBeLessThanOrEqual(three.inertia);
    expect((await run(3, "r")).labels).toEqual(three.labels);
  });

  it("k-means++ picks rows of the data, with a far lower inertia than the first rows", () => {
    const distances = new Float64Array(120 * 5);
    const cost = (centroids: Float64Array) => {
      points.squaredDistances(centroids, 5, distances);
      let sum = 0;
      for (let i = 0; i < 120; i++) sum += Math.min(...distances.subarray(i * 5, i * 5 + 5));
      return sum;
    };
    // the first five rows all come from the first planted community
    const first = cost(Float64Array.from(rows.slice(0, 5).flat()));
    for (let seed = 0; seed < 10; seed++) {
      const seeds = plusPlusSeeds(points, 5, stream("plusplus", seed));
      expect(cost(seeds)).toBeLessThan(first / 4);
      for (let j = 0; j < 5; j++) {
        const row = seeds.subarray(j * 3, j * 3 + 3);
        expect(rows.some((x) => x.every((value, d) => Math.fround(value) === row[d]))).toBe(true);
      }
    }
  });

  it("k-means++ draws further users with probability in proportion to the squared distance", () => {
    // one centroid of two, one trial would do: with S = 2 there are two trials, and the better is kept
    const line = pointsOf(dense([[0], [1], [3]]));
    const counts = [0, 0, 0];
    const draws = 4000;
    for (let seed = 0; seed < draws; seed++) {
      const seeds = plusPlusSeeds(line, 2, stream("line", seed));
      if (seeds[0] === 0) counts[[0, 1, 3].indexOf(seeds[1])]++;
    }
    // from 0: 1 has weight 1, 3 has weight 9; after {0, 1} the potential is 4, after {0, 3} it is 1, so 3 wins a trial
    const from0 = counts[1] + counts[2];
    expect(from0 / draws).toBeCloseTo(1 / 3, 1);
    expect(counts[0]).toBe(0);
    const share = counts[1] / from0;
    const expected = 0.1 ** 2;
    const error = Math.sqrt((expected * (1 - expected)) / from0);
    expect(Math.abs(share - expected)).toBeLessThan(4 * error);
  });

  it("duplicate rows: seeds are drawn from users not yet taken once every row is covered", () => {
    const twins = pointsOf(dense([[1], [1], [1], [5]]));
    const seeds = plusPlusSeeds(twins, 4, stream("twins"));
    expect(Array.from(seeds).sort()).toEqual([1, 1, 1, 5]);
  });
});

describe("empty groups", () => {
  it("take the farthest users of groups with two or more, the smaller user on a tie", () => {
    const cost = new Float64Array(5 * 3);
    [4, 7, 7, 1, 9].forEach((far, i) => {
      cost[i * 3] = far;
    });
    const labels = Uint32Array.of(0, 0, 0, 0, 0);
    fillEmpty(cost, 3, labels);
    expect(Array.from(labels)).toEqual([0, 2, 0, 0, 1]);
    const tied = new Uint32Array(3);
    fillEmpty(new Float64Array(9), 3, tied);
    expect(Array.from(groupSizes(tied, 3))).toEqual([1, 1, 1]);
    expect(Array.from(tied)).toEqual([1, 2, 0]);
  });
});
