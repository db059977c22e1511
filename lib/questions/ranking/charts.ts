/** Retrain's curves over epochs, and the systems under full ranking. */

import type { ColumnTable } from "arquero";
import { lineChart } from "../../report/lineChart";
import { fileName } from "../labels";
import { byDataset } from "../shown";
import { MEAN, withinPanels } from "../summary";
import { RANKING_METRIC, shown } from "./tables";

/** Where T comes from: one picture per data set. */
export const curves = (rows: ColumnTable) =>
  byDataset(
    shown(rows, ({ scoring }) => scoring === "validation"),
    (own, title, dataset) => ({
      name: fileName("ranking", "epochs", dataset),
      caption: `${title}: quality of Retrain on the validation split of seed 0, by the number of epochs; T is the highest point`,
      alt: "One line per model over the number of epochs.",
      chart: lineChart(own, {
        x: "epochs",
        y: "value",
        series: "panel",
        xScale: "linear",
        fromZero: true,
        xTitle: "epochs",
        yTitle: RANKING_METRIC,
      }),
    }),
  );

/** The systems after learning and after the request, models across. */
export const systems = (rows: ColumnTable) =>
  byDataset(
    shown(rows, ({ scoring }) => scoring !== "validation" && scoring !== "anchor"),
    (own, title, dataset) => ({
      name: fileName("ranking", "systems", dataset),
      caption: `${title} under full ranking: the systems after learning and after a request (mean over seeds, 95 % interval within seeds)`,
      alt: "Panels for the models; one point per system, after learning and after a request.",
      chart: lineChart(withinPanels(own, ["panel", "after"], ["name"]), {
        x: "after",
        ...MEAN,
        series: "name",
        xScale: "category",
        panelColumns: "panel",
        xTitle: "after learning, and after forgetting",
        yTitle: RANKING_METRIC,
      }),
    }),
  );
