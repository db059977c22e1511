import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { crossEntropy } from "../../lib/metrics/loss";
import { fullRank, labCode, testOnly } from "../../lib/metrics/ranking";
import { Random } from "../../lib/random";

interface Quality {
  ndcg: number;
  hr: number;
}
interface Fixture {
  own_items: { name: string; ratings: number[]; scores: number[]; expected: Record<string, number> }[];
  full_ranking: {
    name: string;
    scores: number[];
    train_items: number[];
    relevant_items: number[];
    expected: Record<string, number>;
  }[];
}
interface SklearnFixture {
  own: { ratings: number[]; scores: number[]; expected: { testOnly: Quality; labCode: Quality } }[];
  ranked: {
    scores: number[];
    trained: number[];
    relevant: number[];
    expected: Quality & { recall: number; mrr: number };
  }[];
}

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(join(__dirname, "../fixtures", name), "utf8")) as T;
const independent = read<Fixture>("metrics.json");
const sklearn = read<SklearnFixture>("metrics_sklearn.json");
const u32 = (values: number[]) => Uint32Array.from(values);

describe("against the independent implementation (metrics.json)", () => {
  it.each(independent.own_items)("own items: $name", ({ ratings, scores, expected }) => {
    const lab = labCode(ratings, scores);
    expect(lab.ndcg).toBeCloseTo(expected.a_ndcg, 9);
    expect(lab.hr).toBeCloseTo(expected.a_hr, 9);
    expect(testOnly(ratings, scores).ndcg).toBeCloseTo(expected.g_ndcg_linear, 9);
    const loss = ratings.reduce((sum, rating, k) => sum + crossEntropy(rating / 5, scores[k]), 0);
    expect(loss / ratings.length).toBeCloseTo(expected.bce, 9);
  });

  it.each(independent.full_ranking)("$name", ({ scores, train_items, relevant_items, expected }) => {
    const found = fullRank(Float32Array.from(scores), u32(train_items), u32(relevant_items));
    expect(found.ndcg).toBeCloseTo(expected.f_ndcg, 9);
    expect(found.hr).toBe(expected.f_hr);
    expect(found.recall).toBeCloseTo(expected.f_recall, 9);
  });
});

describe("against numpy and scikit-learn (metrics_sklearn.json), with and without equal scores", () => {
  it("own lists", () => {
    for (const { ratings, scores, expected } of sklearn.own) {
      for (const [found, wanted] of [
        [testOnly(ratings, scores), expected.testOnly],
        [labCode(ratings, scores), expected.labCode],
      ]) {
        expect(found.ndcg).toBeCloseTo(wanted.ndcg, 9);
        expect(found.hr).toBeCloseTo(wanted.hr, 9);
      }
    }
  });

  it("full rankings", () => {
    for (const { scores, trained, relevant, expected } of sklearn.ranked) {
      const found = fullRank(Float32Array.from(scores), u32(trained), u32(relevant));
      for (const metric of ["ndcg", "hr", "recall", "mrr"] as const)
        expect(found[metric]).toBeCloseTo(expected[metric], 9);
    }
  });
});

describe("by hand", () => {
  it("testOnly: 5 and 3 in the wrong order", () => {
    // (0.6 + 1 / log2 3) / (1 + 0.6 / log2 3); one of two listed items is rated >= 4
    const found = testOnly([5, 3], [0.1, 0.9]);
    expect(found.ndcg).toBeCloseTo((0.6 + 1 / Math.log2(3)) / (1 + 0.6 / Math.log2(3)), 12);
    expect(found.hr).toBe(0.5);
  });

  it("testOnly: only the first ten count", () => {
    const ratings = [...Array<number>(10).fill(1), 5];
    const falling = ratings.map((_, k) => -k);
    expect(testOnly(ratings, falling).hr).toBe(0);
    const rising = ratings.map((_, k) => k);
    expect(testOnly(ratings, rising).hr).toBeCloseTo(0.1, 12);
  });

  it("fullRank: relevant items at ranks 2 and 4 of five candidates", () => {
    const found = fullRank(Float32Array.of(9, 0.5, 0.9, 0.8, 0.7, 0.6), u32([0]), u32([3, 5]));
    expect(found.mrr).toBe(0.5);
    expect(found.recall).toBe(1);
    const ideal = 1 + 1 / Math.log2(3);
    expect(found.ndcg).toBeCloseTo((1 / Math.log2(3) + 1 / Math.log2(5)) / ideal, 12);
  });

  it("fullRank: a miss below place ten still has a reciprocal rank", () => {
    const scores = Float32Array.from({ length: 30 }, (_, i) => 30 - i);
    const found = fullRank(scores, u32([0, 1]), u32([20]));
    expect(found).toEqual({ ndcg: 0, hr: 0, recall: 0, mrr: 1 / 19 });
  });

  it("fullRank: scores of minus infinity rank last", () => {
    const scores = Float32Array.of(-Infinity, 1, 2);
    expect(fullRank(scores, u32([]), u32([0])).mrr).toBeCloseTo(1 / 3, 12);
  });
});

describe("for any scores", () => {
  const random = Random.stream(3, "ranking properties");
  const cases = Array.from({ length: 200 }, () => {
    const ratings = Array.from({ length: 1 + random.below(25) }, () => 1 + random.below(5));
    return { ratings, scores: ratings.map(() => random.below(12) / 12) };
  });
  const rankedCases = Array.from({ length: 200 }, () => {
    const items = 20 + random.below(60);
    const chosen = random.shuffle(Array.from({ length: items }, (_, item) => item));
    const relevant = u32(chosen.slice(0, 1 + random.below(12))).sort();
    const trained = u32(chosen.slice(12, 12 + random.below(8))).sort();
    return { scores: Float32Array.from({ length: items }, () => random.below(20) / 20), relevant, trained };
  });

  it("a monotone transformation of the scores changes nothing", () => {
    for (const { ratings, scores } of cases) {
      const moved = scores.map((score) => Math.sqrt(score) * 3 - 40);
      expect(testOnly(ratings, moved)).toEqual(testOnly(ratings, scores));
      expect(labCode(ratings, moved)).toEqual(labCode(ratings, scores));
    }
    for (const { scores, relevant, trained } of rankedCases) {
      const moved = scores.map((score) => score * score * score + 7);
      expect(fullRank(moved, trained, relevant)).toEqual(fullRank(scores, trained, relevant));
    }
  });

  it("a perfect ranking gives NDCG 1, and 1 for every full-ranking metric that can reach it", () => {
    for (const { ratings } of cases) expect(testOnly(ratings, ratings).ndcg).toBe(1);
    for (const { scores, relevant, trained } of rankedCases) {
      const oracle = scores.map((_, item) => (relevant.includes(item) ? 1 : 0));
      const found = fullRank(oracle, trained, relevant);
      expect([found.ndcg, found.hr, found.mrr]).toEqual([1, 1, 1]);
      expect(found.recall).toBe(Math.min(1, 10 / relevant.length));
    }
  });

  it("a constant model is never better than any other model", () => {
    for (const { ratings, scores } of cases) {
      const constant = testOnly(
        ratings,
        ratings.map(() => 0.5),
      );
      expect(constant.ndcg).toBeLessThanOrEqual(testOnly(ratings, scores).ndcg + 1e-12);
      if (new Set(ratings).size > 1) expect(constant.ndcg).toBeLessThan(1);
    }
    for (const { scores, relevant, trained } of rankedCases) {
      const others = scores.length - trained.length - relevant.length;
      const constant = fullRank(
        scores.map(() => 0.5),
        trained,
        relevant,
      );
      expect(constant.mrr).toBe(1 / (others + 1));
      expect(constant.ndcg).toBeLessThanOrEqual(fullRank(scores, trained, relevant).ndcg);
    }
  });
});
