/** Metrics of the most active users and of the others, and the gap between them. */

import { namedMetrics, qualityOfOthers } from "../../metrics/quality";
import type { SystemLabels } from "../presets";
import type { Finding } from "../question";
import type { SystemOutcome } from "../system/outcome";
import { scored } from "../system/rows";

/** A metric of one system on some of its users. */
export interface FairnessRow {
  readonly dataset: string;
  readonly model: string;
  /** "L-CBKM", "C-SISA (merged)", "C-SISA (own)" ... */
  readonly system: string;
  readonly request: string;
  readonly seed: number;
  /** the 5 % most active of those who are scored, the others, or the difference of the first less the second */
  readonly users: "active" | "others" | "gap";
  readonly metric: string;
  readonly value: number;
}

export function fairnessRows({
  trial,
  labels,
  outcome,
}: Finding<SystemOutcome, SystemLabels>): FairnessRow[] {
  const { dataset, request = "none", seed } = trial;
  const { model, system } = labels;
  return scored(outcome).flatMap(([scoring, evaluation]) => {
    const name = scoring === "model" ? system : `${system} (${scoring})`;
    const rest = qualityOfOthers(evaluation, evaluation.active);
    if (!rest) return []; // all users are as active as each other
    const others = namedMetrics(rest);
    return Object.entries(namedMetrics(evaluation.active)).flatMap(([metric, active]) => {
      const base = { dataset, model, system: name, request, seed, metric };
      return [
        { ...base, users: "active" as const, value: active },
        { ...base, users: "others" as const, value: others[metric] },
        { ...base, users: "gap" as const, value: active - others[metric] },
      ];
    });
  });
}
