import { describe, expect, it } from "vitest";
import { groupMeans, inertiaOf } from "../../lib/grouping/points";
import { pointsOf, reorder, spaceCount } from "../../lib/grouping/space";
import { dense, normalTable, permutation, permuted, ratingTable, sparse, squared, stream } from "./spaces";

const rows = ratingTable(30, 11, 0.4, stream("points"));
const both = [
  ["dense", dense(rows)],
  ["sparse", sparse(rows)],
] as const;

describe.each(both)("%s points", (_, space) => {
  const points = pointsOf(space);

  it.each([1, 3, 4, 6, 9])("squared distances to %i centroids are those of the definition", (groups) => {
    const centroids = normalTable(groups, 11, stream("centroids", groups));
    const out = new Float64Array(30 * groups);
    points.squaredDistances(Float64Array.from(centroids.flat()), groups, out);
    rows.forEach((row, i) => {
      centroids.forEach((centroid, j) => {
        expect(out[i * groups + j]).toBeCloseTo(squared(row, centroid), 10);
      });
    });
  });

  it("weighted squares and moments are those of the definition", () => {
    const means = normalTable(3, 11, stream("means"));
    const precisions = normalTable(3, 11, stream("precisions")).map((row) => row.map((x) => x * x + 0.1));
    const out = new Float64Array(90);
    points.weightedSquares(Float64Array.from(means.flat()), Float64Array.from(precisions.flat()), 3, out);
    const first = new Float64Array(33);
    const second = new Float64Array(33);
    points.addMoments(out, 3, first, second);
    for (let j = 0; j < 3; j++) {
      for (let i = 0; i < 30; i++) {
        const expected = rows[i].reduce((sum, x, d) => sum + (x - means[j][d]) ** 2 * precisions[j][d], 0);
        expect(out[i * 3 + j]).toBeCloseTo(expected, 9);
      }
      for (let d = 0; d < 11; d++) {
        const moment = (power: number) =>
          rows.reduce((sum, row, i) => sum + out[i * 3 + j] * row[d] ** power, 0);
        expect(first[j * 11 + d]).toBeCloseTo(moment(1), 7);
        expect(second[j * 11 + d]).toBeCloseTo(moment(2), 7);
      }
    }
  });

  it("dot products and pair distances are those of the definition", () => {
    for (let a = 0; a < 30; a += 7) {
      for (let b = 0; b < 30; b += 3) {
        expect(points.dot(a, b)).toBe(rows[a].reduce((sum, x, d) => sum + x * rows[b][d], 0));
        expect(points.squaredDistance(a, b)).toBe(squared(rows[a], rows[b]));
      }
    }
  });

  it("group means: an empty group keeps its former row, or stands at the mean of all", () => {
    const labels = Uint32Array.from(rows, (_, i) => (i % 2) * 2);
    const fresh = groupMeans(points, labels, 3);
    const former = groupMeans(points, labels, 3, new Float64Array(33).fill(7));
    for (let d = 0; d < 11; d++) {
      const mean = (members: number[][]) => members.reduce((sum, row) => sum + row[d], 0) / members.length;
      expect(fresh[d]).toBeCloseTo(mean(rows.filter((_, i) => i % 2 === 0)), 12);
      expect(fresh[11 + d]).toBeCloseTo(mean(rows), 12);
      expect(former[11 + d]).toBe(7);
      expect(fresh[22 + d]).toBeCloseTo(mean(rows.filter((_, i) => i % 2 === 1)), 12);
    }
    const inertia = rows.reduce(
      (sum, row, i) => sum + squared(row, Array.from(fresh.subarray(labels[i] * 11, labels[i] * 11 + 11))),
      0,
    );
    expect(inertiaOf(points, labels, 3)).toBeCloseTo(inertia, 8);
  });

  it("reordering moves whole rows", () => {
    const order = permutation(30, stream("order"));
    const moved = pointsOf(reorder(space, order));
    const expected = permuted(rows, order);
    for (let i = 0; i < 30; i++) {
      const row = new Float64Array(11);
      moved.addRow(i, row, 0);
      expect(Array.from(row)).toEqual(expected[i]);
    }
  });
});

describe("spaces", () => {
  it("count their users", () => {
    expect(both.map(([, space]) => spaceCount(space))).toEqual([30, 30]);
    expect(spaceCount({ kind: "none", count: 5 })).toBe(5);
  });

  it("refuse what does not fit", () => {
    expect(() => pointsOf({ kind: "none", count: 3 })).toThrow(/needs dense or sparse/);
    expect(() => pointsOf({ kind: "dense", values: new Float32Array(7), dim: 2 })).toThrow(/rows of 2/);
    expect(() => pointsOf({ kind: "dense", values: Float32Array.of(1, Number.NaN), dim: 1 })).toThrow(/NaN/);
    const { rows: csr } = sparse([[1, 2]]);
    expect(() => pointsOf({ kind: "sparse", rows: csr, columns: 1 })).toThrow(/column 1/);
    const short = { ...csr, values: Float32Array.of(1) };
    expect(() => pointsOf({ kind: "sparse", rows: short, columns: 2 })).toThrow(/do not fit/);
  });
});
