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

/** Seconds are stored to the millisecond; what took less than half of one is taken for that, and has a logarithm. */
const stored = (seconds: number): number => Math.max(seconds, 0.0005);

export function efficiencyRows({
  trial,
  labels: { model, system, groups },
  outcome: { samples, parallelSamples },
  timings: { unlearn, unlearnParallel = unlearn },
}: Finding<TimingOutcome, SystemLabels>): EfficiencyRow[] {
  const base = { dataset: trial.dataset, model, system, groups, seed: trial.seed };
  return [
    { ...base, work: "total", seconds: stored(unlearn), samples },
    { ...base, work: "parallel", seconds: stored(unlearnParallel), samples: parallelSamples },
  ];
}
