import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Random } from "../lib/random";

interface Fixture {
  counting: number[];
  streams: { path: (string | number)[]; state: number[]; next: number[] }[];
  below: { n: number; values: number[] }[];
  forks: { key: string | number; state: number[] }[];
}
const fixture: Fixture = JSON.parse(readFileSync(join(__dirname, "fixtures/random_vectors.json"), "utf8"));
const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

/** Pearson's statistic of counts against equal shares. */
function chiSquared(counts: ArrayLike<number>): number {
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  const share = total / counts.length;
  return Array.from(counts).reduce((sum, count) => sum + (count - share) ** 2 / share, 0);
}

describe("the generator", () => {
  it("is xoshiro128** (vectors from an independent implementation)", () => {
    const random = Random.from([1, 2, 3, 4]);
    expect(draws(20, () => random.next())).toEqual(fixture.counting);
  });

  it("opens the same stream for the same path", () => {
    for (const { path, state, next } of fixture.streams) {
      const random = Random.stream(...path);
      expect([...random.state()]).toEqual(state);
      expect(draws(5, () => random.next())).toEqual(next);
    }
  });

  it("goes on from a saved state", () => {
    const random = Random.stream(3, "x");
    draws(7, () => random.next());
    const again = Random.from(random.state());
    expect(draws(10, () => again.next())).toEqual(draws(10, () => random.next()));
  });

  it("leaves the all-zero state, which xoshiro cannot", () => {
    const random = Random.from([0, 0, 0, 0]);
    expect(draws(50, () => random.next()).some((x) => x !== 0)).toBe(true);
  });

  it("keeps the parts of a path apart", () => {
    const state = (...path: (string | number)[]) => [...Random.stream(...path).state()].join();
    expect(state(1, "a")).not.toBe(state("1", "a"));
    expect(state("a", "b")).not.toBe(state("ab"));
    expect(state(1, 23)).not.toBe(state(12, 3));
  });
});

describe("fork", () => {
  it("has fixed states (vectors from an independent implementation)", () => {
    for (const { key, state } of fixture.forks)
      expect([...Random.stream(7, "split").fork(key).state()]).toEqual(state);
  });

  it("does not move its parent", () => {
    const random = Random.stream(1, "f");
    const before = random.state();
    random.fork("a");
    expect(random.state()).toEqual(before);
  });

  it("gives neighbours streams without a common trend", () => {
    const family = Random.stream(1, "family");
    const n = 20_000;
    let [sum, product, square] = [0, 0, 0];
    for (let user = 0; user < n; user++) {
      const x = family.fork(user).uniform() - 0.5;
      const y = family.fork(user + 1).uniform() - 0.5;
      sum += x;
      square += x * x;
      product += x * y;
    }
    expect(Math.abs(sum / n)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    expect(square / n).toBeCloseTo(1 / 12, 2);
    expect(Math.abs(product / n)).toBeLessThan((4 / 12) * Math.sqrt(1 / n));
  });

  it("has distinct states for half a million members", () => {
    const family = Random.stream(1, "large");
    const states = new Set<string>();
    for (let user = 0; user < 500_000; user++) states.add(family.fork(String(user)).state().join());
    expect(states.size).toBe(500_000);
  });
});

describe("streams", () => {
  it("of neighbouring seeds are not correlated", () => {
    const n = 50_000;
    const [a, b] = [Random.stream(1, "s"), Random.stream(2, "s")];
    let product = 0;
    for (let k = 0; k < n; k++) product += (a.uniform() - 0.5) * (b.uniform() - 0.5);
    expect(Math.abs(product / n)).toBeLessThan((4 / 12) * Math.sqrt(1 / n));
  });
});

describe("below", () => {
  it("is Lemire's method, without bias (vectors by exact integers)", () => {
    for (const { n, values } of fixture.below) {
      const random = Random.from([1, 2, 3, 4]);
      expect(draws(values.length, () => random.below(n))).toEqual(values);
    }
  });

  it("gives every value its share", () => {
    const random = Random.stream(1, "below");
    for (const n of [2, 7, 100]) {
      const counts = new Uint32Array(n);
      for (let k = 0; k < 1000 * n; k++) counts[random.below(n)]++;
      // chi-squared with n - 1 degrees of freedom: mean n - 1, variance 2 (n - 1)
      expect(chiSquared(counts)).toBeLessThan(n - 1 + 5 * Math.sqrt(2 * (n - 1)));
    }
  });

  it("has no bias where 2^32 / n is just under 2", () => {
    const random = Random.stream(2, "below");
    const n = 3 * 2 ** 30; // a plain modulo would give the lower third twice its share
    const counts = new Uint32Array(3);
    for (let k = 0; k < 30_000; k++) counts[Math.floor(random.below(n) / 2 ** 30)]++;
    expect(chiSquared(counts)).toBeLessThan(13.8); // 0.999 of chi-squared, 2 degrees of freedom
  });
});

describe("uniform and normal", () => {
  it("uniform stays in [0, 1) and fills it evenly", () => {
    const random = Random.stream(1, "uniform");
    const counts = new Uint32Array(64);
    for (let k = 0; k < 64_000; k++) {
      const x = random.uniform();
      if (!(x >= 0 && x < 1)) throw new Error(`${x} is outside [0, 1)`);
      counts[Math.floor(64 * x)]++;
    }
    expect(chiSquared(counts)).toBeLessThan(63 + 5 * Math.sqrt(126));
  });

  it("normal has the first four moments", () => {
    const random = Random.stream(1, "normal");
    const n = 100_000;
    const moments = [0, 0, 0, 0];
    for (let k = 0; k < n; k++) {
      const x = random.normal();
      for (let power = 0; power < 4; power++) moments[power] += x ** (power + 1) / n;
    }
    const errors = [1, Math.sqrt(2), Math.sqrt(15), Math.sqrt(96)].map((sd) => (4 * sd) / Math.sqrt(n));
    for (const [power, expected] of [0, 1, 0, 3].entries())
      expect(Math.abs(moments[power] - expected)).toBeLessThan(errors[power]);
  });
});

describe("shuffle and sample", () => {
  it("makes each of the 24 orders of four things equally often", () => {
    const random = Random.stream(1, "shuffle");
    const counts = new Map<string, number>();
    for (let k = 0; k < 24_000; k++) {
      const order = random.shuffle([0, 1, 2, 3]).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquared([...counts.values()])).toBeLessThan(49.7); // 0.999 of chi-squared, 23 degrees of freedom
  });

  it("keeps the members and returns the array it was given", () => {
    const array = Uint32Array.from({ length: 1000 }, (_, i) => i);
    expect(Random.stream(1, "keep").shuffle(array)).toBe(array);
    expect(array.slice().sort()).toEqual(Uint32Array.from({ length: 1000 }, (_, i) => i));
  });

  it("copes with nothing and with one", () => {
    expect(Random.stream(1, "few").shuffle([])).toEqual([]);
    expect(Random.stream(1, "few").shuffle(["a"])).toEqual(["a"]);
  });

  it("sample gives distinct, ascending members, each equally often", () => {
    const random = Random.stream(1, "sample");
    const counts = new Uint32Array(10);
    for (let k = 0; k < 10_000; k++) {
      const chosen = random.sample(10, 3);
      expect(chosen.length).toBe(3);
      expect(chosen[0] < chosen[1] && chosen[1] < chosen[2]).toBe(true);
      for (const member of chosen) counts[member]++;
    }
    expect(chiSquared(counts)).toBeLessThan(27.9); // 0.999 of chi-squared, 9 degrees of freedom
    expect([...random.sample(5, 5)]).toEqual([0, 1, 2, 3, 4]);
    expect(random.sample(5, 0).length).toBe(0);
  });
});
