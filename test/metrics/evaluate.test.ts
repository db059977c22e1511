import { describe, expect, it } from "vitest";
import { type Interactions, interactionsFrom } from "../../lib/data/interactions";
import { evaluateAnchors, itemMeanScorer, popularityScorer, randomScorer } from "../../lib/metrics/anchors";
import { type Evaluation, evaluate, type Scorer } from "../../lib/metrics/evaluate";
import { namedMetrics } from "../../lib/metrics/quality";
import { Random } from "../../lib/random";

type Triple = readonly [user: number, item: number, rating: number];

function data(triples: readonly Triple[], users: number, items: number): Interactions {
  return interactionsFrom(
    {
      users: Uint32Array.from(triples, ([user]) => user),
      items: Uint32Array.from(triples, ([, item]) => item),
      ratings: Float32Array.from(triples, ([, , rating]) => rating),
    },
    Array.from({ length: users }, (_, u) => `u${u}`),
    Array.from({ length: items }, (_, i) => `i${i}`),
    { name: "test", synthetic: true, steps: [] },
  );
}

/** A scorer from a table, users x items. */
function table(scores: readonly (readonly number[])[]): Scorer {
  return {
    predict: (users, items) => Float32Array.from(users, (user, k) => scores[user][items[k]]),
    scoreItems: (users) => Float32Array.from(Array.from(users).flatMap((user) => scores[user])),
  };
}

const train = data(
  [
    [0, 0, 5],
    [1, 1, 2],
    [2, 2, 4],
  ],
  4,
  4,
);
const test = data(
  [
    [0, 1, 5],
    [0, 2, 1],
    [1, 0, 3],
    [2, 3, 4],
  ],
  4,
  4,
);
const scores = table([
  [0.9, 0.75, 0.5, 0.25],
  [0.5, 0.9, 0.1, 0.2],
  [0.75, 0.25, 0.9, 0.5],
  [0.1, 0.2, 0.3, 0.4],
]);
const bce = (label: number, p: number) => -(label * Math.log(p) + (1 - label) * Math.log(1 - p));

describe("evaluate", () => {
  it("gives every metric by hand", async () => {
    const found = await evaluate(scores, train, test, { label: "rating", metrics: "all" });
    // own lists: user 0 in the right order, users 1 and 2 have one item each
    const metrics = namedMetrics(found);
    expect(metrics["testOnly NDCG@10"]).toBeCloseTo(1, 12);
    for (const cut of [5, 10, 20]) {
      expect(metrics[`testOnly HR@${cut}`]).toBeCloseTo((0.5 + 0 + 1) / 3, 12);
      expect(metrics[`labCode HR@${cut}`]).toBeCloseTo((1 / cut + 0 + 1 / cut) / 3, 12);
    }
    // full: user 0 has item 1 first of {1, 2, 3}; user 2 has item 3 second of {0, 1, 3}; user 1 likes nothing
    expect(metrics["fullRank NDCG@10"]).toBeCloseTo((1 + 1 / Math.log2(3)) / 2, 12);
    for (const cut of [5, 10, 20])
      expect([metrics[`fullRank HR@${cut}`], metrics[`fullRank Recall@${cut}`]]).toEqual([1, 1]);
    expect(metrics["fullRank MRR"]).toBe(0.75);
    const wanted = [bce(1, 0.75), bce(0.2, 0.5), bce(0.6, 0.5), bce(0.8, 0.5)];
    expect(metrics["test loss"]).toBeCloseTo(wanted.reduce((a, b) => a + b) / 4, 7);
    expect([found.users, found.ratings, found.fullRank?.users]).toEqual([3, 4, 2]);
  });

  it("leaves erased users out and says how many it counted", async () => {
    const found = await evaluate(scores, train, test, { label: "rating", metrics: "all", erased: [0, 3] });
    expect([found.users, found.ratings, found.fullRank?.users]).toEqual([2, 2, 1]);
    expect(found.fullRank?.mrr).toBe(0.5);
    const nan = table([[NaN, NaN, NaN, NaN], ...[1, 2, 3].map(() => [0.5, 0.5, 0.5, 0.5])]);
    await expect(
      evaluate(nan, train, test, { label: "rating", metrics: "all", erased: [0] }),
    ).resolves.toBeDefined();
  });

  it("computes the full ranking only when it is asked for", async () => {
    const found = await evaluate(scores, train, test, { label: "rating", metrics: "ownItems" });
    expect(found).not.toHaveProperty("fullRank");
    expect(found).toHaveProperty("labCode");
  });

  it("ranks only the users asked for", async () => {
    const found = await evaluate(scores, train, test, { label: "rating", metrics: "all", rankUsers: [2, 3] });
    expect([found.users, found.fullRank?.users]).toEqual([3, 1]);
  });

  it("implicit data: every held-out item is relevant, the label is 1, and lists of them alone say nothing", async () => {
    const seen = (triples: readonly Triple[]) => triples.map(([user, item]): Triple => [user, item, 1]);
    const implicit = data(
      seen([
        [0, 1, 5],
        [0, 2, 1],
        [1, 0, 3],
        [2, 3, 4],
      ]),
      4,
      4,
    );
    const found = await evaluate(scores, train, implicit, { label: "rating", metrics: "ownItems" });
    expect(found.fullRank?.users).toBe(3);
    expect(found.loss).toBeCloseTo((bce(1, 0.75) + 3 * bce(1, 0.5)) / 4, 7);
    expect(Object.keys(found)).toEqual(["users", "ratings", "loss", "fullRank", "active"]);
  });

  it("clips predictions, so that a sure mistake costs much but not everything", async () => {
    const sure = table([1, 2, 3, 4].map(() => [0, 0, 0, 0]));
    const found = await evaluate(sure, train, test, { label: "implicit", metrics: "ownItems" });
    expect(found.loss).toBeCloseTo(-Math.log(1e-6), 6);
  });

  it("goes through many blocks of users and gives the mean over users", async () => {
    const users = 700;
    const items = 3000;
    const random = Random.stream(5, "blocks");
    const held = Array.from({ length: users }, (_, u): Triple => [u, random.below(items), 5]);
    const many = data(held, users, items);
    const none = data([], users, items);
    const scorer = randomScorer(many, 1);
    const calls: number[] = [];
    const found = await evaluate(
      {
        predict: scorer.predict,
        scoreItems: (some) => {
          calls.push(some.length);
          return scorer.scoreItems(some);
        },
      },
      none,
      many,
      { label: "rating", metrics: "all" },
    );
    expect(calls.length).toBeGreaterThan(1);
    expect(calls.reduce((a, b) => a + b)).toBe(users);
    let mrr = 0;
    for (const [user, item] of held) {
      const row = scorer.scoreItems(Uint32Array.of(user));
      mrr += 1 / row.reduce((rank, score, i) => rank + (i !== item && score >= row[item] ? 1 : 0), 1);
    }
    expect(found.fullRank?.mrr).toBeCloseTo(mrr / users, 12);
  });

  it("refuses NaN, naming user and item", async () => {
    const bad = [1, 2, 3, 4].map(() => [0.5, 0.5, 0.5, 0.5]);
    bad[2][3] = NaN;
    await expect(evaluate(table(bad), train, test, { label: "rating", metrics: "ownItems" })).rejects.toThrow(
      "the score of user u2 and item i3 is not a number",
    );
    bad[2][3] = 0.5;
    bad[2][1] = NaN; // only the full ranking sees this one
    await expect(evaluate(table(bad), train, test, { label: "rating", metrics: "all" })).rejects.toThrow(
      "the score of user u2 and item i1 is not a number",
    );
  });

  it("refuses overlapping or mismatched data, no data, and stops on a signal", async () => {
    const options = { label: "rating", metrics: "ownItems" } as const;
    await expect(evaluate(scores, test, test, options)).rejects.toThrow(
      "user u0 has item i1 both in train and in test",
    );
    await expect(evaluate(scores, data([], 4, 5), test, options)).rejects.toThrow("5 items, test 4 and 4");
    await expect(evaluate(scores, train, test, { ...options, erased: [0, 1, 2] })).rejects.toThrow(
      "no held-out rating is left",
    );
    await expect(
      evaluate(scores, train, test, { ...options, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: "StoppedError" });
  });
});

describe("anchors", () => {
  const random = Random.stream(8, "anchors");
  const all = Array.from({ length: 300 }, (_, user) =>
    random
      .shuffle(Array.from({ length: 60 }, (_, item) => item))
      .slice(0, 24)
      .map((item): Triple => {
        const quality = 1 + (item % 5); // items differ in quality, users do not
        return [user, item, Math.min(5, Math.max(1, quality + random.below(3) - 1))];
      }),
  );
  const split = (keep: (k: number) => boolean) =>
    data(
      all.flatMap((row) => row.filter((_, k) => keep(k))),
      300,
      60,
    );
  const trained = split((k) => k < 12);
  const heldOut = split((k) => k >= 12);
  const options = { label: "rating", metrics: "all" } as const;

  it("stand in the order that they must: random < item mean < oracle", async () => {
    const found = await evaluateAnchors(trained, heldOut, 1, options);
    const [random, itemMean, oracle] = [found.random, found.itemMean as Evaluation, found.oracle].map(
      namedMetrics,
    );
    for (const family of ["testOnly", "labCode"]) {
      for (const metric of [`${family} NDCG@10`, `${family} HR@10`]) {
        expect(random[metric]).toBeLessThan(itemMean[metric]);
        expect(itemMean[metric]).toBeLessThanOrEqual(oracle[metric]);
      }
    }
    for (const metric of ["testOnly NDCG@10", "fullRank NDCG@10", "fullRank HR@10", "fullRank MRR"])
      expect(oracle[metric]).toBeCloseTo(1, 12);
    expect(oracle["test loss"]).toBeLessThan(itemMean["test loss"]);
  });

  it("item mean and popularity are what they say", () => {
    const pairs = data(
      [
        [0, 0, 5],
        [1, 0, 2],
        [0, 1, 4],
      ],
      2,
      3,
    );
    const users = Uint32Array.of(1);
    const close = (found: Float32Array, wanted: number[]) =>
      wanted.forEach((value, k) => {
        expect(found[k]).toBeCloseTo(value, 6);
      });
    close(itemMeanScorer(pairs).scoreItems(users), [0.7, 0.8, 11 / 15]);
    close(popularityScorer(pairs).scoreItems(users), [1, 0.5, 0]);
  });

  it("random: one score a pair, uniform, another with another seed", () => {
    const scorer = randomScorer(trained, 1);
    const users = Uint32Array.from({ length: 300 }, (_, user) => user);
    const rows = scorer.scoreItems(users);
    const pair = scorer.predict(Uint32Array.of(7, 299), Uint32Array.of(3, 59));
    expect([...pair]).toEqual([rows[7 * 60 + 3], rows[299 * 60 + 59]]);
    expect(randomScorer(trained, 2).scoreItems(users)).not.toEqual(rows);
    const bins = new Array<number>(20).fill(0);
    for (const score of rows) bins[Math.min(19, Math.floor(score * 20))]++;
    const expected = rows.length / 20;
    const chiSquared = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquared).toBeLessThan(43.8); // 19 degrees of freedom, p = 0.001
  });
});
