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

/** The rows of one finding: one for each metric and, for C-SISA, each scoring. */
export function systemRows({ trial, labels, outcome }: Finding<SystemOutcome, SystemLabels>): SystemRow[] {
  const { preset, model, system, groups } = labels;
  const { metrics, own } = outcome;
  const views: [SystemRow["scoring"], Evaluation][] =
    own === undefined
      ? [["model", metrics]]
      : [
          ["merged", metrics],
          ["own", own],
        ];
  return views.flatMap(([scoring, evaluation]) =>
    metricValues(evaluation).map(
      (one): SystemRow => ({
        dataset: trial.dataset,
        preset,
        model,
        system,
        scoring,
        groups,
        request: trial.request ?? "none",
        seed: trial.seed,
        ...one,
      }),
    ),
  );
}
