/**
 * Figures 5, 6, 10 and 11: metric against S, one picture per data set and request, models across and metrics down. Retrain,
 * which has no S, and the item mean are level lines.
 */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { lineChart } from "../../report/lineChart";
import { datasetTitle, fileName } from "../labels";
import type { View } from "../question";
import { runOf } from "../runOf";
import { overSeeds, within } from "../summary";
import type { UtilityRow } from "./rows";
import { distinct, isAnchor, isSystem, type Options, type ShownRow, shown } from "./shown";

const AFTER: Readonly<Record<string, string>> = {
  none: "learning",
  "rand@5": "unlearning 5 % of the users, drawn at random",
  "top@5": "unlearning the 5 % most active users",
  "rand@2.5": "unlearning 2.5 % of the users, drawn at random",
  "top@2.5": "unlearning the 2.5 % most active users",
};

/** Of Figures 5 and 6; the others are those of the appendix. */
const MAIN = ["none", "rand@5", "top@5"];

interface Mean extends Pick<ShownRow, "panel" | "metric" | "name" | "groups"> {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Pictures of the requests of Figures 5 and 6, or of all others. */
export function figures(rows: ColumnTable, view: View<Options>, which: "main" | "others") {
  const systems = shown(rows, view, isSystem);
  const itemMean = shown(rows, view, (row) => isAnchor(row) && row.system === "item mean");
  const requests = distinct<string>(systems, "request").filter(
    (request) => MAIN.includes(request) === (which === "main"),
  );
  return distinct<string>(systems, "dataset").flatMap((dataset) =>
    requests.map((request) => {
      const of = (table: ColumnTable, keep: (row: UtilityRow) => boolean) =>
        table.filter(aq.escape((row: UtilityRow) => row.dataset === dataset && keep(row)));
      const own = of(systems, (row) => row.request === request);
      const after = AFTER[request] ?? `unlearning ${request}`;
      // it is measured on all users, so it is not comparable where the most active ones are gone
      const anchor = of(itemMean, () => !request.startsWith("top") && !request.startsWith("edge"));
      return {
        name: fileName("utility", dataset, request),
        caption: `${datasetTitle(dataset)}, after ${after} (mean over seeds, 95 % interval within seeds)`,
        alt: `Panels for both models and both metrics, one line per method against S, after ${after}.`,
        run: runOf(own),
        chart: lineChart(linesOf(own, anchor), {
          x: "groups",
          y: "mean",
          low: "low",
          high: "high",
          series: "name",
          panelColumns: "panel",
          panelRows: "metric",
          xTitle: "number of groups S",
        }),
      };
    }),
  );
}

/** Means against S. */
function linesOf(own: ColumnTable, anchor: ColumnTable): Mean[] {
  const by = ["panel", "metric", "name", "groups"];
  const means = overSeeds(within(own, ["panel", "metric"], ["name", "groups"]), by).objects() as Mean[];
  const marks = overSeeds(anchor, ["metric", "name"]).objects() as Omit<Mean, "panel" | "groups">[];
  const sizes = [...new Set(means.map(({ groups }) => groups))].filter((groups) => groups > 1);
  const level = (row: Mean) => sizes.map((groups) => ({ ...row, groups }));
  const everywhere = [...new Set(means.map(({ panel }) => panel))].flatMap((panel) =>
    // one ranking for all: no method to be told apart
    marks.flatMap((row) => level({ ...row, panel, groups: 1, low: row.mean, high: row.mean })),
  );
  return [
    ...means.filter(({ name }) => name === "Retrain").flatMap(level),
    ...means.filter(({ name }) => name !== "Retrain"),
    ...everywhere,
  ];
}
