import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { crossEntropy } from "../../lib/metrics/loss";
import { labCode, labCodeAsListed, testOnly } from "../../lib/metrics/ownItems";
import { Random } from "../../lib/random";

interface Quality {
  ndcg: number;
  hr: number;
}
interface Fixture {
  own_items: { name: string; ratings: number[]; scores: number[]; expected: Record<string, number> }[];
}
interface SklearnFixture {
  own: { ratings: number[]; scores: number[]; expected: { testOnly: Quality; labCode: Quality } }[];
}
interface TieFixture {
  cases: {
    name: string;
    ratings: number[];
    scores: number[];
    as_listed: number;
    reversed: number;
    expected_over_random_order: number;
  }[];
}

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(join(__dirname, "../fixtures", name), "utf8")) as T;
const backwards = <T>(list: readonly T[]): T[] => [...list].reverse();

/** All orders of 0 .. n - 1. */
function orders(n: number): number[][] {
  if (n === 0) return [[]];
  return orders(n - 1).flatMap((order) =>
    Array.from({ length: n }, (_, at) => [...order.slice(0, at), n - 1, ...order.slice(at)]),
  );
}

describe("against the independent implementation (metrics.json)", () => {
  it.each(read<Fixture>("metrics.json").own_items)("own items: $name", ({ ratings, scores, expected }) => {
    const lab = labCodeAsListed(ratings, scores);
    expect(lab.ndcg).toBeCloseTo(expected.a_ndcg, 9);
    expect(lab.hr).toBeCloseTo(expected.a_hr, 9);
    expect(testOnly(ratings, scores).ndcg).toBeCloseTo(expected.g_ndcg_linear, 9);
    const loss = ratings.reduce((sum, rating, k) => sum + crossEntropy(rating / 5, scores[k]), 0);
    expect(loss / ratings.length).toBeCloseTo(expected.bce, 9);
  });
});

it("agrees with numpy and scikit-learn (metrics_sklearn.json), with and without equal scores", () => {
  for (const { ratings, scores, expected } of read<SklearnFixture>("metrics_sklearn.json").own) {
    for (const [found, wanted] of [
      [testOnly(ratings, scores), expected.testOnly],
      [labCodeAsListed(ratings, scores), expected.labCode],
    ]) {
      expect(found.ndcg).toBeCloseTo(wanted.ndcg, 9);
      expect(found.hr).toBeCloseTo(wanted.hr, 9);
    }
  }
});

describe("labCode over all orders of equal ratings (labcode_tie_order.json)", () => {
  it.each(read<TieFixture>("labcode_tie_order.json").cases)("$name", ({ ratings, scores, ...wanted }) => {
    expect(labCode(ratings, scores).ndcg).toBeCloseTo(wanted.expected_over_random_order, 9);
    expect(labCode(backwards(ratings), backwards(scores))).toEqual(labCode(ratings, scores));
    expect(labCodeAsListed(ratings, scores).ndcg).toBeCloseTo(wanted.as_listed, 9);
    expect(labCodeAsListed(backwards(ratings), backwards(scores)).ndcg).toBeCloseTo(wanted.reversed, 9);
  });

  it("is the mean of the list-order form over every order of a list that is longer than the cut", () => {
    // the list-order form knows one cut, so seven items are lengthened by five that stand above them in every order
    const above = { ratings: [5, 5, 5, 5, 5], scores: [9, 8.9, 8.8, 8.7, 8.6] };
    const ratings = [4, 4, 4, 3, 4, 2, 4];
    const scores = [0.1, 0.9, 0.3, 0.95, 0.2, 0.4, 0.85];
    const all = orders(ratings.length).map(
      (order) =>
        labCodeAsListed(
          [...above.ratings, ...order.map((k) => ratings[k])],
          [...above.scores, ...order.map((k) => scores[k])],
        ).ndcg,
    );
    expect(new Set(all).size).toBeGreaterThan(1);
    const found = labCode([...above.ratings, ...ratings], [...above.scores, ...scores]).ndcg;
    expect(found).toBeCloseTo(all.reduce((sum, one) => sum + one) / all.length, 12);
  });
});

describe("by hand", () => {
  it("testOnly: 5 and 3 in the wrong order", () => {
    // (0.6 + 1 / log2 3) / (1 + 0.6 / log2 3); one of two listed items is rated >= 4
    const found = testOnly([5, 3], [0.1, 0.9]);
    expect(found.ndcg).toBeCloseTo((0.6 + 1 / Math.log2(3)) / (1 + 0.6 / Math.log2(3)), 12);
    expect(found.hr).toBe(0.5);
  });

  it("only the first places count, as many as the cut says", () => {
    const ratings = [...Array<number>(10).fill(1), 5];
    const falling = ratings.map((_, k) => -k);
    const rising = ratings.map((_, k) => k);
    expect([5, 10, 20].map((cut) => testOnly(ratings, falling, cut).hr)).toEqual([0, 0, 1 / 11]);
    expect([5, 10, 20].map((cut) => testOnly(ratings, rising, cut).hr)).toEqual([0.2, 0.1, 1 / 11]);
    expect([5, 10, 20].map((cut) => labCode(ratings, falling, cut).hr)).toEqual([0, 0, 0.05]);
  });

  it("labCode at 5: two fives on top of six, so each place of the true order counts a third", () => {
    // listed: 5 5 1 1 1 | 5 5 5 5; true order: 5 5 5 5 5 5 ...: gains at places 1 and 2, weights 1 and 1
    const found = labCode([5, 5, 1, 1, 1, 5, 5, 5, 5], [9, 8, 7, 6, 5, 4, 3, 2, 1], 5);
    const weights = [1, 1, 1 / Math.log2(3), 1 / Math.log2(4), 1 / Math.log2(5)];
    expect(found.ndcg).toBeCloseTo(2 / 3 / weights.reduce((sum, weight) => sum + weight), 12);
    expect(found.hr).toBe(0.4);
  });

  it("refuses a cut that no list is ranked to", () => {
    for (const cut of [0, 21, 2.5]) {
      expect(() => labCode([5], [1], cut)).toThrow("cut:");
      expect(() => testOnly([5], [1], cut)).toThrow("cut:");
    }
  });
});

describe("for any scores", () => {
  const random = Random.stream(3, "ranking properties");
  const cases = Array.from({ length: 200 }, () => {
    const ratings = Array.from({ length: 1 + random.below(25) }, () => 1 + random.below(5));
    return { ratings, scores: ratings.map(() => random.below(12) / 12) };
  });

  it("neither a monotone transformation of the scores nor the order of the list changes anything", () => {
    for (const { ratings, scores } of cases) {
      const moved = scores.map((score) => Math.sqrt(score) * 3 - 40);
      const order = random.shuffle(ratings.map((_, k) => k));
      const [otherRatings, otherScores] = [ratings, scores].map((list) => order.map((k) => list[k]));
      for (const metric of [testOnly, labCode]) {
        expect(metric(ratings, moved)).toEqual(metric(ratings, scores));
        expect(metric(otherRatings, otherScores)).toEqual(metric(ratings, scores));
      }
    }
  });

  it("a perfect ranking gives NDCG 1", () => {
    for (const { ratings } of cases) expect(testOnly(ratings, ratings).ndcg).toBe(1);
  });

  it("a constant model is never better than any other model", () => {
    for (const { ratings, scores } of cases) {
      const constant = ratings.map(() => 0.5);
      for (const cut of [5, 10, 20]) {
        expect(testOnly(ratings, constant, cut).ndcg).toBeLessThanOrEqual(
          testOnly(ratings, scores, cut).ndcg + 1e-12,
        );
        expect(labCode(ratings, constant, cut).hr).toBeLessThanOrEqual(labCode(ratings, scores, cut).hr);
      }
      if (new Set(ratings).size > 1) expect(testOnly(ratings, constant).ndcg).toBeLessThan(1);
    }
  });
});
