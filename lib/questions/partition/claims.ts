/** C10 and C11 (what the groupings are like) and C12 (Eq. 7-11: what an unlearning is expected to cost). */

import { expectedCost } from "../../cohesion/expectedCost";
import { mean } from "../../statistics/statistics";
import { seedDifferences } from "../summary";
import { type Claim, grouped } from "../verdicts/verdict";
import type { PartitionRow } from "./rows";

/** Partitions of one grouping and S: the groups of each seed. */
const byGrouping = (rows: readonly PartitionRow[]) =>
  new Map(
    [...grouped(rows, (row) => `${row.dataset}|${row.name}|${row.groups}`)].map(([key, same]) => [
      key,
      [...grouped(same, ({ seed }) => String(seed)).values()],
    ]),
  );

const usersOf = (groups: readonly PartitionRow[]) => groups.map(({ users }) => users);
const isPlain = ({ balance }: PartitionRow) => balance === "none";

/** Unbalanced: the largest group is at least this many times the smallest. */
const UNBALANCED = 2;

export const C10: Claim<PartitionRow> = {
  id: "C10",
  place: "Figure 9",
  statement: "Plain k-means groups are highly unbalanced for k = 2, 4, 8, 16",
  rule: `reproduced if the largest group has more than ${UNBALANCED} times the users of the smallest at every k, on rating rows and on the embedding`,
  effect: `log2 of largest over smallest group size (${UNBALANCED} times = 1)`,
  needs: 1,
  compare: (rows) =>
    [...byGrouping(rows.filter(isPlain)).values()].map((seeds) => ({
      dataset: seeds[0][0].dataset,
      name: `${seeds[0][0].name}, k = ${seeds[0][0].groups}`,
      effects: seeds.map((groups) => ({
        seed: groups[0].seed,
        value: Math.log2(Math.max(...usersOf(groups)) / Math.max(1, Math.min(...usersOf(groups)))),
      })),
      threshold: Math.log2(UNBALANCED),
    })),
};

/** "Far higher": at least twice. */
const FAR_HIGHER = 2;

export const C11: Claim<PartitionRow> = {
  id: "C11",
  place: "Figure 12",
  statement: "Groups on the collaborative embedding have far higher cohesion than groups on sparse ratings",
  rule: `reproduced if CBKM's mean rho is more than ${FAR_HIGHER} times BKM's, at every S, in the same space, for both spaces`,
  effect: `log2 of mean rho of CBKM groups over BKM groups, in one space (${FAR_HIGHER} times = 1)`,
  needs: 1,
  compare: (rows) => {
    const partitions = byGrouping(rows);
    return [...partitions.values()]
      .filter(([[first]]) => first.name === "CBKM")
      .flatMap((ours) => {
        const { dataset, groups: S } = ours[0][0];
        const theirs = partitions.get(`${dataset}|BKM|${S}`) ?? [];
        return (["rhoEmbedding", "rhoRatings"] as const).map((space) => {
          const value = (seeds: readonly (readonly PartitionRow[])[]) =>
            seeds.map((groups) => ({
              seed: groups[0].seed,
              value: Math.log2(mean(groups.map((row) => row[space]))),
            }));
          return {
            dataset,
            name: `${space === "rhoEmbedding" ? "embedding" : "rating"} space, S = ${S}`,
            effects: seedDifferences(value(ours), value(theirs)),
            threshold: Math.log2(FAR_HIGHER),
          };
        });
      });
  },
};

const NEARLY_LEAST = 0.01; // sizes that differ by one user are not exactly equal

export const C12: Claim<PartitionRow> = {
  id: "C12",
  place: "Equations 7-11",
  statement: "The expected retraining cost is least, (Z/2)(1 + 1/S), when groups are balanced",
  rule: "reproduced if balanced groupings are within 1 % of the bound and unbalanced ones (k-means) above it, at every S",
  effect:
    "balanced: 1 % minus the excess over the bound; k-means: the excess over the bound (shares of the bound)",
  needs: 1,
  compare: (rows) =>
    [...byGrouping(rows).values()].map((seeds) => {
      const { dataset, name, groups: S } = seeds[0][0];
      const plain = isPlain(seeds[0][0]);
      return {
        dataset,
        name: `${name}, S = ${S}`,
        effects: seeds.map((groups) => {
          const Z = usersOf(groups).reduce((sum, size) => sum + size, 0);
          const excess = expectedCost(usersOf(groups)) / ((Z / 2) * (1 + 1 / S)) - 1;
          return { seed: groups[0].seed, value: plain ? excess : NEARLY_LEAST - excess };
        }),
      };
    }),
};
