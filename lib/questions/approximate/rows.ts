/** What approximate forgetting leaves behind, one number a row. */

import type { PresetName } from "../protocol";
import type { Finding } from "../question";
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
  /** what was done */
  readonly system: ApproximateName;
  /** "weights", "scores", "ranks", "top", "attack", "attack less exact", "cost" (% of exact), or a metric by its name */
  readonly measure: string;
  readonly value: number;
}

const measuresOf = (left: Left, exact: Left): [measure: string, value: number][] => [
  ["weights", left.weights],
  ["scores", left.scores],
  ["ranks", left.ranks],
  ["top", left.top],
  ...(left.attack
    ? ([
        ["attack", left.attack.auc],
        ["attack less exact", left.attack.lessExact],
      ] as [string, number][])
    : []),
  ["cost", (100 * left.samples) / exact.samples],
  ...Object.entries(left.metrics),
];

export function approximateRows({
  trial,
  labels,
  outcome,
}: Finding<ApproximateOutcome, Labels>): ApproximateRow[] {
  const { dataset, request = "none", seed } = trial;
  const exact = outcome.systems.find(({ system }) => system === "exact") as Left;
  return outcome.systems.flatMap((left) =>
    measuresOf(left, exact).map(([measure, value]) => ({
      dataset,
      ...labels,
      request,
      seed,
      system: left.system,
      measure,
      value,
    })),
  );
}
