/** Weights that differ, one row per unlearning. */

import type { SystemLabels } from "../presets";
import type { Finding } from "../question";
import type { ExactnessOutcome } from "./job";

export interface ExactnessRow extends ExactnessOutcome {
  readonly dataset: string;
  readonly model: string;
  /** "L-CBKM" ... */
  readonly system: string;
  readonly groups: number;
  readonly request: string;
  readonly seed: number;
}

export const exactnessRow = ({
  trial,
  labels: { model, system, groups },
  outcome,
}: Finding<ExactnessOutcome, SystemLabels>): ExactnessRow => ({
  dataset: trial.dataset,
  model,
  system,
  groups,
  request: trial.request ?? "none",
  seed: trial.seed,
  ...outcome,
});
