/** C10 and C11 (what the groupings are like) and C12 (Eq. 7-11: what an unlearning is expected to cost). */

import { expectedCost, expectedCostBound } from "../../cohesion/expectedCost";
import { mean } from "../../statistics/statistics";
import { type BySeed, seedDifferences } from "../summary";
import { type Case, type Claim, grouped } from "../verdicts/verdict";
import { effectOf, plain, times } from "../verdicts/words";
import type { PartitionRow } from "./rows";

/** Partitions of one grouping and S on a data set: a number of each seed's groups. */
interface Partitions {
  readonly dataset: string;
  readonly name: string;
  readonly groups: number;
  readonly unbalanced: boolean;
  bySeed(value: (groups: readonly PartitionRow[]) => number): BySeed[];
}

const partitions = (rows: readonly PartitionRow[]): Partitions[] =>
  [...grouped(rows, (row) => `${row.dataset}|${row.name}|${row.groups}`).values()].map((same) => {
    const [{ dataset, name, groups, balance }] = same;
    const seeds = [...grouped(same, ({ seed }) => String(seed)).values()];
    const bySeed: Partitions["bySeed"] = (value) =>
      seeds.map((own) => ({ seed: own[0].seed, value: value(own) }));
    return { dataset, name, groups, unbalanced: balance === "none", bySeed };
  });

const usersOf = (groups: readonly PartitionRow[]) => groups.map(({ users }) => users);
const ratingsOf = (groups: readonly PartitionRow[]) => groups.map(({ ratings }) => ratings);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Unbalanced: the largest group is more than this many times the smallest. */
const UNBALANCED = 2;

export const C10: Claim<PartitionRow> = {
  id: "C10",
  place: "Figure 9",
  statement: "Plain k-means groups are highly unbalanced for k = 2, 4, 8, 16",
  rule: `a case is a k, on rating rows or on the embedding; it holds if the largest group has more than ${UNBALANCED} times the users of the smallest, with the whole interval, and points the other way below 1`,
  covers: "all",
  cases: (rows) =>
    partitions(rows).flatMap(({ dataset, name, groups, unbalanced, bySeed }): Case[] =>
      unbalanced
        ? [
            {
              dataset,
              name: `${name}, k = ${groups}`,
              unit: name,
              scale: "ratio",
              effects: bySeed((own) => {
                const users = usersOf(own);
                return Math.log2(Math.max(...users) / Math.max(1, Math.min(...users)));
              }),
              says: { above: Math.log2(UNBALANCED), against: 0 },
            },
          ]
        : [],
    ),
  sentence: (found) =>
    `on average over k, the largest group has ${found.effects.map((effect) => `${times(effect)} (${effect.unit})`).join(" and ")} the users of the smallest`,
};

/** "Far higher": more than twice. */
const FAR_HIGHER = 2;

const SPACES = { rhoEmbedding: "embedding", rhoRatings: "ratings" } as const;

export const C11: Claim<PartitionRow> = {
  id: "C11",
  place: "Figure 12",
  statement: "Groups on the collaborative embedding have far higher cohesion than groups on sparse ratings",
  rule: `a case is an S and a space; it holds if CBKM's mean rho is more than ${FAR_HIGHER} times BKM's in the same space, with the whole interval, and points the other way below BKM's`,
  covers: "all",
  cases: (rows) => {
    const all = partitions(rows);
    return all
      .filter(({ name }) => name === "CBKM")
      .flatMap((ours) => {
        const { dataset, groups } = ours;
        const theirs = all.find(
          (one) => one.dataset === dataset && one.name === "BKM" && one.groups === groups,
        );
        return (["rhoEmbedding", "rhoRatings"] as const).map((space): Case => {
          const rho = (own: readonly PartitionRow[]) => Math.log2(mean(own.map((row) => row[space])));
          return {
            dataset,
            name: `${SPACES[space]}, S = ${groups}`,
            unit: SPACES[space],
            scale: "ratio",
            effects: seedDifferences(ours.bySeed(rho), theirs?.bySeed(rho) ?? []),
            says: { above: Math.log2(FAR_HIGHER), against: 0 },
          };
        });
      });
  },
  sentence: (found) =>
    `on average over S, CBKM's cohesion is ${times(effectOf(found, "embedding"))} BKM's in the embedding and ${times(effectOf(found, "ratings"))} in the ratings`,
};

const NEARLY_LEAST = 0.01; // sizes that differ by one user are not exactly equal

const [PLAIN, BALANCED] = ["plain k-means", "balanced"];

/** Percentages of the whole that one random user costs, by what is counted. */
const COUNTED = { users: "% of the users", ratings: "% of the gradient samples" } as const;

export const C12: Claim<PartitionRow> = {
  id: "C12",
  place: "Equations 7-11",
  statement: "The expected retraining cost is least, (Z/2)(1 + 1/S), when groups are balanced",
  rule: `two parts, as good as the weaker; a case is a grouping and S; a balanced one holds within ${100 * NEARLY_LEAST} % of the bound, plain k-means above the bound, with the whole interval, cost counted in users as in Eq. 11; the cost in gradient samples is shown beside it`,
  covers: "all",
  parts: [PLAIN, BALANCED],
  cases: (rows) =>
    partitions(rows).flatMap(({ dataset, name, groups, unbalanced, bySeed }): Case[] => {
      const base = { dataset, name: `${name}, S = ${groups}` };
      const excess = (own: readonly PartitionRow[]) =>
        expectedCost(usersOf(own)) / expectedCostBound(sum(usersOf(own)), groups) - 1;
      const judged: Case = {
        ...base,
        part: unbalanced ? PLAIN : BALANCED,
        unit: unbalanced ? "excess, plain k-means" : "excess, balanced",
        effects: bySeed(excess),
        says: unbalanced ? { above: 0 } : { below: NEARLY_LEAST },
      };
      if (unbalanced) return [judged];
      const share = (costs: (own: readonly PartitionRow[]) => number[]) =>
        bySeed((own) => (100 * expectedCost(costs(own), usersOf(own))) / sum(costs(own)));
      return [
        judged,
        { ...base, unit: COUNTED.users, effects: share(usersOf), says: "beside" },
        { ...base, unit: COUNTED.ratings, effects: share(ratingsOf), says: "beside" },
      ];
    }),
  sentence: (found) =>
    `on average over groupings and S, one random user costs balanced groups ${plain(effectOf(found, COUNTED.users), 1)} ${COUNTED.users} of a full training, and, which is not judged, ${plain(effectOf(found, COUNTED.ratings), 1)} ${COUNTED.ratings}`,
};
