import { describe, expect, it } from "vitest";
import { core } from "../../lib/data/core";
import { type Interactions, interactionsFrom } from "../../lib/data/interactions";
import { split } from "../../lib/data/split";
import { synthesize } from "../../lib/data/synthetic";
import { canonicalJson } from "../../lib/json";
import { evaluateAnchors, itemMeanScorer } from "../../lib/metrics/anchors";
import { type Evaluation, evaluate, type Scorer } from "../../lib/metrics/evaluate";
import { labCodeAsListed } from "../../lib/metrics/ownItems";
import { activeUsers, namedMetrics, type Quality, qualityOfOthers } from "../../lib/metrics/quality";
import { Random } from "../../lib/random";
import { fromRows } from "../data/helpers";

const { train, test } = split(core(synthesize().data, 5), { seed: 2 });
const options = { label: "rating", metrics: "all" } as const;

describe("active users", () => {
  it("are 5 % by training ratings, and whoever has as many as the last of them", () => {
    // user u has u + 1 ratings, but 37 to 39 have 40 each
    const rows = Array.from({ length: 40 }, (_, u) =>
      Array.from({ length: u < 37 ? u + 1 : 40 }, (_, i) => i),
    );
    const data = fromRows(rows.flatMap((row, u) => row.map((item) => [u, item, 3] as const)));
    const users = Uint32Array.from(rows.keys());
    expect([...activeUsers(data, users)]).toEqual([37, 38, 39]); // 5 % of 40 are two; the third has as many ratings
    expect([...activeUsers(data, users.slice(0, 37))]).toEqual([35, 36]);
    expect([...activeUsers(data, users.slice(0, 3))]).toEqual([2]);
  });

  it("and the others make up all: the same means as two evaluations give", async () => {
    const scorer = itemMeanScorer(train);
    const { active, ...all } = await evaluate(scorer, train, test, options);
    const chosen = activeUsers(train, Uint32Array.from(train.userIds.keys()));
    const rest = Array.from(train.userIds.keys()).filter((user) => !chosen.has(user));
    const only = async (erased: Iterable<number>) =>
      await evaluate(scorer, train, test, { ...options, erased });
    same(active, await only(rest));
    same(qualityOfOthers(all, active) as Quality, await only(chosen));
    expect(active.labCode?.ndcg).not.toBeCloseTo(all.labCode?.ndcg as number, 3);
  });

  it("leave nobody over when all are as active", () => {
    const all = { users: 2, ratings: 4, loss: 1 };
    expect(qualityOfOthers(all, all)).toBeUndefined();
  });
});

function same(found: Quality, wanted: Quality): void {
  expect([found.users, found.ratings, found.fullRank?.users]).toEqual([
    wanted.users,
    wanted.ratings,
    wanted.fullRank?.users,
  ]);
  const [ours, theirs] = [namedMetrics(found), namedMetrics(wanted)];
  expect(Object.keys(ours)).toEqual(Object.keys(theirs));
  for (const name of Object.keys(theirs)) expect(ours[name]).toBeCloseTo(theirs[name], 12);
}

it("metrics are named for tables, at every cut", async () => {
  const named = namedMetrics(await evaluate(itemMeanScorer(train), train, test, options));
  const cuts = (family: string, ...metrics: string[]) =>
    [5, 10, 20].flatMap((cut) => metrics.map((metric) => `${family} ${metric}@${cut}`));
  expect(Object.keys(named)).toEqual([
    "test loss",
    ...cuts("labCode", "NDCG", "HR"),
    ...cuts("testOnly", "NDCG", "HR"),
    ...cuts("fullRank", "NDCG", "HR", "Recall"),
    "fullRank MRR",
  ]);
  const stored = JSON.parse(canonicalJson(await evaluate(itemMeanScorer(train), train, test, options)));
  expect(Object.entries(namedMetrics(stored))).toEqual(Object.entries(named));
});

it("labCode can be had as version 1 computed it, by the order of item numbers, and nothing else moves", async () => {
  const scorer = itemMeanScorer(train);
  const mean = await evaluate(scorer, train, test, options);
  const listed = await evaluate(scorer, train, test, { ...options, labCodeTies: "listed" });
  const { offsets, columns, values } = test.byUser;
  const own = Array.from({ length: offsets.length - 1 }, (_, user) => {
    const [from, to] = [offsets[user], offsets[user + 1]];
    const scores = scorer.predict(new Uint32Array(to - from).fill(user), columns.subarray(from, to));
    return labCodeAsListed(values.subarray(from, to), scores).ndcg;
  });
  expect(listed.labCode?.ndcg).toBeCloseTo(own.reduce((sum, one) => sum + one, 0) / own.length, 12);
  expect(listed.labCode?.ndcg).not.toBeCloseTo(mean.labCode?.ndcg as number, 6);
  expect(listed.labCode?.["ndcg@5"]).toBe(mean.labCode?.["ndcg@5"]);
  expect([listed.testOnly, listed.fullRank, listed.loss]).toEqual([mean.testOnly, mean.fullRank, mean.loss]);
});

describe("no metric depends on how users and items are numbered", () => {
  const random = Random.stream(6, "renaming");
  const shuffled = (count: number) => random.shuffle(Uint32Array.from({ length: count }, (_, k) => k));
  /** old number -> new number */
  const [users, items] = [shuffled(train.userIds.length), shuffled(train.itemIds.length)];
  const moved = <T>(list: readonly T[], to: Uint32Array): T[] => {
    const result = [...list];
    to.forEach((place, old) => {
      result[place] = list[old];
    });
    return result;
  };
  const renumbered = (
    data: Interactions,
    userIds = moved(data.userIds, users),
    itemIds = moved(data.itemIds, items),
  ) => {
    const { offsets, columns, values } = data.byUser;
    const rows = new Uint32Array(columns.length);
    data.userIds.forEach((_, user) => {
      rows.fill(users[user], offsets[user], offsets[user + 1]);
    });
    const renamed = { users: rows, items: columns.map((item) => items[item]), ratings: values };
    return interactionsFrom(renamed, userIds, itemIds, data.provenance);
  };
  const [otherTrain, otherTest] = [train, test].map((data) => renumbered(data));

  const equal = (found: Evaluation, wanted: Evaluation) => {
    same(found, wanted);
    same(found.active, wanted.active);
  };

  it("every anchor: the same quality in every metric", async () => {
    const found = await evaluateAnchors(otherTrain, otherTest, 3, options);
    const wanted = await evaluateAnchors(train, test, 3, options);
    for (const name of ["random", "popularity", "itemMean", "oracle"] as const)
      equal(found[name] as Evaluation, wanted[name] as Evaluation);
  });

  it("a model whose scores are full of ties, too", async () => {
    const [oldUsers, oldItems] = [users, items].map((to) => {
      const back = new Uint32Array(to.length);
      to.forEach((place, old) => {
        back[place] = old;
      });
      return back;
    });
    const width = train.itemIds.length;
    const score = (user: number, item: number) => ((user * 7 + item * 13) % 5) / 5;
    const scorer = (userOf: (u: number) => number, itemOf: (i: number) => number): Scorer => ({
      predict: (some, of) => Float32Array.from(some, (user, k) => score(userOf(user), itemOf(of[k]))),
      scoreItems: (some) =>
        Float32Array.from({ length: some.length * width }, (_, k) =>
          score(userOf(some[Math.floor(k / width)]), itemOf(k % width)),
        ),
    });
    equal(
      await evaluate(
        scorer(
          (u) => oldUsers[u],
          (i) => oldItems[i],
        ),
        otherTrain,
        otherTest,
        options,
      ),
      await evaluate(
        scorer(
          (u) => u,
          (i) => i,
        ),
        train,
        test,
        options,
      ),
    );
  });
});
