import { describe, expect, it } from "vitest";
import { CURRICULA, type Curriculum, curriculum } from "../../lib/cohesion/curriculum";

const facts = { rho: [2, 5, 1, 5, 3], ratings: [10, 30, 30, 5, 20] };
const order = (name: Curriculum, seed = 0) => Array.from(curriculum(name, 5, facts, seed));

describe("curriculum", () => {
  it("easy to hard is falling cohesion, hard to easy rising; ties by the smaller group", () => {
    expect(order("easyToHard")).toEqual([1, 3, 4, 0, 2]);
    expect(order("hardToEasy")).toEqual([2, 0, 4, 1, 3]);
  });

  it("by number of ratings, both ways", () => {
    expect(order("ratingsAscending")).toEqual([3, 0, 4, 1, 2]);
    expect(order("ratingsDescending")).toEqual([1, 2, 4, 0, 3]);
  });

  it("random: every order comes up, the same for the same seed, whatever the facts", () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const drawn = Array.from(curriculum("random", 3, {}, seed));
      expect([...drawn].sort()).toEqual([0, 1, 2]);
      expect(Array.from(curriculum("random", 3, { rho: [1, 2, 3] }, seed))).toEqual(drawn);
      seen.add(drawn.join());
    }
    expect(seen.size).toBe(6);
  });

  it("every order is a permutation, also of one group", () => {
    for (const name of CURRICULA) {
      expect(order(name).sort()).toEqual([0, 1, 2, 3, 4]);
      expect(Array.from(curriculum(name, 1, { rho: [1], ratings: [4] }, 0))).toEqual([0]);
    }
  });

  it("refuses an unknown order, missing facts and NaN", () => {
    expect(() => curriculum("easy" as Curriculum, 5, facts, 0)).toThrow(/easyToHard, hardToEasy/);
    expect(() => curriculum("easyToHard", 5, { ratings: facts.ratings }, 0)).toThrow(
      /5 values of rho, got 0/,
    );
    expect(() => curriculum("ratingsAscending", 4, facts, 0)).toThrow(/4 values of ratings, got 5/);
    expect(() => curriculum("hardToEasy", 2, { rho: [1, Number.NaN] }, 0)).toThrow(/group 1 is NaN/);
  });
});
