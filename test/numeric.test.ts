import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exp, log, normalQuantile } from "../lib/numeric";
import { Random } from "../lib/random";

type Table = [x: number, value: number][];
const fixture: Record<"exp" | "log" | "normalQuantile", Table> = JSON.parse(
  readFileSync(join(__dirname, "fixtures/numeric_mpmath.json"), "utf8"),
);

/** The largest relative error over a table; exact zeros must be exact. */
function worst(table: Table, f: (x: number) => number): number {
  let most = 0;
  for (const [x, value] of table) {
    const error = value === 0 ? Math.abs(f(x)) : Math.abs(f(x) / value - 1);
    most = Number.isNaN(error) ? Infinity : Math.max(most, error);
  }
  return most;
}

describe("exp", () => {
  it("agrees with 340-digit arithmetic to 4e-16", () => expect(worst(fixture.exp, exp)).toBeLessThan(4e-16));

  it("agrees with Math.exp to 4e-16 on a dense grid", () => {
    const grid: Table = Array.from({ length: 20_001 }, (_, i) => [(i - 10_000) * 0.07, 0]);
    for (const pair of grid) pair[1] = Math.exp(pair[0]);
    expect(worst(grid, exp)).toBeLessThan(4.5e-16); // Math.exp itself is off by up to one place
  });

  it("has the edges of float64", () => {
    expect(exp(0)).toBe(1);
    expect(exp(-0)).toBe(1);
    expect(exp(710)).toBe(Infinity);
    expect(exp(Infinity)).toBe(Infinity);
    expect(exp(-Infinity)).toBe(0);
    expect(exp(-746)).toBe(0);
    expect(exp(NaN)).toBeNaN();
    expect(exp(709.782712893384)).toBeLessThan(Infinity);
  });

  it("goes down through the denormals", () => {
    for (const x of [-709, -720, -740, -745]) {
      expect(Math.abs(exp(x) - Math.exp(x))).toBeLessThanOrEqual(Number.MIN_VALUE);
    }
  });
});

describe("log", () => {
  it("agrees with 340-digit arithmetic to 4e-16", () => expect(worst(fixture.log, log)).toBeLessThan(4e-16));

  it("has the edges of float64", () => {
    expect(log(1)).toBe(0);
    expect(log(0)).toBe(-Infinity);
    expect(log(-0)).toBe(-Infinity);
    expect(log(Infinity)).toBe(Infinity);
    expect(log(-1)).toBeNaN();
    expect(log(NaN)).toBeNaN();
  });

  it("undoes exp", () => {
    const random = Random.stream(1, "log");
    for (let k = 0; k < 1000; k++) {
      const x = (random.uniform() - 0.5) * 1400;
      expect(Math.abs(log(exp(x)) - x)).toBeLessThan(1e-12);
    }
  });
});

describe("normalQuantile", () => {
  it("agrees with 340-digit arithmetic to 1e-15, far tails included", () =>
    expect(worst(fixture.normalQuantile, normalQuantile)).toBeLessThan(1e-15));

  it("is odd about one half", () => {
    for (const p of [0.5, 0.25, 0.125, 0.0625, 2 ** -20]) {
      expect(normalQuantile(p) + normalQuantile(1 - p)).toBe(0);
    }
  });
});
