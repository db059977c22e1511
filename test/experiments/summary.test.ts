import { describe, expect, it } from "vitest";
import { summarise, withinSeeds } from "../../lib/experiments/summary";

const row = (seed: number, method: string, value: number, panel = "p") => ({ seed, method, value, panel });

describe("summarise", () => {
  it("gives mean, deviation and the t interval of each combination, in order of appearance", () => {
    const rows = [row(0, "b", 1), row(1, "b", 3), row(0, "a", 5)];
    const [b, a] = summarise(rows, ["method"], ({ value }) => value);
    expect(b).toMatchObject({ method: "b", mean: 2, n: 2 });
    expect(b.std).toBeCloseTo(Math.SQRT2, 12);
    expect(b.high - b.mean).toBeCloseTo(12.7062047361747, 8); // t(.975, 1) * sqrt(2) / sqrt(2)
    expect(a).toMatchObject({ method: "a", mean: 5, low: 5, high: 5, n: 1 });
    expect(a.std).toBeNaN();
  });
});

describe("withinSeeds", () => {
  it("takes out what the methods of a seed share, and keeps the means of the methods", () => {
    // method a is always 1 above b; the seeds differ by 100
    const rows = [0, 100, 200].flatMap((base, seed) => [row(seed, "a", base + 1), row(seed, "b", base)]);
    const found = summarise(withinSeeds(rows, ["panel"], ["method"]), ["method"], ({ value }) => value);
    expect(found.map(({ mean }) => mean)).toEqual([101, 100]);
    for (const { std } of found) expect(std).toBeCloseTo(0, 10);
  });

  it("for two conditions gives half the interval of their difference, as Morey's correction promises", () => {
    const a = [3, 5, 4, 8];
    const b = [1, 2, 2, 3];
    const rows = a.flatMap((value, seed) => [row(seed, "a", value), row(seed, "b", b[seed])]);
    const [first] = summarise(withinSeeds(rows, ["panel"], ["method"]), ["method"], ({ value }) => value);
    const difference = a.map((value, seed) => value - b[seed]);
    const centre = difference.reduce((sum, d) => sum + d, 0) / 4;
    const spread = Math.sqrt(difference.reduce((sum, d) => sum + (d - centre) ** 2, 0) / 3);
    expect(first.std).toBeCloseTo(spread / Math.SQRT2, 12);
  });

  it("treats panels apart and leaves a lone condition as it is", () => {
    const rows = [row(0, "a", 1), row(1, "a", 2), row(0, "a", 50, "q"), row(0, "b", 40, "q")];
    const found = withinSeeds(rows, ["panel"], ["method"]);
    expect(found.slice(0, 2)).toEqual(rows.slice(0, 2));
    expect(found.slice(2).map(({ value }) => value)).toEqual([50, 40]);
  });
});
