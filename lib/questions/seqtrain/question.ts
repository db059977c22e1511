/**
 * Figure 7: easy-to-hard against hard-to-easy order of the groups (S = 8, K = 5), with a random order as a control:
 * whatever the order means, the group trained last is favoured. Beside the paper's grouping stand the other two; Retrain and
 * the anchors say what a difference is worth (verdicts/yardstick.ts).
 */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { lineChart } from "../../report/lineChart";
import { datasetTitle, fileName, orderLabel } from "../labels";
import { shownMetrics } from "../metricRows";
import { type SystemSweep, systemTrials } from "../presets";
import { profileProtocol } from "../profile";
import { type Finding, question, type View } from "../question";
import { runOf } from "../runOf";
import { overSeeds, within } from "../summary";
import { system } from "../system/job";
import type { SystemOutcome } from "../system/outcome";
import { type AnchorsOutcome, anchors } from "../utility/anchorsJob";
import { anchorTrials } from "../utility/rows";
import { C8 } from "./claims";
import { type Labels, ORDERS, type SeqTrainRow, seqtrainRows } from "./rows";

/** Which family of metrics is shown: labCode, or testOnly. */
export interface Options {
  readonly metricFamily: string;
}

/** The rows that are shown, under the names that readers see. */
function shown(rows: ColumnTable, { options }: View<Options>): ColumnTable {
  const metrics = shownMetrics(rows, options.metricFamily);
  const ordered = (row: SeqTrainRow) => row.order !== "" && metrics.includes(row.metric);
  return rows.filter(aq.escape(ordered)).derive({
    data: aq.escape((row: SeqTrainRow) => datasetTitle(row.dataset)),
    panel: aq.escape((row: SeqTrainRow) => row.model.toUpperCase()),
    after: aq.escape((row: SeqTrainRow) => (row.request === "none" ? "learning" : row.request)),
    name: aq.escape((row: SeqTrainRow) => orderLabel(row.order)),
  });
}

/** One picture per data set: the orders after learning and each request, in panels of models and of `down`. */
function pictures(rows: ColumnTable, down: "metric" | "system", name: string, caption: string, alt: string) {
  return [...new Set(rows.array("dataset") as string[])].map((dataset) => {
    const own = rows.filter(aq.escape((row: SeqTrainRow) => row.dataset === dataset));
    const panel = ["panel", "metric", "system", "after"];
    const means = overSeeds(within(own, panel, ["name"]), [...panel, "name"]);
    return {
      name: fileName(name, dataset),
      caption: `${caption}, ${datasetTitle(dataset)}: order of the groups (mean over seeds, 95 % interval within seeds)`,
      alt: `Panels for both models and ${alt}; three points per order, after learning and two requests.`,
      run: runOf(own),
      chart: lineChart(means.objects() as Record<string, string | number>[], {
        x: "after",
        y: "mean",
        low: "low",
        high: "high",
        series: "name",
        xScale: "category",
        panelColumns: "panel",
        panelRows: down,
        xTitle: "after",
      }),
    };
  });
}

/** Figure 7: the paper's grouping, both metrics. */
function figure7(rows: ColumnTable, view: View<Options>) {
  const own = shown(rows, view).filter(aq.escape((row: SeqTrainRow) => row.system === "L-CBKM"));
  return pictures(own, "metric", "seqtrain", "Figure 7", "both metrics");
}

/** All three groupings, by the first metric of the family. */
function groupings(rows: ColumnTable, view: View<Options>) {
  const all = shown(rows, view);
  const own = all.filter(aq.escape((row: SeqTrainRow) => row.metric.includes("NDCG")));
  return pictures(own, "system", "seqtrain-groupings", "All groupings, NDCG@10", "the three groupings");
}

/** Pairs of the same seed: the same split, the same groups, the same initial weights, only the order differs. */
function differences(rows: ColumnTable, view: View<Options>) {
  const pairs = shown(rows, view)
    .groupby("data", "panel", "system", "metric", "after", "seed")
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
    rows: overSeeds(
      pairs,
      ["data", "panel", "system", "metric", "after", "compared"],
      "difference",
    ).objects(),
    within: ["data", "panel", "system"],
    columns: [
      { key: "data", label: "Data" },
      { key: "panel", label: "Model" },
      { key: "system", label: "Grouping" },
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
  jobs: [system, anchors],
  options: { metricFamily: "labCode" },
  trials: (profile) =>
    profile.datasets.flatMap((dataset) => {
      const sweep = (order: Labels["order"], own: Pick<SystemSweep, "systems" | "groups" | "requests">) =>
        systemTrials({
          dataset,
          protocol: profileProtocol(profile, dataset, "PAPER", order === "" ? {} : { order }),
          models: profile.models,
          seeds: profile.seeds,
          ...own,
        });
      const reference = [
        ...anchorTrials(dataset, profileProtocol(profile, dataset), profile.seeds),
        ...sweep("", { systems: ["Retrain"], groups: [1], requests: ["none"] }),
      ].map(({ trial, labels }) => ({ trial, labels: { ...labels, order: "" as const } }));
      const ordered = ORDERS.flatMap((order) =>
        sweep(order, {
          systems: ["L-Rand", "L-BKM", "L-CBKM"],
          groups: [profile.ablationGroups],
          requests: ["none", "rand@5", "top@5"],
        }).map(({ trial, labels }) => ({ trial, labels: { ...labels, order } })),
      );
      return [...reference, ...ordered];
    }),
  rows: (findings: readonly Finding<SystemOutcome | AnchorsOutcome, Labels>[]) =>
    findings.flatMap(seqtrainRows),
  tables: (rows, view) => ({ differences: differences(rows, view) }),
  charts: (rows, view) => ({ order: figure7(rows, view), groupings: groupings(rows, view) }),
  claims: [C8],
});
