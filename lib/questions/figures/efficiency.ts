/**
 * Figure 4: running time of unlearning 5 % of the users of the last group with Retrain, C-SISA (shards in parallel, and
 * their total work) and L-CBKM, for DMF. Seconds come from timing cells, which run alone; gradient samples are exact.
 */

import type { MethodName, TimingCell } from "../cell";
import { recordsOf } from "../outcome";
import { type Profile, profileProtocol } from "../profile";
import { systemCells } from "./cells";
import type { Figure } from "./figure";

export interface EfficiencyRow {
  readonly dataset: string;
  readonly method: MethodName;
  /** `parallel`: the slowest shard; `total`: all work done */
  readonly work: "parallel" | "total";
  readonly groups: number;
  readonly seed: number;
  readonly seconds: number;
  readonly samples: number;
}

/** Section 4.3 erases 5 % of the users of the last group; Retrain and C-SISA erase the same number of their users. */
export const EFFICIENCY_REQUEST = "last-group@5";
const TIMING_SEEDS = 3;

function timingCells(profile: Profile): TimingCell[] {
  return profile.datasets.flatMap((dataset) =>
    systemCells({
      dataset,
      protocol: profileProtocol(profile, dataset),
      models: ["dmf"],
      methods: ["retrain", "c-sisa", "l-cbkm"],
      groups: profile.groups,
      requests: [EFFICIENCY_REQUEST],
      seeds: profile.seeds.slice(0, TIMING_SEEDS),
    }).map((cell) => ({ ...cell, kind: "timing" as const })),
  );
}

/** Figure 4: seconds and gradient samples of one unlearning. */
export const efficiency: Figure<EfficiencyRow> = {
  id: "efficiency",
  title: "Cost of unlearning against the number of groups",
  paper: "Figure 4",
  notebook: "04_efficiency",
  cells: timingCells,
  rows: (records) =>
    recordsOf(records, "timing").flatMap(({ trial: cell, outcome, timings }) => {
      const base = { dataset: cell.dataset, method: cell.method, groups: cell.groups, seed: cell.seed };
      return [
        { ...base, work: "total" as const, seconds: timings.unlearn, samples: outcome.samples },
        {
          ...base,
          work: "parallel" as const,
          seconds: timings.unlearnParallel ?? timings.unlearn,
          samples: outcome.parallelSamples,
        },
      ];
    }),
};
