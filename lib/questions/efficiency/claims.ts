/** C1 and C2 (Figure 4): what an unlearning costs. */

import { seedDifferences } from "../summary";
import { type Claim, type Comparison, grouped } from "../verdicts/verdict";
import type { EfficiencyRow } from "./rows";

/** "Almost comparable": at most a quarter slower. */
const COMPARABLE = 1.25;

const key = (row: EfficiencyRow) => `${row.dataset}|${row.groups}`;
const seeded = (rows: readonly EfficiencyRow[], value: (row: EfficiencyRow) => number) =>
  rows.map((row) => ({ seed: row.seed, value: value(row) }));

export const C1: Claim<EfficiencyRow> = {
  id: "C1",
  place: "Figure 4",
  statement:
    "Unlearning time of L-CBKM is almost that of parallel C-SISA (5 % of the users of the last group)",
  rule: `reproduced if L-CBKM takes at most ${COMPARABLE} times as long as C-SISA's slowest shard at every S (whole interval)`,
  effect: "log2 of the ratio of seconds, allowed minus measured (0 = a quarter slower, above = closer)",
  needs: 1,
  compare: (rows) => {
    const laser = grouped(
      rows.filter(({ system, work }) => system === "L-CBKM" && work === "total"),
      key,
    );
    const sisa = grouped(
      rows.filter(({ system, work }) => system === "C-SISA" && work === "parallel"),
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

export const C2: Claim<EfficiencyRow> = {
  id: "C2",
  place: "Figure 4",
  statement: "C-SISA's and L-CBKM's unlearning time falls as S grows",
  rule: "reproduced if every doubling of S shortens the time of both, with the whole interval",
  effect: "log2 of time at S over time at the next S",
  needs: 1,
  compare: (all) => {
    const rows = all.filter(
      ({ system, work }) =>
        (system === "C-SISA" && work === "parallel") || (system === "L-CBKM" && work === "total"),
    );
    const comparisons: Comparison[] = [];
    for (const group of grouped(rows, (row) => `${row.dataset}|${row.system}`).values()) {
      const sizes = [...new Set(group.map(({ groups }) => groups))].sort((a, b) => a - b);
      for (let i = 0; i + 1 < sizes.length; i++) {
        const at = (groups: number) =>
          seeded(
            group.filter((row) => row.groups === groups),
            ({ seconds }) => Math.log2(seconds),
          );
        comparisons.push({
          dataset: group[0].dataset,
          name: `${group[0].system}, S = ${sizes[i]} to ${sizes[i + 1]}`,
          effects: seedDifferences(at(sizes[i]), at(sizes[i + 1])),
        });
      }
    }
    return comparisons;
  },
};
