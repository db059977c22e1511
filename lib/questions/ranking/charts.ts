/** Retrain's curves over epochs, and the systems under full ranking. */

import type { ColumnTable } from "arquero";
import { lineChart } from "../../report/lineChart";
import { datasetTitle, fileName } from "../labels";
import { runOf } from "../runOf";
import { overSeeds, within } from "../summary";
import { byDataset, RANKING_METRIC, shown } from "./tables";

type Cells = Record<string, string | number>;

/** Where T comes from: one picture per data set. */
export function curves(rows: ColumnTable) {
  const points = shown(rows, ({ scoring }) => scoring === "validation");
  return byDataset(points, (own, dataset) => ({
    name: fileName("ranking", "epochs", dataset),
    caption: `${datasetTitle(dataset)}: Retrain on the validation split of seed 0 over epochs; T is the highest point`,
    alt: "One line per model over the number of epochs.",
    run: runOf(own),
    chart: lineChart(own.objects() as Cells[], {
      x: "epochs",
      y: "value",
      series: "panel",
      xScale: "linear",
      fromZero: true,
      xTitle: "epochs",
      yTitle: RANKING_METRIC,
    }),
  }));
}

/** The systems after learning and after the request, models across. */
export function systems(rows: ColumnTable) {
  const learned = shown(rows, ({ scoring }) => scoring !== "validation" && scoring !== "anchor");
  const panel = ["panel", "after"];
  return byDataset(learned, (own, dataset) => ({
    name: fileName("ranking", "systems", dataset),
    caption: `${datasetTitle(dataset)} under full ranking: the systems after learning and after a request (mean over seeds, 95 % interval within seeds)`,
    alt: "Panels for the models; one point per system, after learning and after a request.",
    run: runOf(own),
    chart: lineChart(overSeeds(within(own, panel, ["name"]), [...panel, "name"]).objects() as Cells[], {
      x: "after",
      y: "mean",
      low: "low",
      high: "high",
      series: "name",
      xScale: "category",
      panelColumns: "panel",
      xTitle: "after",
      yTitle: RANKING_METRIC,
    }),
  }));
}
