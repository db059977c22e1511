import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type CohesionSettings, cohesion } from "../../lib/cohesion/cohesion";
import { StoppedError } from "../../lib/errors";
import { membersOf } from "../../lib/grouping/group";
import { dense, normalTable, ratingTable, sparse, squared, stream } from "../grouping/spaces";

const fixture = (name: string) => readFileSync(join(__dirname, "../fixtures", name));

/** Eq. 3 word by word: ordered pairs, over |g|. */
function printed(rows: readonly (readonly number[])[], members: ArrayLike<number>, epsilon: number): number {
  let sum = 0;
  for (let x = 0; x < members.length; x++) {
    for (let y = 0; y < members.length; y++) {
      if (x !== y) sum += 1 / Math.max(Math.sqrt(squared(rows[members[x]], rows[members[y]])), epsilon);
    }
  }
  return sum / members.length;
}

describe("cohesion (Eq. 3)", () => {
  it("samples rating rows whose pairs share many items, so that its work is bounded", async () => {
    const rows = ratingTable(60, 12, 0.6, stream("shared"));
    const raters = Array.from({ length: 12 }, (_, item) => rows.filter((row) => row[item] > 0).length);
    const shared = raters.reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
    const everybody = [Uint32Array.from(rows.keys())];
    const of = async (
      space: ReturnType<typeof sparse> | ReturnType<typeof dense>,
      sampleAboveShared: number,
    ) => (await cohesion(space, everybody, { sampleAboveShared, samplePairs: 100 }))[0];
    expect((await of(sparse(rows), shared)).standardError).toBeUndefined();
    expect((await of(sparse(rows), shared - 1)).standardError).toBeGreaterThan(0);
    expect((await of(dense(rows), 1)).standardError).toBeUndefined();
  });

  it("of the reference case on raw rating rows", async () => {
    const { ratings } = JSON.parse(gunzipSync(fixture("parity.json.gz")).toString("utf8")) as {
      ratings: [number, number, number][];
    };
    const reference = JSON.parse(fixture("group.json").toString("utf8")) as {
      cohesion: { labels: number[]; rho: number[] };
    };
    const rows = Array.from({ length: 20 }, () => new Array<number>(15).fill(0));
    for (const [user, item, rating] of ratings) rows[user][item] = rating;
    const groups = membersOf(Uint32Array.from(reference.cohesion.labels), 4);
    for (const space of [dense(rows), sparse(rows)]) {
      const found = await cohesion(space, groups);
      found.forEach(({ rho, floored }, j) => {
        expect(rho).toBeCloseTo(reference.cohesion.rho[j], 12);
        expect(floored).toBe(0);
      });
    }
  });

  const rows = ratingTable(60, 20, 0.3, stream("cohesion"));
  const groups = [[0, 5, 9, 14, 33], [1, 2], [7], [], Array.from({ length: 40 }, (_, k) => 20 + k)].map((g) =>
    Uint32Array.from(g),
  );

  it.each(["dense", "sparse"] as const)(
    "of %s rows is that of the definition, with the mean over pairs",
    async (kind) => {
      const found = await cohesion(kind === "dense" ? dense(rows) : sparse(rows), groups);
      found.forEach((result, j) => {
        const size = groups[j].length;
        const expected = size > 1 ? printed(rows, groups[j], 1e-3) : 0;
        expect(result.rho).toBeCloseTo(expected, 10);
        expect(result.meanOverPairs).toBeCloseTo(size > 1 ? expected / (size - 1) : 0, 12);
        expect(result.users).toBe(size);
        expect(result.pairs).toBe((size * (size - 1)) / 2);
        expect(result.standardError).toBeUndefined();
      });
    },
  );

  it("floors small distances at epsilon and counts the pairs", async () => {
    const twins = [
      [1, 2, 0],
      [1, 2, 0],
      [1, 2, 0],
      [0, 0, 5],
    ];
    const all = [Uint32Array.of(0, 1, 2, 3)];
    for (const space of [dense(twins), sparse(twins)]) {
      const [found] = await cohesion(space, all, { epsilon: 0.01 });
      expect(found.floored).toBe(3);
      // six ordered pairs of twins at 0.01, six at sqrt(1 + 4 + 25)
      expect(found.rho).toBeCloseTo((6 / 0.01 + 6 / Math.sqrt(30)) / 4, 10);
      const [wide] = await cohesion(space, all, { epsilon: 10 });
      expect(wide.floored).toBe(6);
      expect(wide.meanOverPairs).toBeCloseTo(0.1, 12);
    }
  });

  it("is higher for a tight group than for a loose one", async () => {
    const table = normalTable(40, 5, stream("tight")).map((row, i) => row.map((x) => (i < 20 ? x / 10 : x)));
    const half = (from: number) => Uint32Array.from({ length: 20 }, (_, k) => from + k);
    const [tight, loose] = await cohesion(dense(table), [half(0), half(20)]);
    expect(tight.rho).toBeGreaterThan(5 * loose.rho);
  });

  it.each(["dense", "sparse"] as const)(
    "a sample of %s pairs agrees within its standard error",
    async (kind) => {
      const table = ratingTable(300, 25, 0.3, stream("sample"));
      const space = kind === "dense" ? dense(table) : sparse(table);
      const everyone = [Uint32Array.from({ length: 300 }, (_, i) => i)];
      const [exact] = await cohesion(space, everyone);
      let outside = 0;
      for (let seed = 0; seed < 40; seed++) {
        const sample: Partial<CohesionSettings> = { sampleAbove: 100, samplePairs: 4000, seed };
        const [estimate] = await cohesion(space, everyone, sample);
        expect(estimate.pairs).toBe(4000);
        const error = estimate.standardError as number;
        expect(error).toBeLessThan(exact.rho / 50);
        expect(Math.abs(estimate.rho - exact.rho)).toBeLessThan(4.5 * error);
        if (Math.abs(estimate.rho - exact.rho) > 1.96 * error) outside++;
        if (seed === 0) expect((await cohesion(space, everyone, sample))[0]).toEqual(estimate);
      }
      expect(outside).toBeLessThan(8); // 5 % of 40 is 2
    },
  );

  it("refuses bad settings and stops on request", async () => {
    const everyone = [Uint32Array.from({ length: 60 }, (_, i) => i)];
    await expect(cohesion(dense(rows), everyone, { epsilon: 0 })).rejects.toThrow(/epsilon/);
    await expect(cohesion(dense(rows), everyone, { floor: 1 } as Partial<CohesionSettings>)).rejects.toThrow(
      /unknown key "floor"/,
    );
    const stop = new AbortController();
    stop.abort();
    const large = dense(normalTable(1600, 1, stream("large")));
    const all = [Uint32Array.from({ length: 1600 }, (_, i) => i)];
    await expect(cohesion(large, all, {}, { signal: stop.signal })).rejects.toBeInstanceOf(StoppedError);
  });
});
