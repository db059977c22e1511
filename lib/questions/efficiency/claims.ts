/** C1 and C2 (Figure 4): what an unlearning costs, in seconds, with gradient samples beside them. */

import { seedDifferences } from "../summary";
import { type Case, type Claim, grouped } from "../verdicts/verdict";
import { effectOf, times } from "../verdicts/words";
import type { EfficiencyRow } from "./rows";

/** "Almost comparable": at most a quarter slower. */
const COMPARABLE = 1.25;

const MEASURES = ["seconds", "samples"] as const;
type Measure = (typeof MEASURES)[number];

const unitOf = (system: string, measure: Measure) => `${system}, ${measure}`;

const SYSTEMS = ["C-SISA", "L-CBKM"] as const;

/** Binary logarithms, so that a difference is that of a ratio; none of a request that left nothing to train. */
const logs = (rows: readonly EfficiencyRow[], measure: Measure) =>
  rows.filter((row) => row[measure] > 0).map((row) => ({ seed: row.seed, value: Math.log2(row[measure]) }));

/** What Figure 4 times: the slowest shard of C-SISA, and all that L-CBKM does. */
const timed = (rows: readonly EfficiencyRow[], system: "C-SISA" | "L-CBKM") =>
  rows.filter((row) => row.system === system && row.work === (system === "C-SISA" ? "parallel" : "total"));

const sizesOf = (rows: readonly EfficiencyRow[]) =>
  [...new Set(rows.map(({ groups }) => groups))].sort((a, b) => a - b);

export const C1: Claim<EfficiencyRow> = {
  id: "C1",
  place: "Figure 4",
  statement:
    "Unlearning time of L-CBKM is almost that of parallel C-SISA (5 % of the users of the last group)",
  rule: `a case is an S; it holds if L-CBKM takes at most ${COMPARABLE} times as long as C-SISA's slowest shard, with the whole interval; gradient samples are shown beside it`,
  covers: "all",
  cases: (rows) =>
    [...grouped(rows, ({ dataset }) => dataset).values()].flatMap((own) =>
      sizesOf(timed(own, "L-CBKM")).flatMap((groups) =>
        MEASURES.map((measure): Case => {
          const of = (system: "C-SISA" | "L-CBKM") =>
            logs(
              timed(own, system).filter((row) => row.groups === groups),
              measure,
            );
          return {
            dataset: own[0].dataset,
            name: `S = ${groups}, ${measure}`,
            unit: measure,
            scale: "ratio",
            effects: seedDifferences(of("L-CBKM"), of("C-SISA")),
            says: measure === "seconds" ? { below: Math.log2(COMPARABLE) } : "beside",
          };
        }),
      ),
    ),
  sentence: (found) =>
    `on average over S, unlearning with L-CBKM takes ${times(effectOf(found, "seconds"))} as long as C-SISA's slowest shard, and ${times(effectOf(found, "samples"))} its gradient samples`,
};

export const C2: Claim<EfficiencyRow> = {
  id: "C2",
  place: "Figure 4",
  statement: "C-SISA's and L-CBKM's unlearning time falls as S grows",
  rule: "two parts, C-SISA and L-CBKM, as good as the weaker; a case is a doubling of S; it holds if it shortens the time, with the whole interval; gradient samples are shown beside it",
  covers: "all",
  parts: SYSTEMS,
  cases: (rows) =>
    [...grouped(rows, ({ dataset }) => dataset).values()].flatMap((own) =>
      SYSTEMS.flatMap((system) => {
        const sizes = sizesOf(timed(own, system));
        const at = (size: number, measure: Measure) =>
          logs(
            timed(own, system).filter((row) => row.groups === size),
            measure,
          );
        return sizes.slice(1).flatMap((groups, k) =>
          MEASURES.map(
            (measure): Case => ({
              dataset: own[0].dataset,
              name: `${system}, S = ${sizes[k]} to ${groups}, ${measure}`,
              part: system,
              unit: unitOf(system, measure),
              scale: "ratio",
              effects: seedDifferences(at(groups, measure), at(sizes[k], measure)),
              says: measure === "seconds" ? { below: 0 } : "beside",
            }),
          ),
        );
      }),
    ),
  sentence: (found) => {
    const of = (system: string, measure: Measure) => times(effectOf(found, unitOf(system, measure)));
    return `with every doubling of S unlearning on average takes ${of("C-SISA", "seconds")} as long for C-SISA and ${of("L-CBKM", "seconds")} for L-CBKM, and ${of("C-SISA", "samples")} and ${of("L-CBKM", "samples")} the gradient samples`;
  },
};
