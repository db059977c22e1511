import { describe, expect, it } from "vitest";
import { ascending } from "../../lib/grouping/ascending";
import { Random } from "../../lib/random";

const numbers = (count: number) => Uint32Array.from({ length: count }, (_, k) => k);

describe("ascending order of doubles", () => {
  const random = Random.stream(1, "ascending");
  const kinds: Record<string, () => number> = {
    "distances in one octave": () => 1 + random.uniform(),
    "of all magnitudes and signs": () => (random.uniform() - 0.5) * 2 ** (random.below(2000) - 1000),
    "few values, many ties": () => random.below(5) - 2,
    "zeros of both signs, and infinities": () => [0, -0, Infinity, -Infinity, 5e-324][random.below(5)],
    "all the same": () => 3,
  };
  for (const count of [0, 1, 1000, 20_000]) {
    it.each(Object.keys(kinds))(`of ${count}: %s: as a stable sort by comparison gives it`, (kind) => {
      const keys = Float64Array.from({ length: count }, kinds[kind]);
      // a sort of numbers by comparison alone is stable
      const wanted = [...numbers(count)].sort((a, b) => (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : 0));
      expect(Array.from(ascending(keys, numbers(count)))).toEqual(wanted);
    });
  }

  it("orders some members of the keys, equal ones as they stand", () => {
    const keys = Float64Array.from({ length: 30_000 }, () => random.below(3));
    const members = random.shuffle(numbers(30_000)).subarray(0, 20_000).slice();
    const wanted = [...members].sort((a, b) => keys[a] - keys[b]);
    expect(Array.from(ascending(keys, members.slice()))).toEqual(wanted);
  });
});
