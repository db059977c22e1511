/** The rows of each figure as a table for a terminal: means over seeds, a line a condition. */

import type { BeyondRow } from "../questions/figures/beyond";
import { requestLabel, comparisons as systemComparisons } from "../questions/figures/beyondTable";
import type { CohesionRow } from "../questions/figures/cohesion";
import type { EfficiencyRow } from "../questions/figures/efficiency";
import type { MembershipRow } from "../questions/figures/membership";
import type { PartitionRow } from "../questions/figures/partition";
import type { PoisoningRow } from "../questions/figures/poisoning";
import { SENSITIVITY_COMPARISONS, sensitivityTable } from "../questions/figures/sensitivity";
import type { SeqTrainRow } from "../questions/figures/seqtrain";
import { type AnchorRow, anchorRows, type UtilityRow } from "../questions/figures/utility";
import { anchorLabel, methodLabel, orderLabel } from "../questions/labels";
import type { CellRecord } from "../questions/outcome";
import type { Profile } from "../questions/profile";
import { summarise } from "../questions/summary";
import type { Row } from "../report/rows";
import type { Column } from "../report/table";

export interface TerminalTable {
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
}

/** A figure's records and the rows that it makes of them. */
export interface TableInput {
  readonly figure: string;
  readonly rows: readonly object[];
  readonly records: readonly CellRecord[];
  readonly profile: Profile;
}

export function tableOf({ figure, rows, records, profile }: TableInput): TerminalTable {
  switch (figure) {
    case "utility":
    case "ranking":
      return utilityTable(rows as readonly UtilityRow[], anchorRows(records));
    case "seqtrain":
      return seqtrainTable(rows as readonly SeqTrainRow[]);
    case "efficiency":
      return efficiencyTable(rows as readonly EfficiencyRow[]);
    case "partition":
      return partitionTable(rows as readonly PartitionRow[]);
    case "cohesion":
      return cohesionTable(rows as readonly CohesionRow[]);
    case "beyond":
      return beyondTable(rows as readonly BeyondRow[]);
    case "membership":
      return membershipTable(rows as readonly MembershipRow[]);
    case "poisoning":
      return poisoningTable(rows as readonly PoisoningRow[]);
    case "sensitivity":
      return comparisons(profile, records, "labCode NDCG@10");
    default:
      return { rows: rows as readonly Row[], columns: Object.keys(rows[0] ?? {}).map((key) => ({ key })) };
  }
}

const METRIC_DIGITS = 4;

/** One line a condition, one column a metric. */
function pivot<R extends { readonly metric: string; readonly seed: number; readonly value: number }>(
  rows: readonly R[],
  by: readonly Column<keyof R & string>[],
): TerminalTable {
  const keys = by.map(({ key }) => key);
  const metrics = [...new Set(rows.map(({ metric }) => metric))];
  const lines = new Map<string, Record<string, string | number>>();
  for (const row of summarise(rows, [...keys, "metric"], ({ value }) => value)) {
    const values = Object.fromEntries(
      keys.map((key) => [key, (row as Record<string, unknown>)[key]]),
    ) as Record<string, string | number>;
    const name = JSON.stringify(values);
    const line = lines.get(name) ?? { ...values, n: row.n };
    lines.set(name, { ...line, [row.metric as string]: row.mean, [`${row.metric as string} std`]: row.std });
  }
  return {
    rows: [...lines.values()],
    columns: [
      ...by,
      ...metrics.map((metric) => ({ key: metric, error: `${metric} std`, digits: METRIC_DIGITS })),
      { key: "n", label: "Seeds" },
    ],
  };
}

function utilityTable(rows: readonly UtilityRow[], anchors: readonly AnchorRow[]): TerminalTable {
  const systems = rows.map((row) => ({
    ...row,
    name: methodLabel(row.method) + (row.method === "c-sisa" ? ` (${row.scoring})` : ""),
  }));
  const beside = anchors.map((row) => ({
    ...row,
    model: "anchor",
    groups: Number.NaN,
    request: "none",
    name: anchorLabel(row.anchor),
  }));
  return pivot(
    [...systems, ...beside],
    [
      { key: "dataset", label: "Data" },
      { key: "preset", label: "Preset" },
      { key: "model", label: "Model" },
      { key: "request", label: "Request" },
      { key: "groups", label: "S", digits: 0 },
      { key: "name", label: "Method" },
    ],
  );
}

function seqtrainTable(rows: readonly SeqTrainRow[]): TerminalTable {
  return pivot(
    rows.map((row) => ({ ...row, name: orderLabel(row.order) })),
    [
      { key: "dataset", label: "Data" },
      { key: "model", label: "Model" },
      { key: "request", label: "Request" },
      { key: "groups", label: "S", digits: 0 },
      { key: "name", label: "Order" },
    ],
  );
}

function efficiencyTable(rows: readonly EfficiencyRow[]): TerminalTable {
  const by = ["dataset", "method", "work", "groups"] as const;
  const samples = summarise(rows, by, (row) => row.samples);
  return {
    rows: summarise(rows, by, (row) => row.seconds).map((row, i) => ({
      ...row,
      method: methodLabel(row.method),
      samples: samples[i].mean,
    })),
    columns: [
      { key: "dataset", label: "Data" },
      { key: "method", label: "Method" },
      { key: "work", label: "Work" },
      { key: "groups", label: "S", digits: 0 },
      { key: "mean", label: "Time", unit: "s", error: "std", digits: 3 },
      { key: "samples", label: "Gradient samples", digits: 0 },
      { key: "n", label: "Seeds" },
    ],
  };
}

function partitionTable(rows: readonly PartitionRow[]): TerminalTable {
  const key = (row: PartitionRow) => `${row.dataset} ${row.grouping} ${row.groups}`;
  const names = [...new Set(rows.map(key))];
  return {
    rows: names.map((name) => {
      const own = rows.filter((row) => key(row) === name);
      const { dataset, grouping, groups } = own[0];
      const of = (column: "users" | "ratings" | "rhoEmbedding" | "rhoRatings") =>
        own.map((row) => row[column]);
      const average = (values: readonly number[]) =>
        values.reduce((sum, value) => sum + value, 0) / values.length;
      return {
        dataset,
        grouping,
        groups,
        leastUsers: Math.min(...of("users")),
        mostUsers: Math.max(...of("users")),
        leastRatings: Math.min(...of("ratings")),
        mostRatings: Math.max(...of("ratings")),
        rhoEmbedding: average(of("rhoEmbedding")),
        rhoRatings: average(of("rhoRatings")),
        seeds: new Set(own.map(({ seed }) => seed)).size,
      };
    }),
    columns: [
      { key: "dataset", label: "Data" },
      { key: "grouping", label: "Grouping" },
      { key: "groups", label: "S", digits: 0 },
      { key: "leastUsers", label: "Users, least" },
      { key: "mostUsers", label: "most" },
      { key: "leastRatings", label: "Ratings, least" },
      { key: "mostRatings", label: "most" },
      { key: "rhoEmbedding", label: "rho, embedding" },
      { key: "rhoRatings", label: "rho, ratings" },
      { key: "seeds", label: "Seeds" },
    ],
  };
}

function cohesionTable(rows: readonly CohesionRow[]): TerminalTable {
  const by = ["dataset", "model", "place"] as const;
  const rho = summarise(rows, by, (row) => row.rho);
  return {
    rows: summarise(rows, by, (row) => row.testLoss).map((row, i) => ({ ...row, rho: rho[i].mean })),
    columns: [
      { key: "dataset", label: "Data" },
      { key: "model", label: "Model" },
      { key: "place", label: "Group" },
      { key: "rho", label: "rho" },
      { key: "mean", label: "Test loss", error: "std", digits: METRIC_DIGITS },
      { key: "n", label: "Seeds" },
    ],
  };
}

const STAGES = ["before", "rows deleted", "unlearned", "fresh"] as const;

/** Areas under the ROC curve, one column a system; ± is half a 95 % interval over users (mean over seeds). */
function membershipTable(rows: readonly MembershipRow[]): TerminalTable {
  const by = ["dataset", "training", "model", "method", "attack"] as const;
  const at = (stage: string, value: (row: MembershipRow) => number) =>
    summarise(
      rows.filter((row) => row.stage === stage),
      by,
      value,
    );
  const areas = STAGES.map((stage) => at(stage, (row) => row.auc));
  const halves = STAGES.map((stage) => at(stage, ({ low, high }) => (high - low) / 2));
  return {
    rows: areas[0].map(
      (row, i): Row => ({
        ...row,
        method: methodLabel(row.method),
        ...Object.fromEntries(STAGES.map((stage, s) => [stage, areas[s][i].mean])),
        ...Object.fromEntries(STAGES.map((stage, s) => [`${stage} half`, halves[s][i].mean])),
      }),
    ),
    columns: [
      { key: "dataset", label: "Data" },
      { key: "training", label: "Training" },
      { key: "model", label: "Model" },
      { key: "method", label: "Method" },
      { key: "attack", label: "Attack" },
      ...STAGES.map((stage) => ({ key: stage, label: `AUC ${stage}`, error: `${stage} half`, digits: 3 })),
      { key: "n", label: "Seeds" },
    ],
  };
}

function poisoningTable(rows: readonly PoisoningRow[]): TerminalTable {
  const by = ["dataset", "model", "attack", "method", "stage"] as const;
  const of = (value: (row: PoisoningRow) => number) => summarise(rows, by, value);
  const [hits, ndcg, loss, samples, clean] = [
    of((row) => 100 * row.hitRatio),
    of((row) => row.ndcg),
    of((row) => row.loss),
    of((row) => row.samples),
    of((row) => (row.identical ? 1 : 0)),
  ];
  return {
    rows: of((row) => row.rankPercent).map(
      (row, i): Row => ({
        ...row,
        method: methodLabel(row.method),
        hits: hits[i].mean,
        ndcg: ndcg[i].mean,
        loss: loss[i].mean,
        samples: samples[i].mean,
        clean: row.stage === "unlearned" ? clean[i].mean === 1 : null,
      }),
    ),
    columns: [
      { key: "dataset", label: "Data" },
      { key: "model", label: "Model" },
      { key: "attack", label: "Attack" },
      { key: "method", label: "Method" },
      { key: "stage", label: "System" },
      { key: "mean", label: "Rank of the pushed item", unit: "%", error: "std", digits: 1 },
      { key: "hits", label: "In the top ten", unit: "% of users", digits: 1 },
      { key: "ndcg", label: "labCode NDCG@10", digits: METRIC_DIGITS },
      { key: "loss", label: "Test loss", digits: METRIC_DIGITS },
      { key: "samples", label: "Gradient samples", digits: 0 },
      { key: "clean", label: "Every bit clean" },
      { key: "n", label: "Seeds" },
    ],
  };
}

function comparisons(profile: Profile, records: readonly CellRecord[], metric: string): TerminalTable {
  return {
    rows: sensitivityTable(profile, records, metric).map((row): Row => ({ ...row })),
    columns: [
      { key: "model", label: "Model" },
      { key: "variant", label: "Setting" },
      { key: "retrain", label: `Retrain, ${metric}`, digits: METRIC_DIGITS },
      ...SENSITIVITY_COMPARISONS.map(({ key, label }) => ({
        key,
        error: `${key}Half`,
        label: label.replace("−", "-"),
        digits: METRIC_DIGITS,
      })),
      { key: "seeds", label: "Seeds" },
    ],
  };
}

/** Costs as shares of Retrain's: expected and measured gradient samples, and time. */
function beyondTable(rows: readonly BeyondRow[]): TerminalTable {
  return {
    rows: systemComparisons(rows).map((row): Row => ({ ...row, request: requestLabel(row.request) })),
    columns: [
      { key: "dataset", label: "Data" },
      { key: "preset", label: "Preset" },
      { key: "model", label: "Model" },
      { key: "request", label: "Request" },
      { key: "name", label: "System" },
      { key: "utility", label: "NDCG@10", error: "std", digits: METRIC_DIGITS },
      { key: "difference", label: "- best Retrain", error: "half", digits: METRIC_DIGITS },
      { key: "expected", label: "Expected", unit: "%", digits: 2 },
      { key: "measured", label: "Measured", unit: "%", digits: 2 },
      { key: "time", label: "Time", unit: "%", digits: 2 },
      { key: "sums", label: "Sums", unit: "%", digits: 3 },
      { key: "kept", label: "Kept", unit: "MB", digits: 2 },
      { key: "seeds", label: "Seeds", digits: 0 },
    ],
  };
}
