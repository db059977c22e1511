/** What approximate forgetting leaves behind, one number a row. */

import type { PresetName } from "../protocol";
import type { Finding } from "../question";
import { decidingMetric } from "../system/search";
import { evaluationOf } from "../workbench";
import type { ApproximateName, ApproximateOutcome, Left } from "./outcome";

export interface Labels {
  readonly preset: PresetName;
  readonly model: string;
}

export interface ApproximateRow {
  readonly dataset: string;
  readonly preset: PresetName;
  readonly model: string;
  readonly request: string;
  readonly seed: number;
  /** what "quality" is */
  readonly metric: string;
  /** what was done */
  readonly system: ApproximateName;
  /** "weights", "scores", "ranks", "top", "attack", "left" (the attack less that on the exact), "cost" (% of exact), "quality" */
  readonly measure: string;
  readonly value: number;
}

const measuresOf = (left: Left, exact: Left, metric: string): [measure: string, value: number][] => [
  ["weights", left.weights],
  ["scores", left.scores],
  ["ranks", left.ranks],
  ["top", left.top],
  ...(left.attack
    ? ([
        ["attack", left.attack.auc],
        ["left", left.attack.lessExact],
      ] as [string, number][])
    : []),
  ["cost", (100 * left.samples) / exact.samples],
  ["quality", left.metrics[metric]],
];

export function approximateRows({
  trial,
  labels,
  outcome,
}: Finding<ApproximateOutcome, Labels>): ApproximateRow[] {
  const { dataset, request = "none", seed } = trial;
  const metric = decidingMetric(evaluationOf(trial));
  const exact = outcome.systems.find(({ system }) => system === "exact") as Left;
  return outcome.systems.flatMap((left) =>
    measuresOf(left, exact, metric).map(([measure, value]) => ({
      dataset,
      ...labels,
      request,
      seed,
      metric,
      system: left.system,
      measure,
      value,
    })),
  );
}
