import { describe, expect, it } from "vitest";
import {
  expectedBatchCost,
  expectedCost,
  expectedCostBound,
  expectedCostByIdentity,
  simulateRequests,
} from "../../lib/cohesion/expectedCost";
import { permutation, stream } from "../grouping/spaces";

const SIZES: readonly (readonly number[])[] = [
  [10],
  [5, 5],
  [378, 377, 377, 378],
  [1, 2, 30, 4],
  [2407, 2, 1, 502, 371, 140],
];
const sum = (values: readonly number[]) => values.reduce((total, x) => total + x, 0);

describe("expected cost of one request (Eq. 7-11)", () => {
  it.each(SIZES.map((sizes) => [sizes]))("%j: Eq. 7 equals Eq. 8, in every order of the groups", (sizes) => {
    const identity = expectedCostByIdentity(sizes);
    for (let key = 0; key < 5; key++) {
      const order = permutation(sizes.length, stream("orders", key));
      expect(expectedCost(Array.from(order, (j) => sizes[j]))).toBeCloseTo(identity, 9);
    }
  });

  it.each(SIZES.map((sizes) => [sizes]))("%j: Eq. 11 bounds it from below", (sizes) => {
    const bound = expectedCostBound(sum([...sizes]), sizes.length);
    const equal = sizes.every((size) => size === sizes[0]);
    if (equal) expect(expectedCost(sizes)).toBeCloseTo(bound, 9);
    else expect(expectedCost(sizes)).toBeGreaterThan(bound);
  });

  it("so the speed-up over a full retraining stays below 2, whatever S", () => {
    for (const groups of [1, 2, 16, 1000]) {
      const sizes = new Array<number>(groups).fill(3);
      expect(sum(sizes) / expectedCost(sizes)).toBeCloseTo((2 * groups) / (groups + 1), 9);
    }
  });

  it("with probability by users and cost by ratings the order matters", () => {
    // half of the users, with a tenth of the work
    expect(expectedCost([10, 90], [5, 5])).toBeCloseTo(0.5 * 100 + 0.5 * 90, 12);
    expect(expectedCost([90, 10], [5, 5])).toBeCloseTo(0.5 * 100 + 0.5 * 10, 12);
    expect(expectedCost([10, 90], [0, 7])).toBe(90);
  });

  it("refuses what is no cost or probability", () => {
    expect(() => expectedCost([1, -2])).toThrow(/cost of group 1 is -2/);
    expect(() => expectedCost([0, 0])).toThrow(/sum of every cost is 0/);
    expect(() => expectedCost([1, 2], [1])).toThrow(/1 probabilities for 2 groups/);
    expect(() => expectedBatchCost([2, 2], 5)).toThrow(/batch: 5/);
    expect(() => expectedBatchCost([2, 2], 1, [1])).toThrow(/1 costs for 2 groups/);
  });
});

describe("expected cost of a batch", () => {
  it("a batch of one is Eq. 7; of everybody, a full retraining", () => {
    for (const sizes of SIZES) {
      expect(expectedBatchCost(sizes, 1)).toBeCloseTo(expectedCost(sizes), 9);
      expect(expectedBatchCost(sizes, sum([...sizes]))).toBeCloseTo(sum([...sizes]), 9);
    }
  });

  it("is that of all subsets", () => {
    const sizes = [2, 3, 1];
    const costs = [5, 7, 11];
    const group = [0, 0, 1, 1, 1, 2];
    let total = 0;
    let subsets = 0;
    for (let mask = 0; mask < 64; mask++) {
      const users = [0, 1, 2, 3, 4, 5].filter((user) => mask & (1 << user));
      if (users.length !== 2) continue;
      subsets++;
      total += sum(costs.slice(group[users[0]]));
    }
    expect(expectedBatchCost(sizes, 2, costs)).toBeCloseTo(total / subsets, 12);
  });

  it("grows with the batch and soon is nearly a full retraining", () => {
    const sizes = new Array<number>(16).fill(377);
    let before = 0;
    for (const batch of [1, 2, 10, 151, 302]) {
      const cost = expectedBatchCost(sizes, batch);
      expect(cost).toBeGreaterThan(before);
      before = cost;
    }
    expect(before).toBeGreaterThan(0.999 * 16 * 377);
  });
});

describe("a simulated stream of requests", () => {
  it.each([
    [[100, 100, 100, 100], 1],
    [[10, 200, 3, 90], 1],
    [[10, 200, 3, 90], 4],
    [[50, 60, 70], 5],
  ] as const)("groups of %j users, batches of %i: agrees within its standard error", (sizes, batch) => {
    const costs = sizes.map((size, j) => size * (j + 1)); // work a user differs by group
    let outside = 0;
    for (let seed = 0; seed < 20; seed++) {
      const { mean, standardError } = simulateRequests(sizes, { requests: 2000, batch, seed }, costs);
      const off = Math.abs(mean - expectedBatchCost(sizes, batch, costs));
      expect(standardError).toBeGreaterThan(0);
      expect(off).toBeLessThan(5 * standardError);
      if (off > 2 * standardError) outside++;
    }
    expect(outside).toBeLessThan(6);
    if (batch === 1) {
      const { mean, standardError } = simulateRequests(sizes, { requests: 20_000, batch, seed: 99 });
      expect(Math.abs(mean - expectedCost(sizes))).toBeLessThan(4 * standardError);
    }
  });

  it("is the same for the same seed", () => {
    const stream = { requests: 100, batch: 3, seed: 5 };
    expect(simulateRequests([9, 9, 9], stream)).toEqual(simulateRequests([9, 9, 9], stream));
  });
});
