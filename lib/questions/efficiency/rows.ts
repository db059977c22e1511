/** Seconds and gradient samples of one unlearning; C-SISA's by its slowest shard and by all its work. */

import type { SystemLabels } from "../presets";
import type { Finding } from "../question";
import type { TimingOutcome } from "./job";

export interface EfficiencyRow {
  readonly dataset: string;
  readonly model: string;
  /** "L-CBKM" ... */
  readonly system: string;
  /** `parallel`: the slowest shard; `total`: all work done */
  readonly work: "parallel" | "total";
  readonly groups: number;
  readonly seed: number;
  readonly seconds: number;
  readonly samples: number;
}

export function efficiencyRows({
  trial,
  labels: { model, system, groups },
  outcome: { samples, parallelSamples },
  timings: { unlearn, unlearnParallel = unlearn },
}: Finding<TimingOutcome, SystemLabels>): EfficiencyRow[] {
  const base = { dataset: trial.dataset, model, system, groups, seed: trial.seed };
  return [
    { ...base, work: "total", seconds: unlearn, samples },
    { ...base, work: "parallel", seconds: unlearnParallel, samples: parallelSamples },
  ];
}
