/** The numbers of Figures 5, 6, 10 and 11, what they are worth beside the anchors, and C-SISA by both its scorings. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { fileName } from "../labels";
import type { View } from "../question";
import { runOf } from "../runOf";
import { overSeeds } from "../summary";
import type { UtilityRow } from "./rows";
import { distinct, inOrder, isAnchor, isSystem, type Options, type ShownRow, shown } from "./shown";

const BY_METRIC = ["data", "metric", "name"];

/** What the metric gives to rankings that know nothing about a user, and to the perfect one. */
export function anchors(rows: ColumnTable, view: View<Options>) {
  const own = shown(rows, view, isAnchor);
  return {
    name: "utility-anchors",
    caption:
      "What the metric gives to rankings that know nothing about a user, and to the perfect one (mean ± std)",
    rows: inOrder(overSeeds(own, BY_METRIC), own, BY_METRIC),
    within: ["data", "metric"],
    run: runOf(own),
    columns: [
      { key: "data", label: "Data" },
      { key: "metric", label: "Metric" },
      { key: "name", label: "Ranking" },
      { key: "mean", error: "std", label: "Value", digits: 4 },
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
export function numbers(rows: ColumnTable, view: View<Options>) {
  const systems = shown(rows, view, isSystem);
  return distinct<string>(systems, "dataset").flatMap((dataset) =>
    distinct<string>(systems, "panel").map((panel) => {
      const own = systems.filter(
        aq.escape((row: ShownRow) => row.dataset === dataset && row.panel === panel),
      );
      const table = bySize(own, ["metric", "request", "name"]);
      return {
        name: fileName("utility", dataset, panel.toLowerCase()),
        caption: `${panel} on ${own.get("data")} (mean ± standard deviation over seeds)`,
        rows: table.rows,
        within: ["metric", "request"],
        /** Retrain is the reference. */
        competes: (row: Record<string, unknown>) => row.name !== "Retrain",
        run: runOf(own),
        columns: [
          { key: "metric", label: "Metric" },
          { key: "request", label: "Request" },
          { key: "name", label: "Method" },
          ...table.columns.map((column) => ({ ...column, best: "highest" as const })),
        ],
      };
    }),
  );
}

/** C-SISA after learning, by scoring. */
export function scoring(rows: ColumnTable, view: View<Options>) {
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
      { key: "metric", label: "Metric" },
      { key: "data", label: "Data" },
      { key: "panel", label: "Model" },
      { key: "scoring", label: "Scoring" },
      ...table.columns,
    ],
  };
}

/** How much of the way from the item mean (0 %) to a perfect ranking (100 %) each system goes, after learning. */
export function scale(rows: ColumnTable, view: View<Options>) {
  const learned = shown(rows, view, (row) => row.request === "none" && row.metric.includes("NDCG"));
  const most = Math.max(...distinct<number>(learned, "groups"));
  const means = overSeeds(learned, [
    "data",
    "panel",
    "metric",
    "name",
    "scoring",
    "groups",
  ]).objects() as (ShownRow & {
    mean: number;
  })[];
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
    caption: `How much of the way from the item mean (0 %) to a perfect ranking (100 %) each system goes, after learning, ${learned.get("metric")}, S = ${most}`,
    rows:
      shares.length === 0
        ? []
        : aq
            .from(shares)
            .groupby("data", "panel", "least", "perfect")
            .pivot("name", "share", { sort: false })
            .objects(),
    run: runOf(learned),
    columns: [
      { key: "data", label: "Data" },
      { key: "panel", label: "Model" },
      { key: "least", label: "item mean", digits: 4, group: "Anchors" },
      { key: "perfect", label: "oracle", digits: 4, group: "Anchors" },
      ...names.map((name) => ({ key: name, label: name, digits: 1, group: "% of the way" })),
    ],
  };
}
