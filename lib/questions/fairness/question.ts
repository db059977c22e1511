/**
 * Who is served how well, before and after a request (CURE4Rec: Chen et al., NeurIPS 2024): the metrics of the 5 % most
 * active users, those of all others, and the gap, for every method. An erasure may widen it. Beside the paper's requests
 * that of the least active users, `edge@5`.
 */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { lineChart } from "../../report/lineChart";
import { columns } from "../../report/table";
import { fileName } from "../labels";
import { FAMILIES, type FamilyOptions, inFamily, LAB_CODE } from "../metricRows";
import { SYSTEM_NAMES, systemTrials } from "../presets";
import { profileProtocol } from "../profile";
import { question, type View } from "../question";
import { byDataset, distinct } from "../shown";
import { MEAN, overSeeds, withinPanels } from "../summary";
import { system } from "../system/job";
import { grouped } from "../verdicts/verdict";
import { type FairnessRow, fairnessRows } from "./rows";

const REQUESTS = ["none", "rand@5", "top@5", "edge@5"];

const blockOf = (row: Readonly<Record<string, string | number>>) =>
  [row.data, row.panel, row.metric].join("|");

/** Both kinds of users after learning, and the gap after learning and after each request. */
function gaps(rows: ColumnTable, view: View<FamilyOptions>) {
  const by = ["data", "panel", "metric", "system"];
  const all = inFamily(rows, view);
  const half = (row: { mean: number; high: number }) => row.high - row.mean;
  const means = overSeeds(all, [...by, "users", "after"]).derive({ half: aq.escape(half) });
  const wide = means
    .derive({
      column: aq.escape((row: { users: string; after: string }) => `${row.users} ${row.after}`),
    })
    .groupby(...by)
    .pivot("column", { mean: aq.op.any("mean"), half: aq.op.any("half") }, { sort: false });
  const after = distinct(all, "after");
  const column = (users: string, when: string, label: string, group: string) => ({
    key: `mean_${users} ${when}`,
    error: `half_${users} ${when}`,
    label,
    group,
    digits: 4,
  });
  return {
    name: "fairness-gaps",
    caption: `S = ${view.profile.ablationGroups}, the 5 % most active users and the others: quality after learning, and the gap (active minus others) after learning and after each request (mean over seeds ± half of the 95 % interval)`,
    // metric by metric, as systems are compared within one
    rows: [...grouped(wide.objects() as Record<string, string | number>[], blockOf).values()].flat(),
    within: ["data", "panel", "metric"],
    note: "Erased users are not scored; the most active are those of the users who are left. labCode has ten places however few ratings a user has held out, so compare the gaps of methods, not a gap with 0.",
    columns: [
      ...columns({ data: "Data", panel: "Model", metric: "Metric", system: "Method" }),
      column("active", "learning", "active", "after learning"),
      column("others", "learning", "others", "after learning"),
      ...after.map((when) => column("gap", when, when, "gap after")),
    ],
  };
}

/** The gap after learning and after each request, one picture per data set. */
function pictures(rows: ColumnTable, view: View<FamilyOptions>) {
  const isGap = (row: FairnessRow) => row.users === "gap" && row.metric.includes("NDCG");
  return byDataset(inFamily(rows, view).filter(aq.escape(isGap)), (own, title, dataset) => ({
    name: fileName("fairness", dataset),
    caption: `${title}, ${own.get("metric")}, S = ${view.profile.ablationGroups}: the 5 % most active users minus the others (mean over seeds, 95 % interval within seeds)`,
    alt: "A panel for each model; after learning and each request a point per method: the active users' quality minus the others'.",
    chart: lineChart(withinPanels(own, ["panel", "after"], ["system"]), {
      x: "after",
      ...MEAN,
      series: "system",
      xScale: "category",
      panelColumns: "panel",
      height: 150,
      xTitle: "after learning, and after forgetting",
      yTitle: "active − others",
    }),
  }));
}

export const fairness = question({
  id: "fairness",
  title: "The most active users and the others, before and after a request",
  paper: "beyond the paper: the fairness of CURE4Rec",
  notebook: "05_utility",
  jobs: [system],
  options: LAB_CODE,
  allowed: FAMILIES,
  trials: (profile) =>
    profile.datasets.flatMap((dataset) =>
      systemTrials({
        dataset,
        protocol: profileProtocol(profile, dataset),
        models: profile.models,
        systems: SYSTEM_NAMES,
        groups: [profile.ablationGroups],
        requests: REQUESTS,
        seeds: profile.seeds,
      }),
    ),
  rows: (findings: Parameters<typeof fairnessRows>[0][]) => findings.flatMap(fairnessRows),
  tables: (rows, view) => ({ gaps: gaps(rows, view) }),
  charts: (rows, view) => ({ gaps: pictures(rows, view) }),
});
