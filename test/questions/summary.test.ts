import * as aq from "arquero";
import { describe, expect, it } from "vitest";
import { overSeeds, splitBy, withinSeeds } from "../../lib/questions/summary";

interface Summary {
  readonly method: string;
  readonly mean: number;
  readonly std: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}
const byMethod = (rows: readonly object[]) =>
  overSeeds(aq.from([...rows]), ["method"]).objects() as unknown as Summary[];
const row = (seed: number, method: string, value: number, panel = "p") => ({ seed, method, value, panel });

describe("overSeeds", () => {
  it("gives mean, deviation and the t interval of each combination, in order of appearance", () => {
    const rows = [row(0, "b", 1), row(1, "b", 3), row(0, "a", 5)];
    const [b, a] = byMethod(rows);
    expect(b).toMatchObject({ method: "b", mean: 2, n: 2 });
    expect(b.std).toBeCloseTo(Math.SQRT2, 12);
    expect(b.high - b.mean).toBeCloseTo(12.7062047361747 * Math.SQRT2 * Math.sqrt(1 / 2 + 1 / 9), 8); // t(.975, 1) s sqrt(1/n + .1/.9)
    expect(a).toMatchObject({ method: "a", mean: 5, low: 5, high: 5, n: 1 });
    expect(a.std).toBeNaN();
  });

  it("corrects its intervals for the share of the ratings that a seed trains on", () => {
    const half = () => {
      const [{ mean, high }] = byMethod([row(0, "a", 1), row(1, "a", 3)]);
      return high - mean;
    };
    const corrected = half();
    const fourFifths = splitBy(0.8, half);
    expect(fourFifths / corrected).toBeCloseTo(Math.sqrt((1 / 2 + 1 / 4) / (1 / 2 + 1 / 9)), 10);
    expect(() => splitBy(0.8, () => JSON.parse("{"))).toThrow();
    expect(half()).toBe(corrected);
  });
});

describe("withinSeeds", () => {
  it("takes out what the methods of a seed share, and keeps the means of the methods", () => {
    // method a is always 1 above b; the seeds differ by 100
    const rows = [0, 100, 200].flatMap((base, seed) => [row(seed, "a", base + 1), row(seed, "b", base)]);
    const found = byMethod(withinSeeds(rows, ["panel"], ["method"]));
    expect(found.map(({ mean }) => mean)).toEqual([101, 100]);
    for (const { std } of found) expect(std).toBeCloseTo(0, 10);
  });

  it("for two conditions gives half the interval of their difference, as Morey's correction promises", () => {
    const a = [3, 5, 4, 8];
    const b = [1, 2, 2, 3];
    const rows = a.flatMap((value, seed) => [row(seed, "a", value), row(seed, "b", b[seed])]);
    const [first] = byMethod(withinSeeds(rows, ["panel"], ["method"]));
    const difference = a.map((value, seed) => value - b[seed]);
    const centre = difference.reduce((sum, d) => sum + d, 0) / 4;
    const spread = Math.sqrt(difference.reduce((sum, d) => sum + (d - centre) ** 2, 0) / 3);
    expect(first.std).toBeCloseTo(spread / Math.SQRT2, 12);
  });

  describe("with a condition that was run in a few seeds", () => {
    const bases = [0, 100, 200, 300];
    const noise = { a: [0, 1, -1, 2], b: [1, -2, 0, 1], c: [-1, 1, 1, -3] };
    const complete = Object.entries(noise).flatMap(([method, own]) =>
      own.map((value, seed) => row(seed, method, bases[seed] + value)),
    );
    const few = [row(0, "few", 10), row(1, "few", 111)];
    const bars = (rows: ReturnType<typeof row>[]) => byMethod(withinSeeds(rows, ["panel"], ["method"]));

    it("leaves the others as they are without it", () => {
      expect(bars([...few, ...complete]).slice(1)).toEqual(bars(complete));
    });

    it("centres its bar on its own mean, and takes out what its seeds share", () => {
      const [own] = bars([...few, ...complete]);
      expect(own.mean).toBeCloseTo(60.5, 12);
      expect((own.low + own.high) / 2).toBeCloseTo(60.5, 9);
      // seeds 0 and 1 differ by 100 in the mean of a, b and c, and by 101 in it: 1 is left, as a deviation of sqrt(.5)
      expect(own.std).toBeCloseTo(Math.SQRT1_2, 12);
    });

    it("finds what seeds share by least squares where nobody has all of them", () => {
      const partial = [
        ...[0, 1, 2].map((seed) => row(seed, "a", bases[seed] + 5)),
        ...[1, 2, 3].map((seed) => row(seed, "b", bases[seed] - 5)),
        ...[0, 3].map((seed) => row(seed, "c", bases[seed])),
      ];
      const found = bars(partial);
      expect(found.map(({ mean }) => mean)).toEqual([105, 195, 150]);
      for (const { std } of found) expect(std).toBeCloseTo(0, 8); // the seeds explain everything
    });
  });

  it("treats panels apart and leaves a lone condition as it is", () => {
    const rows = [row(0, "a", 1), row(1, "a", 2), row(0, "a", 50, "q"), row(0, "b", 40, "q")];
    const found = withinSeeds(rows, ["panel"], ["method"]);
    expect(found.slice(0, 2)).toEqual(rows.slice(0, 2));
    expect(found.slice(2).map(({ value }) => value)).toEqual([50, 40]);
  });
});
