/**
 * Figure 7: easy-to-hard against hard-to-easy order of the groups (S = 8, K = 5), with a random order as a control:
 * whatever the order means, the group trained last is favoured. Beside the paper's grouping stand the other two; Retrain and
 * the anchors say what a difference is worth (verdicts/yardstick.ts).
 */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import type { Mark } from "../../report/chart";
import { lineChart } from "../../report/lineChart";
import { columns } from "../../report/table";
import { GREY } from "../../report/theme";
import { fileName, orderLabel, paperFigure } from "../labels";
import { FAMILIES, type FamilyOptions, inFamily, LAB_CODE } from "../metricRows";
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

const BARS = {
  x: "after",
  ...MEAN,
  xScale: "category",
  panelColumns: "panel",
  xTitle: "after learning, and after forgetting",
} as const;

/** Figure 7: the paper's grouping, both metrics. */
const figure7 = (rows: ColumnTable, view: View<FamilyOptions>) =>
  byDataset(
    shown(rows, view).filter(aq.escape((row: SeqTrainRow) => row.system === "L-CBKM")),
    (own, title, dataset) => ({
      name: fileName("seqtrain", dataset),
      caption: `${paperFigure("Figure 7", [dataset])}${title}, L-CBKM by the order of its groups (mean over seeds, 95 % interval within seeds)`,
      alt: "Panels for both models and both metrics; three points per order, after learning and two requests.",
      chart: lineChart(withinPanels(own, ["panel", "metric", "after"], ["name"]), {
        ...BARS,
        series: "name",
        panelRows: "metric",
      }),
    }),
  );

const [EASY, ...OTHERS] = ORDERS.map(orderLabel);

/** Easy to hard less the other orders, seed by seed: the same split, groups and initial weights, only the order differs. */
function paired(rows: ColumnTable, view: View<FamilyOptions>): ColumnTable {
  const less = (other: string) => aq.escape((row: Record<string, number>) => row[EASY] - row[other]);
  return shown(rows, view)
    .groupby("dataset", "data", "panel", "system", "metric", "after", "seed")
    .pivot("name", "value", { sort: false })
    .derive(Object.fromEntries(OTHERS.map((other) => [other, less(other)])))
    .fold(OTHERS, { as: ["compared", "difference"] })
    .filter(aq.escape((row: { difference: number }) => Number.isFinite(row.difference)));
}

/** What the order is worth with each grouping, by the first metric of the family: the line at 0 is no difference. */
const worth = (rows: ColumnTable, view: View<FamilyOptions>) =>
  byDataset(
    paired(rows, view).filter(aq.escape((row: { metric: string }) => row.metric.includes("NDCG"))),
    (own, title, dataset) => {
      const means = overSeeds(own, ["panel", "system", "after", "compared"], "difference").derive({
        series: aq.escape((row: { compared: string }) => `${EASY} − ${row.compared}`),
      });
      const chart = lineChart(means, { ...BARS, series: "series", panelRows: "system", height: 150 });
      const zero: Mark = { mark: "rule", rows: [{ zero: 0 }], y: "zero", colour: GREY, look: { width: 1 } };
      return {
        name: fileName("seqtrain-differences", dataset),
        caption: `${title}, each grouping: ${own.get("metric")} of easy to hard minus that of another order; above 0 easy to hard is better (paired by seed, 95 % interval)`,
        alt: "Panels for both models and three groupings; differences of two pairs of orders around a line at 0.",
        chart: { ...chart, marks: [zero, ...chart.marks] },
      };
    },
  );

/** The same as a table, for all metrics. */
function differences(rows: ColumnTable, view: View<FamilyOptions>) {
  const by = ["data", "panel", "system", "metric", "after"];
  return {
    name: "seqtrain-differences",
    caption: "Easy to hard minus another order, paired by seed (mean, 95 % interval)",
    rows: overSeeds(paired(rows, view), [...by, "compared"], "difference").objects(),
    within: ["data", "panel", "system"],
    columns: [
      ...columns({ data: "Data", panel: "Model", system: "Grouping", metric: "Metric", after: "After" }),
      ...columns({ compared: "Minus" }),
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
  allowed: FAMILIES,
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
  charts: (rows, view) => ({ order: figure7(rows, view), differences: worth(rows, view) }),
  claims: [C8],
});
