/** Weights that differ, one row per unlearning. */

import type { SystemLabels } from "../presets";
import type { Finding } from "../question";
import type { ExactnessOutcome } from "./job";

export interface Labels extends SystemLabels {
  /** whether the groups were made anew by those who stay */
  readonly regroup: boolean;
}

export interface ExactnessRow extends ExactnessOutcome, Omit<Labels, "preset"> {
  readonly dataset: string;
  readonly request: string;
  readonly seed: number;
}

export const exactnessRow = ({
  trial,
  labels: { preset: _, ...labels },
  outcome,
}: Finding<ExactnessOutcome, Labels>): ExactnessRow => ({
  dataset: trial.dataset,
  ...labels,
  request: trial.request ?? "none",
  seed: trial.seed,
  ...outcome,
});
