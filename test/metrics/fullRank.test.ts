import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fullRank } from "../../lib/metrics/fullRank";
import { Random } from "../../lib/random";

interface Fixture {
  full_ranking: {
    name: string;
    scores: number[];
    train_items: number[];
    relevant_items: number[];
    expected: Record<string, number>;
  }[];
}
interface SklearnFixture {
  ranked: {
    scores: number[];
    trained: number[];
    relevant: number[];
    expected: Record<"ndcg" | "hr" | "recall" | "mrr", number>;
  }[];
}

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(join(__dirname, "../fixtures", name), "utf8")) as T;
const u32 = (values: number[]) => Uint32Array.from(values);

describe("against the independent implementation (metrics.json)", () => {
  it.each(read<Fixture>("metrics.json").full_ranking)(
    "$name",
    ({ scores, train_items, relevant_items, expected }) => {
      const found = fullRank(Float32Array.from(scores), u32(train_items), u32(relevant_items));
      expect(found.ndcg).toBeCloseTo(expected.f_ndcg, 9);
      expect(found.hr).toBe(expected.f_hr);
      expect(found.recall).toBeCloseTo(expected.f_recall, 9);
    },
  );
});

it("agrees with numpy and scikit-learn (metrics_sklearn.json), with and without equal scores", () => {
  for (const { scores, trained, relevant, expected } of read<SklearnFixture>("metrics_sklearn.json").ranked) {
    const found = fullRank(Float32Array.from(scores), u32(trained), u32(relevant));
    for (const metric of ["ndcg", "hr", "recall", "mrr"] as const)
      expect(found[metric]).toBeCloseTo(expected[metric], 9);
  }
});

describe("by hand", () => {
  it("relevant items at ranks 2 and 4 of five candidates", () => {
    const found = fullRank(Float32Array.of(9, 0.5, 0.9, 0.8, 0.7, 0.6), u32([0]), u32([3, 5]));
    expect(found.mrr).toBe(0.5);
    expect(found.recall).toBe(1);
    const ideal = 1 + 1 / Math.log2(3);
    expect(found.ndcg).toBeCloseTo((1 / Math.log2(3) + 1 / Math.log2(5)) / ideal, 12);
  });

  it("a miss below place ten still has a reciprocal rank, and is a hit where the list is longer", () => {
    const scores = Float32Array.from({ length: 30 }, (_, i) => 30 - i);
    const at = (cut: number) => fullRank(scores, u32([0, 1]), u32([20]), cut);
    expect([at(5), at(10)]).toEqual(Array(2).fill({ ndcg: 0, hr: 0, recall: 0, mrr: 1 / 19 }));
    expect(at(20)).toMatchObject({ hr: 1, recall: 1, mrr: 1 / 19 });
    expect(at(20).ndcg).toBeCloseTo(1 / Math.log2(20), 12);
    expect(() => at(21)).toThrow("cut: 21");
  });

  it("scores of minus infinity rank last", () => {
    const scores = Float32Array.of(-Infinity, 1, 2);
    expect(fullRank(scores, u32([]), u32([0])).mrr).toBeCloseTo(1 / 3, 12);
  });
});

describe("for any scores", () => {
  const random = Random.stream(3, "full ranking");
  const cases = Array.from({ length: 200 }, () => {
    const items = 40 + random.below(60);
    const chosen = random.shuffle(Array.from({ length: items }, (_, item) => item));
    const relevant = u32(chosen.slice(0, 1 + random.below(24))).sort();
    const trained = u32(chosen.slice(24, 24 + random.below(8))).sort();
    return { scores: Float32Array.from({ length: items }, () => random.below(20) / 20), relevant, trained };
  });

  it("is what sorting all items gives, at every cut", () => {
    for (const { scores, relevant, trained } of cases) {
      const order = Array.from(scores.keys())
        .filter((item) => !trained.includes(item))
        .sort((a, b) => scores[b] - scores[a] || Number(relevant.includes(a)) - Number(relevant.includes(b)));
      for (const cut of [1, 5, 10, 20]) {
        const gains = order.slice(0, cut).map((item) => (relevant.includes(item) ? 1 : 0) as number);
        const dcg = (list: readonly number[]) =>
          list.reduce((sum, gain, k) => sum + gain / Math.log2(k + 2), 0);
        const found = fullRank(scores, trained, relevant, cut);
        expect(found.ndcg).toBeCloseTo(dcg(gains) / dcg(Array(Math.min(cut, relevant.length)).fill(1)), 12);
        expect(found.recall).toBeCloseTo(gains.reduce((sum, gain) => sum + gain, 0) / relevant.length, 12);
        expect(found.mrr).toBe(1 / (order.findIndex((item) => relevant.includes(item)) + 1));
      }
    }
  });

  it("a monotone transformation of the scores changes nothing", () => {
    for (const { scores, relevant, trained } of cases) {
      const moved = scores.map((score) => score * score * score + 7);
      expect(fullRank(moved, trained, relevant)).toEqual(fullRank(scores, trained, relevant));
    }
  });

  it("a perfect ranking gives 1 for every metric that can reach it", () => {
    for (const { scores, relevant, trained } of cases) {
      const oracle = scores.map((_, item) => (relevant.includes(item) ? 1 : 0));
      const found = fullRank(oracle, trained, relevant);
      expect([found.ndcg, found.hr, found.mrr]).toEqual([1, 1, 1]);
      expect(found.recall).toBe(Math.min(1, 10 / relevant.length));
    }
  });

  it("a constant model is never better than any other model", () => {
    for (const { scores, relevant, trained } of cases) {
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
