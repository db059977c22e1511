/** Rows of systems, and of the anchors on the same splits. */

import { ANCHOR_NAMES } from "../../metrics/anchors";
import { anchorLabel } from "../labels";
import { metricValues } from "../metricRows";
import { dataOf, evaluationOf, presetOf, type SystemLabels } from "../presets";
import type { Protocol } from "../protocol";
import type { Finding } from "../question";
import { system } from "../system/job";
import type { SystemOutcome } from "../system/outcome";
import { type SystemRow, systemRows } from "../system/rows";
import type { Planned } from "../trial";
import { type AnchorsOutcome, anchors } from "./anchorsJob";

/** A metric of a system, or of an anchor on the same split: a ranking that knows nothing about a user, or the perfect one. */
export interface UtilityRow extends Omit<SystemRow, "scoring"> {
  /** `anchor`: `system` is the name of one, `model` is empty and `groups` 1 */
  readonly scoring: SystemRow["scoring"] | "anchor";
}

/** What the trials of a sweep with anchors find out. */
export type UtilityFinding = Finding<SystemOutcome | AnchorsOutcome, SystemLabels>;

/** Anchors of every split that a sweep uses: they train nothing, so only data and metrics matter. */
export const anchorTrials = (
  dataset: string,
  protocol: Protocol,
  seeds: readonly number[],
): Planned<SystemLabels>[] =>
  seeds.map((seed) => ({
    trial: { job: anchors.name, dataset, data: dataOf(protocol), evaluation: evaluationOf(protocol), seed },
    labels: { preset: presetOf(protocol), model: "", system: "", groups: 1 },
  }));

/** The rows of systems and anchors. */
export function utilityRows(finding: UtilityFinding): UtilityRow[] {
  const { trial, labels, outcome } = finding;
  if (trial.job === system.name) return systemRows(finding as Finding<SystemOutcome, SystemLabels>);
  const base = {
    ...labels,
    dataset: trial.dataset,
    scoring: "anchor" as const,
    request: "none",
    seed: trial.seed,
  };
  return ANCHOR_NAMES.flatMap((anchor) => {
    const evaluation = (outcome as AnchorsOutcome)[anchor];
    return evaluation === undefined
      ? []
      : metricValues(evaluation).map((one) => ({ ...base, system: anchorLabel(anchor), ...one }));
  });
}
