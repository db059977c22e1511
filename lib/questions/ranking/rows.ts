/** Rows of the systems under full ranking, with the anchors, and of Retrain's way to its best number of epochs. */

import type { SystemLabels } from "../presets";
import type { Finding } from "../question";
import type { SystemOutcome } from "../system/outcome";
import type { AnchorsOutcome } from "../utility/anchorsJob";
import { type UtilityFinding, type UtilityRow, utilityRows } from "../utility/rows";
import { type EpochsOutcome, epochsJob } from "./epochsJob";

export interface RankingRow extends Omit<UtilityRow, "scoring"> {
  /** `validation`: Retrain on the ratings that T is chosen by */
  readonly scoring: UtilityRow["scoring"] | "validation";
  /** epochs of the training; null for anchors, which do not train */
  readonly epochs: number | null;
}

export function rankingRows(
  finding: Finding<SystemOutcome | AnchorsOutcome | EpochsOutcome, SystemLabels>,
): RankingRow[] {
  const { trial, labels, outcome } = finding;
  if (trial.job !== epochsJob.name) {
    const epochs = (trial.system?.settings.epochs ?? null) as number | null;
    return utilityRows(finding as UtilityFinding).map((row) => ({ ...row, epochs }));
  }
  const { metric, curve } = outcome as EpochsOutcome;
  const base = { ...labels, dataset: trial.dataset, request: "none", seed: trial.seed, metric };
  return curve.map((point) => ({ ...base, scoring: "validation" as const, ...point }));
}
