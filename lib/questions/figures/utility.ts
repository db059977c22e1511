/**
 * Figures 5, 6, 10 and 11: NDCG@10 and HR@10 of Retrain, C-SISA and LASER's three groupings against S, after learning
 * and after each request; with the group-module ablation of Section 4.5, which reads the same numbers.
 */

import type { Evaluation } from "../../metrics/evaluate";
import { namedMetrics } from "../../metrics/quality";
import { type AnchorsCell, METHOD_NAMES, type MethodName } from "../cell";
import { type CellRecord, recordsOf, type SystemOutcome, type SystemRecord } from "../outcome";
import { type Profile, profileProtocol } from "../profile";
import { PAPER, type Protocol } from "../protocol";
import { allRequests, systemCells } from "./cells";
import type { Figure } from "./figure";

/** A metric of one system. */
export interface UtilityRow {
  readonly dataset: string;
  readonly preset: string;
  readonly model: string;
  readonly method: MethodName;
  /** how C-SISA's shards were joined: `merged`, `own`; `model` for the others */
  readonly scoring: "model" | "merged" | "own";
  readonly groups: number;
  readonly request: string;
  readonly seed: number;
  /** "labCode NDCG@10", "testOnly HR@10", "test loss" ... */
  readonly metric: string;
  readonly value: number;
}

/** The rows of one record: one for each metric and, for C-SISA, each scoring. */
export function utilityRows(record: SystemRecord): UtilityRow[] {
  const { trial: cell, outcome } = record;
  const views: [UtilityRow["scoring"], SystemOutcome["metrics"] | undefined][] =
    cell.method === "c-sisa"
      ? [
          ["merged", outcome.metrics],
          ["own", outcome.own],
        ]
      : [["model", outcome.metrics]];
  return views.flatMap(([scoring, evaluation]) =>
    evaluation === undefined
      ? []
      : Object.entries(namedMetrics(evaluation)).map(([metric, value]) => ({
          dataset: cell.dataset,
          preset: cell.protocol.negatives > 0 ? "RANKING" : "PAPER",
          model: cell.model,
          method: cell.method,
          scoring,
          groups: cell.groups,
          request: cell.request,
          seed: cell.seed,
          metric,
          value,
        })),
  );
}

/** Anchors of every split that a sweep uses. */
export const anchorCells = (profile: Profile, dataset: string, protocol: Protocol): AnchorsCell[] =>
  profile.seeds.map((seed) => ({
    kind: "anchors",
    dataset,
    protocol: anchorProtocol(protocol),
    seed,
  }));

/** Anchors train nothing, so only the data and the metrics matter; the rest is the preset's. */
function anchorProtocol({ core, trainShare, label, metrics }: Protocol): Protocol {
  return { ...PAPER, core, trainShare, label, metrics };
}

/** A metric of one anchor on one split. */
export interface AnchorRow {
  readonly dataset: string;
  readonly preset: string;
  readonly anchor: string;
  readonly seed: number;
  readonly metric: string;
  readonly value: number;
}

/** Rows of the anchors, for the lines beside every table. */
export function anchorRows(records: readonly CellRecord[]): AnchorRow[] {
  return recordsOf(records, "anchors").flatMap(({ trial: cell, outcome }) =>
    (Object.entries(outcome) as [string, Evaluation][]).flatMap(([anchor, evaluation]) =>
      Object.entries(namedMetrics(evaluation)).map(([metric, value]) => ({
        dataset: cell.dataset,
        preset: cell.protocol.label === "implicit" ? "RANKING" : "PAPER",
        anchor,
        seed: cell.seed,
        metric,
        value,
      })),
    ),
  );
}

/** Figures 5, 6, 10 and 11: every metric of every system. */
export const utility: Figure<UtilityRow> = {
  id: "utility",
  title: "Utility of learning and unlearning against the number of groups",
  paper: "Figures 5, 6, 10, 11",
  notebook: "05_utility",
  cells: (profile) =>
    profile.datasets.flatMap((dataset) => [
      ...anchorCells(profile, dataset, profileProtocol(profile, dataset)),
      ...systemCells({
        dataset,
        protocol: profileProtocol(profile, dataset),
        models: profile.models,
        methods: METHOD_NAMES,
        groups: profile.groups,
        requests: allRequests(profile),
        seeds: profile.seeds,
      }),
    ]),
  rows: (records) => recordsOf(records, "system").flatMap(utilityRows),
};
