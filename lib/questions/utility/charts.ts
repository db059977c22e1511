/**
 * Figures 5, 6, 10 and 11: metric against S, one picture per data set, requests across, models and metrics
 * down. Retrain, which has no S, and the item mean are level lines.
 */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { lineChart } from "../../report/lineChart";
import { afterLabel, fileName, requestPhrase } from "../labels";
import type { FamilyOptions } from "../metricRows";
import type { View } from "../question";
import { byDataset, distinct } from "../shown";
import { MEAN, overSeeds, withinPanels } from "../summary";
import type { UtilityRow } from "./rows";
import { isAnchor, isSystem, type ShownRow, shown } from "./shown";

/** Of Figures 5 and 6; the others are those of the appendix. */
const MAIN = ["none", "rand@5", "top@5"];
/** Figures of the paper, whose ML is MovieLens 1M; for its AM an Amazon data set stands. */
const PAPER = { main: ["Figure 5", "Figure 6"], others: ["Figure 10", "Figure 11"] } as const;

const figureOf = (dataset: string, [ml, am]: readonly [string, string]): string =>
  dataset === "ml-1m"
    ? `${ml}: `
    : dataset.startsWith("amazon")
      ? `Like ${am}, on another Amazon data set: `
      : "";

interface Mean extends Pick<ShownRow, "request" | "panel" | "metric" | "name" | "groups"> {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Figures 5 and 6: their requests on the data sets that stand for the paper's. */
export const figures = (rows: ColumnTable, view: View<FamilyOptions>) =>
  pictures(rows, view, "main").slice(0, PAPER.main.length);

/** Everything else: other requests, and the same requests on further data sets. */
export const others = (rows: ColumnTable, view: View<FamilyOptions>) => [
  ...pictures(rows, view, "others"),
  ...pictures(rows, view, "main").slice(PAPER.main.length),
];

/** The requests of Figures 5 and 6, or all others: one picture per data set. */
function pictures(rows: ColumnTable, view: View<FamilyOptions>, which: "main" | "others") {
  const among = (row: UtilityRow) => MAIN.includes(row.request) === (which === "main");
  const systems = shown(rows, view, (row) => isSystem(row) && among(row));
  const itemMean = shown(rows, view, (row) => isAnchor(row) && row.system === "item mean");
  return byDataset(systems, (own, title, dataset) => {
    const anchor = itemMean.filter(aq.escape((row: UtilityRow) => row.dataset === dataset));
    const requests = distinct(own, "request");
    const forgotten = requests.filter((request) => request !== "none").map(requestPhrase);
    const learnt = forgotten.length < requests.length ? "after learning and " : "";
    const after = `${learnt}after forgetting ${forgotten.join(" or ")}`;
    return {
      name: fileName("utility", dataset, ...(which === "main" ? [] : [which])),
      caption: `${figureOf(dataset, PAPER[which])}${title}, ${after} (mean over seeds, 95 % interval within seeds)`,
      alt: `One line per method against S: a column per request (${after}), a row per model and metric.`,
      chart: lineChart(linesOf(own, anchor, view.profile.groups), {
        x: "groups",
        ...MEAN,
        series: "name",
        panelColumns: "after",
        panelRows: "panel",
        height: 150,
        xTitle: "number of groups S",
      }),
    };
  });
}

/** It is measured on all users, so it is not comparable where the most or the least active ones are gone. */
const allKinds = (request: string): boolean => !/^(top|edge)/.test(request);

/** Means against S. @param planned S of the level lines where no method has groups */
function linesOf(own: ColumnTable, anchor: ColumnTable, planned: readonly number[]) {
  const means = withinPanels(own, ["request", "panel", "metric"], ["name", "groups"]).objects() as Mean[];
  const marks = overSeeds(anchor, ["metric", "name"]).objects() as Omit<
    Mean,
    "request" | "panel" | "groups"
  >[];
  const run = [...new Set(means.map(({ groups }) => groups))].filter((groups) => groups > 1);
  const sizes = run.length > 0 ? run : planned;
  const level = <Row extends object>(row: Row) => sizes.map((groups) => ({ ...row, groups }));
  const panels = aq.from(means).select("request", "panel").dedupe().objects() as Mean[];
  const everywhere = panels
    .filter(({ request }) => allKinds(request))
    // one ranking for all: no method to be told apart
    .flatMap((panel) => marks.flatMap((row) => level({ ...panel, ...row, low: row.mean, high: row.mean })));
  return [
    ...means.filter(({ name }) => name === "Retrain").flatMap(level),
    ...means.filter(({ name }) => name !== "Retrain"),
    ...everywhere,
  ].map((row) => ({
    ...row,
    after: afterLabel(row.request),
    panel: `${row.panel}, ${row.metric}`,
  }));
}
