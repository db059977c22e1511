import { describe, expect, it } from "vitest";
import { adjustedRandIndex } from "../../lib/cohesion/agreement";
import { convexWeights, PropagationHost } from "../../lib/grouping/labelPropagation";
import { nearestNeighbours } from "../../lib/grouping/neighbours";
import { assignNearest } from "../../lib/grouping/passes";
import { groupMeans } from "../../lib/grouping/points";
import { pointsOf } from "../../lib/grouping/space";
import { dense, normalTable, ratingTable, sparse, squared, stream } from "./spaces";

describe("nearest neighbours", () => {
  it("dense: those of sorting all distances, ties by smaller user", async () => {
    const rows = Array.from({ length: 300 }, (_, i) => [(i * 37) % 11, (i * 61) % 13, i % 2]); // many ties
    const near = await nearestNeighbours(pointsOf(dense(rows)), 6, {});
    rows.forEach((row, i) => {
      const others = rows.map((_, other) => other).filter((other) => other !== i);
      others.sort((a, b) => squared(row, rows[a]) - squared(row, rows[b]) || a - b);
      expect(Array.from(near.users.subarray(i * 6, i * 6 + 6))).toEqual(others.slice(0, 6));
    });
  });

  it("sparse: the same among those who share an item; a user without company has none", async () => {
    const rows = ratingTable(70, 25, 0.1, stream("near"));
    rows.push([...new Array(25).fill(0), 5]);
    const table = rows.map((row) => (row.length === 26 ? row : [...row, 0]));
    const near = await nearestNeighbours(pointsOf(sparse(table)), 5, {});
    table.forEach((row, i) => {
      const others = table
        .map((_, other) => other)
        .filter((other) => other !== i && row.some((x, d) => x > 0 && table[other][d] > 0));
      others.sort((a, b) => squared(row, table[a]) - squared(row, table[b]) || a - b);
      expect(near.counts[i]).toBe(Math.min(5, others.length));
      expect(Array.from(near.users.subarray(i * 5, i * 5 + near.counts[i]))).toEqual(others.slice(0, 5));
    });
    expect(near.counts[70]).toBe(0);
  });

  it("refuses to compare more dense rows than would end in a minute", async () => {
    const many = pointsOf({ kind: "dense", values: new Float32Array(50_001), dim: 1 });
    await expect(nearestNeighbours(many, 5, {})).rejects.toThrow(/50001 users are more than 50000/);
  });
});

describe("linear neighbourhoods", () => {
  it("weights are a convex combination that no shift between two neighbours improves", () => {
    const rows = normalTable(40, 3, stream("convex"));
    const points = pointsOf(dense(rows));
    for (let user = 0; user < 10; user++) {
      const neighbours = Uint32Array.from({ length: 6 }, (_, k) => 10 + user * 2 + k);
      const weights = convexWeights(points, user, neighbours);
      expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12);
      expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
      const difference = Array.from(neighbours, (other) => rows[other].map((x, d) => rows[user][d] - x));
      const trace = difference.reduce((sum, row) => sum + squared(row, [0, 0, 0]), 0);
      const objective = (w: ArrayLike<number>) => {
        const mix = [0, 1, 2].map((d) => difference.reduce((sum, row, k) => sum + w[k] * row[d], 0));
        const ridge = Array.from(w).reduce((sum, x) => sum + x * x, 0) * ((1e-3 * trace) / 6);
        return squared(mix, [0, 0, 0]) + ridge;
      };
      const reached = objective(weights);
      for (let a = 0; a < 6; a++) {
        for (let b = 0; b < 6; b++) {
          const shift = Math.min(1e-3, weights[a]);
          const other = Array.from(weights, (w, k) => w + (k === b ? shift : 0) - (k === a ? shift : 0));
          expect(objective(other)).toBeGreaterThanOrEqual(reached - 1e-9 * trace);
        }
      }
    }
  });

  it("neighbours that coincide with the user share the weight", () => {
    const points = pointsOf(dense([[1], [1], [1], [1]]));
    expect(Array.from(convexWeights(points, 0, Uint32Array.of(1, 2)))).toEqual([0.5, 0.5]);
  });
});

describe("label propagation", () => {
  // two arcs, one inside the other's bend: nearest centroids cut across them, the graph follows them
  const arcs = Array.from({ length: 240 }, (_, i) => {
    const along = (Math.PI * Math.floor(i / 2)) / 119;
    const [x, y] = [Math.cos(along), Math.sin(along)];
    return i % 2 === 0 ? [x, y] : [1 - x, 0.4 - y];
  });
  const classes = arcs.map((_, i) => i % 2);

  it("from a few seeds in each arc labels the whole arc, which nearest means cannot", async () => {
    const points = pointsOf(dense(arcs));
    const labels = new Uint32Array(240);
    const cost = new Float64Array(480);
    points.squaredDistances(groupMeans(points, Uint32Array.from(classes), 2), 2, cost);
    assignNearest(cost, 2, labels);
    expect(adjustedRandIndex(labels, classes)).toBeLessThan(0.7);
    const host = await PropagationHost.build(points, 2, Uint32Array.from(classes), {});
    host.start(cost); // only the tenth of each arc that is nearest to its mean keeps its label
    assignNearest(cost, 2, labels);
    expect(adjustedRandIndex(labels, classes)).toBe(1);
  });

  it("given all labels, a few wrong ones are outvoted by their neighbours", async () => {
    const wrong = Uint32Array.from(classes, (c, i) => (i % 17 === 0 ? 1 - c : c));
    const host = await PropagationHost.build(pointsOf(dense(arcs)), 2, wrong, {});
    const cost = new Float64Array(480);
    host.costs(wrong, cost);
    const labels = new Uint32Array(240);
    assignNearest(cost, 2, labels);
    expect(Array.from(labels)).toEqual(classes);
  });

  it("ranks users whom no label reaches after all others, by distance to the centroids", async () => {
    // two far apart clusters of 12: with labels given in the first only, nothing reaches the second
    const rows = Array.from({ length: 24 }, (_, i) => [i < 12 ? i : 1000 + i]);
    const labels = Uint32Array.from({ length: 24 }, (_, i) => (i % 12 < 6 ? 0 : 1));
    const table = rows.map(([x]) => [x, 0]);
    const host = await PropagationHost.build(
      pointsOf(sparse([...table, [0, 3]])),
      2,
      Uint32Array.of(...labels, 0),
      {},
    );
    const cost = new Float64Array(50);
    host.start(cost);
    // the last user shares no item: unreached unless it is a seed itself
    for (let i = 1; i < 24; i++) expect(Math.min(cost[2 * i], cost[2 * i + 1])).toBeLessThanOrEqual(1);
    expect(Math.min(cost[48], cost[49])).toBeGreaterThan(1);
  });
});
