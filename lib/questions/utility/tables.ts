/** The numbers of Figures 5, 6, 10 and 11, what they are worth beside the anchors, and C-SISA by both its scorings. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { columns } from "../../report/table";
import { fileName } from "../labels";
import type { FamilyOptions } from "../metricRows";
import type { View } from "../question";
import { distinct, runOf } from "../shown";
import { overSeeds } from "../summary";
import type { UtilityRow } from "./rows";
import { inOrder, isAnchor, isSystem, type ShownRow, shown } from "./shown";

/** What the metric gives to rankings that know nothing about a user, and to the perfect one, side by side. */
export function anchors(rows: ColumnTable, view: View<FamilyOptions>) {
  const own = shown(rows, view, isAnchor);
  const by = ["data", "metric"];
  const means = overSeeds(own, [...by, "name"]).groupby(...by);
  const values = { mean: aq.op.any("mean"), std: aq.op.any("std") };
  return {
    name: "utility-anchors",
    caption:
      "What the metric gives to rankings that know nothing about a user, and to the perfect one (mean ± standard deviation over seeds)",
    rows: own.numRows() === 0 ? [] : inOrder(means.pivot("name", values, { sort: false }), own, by),
    within: ["data"],
    run: runOf(own),
    columns: [
      ...columns({ data: "Data", metric: "Metric" }),
      ...distinct(own, "name").map((name) => ({
        key: `mean_${name}`,
        error: `std_${name}`,
        label: name,
        digits: 4,
      })),
    ],
  };
}

/** One column per S, with mean and standard deviation; Retrain, which has no S, in all of them. */
function bySize(own: ColumnTable, by: readonly string[]) {
  const sizes = distinct<number>(own, "groups").filter((groups) => groups > 1);
  const means = overSeeds(own, [...by, "groups"]).objects() as (ShownRow & { mean: number; std: number })[];
  const lines = means.flatMap((row) =>
    row.groups > 1 ? [row] : sizes.map((groups) => ({ ...row, groups })),
  );
  if (lines.length === 0) return { rows: [], columns: [] };
  const wide = aq
    .from(lines)
    .groupby(...by)
    .pivot("groups", { mean: aq.op.any("mean"), std: aq.op.any("std") }, { sort: false });
  const columns = sizes.map((S) => ({ key: `mean_${S}`, error: `std_${S}`, label: `S = ${S}`, digits: 4 }));
  return { rows: inOrder(wide, own, by), columns };
}

/** Every number of the figures: one table per data set and model. Retrain, the reference, does not compete. */
export function numbers(rows: ColumnTable, view: View<FamilyOptions>) {
  const systems = shown(rows, view, isSystem);
  return distinct(systems, "dataset").flatMap((dataset) =>
    distinct(systems, "panel").map((panel) => {
      const own = systems.filter(
        aq.escape((row: ShownRow) => row.dataset === dataset && row.panel === panel),
      );
      const table = bySize(own, ["metric", "after", "name"]);
      return {
        name: fileName("utility", dataset, panel.toLowerCase()),
        caption: `${panel} on ${own.get("data")} (mean ± standard deviation over seeds)`,
        rows: table.rows,
        within: ["metric", "after"],
        /** Retrain is the reference. */
        competes: (row: Record<string, unknown>) => row.name !== "Retrain",
        run: runOf(own),
        columns: [
          ...columns({ metric: "Metric", after: "After", name: "Method" }),
          ...table.columns.map((column) => ({ ...column, best: "highest" as const })),
        ],
      };
    }),
  );
}

/** C-SISA after learning, by scoring. */
export function scoring(rows: ColumnTable, view: View<FamilyOptions>) {
  const isSisa = (row: UtilityRow) => row.system === "C-SISA" && row.request === "none";
  const own = shown(rows, view, isSisa);
  const table = bySize(own, ["metric", "data", "panel", "scoring"]);
  return {
    name: "utility-csisa-scoring",
    caption: "C-SISA after learning, by scoring (mean ± standard deviation over seeds)",
    rows: table.rows,
    within: ["metric", "data", "panel"],
    run: runOf(own),
    columns: [
      ...columns({ metric: "Metric", data: "Data", panel: "Model", scoring: "Scoring" }),
      ...table.columns,
    ],
  };
}

/** How much of the way from the item mean (0 %) to a perfect ranking (100 %) each system goes, after learning. */
export function scale(rows: ColumnTable, view: View<FamilyOptions>) {
  const learned = shown(rows, view, (row) => row.request === "none" && row.metric.includes("NDCG"));
  const most = Math.max(...distinct<number>(learned, "groups"));
  const by = ["data", "panel", "metric", "name", "scoring", "groups"];
  const means = overSeeds(learned, by).objects() as (ShownRow & { readonly mean: number })[];
  const anchor = (data: string, name: string) =>
    means.find((row) => row.data === data && row.name === name && row.scoring === "anchor")?.mean ??
    Number.NaN;
  const shares = means
    .filter((row) => isSystem(row) && (row.groups === most || row.name === "Retrain"))
    .map(({ data, panel, name, mean }) => {
      const [least, perfect] = [anchor(data, "item mean"), anchor(data, "oracle")];
      return { data, panel, name, least, perfect, share: (100 * (mean - least)) / (perfect - least) };
    });
  const names = [...new Set(shares.map(({ name }) => name))];
  return {
    name: "utility-scale",
    caption: `How far each system gets from the item mean (0 %) to a perfect ranking (100 %), after learning, ${learned.get("metric")}, S = ${most}`,
    rows: shares.length === 0 ? [] : shareRows(aq.from(shares)),
    run: runOf(learned),
    columns: [
      ...columns({ data: "Data", panel: "Model" }),
      ...columns({ least: "item mean", perfect: "oracle" }, { digits: 4, group: "Anchors" }),
      ...names.map((name) => ({ key: name, label: name, digits: 1, group: "% of the way" })),
    ],
  };
}

/** A row per data set and model, a column per method. */
const shareRows = (shares: ColumnTable): object[] =>
  shares.groupby("data", "panel", "least", "perfect").pivot("name", "share", { sort: false }).objects();
