/**
 * Figure 7: easy-to-hard against hard-to-easy order of the groups (S = 8, K = 5), with a random order as a control:
 * whatever the order means, the group trained last is favoured. Beside the paper's grouping stand the other two; Retrain and
 * the anchors say what a difference is worth (verdicts/yardstick.ts).
 */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { lineChart } from "../../report/lineChart";
import { columns } from "../../report/table";
import { fileName, orderLabel } from "../labels";
import { type FamilyOptions, inFamily, LAB_CODE } from "../metricRows";
import { type SystemSweep, systemTrials } from "../presets";
import { profileProtocol } from "../profile";
import { type Finding, question, type View } from "../question";
import { byDataset } from "../shown";
import { MEAN, overSeeds, withinPanels } from "../summary";
import { system } from "../system/job";
import type { SystemOutcome } from "../system/outcome";
import { type AnchorsOutcome, anchors } from "../utility/anchorsJob";
import { anchorTrials } from "../utility/rows";
import { C8 } from "./claims";
import { type Labels, ORDERS, type SeqTrainRow, seqtrainRows } from "./rows";

/** The rows that have an order, under the names that readers see. */
const shown = (rows: ColumnTable, view: View<FamilyOptions>): ColumnTable =>
  inFamily(rows, view)
    .filter(aq.escape((row: SeqTrainRow) => row.order !== ""))
    .derive({ name: aq.escape((row: SeqTrainRow) => orderLabel(row.order)) });

/** One picture per data set: the orders after learning and each request, in panels of models and of `down`. */
const pictures = (rows: ColumnTable, down: "metric" | "system", name: string, caption: string, alt: string) =>
  byDataset(rows, (own, title, dataset) => ({
    name: fileName(name, dataset),
    caption: `${caption}, ${title}: order of the groups (mean over seeds, 95 % interval within seeds)`,
    alt: `Panels for both models and ${alt}; three points per order, after learning and two requests.`,
    chart: lineChart(withinPanels(own, ["panel", "metric", "system", "after"], ["name"]), {
      x: "after",
      ...MEAN,
      series: "name",
      xScale: "category",
      panelColumns: "panel",
      panelRows: down,
      xTitle: "after",
    }),
  }));

/** Figure 7: the paper's grouping, both metrics. */
function figure7(rows: ColumnTable, view: View<FamilyOptions>) {
  const own = shown(rows, view).filter(aq.escape((row: SeqTrainRow) => row.system === "L-CBKM"));
  return pictures(own, "metric", "seqtrain", "Figure 7", "both metrics");
}

/** All three groupings, by the first metric of the family. */
function groupings(rows: ColumnTable, view: View<FamilyOptions>) {
  const own = shown(rows, view).filter(aq.escape((row: SeqTrainRow) => row.metric.includes("NDCG")));
  return pictures(own, "system", "seqtrain-groupings", "All groupings, NDCG@10", "the three groupings");
}

/** Which orders are compared, and what the difference is called. */
const COMPARED = {
  "easy to hard − hard to easy": ["easyToHard", "hardToEasy"],
  "easy to hard − random": ["easyToHard", "random"],
} as const;

/** Pairs of the same seed: the same split, the same groups, the same initial weights, only the order differs. */
function differences(rows: ColumnTable, view: View<FamilyOptions>) {
  const less = ([a, b]: readonly [string, string]) =>
    aq.escape((row: Record<string, number>) => row[a] - row[b]);
  const by = ["data", "panel", "system", "metric", "after"];
  const pairs = shown(rows, view)
    .groupby(...by, "seed")
    .pivot("order", "value", { sort: false })
    .derive(Object.fromEntries(Object.entries(COMPARED).map(([name, orders]) => [name, less(orders)])))
    .fold(Object.keys(COMPARED), { as: ["compared", "difference"] })
    .filter(aq.escape((row: { difference: number }) => Number.isFinite(row.difference)));
  return {
    name: "seqtrain-differences",
    caption: "Differences between orders, paired by seed (mean, 95 % interval)",
    rows: overSeeds(pairs, [...by, "compared"], "difference").objects(),
    within: ["data", "panel", "system"],
    columns: [
      ...columns({ data: "Data", panel: "Model", system: "Grouping", metric: "Metric", after: "After" }),
      ...columns({ compared: "Compared" }),
      ...columns({ mean: "Difference", low: "Low", high: "High" }, { digits: 4 }),
      ...columns({ n: "Seeds" }),
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
  options: LAB_CODE,
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
