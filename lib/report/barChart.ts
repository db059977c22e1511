/** Bars side by side, with error bars: utility by method, time by number of groups, sizes of groups. */

import { type Chart, type ChartSettings, type ErrorColumns, type Plan, planChart, type Spec } from "./chart";
import { errorBars, panelSeries, plotlyFigure } from "./plotlyParts";
import type { Value } from "./rows";
import { field, seriesEncoding, soloMark, vegaFigure, xEncoding, yEncoding } from "./vegaParts";

/** Settings of `barChart`. */
export interface BarSettings<Key extends string>
  extends Omit<ChartSettings<Key>, "xScale" | "yScale" | "fromZero">,
    ErrorColumns<Key> {
  /** bars of one x stand on one another, or alone in the colour of their series, instead of side by side */
  readonly stacked?: boolean;
}

/**
 * A bar a row, from zero; bars of one x stand side by side, by series.
 * @throws InputError naming a column that the rows lack
 */
export function barChart<R extends object>(
  rows: readonly R[],
  settings: BarSettings<keyof R & string>,
): Chart {
  const { stacked = false, ...look } = settings;
  const plan = planChart(rows, { ...look, fromZero: true }, "barChart");
  return {
    vegaLite: vegaFigure(plan, (row) => vegaBars(plan, row, stacked)),
    plotly: plotlyBars(plan, stacked),
  };
}

function vegaBars(plan: Plan, row: Value, stacked: boolean): Spec {
  const x = xEncoding(plan, { scale: { paddingInner: 0.25 } });
  const y = yEncoding(plan, row);
  const beside =
    plan.series === undefined || stacked ? {} : { xOffset: { field: field(plan.series), sort: plan.names } };
  const bars = {
    mark: { type: "bar", ...soloMark(plan) },
    encoding: { x, y, ...beside, ...seriesEncoding(plan, ["color"]) },
  };
  if (plan.low === undefined) return bars;
  const rule = {
    mark: { type: "rule", color: "#1c1e21", strokeWidth: 1.2 },
    encoding: {
      x,
      y: { ...y, field: field(plan.low) },
      y2: { field: field(plan.high as string) },
      ...beside,
    },
  };
  return { layer: [bars, rule] };
}

function plotlyBars(plan: Plan, stacked: boolean) {
  const traces = panelSeries(plan).map(({ name, style, rows, axes, showlegend }) => ({
    type: "bar",
    name,
    legendgroup: name,
    showlegend,
    x: rows.map((row) => String(row[plan.x])),
    y: rows.map((row) => row[plan.y]),
    ...errorBars(plan, rows),
    marker: { color: style.colour },
    ...axes,
  }));
  return plotlyFigure(plan, traces, { barmode: stacked ? "stack" : "group" });
}
