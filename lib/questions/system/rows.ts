/** The findings of the job "system" as rows: every metric of a system by its name, one number per row. */

import type { Evaluation } from "../../metrics/evaluate";
import { metricValues } from "../metricRows";
import type { SystemLabels } from "../presets";
import type { Finding } from "../question";
import type { SystemOutcome } from "./outcome";

/** A metric of one system. */
export interface SystemRow {
  readonly dataset: string;
  readonly preset: string;
  readonly model: string;
  /** "L-CBKM" ... */
  readonly system: string;
  /** how C-SISA's shards were joined: `merged`, `own`; `model` for the others */
  readonly scoring: "model" | "merged" | "own";
  readonly groups: number;
  readonly request: string;
  readonly seed: number;
  /** "labCode NDCG@10", "testOnly HR@10", "test loss" ... */
  readonly metric: string;
  readonly value: number;
}

/** The evaluations of a system: one, and of C-SISA one by each of its scorings. */
export const scored = ({ metrics, own }: SystemOutcome): [SystemRow["scoring"], Evaluation][] =>
  own === undefined
    ? [["model", metrics]]
    : [
        ["merged", metrics],
        ["own", own],
      ];

/** The rows of one finding: one for each metric and, for C-SISA, each scoring. */
export function systemRows({ trial, labels, outcome }: Finding<SystemOutcome, SystemLabels>): SystemRow[] {
  const { dataset, request = "none", seed } = trial;
  const { preset, model, system, groups } = labels;
  return scored(outcome).flatMap(([scoring, evaluation]) => {
    const base = { dataset, preset, model, system, scoring, groups, request, seed };
    return metricValues(evaluation).map((one) => ({ ...base, ...one }));
  });
}
