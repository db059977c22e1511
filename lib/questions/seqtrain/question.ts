/**
 * Figure 7: easy-to-hard against hard-to-easy order of the groups (S = 8, K = 5), with a random order as a control:
 * whatever the order means, the group trained last is favoured.
 */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { lineChart } from "../../report/lineChart";
import { datasetTitle, fileName, orderLabel } from "../labels";
import { familyMetrics } from "../metricRows";
import { systemTrials } from "../presets";
import { profileProtocol } from "../profile";
import { type Finding, question, type View } from "../question";
import { runOf } from "../runOf";
import { overSeeds, within } from "../summary";
import { system } from "../system/job";
import type { SystemOutcome } from "../system/outcome";
import { C8 } from "./claims";
import { type Labels, ORDERS, type SeqTrainRow, seqtrainRows } from "./rows";

/** Which family of metrics is shown: labCode, or testOnly. */
export interface Options {
  readonly metricFamily: string;
}

const METRICS_OF_DATA_WITHOUT_RATINGS = "fullRank";

/** The rows that are shown, under the names that readers see. */
function shown(rows: ColumnTable, { options }: View<Options>): ColumnTable {
  const own = familyMetrics(options.metricFamily);
  const known = new Set(rows.array("metric"));
  const metrics = own.some((metric) => known.has(metric))
    ? own
    : familyMetrics(METRICS_OF_DATA_WITHOUT_RATINGS);
  return rows.filter(aq.escape((row: SeqTrainRow) => metrics.includes(row.metric))).derive({
    data: aq.escape((row: SeqTrainRow) => datasetTitle(row.dataset)),
    panel: aq.escape((row: SeqTrainRow) => row.model.toUpperCase()),
    after: aq.escape((row: SeqTrainRow) => (row.request === "none" ? "learning" : row.request)),
    name: aq.escape((row: SeqTrainRow) => orderLabel(row.order)),
  });
}

/** Figure 7, one picture per data set. */
function figure7(rows: ColumnTable, view: View<Options>) {
  const all = shown(rows, view);
  return [...new Set(all.array("dataset") as string[])].map((dataset) => {
    const own = all.filter(aq.escape((row: SeqTrainRow) => row.dataset === dataset));
    const means = overSeeds(within(own, ["panel", "metric", "after"], ["name"]), [
      "panel",
      "metric",
      "after",
      "name",
    ]);
    return {
      name: fileName("seqtrain", dataset),
      caption: `Figure 7, ${datasetTitle(dataset)}: order of the groups (mean over seeds, 95 % interval within seeds)`,
      alt: "Panels for both models and both metrics; three points per order, after learning and two requests.",
      run: runOf(own),
      chart: lineChart(means.objects() as Record<string, string | number>[], {
        x: "after",
        y: "mean",
        low: "low",
        high: "high",
        series: "name",
        xScale: "category",
        panelColumns: "panel",
        panelRows: "metric",
        xTitle: "after",
      }),
    };
  });
}

/** Pairs of the same seed: the same split, the same groups, the same initial weights, only the order differs. */
function differences(rows: ColumnTable, view: View<Options>) {
  const pairs = shown(rows, view)
    .groupby("data", "panel", "metric", "after", "seed")
    .pivot("order", "value", { sort: false })
    .derive({
      "easy to hard − hard to easy": aq.escape(
        (row: Record<string, number>) => row.easyToHard - row.hardToEasy,
      ),
      "easy to hard − random": aq.escape((row: Record<string, number>) => row.easyToHard - row.random),
    })
    .fold(["easy to hard − hard to easy", "easy to hard − random"], { as: ["compared", "difference"] })
    .filter(aq.escape((row: { difference: number }) => Number.isFinite(row.difference)));
  return {
    name: "seqtrain-differences",
    caption: "Differences between orders, paired by seed (mean, 95 % interval)",
    rows: overSeeds(pairs, ["data", "panel", "metric", "after", "compared"], "difference").objects(),
    within: ["data", "panel"],
    columns: [
      { key: "data", label: "Data" },
      { key: "panel", label: "Model" },
      { key: "metric", label: "Metric" },
      { key: "after", label: "After" },
      { key: "compared", label: "Compared" },
      { key: "mean", label: "Difference", digits: 4 },
      { key: "low", label: "Low", digits: 4 },
      { key: "high", label: "High", digits: 4 },
      { key: "n", label: "Seeds" },
    ],
  };
}

/** Figure 7: the order of the groups. */
export const seqtrain = question({
  id: "seqtrain",
  title: "Order of the groups in sequential training",
  paper: "Figure 7",
  notebook: "06_seqtrain_ablation",
  jobs: [system],
  options: { metricFamily: "labCode" },
  trials: (profile) =>
    profile.datasets.flatMap((dataset) =>
      ORDERS.flatMap((order) =>
        systemTrials({
          dataset,
          protocol: profileProtocol(profile, dataset, "PAPER", { order }),
          models: profile.models,
          systems: ["L-CBKM"],
          groups: [profile.ablationGroups],
          requests: ["none", "rand@5", "top@5"],
          seeds: profile.seeds,
        }).map(({ trial, labels }) => ({ trial, labels: { ...labels, order } })),
      ),
    ),
  rows: (findings: readonly Finding<SystemOutcome, Labels>[]) => findings.flatMap(seqtrainRows),
  tables: (rows, view) => ({ differences: differences(rows, view) }),
  charts: (rows, view) => ({ order: figure7(rows, view) }),
  claims: [C8],
});
