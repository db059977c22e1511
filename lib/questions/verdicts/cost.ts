/** C1, C2 (Figure 4) and C12 (Eq. 7-11): what an unlearning costs. */

import { expectedCost } from "../../cohesion/expectedCost";
import { type EfficiencyRow, efficiency } from "../figures/efficiency";
import { recordsOf } from "../outcome";
import { seedDifferences } from "../summary";
import { type Claim, type Comparison, grouped } from "./verdict";

/** "Almost comparable": at most a quarter slower. */
const COMPARABLE = 1.25;

const key = (row: EfficiencyRow) => `${row.dataset}|${row.groups}`;
const seeded = (rows: readonly EfficiencyRow[], value: (row: EfficiencyRow) => number) =>
  rows.map((row) => ({ seed: row.seed, value: value(row) }));

export const C1: Claim = {
  id: "C1",
  place: "Figure 4",
  statement:
    "Unlearning time of L-CBKM is almost that of parallel C-SISA (5 % of the users of the last group)",
  rule: `reproduced if L-CBKM takes at most ${COMPARABLE} times as long as C-SISA's slowest shard at every S (whole interval)`,
  effect: "log2 of the ratio of seconds, allowed minus measured (0 = a quarter slower, above = closer)",
  needs: 1,
  compare: (records) => {
    const rows = efficiency.rows(records) as EfficiencyRow[];
    const laser = grouped(
      rows.filter(({ method, work }) => method === "l-cbkm" && work === "total"),
      key,
    );
    const sisa = grouped(
      rows.filter(({ method, work }) => method === "c-sisa" && work === "parallel"),
      key,
    );
    return [...laser].map(([name, ours]) => ({
      dataset: ours[0].dataset,
      name: `S = ${ours[0].groups}`,
      effects: seedDifferences(
        seeded(sisa.get(name) ?? [], ({ seconds }) => Math.log2(seconds * COMPARABLE)),
        seeded(ours, ({ seconds }) => Math.log2(seconds)),
      ),
    }));
  },
};

export const C2: Claim = {
  id: "C2",
  place: "Figure 4",
  statement: "C-SISA's and L-CBKM's unlearning time falls as S grows",
  rule: "reproduced if every doubling of S shortens the time of both, with the whole interval",
  effect: "log2 of time at S over time at the next S",
  needs: 1,
  compare: (records) => {
    const rows = (efficiency.rows(records) as EfficiencyRow[]).filter(
      ({ method, work }) =>
        (method === "c-sisa" && work === "parallel") || (method === "l-cbkm" && work === "total"),
    );
    const comparisons: Comparison[] = [];
    for (const group of grouped(rows, (row) => `${row.dataset}|${row.method}`).values()) {
      const sizes = [...new Set(group.map(({ groups }) => groups))].sort((a, b) => a - b);
      for (let i = 0; i + 1 < sizes.length; i++) {
        const at = (groups: number) =>
          seeded(
            group.filter((row) => row.groups === groups),
            ({ seconds }) => Math.log2(seconds),
          );
        comparisons.push({
          dataset: group[0].dataset,
          name: `${group[0].method}, S = ${sizes[i]} to ${sizes[i + 1]}`,
          effects: seedDifferences(at(sizes[i]), at(sizes[i + 1])),
        });
      }
    }
    return comparisons;
  },
};

const NEARLY_LEAST = 0.01; // sizes that differ by one user are not exactly equal

export const C12: Claim = {
  id: "C12",
  place: "Equations 7-11",
  statement: "The expected retraining cost is least, (Z/2)(1 + 1/S), when groups are balanced",
  rule: "reproduced if balanced groupings are within 1 % of the bound and unbalanced ones (k-means) above it, at every S",
  effect:
    "balanced: 1 % minus the excess over the bound; k-means: the excess over the bound (shares of the bound)",
  needs: 1,
  compare: (records) => {
    const groups = grouped(
      recordsOf(records, "partition"),
      ({ trial: cell }) => `${cell.dataset}|${cell.grouping}|${cell.groups}`,
    );
    return [...groups.values()].map((same) => {
      const { dataset, grouping, groups: S } = same[0].trial;
      const balanced = !grouping.startsWith("kmeans");
      return {
        dataset,
        name: `${grouping}, S = ${S}`,
        effects: same.map(({ trial: cell, outcome }) => {
          const Z = outcome.users.reduce((sum, size) => sum + size, 0);
          const excess = expectedCost(outcome.users) / ((Z / 2) * (1 + 1 / S)) - 1;
          return { seed: cell.seed, value: balanced ? NEARLY_LEAST - excess : excess };
        }),
      };
    });
  },
};
