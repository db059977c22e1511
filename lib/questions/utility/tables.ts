/** The numbers of Figures 5, 6, 10 and 11, what they are worth beside the anchors, and C-SISA by both its scorings. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { columns } from "../../report/table";
import { fileName } from "../labels";
import type { FamilyOptions } from "../metricRows";
import type { View } from "../question";
import { distinct, runOf } from "../shown";
import { overSeeds, seedDifference } from "../summary";
import { grouped } from "../verdicts/verdict";
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

/** What methods are held against, pair by pair of the same seed. */
const REFERENCES = ["Retrain", "C-SISA"] as const;

/** How far each method is above Retrain and above C-SISA at each S: one table per data set and model. */
export function differences(rows: ColumnTable, view: View<FamilyOptions>) {
  const systems = shown(rows, view, (row) => isSystem(row) && row.metric.includes("NDCG"));
  const panels = grouped(systems.objects() as ShownRow[], ({ dataset, panel }) => `${dataset} ${panel}`);
  return [...panels.values()].map((all) => {
    const [{ dataset, data, panel, metric }] = all;
    const sizes = [...new Set(all.map(({ groups }) => groups))].filter((S) => S > 1).sort((a, b) => a - b);
    const lines = grouped(
      all.filter(({ name }) => name !== "Retrain"),
      ({ after, name }) => `${after} ${name}`,
    );
    const against = (own: readonly ShownRow[], reference: string, S: number) => {
      const beside = all.filter(
        (row) => row.name === reference && row.after === own[0].after && [1, S].includes(row.groups),
      );
      const at = own.filter(({ groups }) => groups === S);
      const { difference, half } = seedDifference(at, beside);
      return { [`${reference}_${S}`]: difference, [`${reference}_${S}_half`]: half };
    };
    return {
      name: fileName("utility-differences", dataset, panel.toLowerCase()),
      caption: `${panel} on ${data}: ${metric} above that of Retrain and of C-SISA (mean of differences paired by seed ± half of their 95 % interval, Student's with the correction of Nadeau and Bengio for re-splits)`,
      rows: [...lines.values()].map((own) => ({
        after: own[0].after,
        name: own[0].name,
        ...Object.assign({}, ...REFERENCES.flatMap((one) => sizes.map((S) => against(own, one, S)))),
      })) as Record<string, string | number>[],
      within: ["after"],
      run: runOf(aq.from(all)),
      columns: [
        ...columns({ after: "After", name: "Method" }),
        ...REFERENCES.flatMap((one) =>
          sizes.map((S) => ({
            key: `${one}_${S}`,
            error: `${one}_${S}_half`,
            label: `S = ${S}`,
            group: `Above ${one}`,
            digits: 4,
          })),
        ),
      ],
    };
  });
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

/** The ranking for everybody that a system has to beat: clicks have no mean. */
const BASES = ["item mean", "popularity"];

/** How much of the way from the base (0 %) to a perfect ranking (100 %) each system goes, after learning. */
export function scale(rows: ColumnTable, view: View<FamilyOptions>) {
  const learned = shown(rows, view, (row) => row.request === "none" && row.metric.includes("NDCG"));
  const most = Math.max(...distinct<number>(learned, "groups"));
  const by = ["data", "panel", "metric", "name", "scoring", "groups"];
  const means = overSeeds(learned, by).objects() as (ShownRow & { readonly mean: number })[];
  const anchor = (data: string, name: string) =>
    means.find((row) => row.data === data && row.name === name && row.scoring === "anchor")?.mean ??
    Number.NaN;
  const base = BASES.find((name) => means.some((row) => isAnchor(row) && row.name === name)) ?? BASES[0];
  const shares = means
    .filter((row) => isSystem(row) && (row.groups === most || row.name === "Retrain"))
    .map(({ data, panel, name, mean }) => {
      const [least, perfect] = [anchor(data, base), anchor(data, "oracle")];
      return { data, panel, name, least, perfect, share: (100 * (mean - least)) / (perfect - least) };
    });
  const names = [...new Set(shares.map(({ name }) => name))];
  return {
    name: "utility-scale",
    caption: `How far each system gets from the ${base} (0 %) to a perfect ranking (100 %), after learning, ${learned.get("metric")}, S = ${most}`,
    base,
    rows: shares.length === 0 ? [] : shareRows(aq.from(shares)),
    run: runOf(learned),
    columns: [
      ...columns({ data: "Data", panel: "Model" }),
      ...columns({ least: base, perfect: "oracle" }, { digits: 4, group: "Anchors" }),
      ...names.map((name) => ({ key: name, label: name, digits: 1, group: "% of the way" })),
    ],
  };
}

/** A row per data set and model, a column per method. */
const shareRows = (shares: ColumnTable): object[] =>
  shares.groupby("data", "panel", "least", "perfect").pivot("name", "share", { sort: false }).objects();
