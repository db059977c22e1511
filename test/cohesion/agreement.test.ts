import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { adjustedRandIndex, purity, sizeStatistics, workOf } from "../../lib/cohesion/agreement";

const path = join(__dirname, "../fixtures/grouping_sklearn.json");
const cases = (
  JSON.parse(readFileSync(path, "utf8")) as { rand: { a: number[]; b: number[]; index: number }[] }
).rand;

describe("adjusted Rand index", () => {
  it.each(cases.map((one) => [one.index, one] as const))("%f, as scikit-learn has it", (index, { a, b }) => {
    expect(adjustedRandIndex(a, b)).toBeCloseTo(index, 12);
    expect(adjustedRandIndex(b, a)).toBeCloseTo(index, 12);
  });

  it("does not see the names of the groups; refuses unequal lengths", () => {
    expect(adjustedRandIndex([0, 0, 1, 2], [7, 7, 3, 5])).toBe(1);
    expect(adjustedRandIndex([0, 1, 2], [2, 1, 0])).toBe(1);
    expect(() => adjustedRandIndex([0], [0, 1])).toThrow(/1 and of 2/);
  });
});

describe("purity and sizes", () => {
  it("purity is the share of the commonest class", () => {
    expect(purity([0, 0, 0, 1, 1, 1], [5, 5, 6, 6, 6, 6])).toBeCloseTo(5 / 6, 12);
    expect(purity([0, 1, 2], [0, 0, 0])).toBe(1);
    expect(purity([0, 0, 0], [0, 1, 2])).toBeCloseTo(1 / 3, 12);
  });

  it("size statistics", () => {
    expect(sizeStatistics([2, 4, 6, 8])).toEqual({
      least: 2,
      most: 8,
      mean: 5,
      variation: Math.sqrt(5) / 5,
      imbalance: 1.6,
    });
    expect(sizeStatistics([0, 0]).imbalance).toBe(1);
    expect(() => sizeStatistics([])).toThrow(/no group/);
  });

  it("work is the load of the members", () => {
    expect(Array.from(workOf([[0, 2], [1], []], [5, 7, 11]))).toEqual([16, 7, 0]);
  });
});
