/** Lines with error bars: the form of the paper's Figures 4 to 8 and 10 to 13. */

import { type Chart, type ChartSettings, type ErrorColumns, type Plan, planChart, type Spec } from "./chart";
import { dashOf, errorBars, panelSeries, plotlyFigure, symbolOf } from "./plotlyParts";
import type { Value } from "./rows";
import { field, seriesEncoding, soloMark, vegaFigure, xEncoding, yEncoding } from "./vegaParts";

/** Settings of `lineChart`. */
export interface LineSettings<Key extends string> extends ChartSettings<Key>, ErrorColumns<Key> {}

/**
 * A line a series over x, with a point a row and an error bar where the rows have one.
 * @param rows in the order in which categories, series and panels shall stand
 * @throws InputError naming a column that the rows lack
 */
export function lineChart<R extends object>(
  rows: readonly R[],
  settings: LineSettings<keyof R & string>,
): Chart {
  const plan = planChart(rows, settings, "lineChart");
  return { vegaLite: vegaFigure(plan, (row) => vegaLines(plan, row)), plotly: plotlyLines(plan) };
}

function vegaLines(plan: Plan, row: Value): Spec {
  const x = xEncoding(plan);
  const y = yEncoding(plan, row);
  const solo = soloMark(plan);
  const bars =
    plan.low === undefined
      ? []
      : [
          {
            mark: { type: "rule", strokeWidth: 1.2, ...solo },
            encoding: {
              x,
              y: { ...y, field: field(plan.low) },
              y2: { field: field(plan.high as string) },
              ...seriesEncoding(plan, ["color"]),
            },
          },
        ];
  return {
    layer: [
      ...bars,
      {
        mark: { type: "line", ...solo },
        encoding: { x, y, ...seriesEncoding(plan, ["color", "strokeDash"]) },
      },
      {
        mark: { type: "point", opacity: 1, ...solo },
        encoding: { x, y, ...seriesEncoding(plan, ["color", "shape"]) },
      },
    ],
  };
}

function plotlyLines(plan: Plan) {
  const traces = panelSeries(plan).map(({ name, style, rows, axes, showlegend }) => ({
    type: "scatter",
    mode: "lines+markers",
    name,
    legendgroup: name,
    showlegend,
    x: rows.map((row) =>
      plan.xScale === undefined || plan.xScale === "category" ? String(row[plan.x]) : row[plan.x],
    ),
    y: rows.map((row) => row[plan.y]),
    ...errorBars(plan, rows),
    line: { color: style.colour, dash: dashOf(style), width: 2 },
    marker: {
      color: style.colour,
      symbol: symbolOf(style),
      size: 9,
      line: { width: 1, color: style.colour },
    },
    ...axes,
  }));
  return plotlyFigure(plan, traces);
}
