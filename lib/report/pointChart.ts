/** Clouds of points: one measure against another, or users on a plane, coloured by group. */

import { type Chart, type ChartSettings, type Plan, planChart, type Spec } from "./chart";
import { panelSeries, plotlyFigure, symbolOf } from "./plotlyParts";
import type { Value } from "./rows";
import { BLUE, VERMILION } from "./theme";
import { field, seriesEncoding, soloMark, vegaFigure, xEncoding, yEncoding } from "./vegaParts";

/** Settings of `scatterChart` and `mapChart`. */
export interface PointSettings<Key extends string> extends ChartSettings<Key> {
  /** column whose text appears beside a point on the interactive page */
  readonly hover?: Key;
  /** area of a point in px^2; default 45 */
  readonly size?: number;
}

/**
 * A point a row.
 * @throws InputError naming a column that the rows lack
 */
export function scatterChart<R extends object>(
  rows: readonly R[],
  settings: PointSettings<keyof R & string>,
): Chart {
  const plan = planChart(rows, { xScale: "linear" as const, ...settings }, "scatterChart");
  const size = settings.size ?? 45;
  return {
    vegaLite: vegaFigure(plan, (row) => vegaPoints(plan, row, size, {})),
    plotly: plotlyPoints(plan, settings.hover, size, {}),
  };
}

/**
 * A map: points on a plane whose axes mean nothing by themselves (two components of an embedding), so they have no
 * ticks, and a unit is as long to the right as it is upwards.
 */
export function mapChart<R extends object>(
  rows: readonly R[],
  settings: PointSettings<keyof R & string>,
): Chart {
  const plan = planChart(rows, { xScale: "linear" as const, height: 300, ...settings }, "mapChart");
  const size = settings.size ?? 14;
  const bare = { axis: { ticks: false, labels: false, grid: false } };
  const { data, layout } = plotlyPoints(plan, settings.hover, size, {});
  const quiet = Object.fromEntries(
    Object.entries(layout)
      .filter(([key]) => /^[xy]axis/.test(key))
      .map(([key, axis]) => [key, { ...(axis as Spec), showticklabels: false, showgrid: false }]),
  );
  return {
    vegaLite: vegaFigure(plan, (row) => vegaPoints(plan, row, size, bare)),
    plotly: { data, layout: { ...layout, ...quiet } },
  };
}

function vegaPoints(plan: Plan, row: Value, size: number, axis: Spec): Spec {
  return {
    mark: { type: "point", size, opacity: 0.75, ...soloMark(plan) },
    encoding: {
      x: xEncoding(plan, axis),
      y: yEncoding(plan, row, axis),
      ...seriesEncoding(plan, ["color", "shape"]),
    },
  };
}

function plotlyPoints(plan: Plan, hover: string | undefined, size: number, more: Spec) {
  const traces = panelSeries(plan).map(({ name, style, rows, axes, showlegend }) => ({
    type: "scatter",
    mode: "markers",
    name,
    legendgroup: name,
    showlegend,
    x: rows.map((row) => row[plan.x]),
    y: rows.map((row) => row[plan.y]),
    ...(hover === undefined ? {} : { text: rows.map((row) => String(row[hover])), hoverinfo: "text+x+y" }),
    marker: { color: style.colour, symbol: symbolOf(style), size: Math.sqrt(size) + 1, opacity: 0.75 },
    ...axes,
  }));
  return plotlyFigure(plan, traces, more);
}

const WHITE = "#ffffff";

/** Settings of `heatChart`. */
export interface HeatSettings<Key extends string> extends ChartSettings<Key> {
  /** column whose value is the colour */
  readonly value: Key;
  readonly valueTitle?: string;
  /** decimals of the number written in each field; none by default */
  readonly digits?: number;
  /** For differences: this value is white, what is below it blue, what is above it vermilion. */
  readonly neutral?: number;
}

/**
 * A field a row, its colour the value ("cividis", or blue to vermilion around `neutral`: scales that do not depend on
 * telling red from green).
 * @throws InputError naming a column that the rows lack
 */
export function heatChart<R extends object>(
  rows: readonly R[],
  settings: HeatSettings<keyof R & string>,
): Chart {
  const plan = planChart(rows, settings, "heatChart");
  const { value, valueTitle = value, digits, neutral } = settings;
  const values = plan.rows.map((row) => Number(row[value]));
  const colours = neutral === undefined ? sequential(values) : diverging(values, neutral);
  return {
    vegaLite: vegaFigure(plan, (row) => vegaHeat(plan, row, { value, valueTitle, digits, colours })),
    plotly: plotlyHeat(plan, value, valueTitle, colours),
  };
}

interface HeatColours {
  readonly vega: Spec;
  readonly plotly: Spec;
  /** below this value a field is so dark that the number in it is white */
  readonly dark: number;
}

const sequential = (values: readonly number[]): HeatColours => ({
  vega: { scheme: "cividis" },
  plotly: { colorscale: "Cividis" },
  dark: (Math.min(...values) + Math.max(...values)) / 2,
});

/** As far to one side as to the other, so that equal depth of colour is equal distance. */
function diverging(values: readonly number[], neutral: number): HeatColours {
  const reach = Math.max(...values.map((value) => Math.abs(value - neutral)));
  const [low, high] = [neutral - reach, neutral + reach];
  return {
    vega: { domain: [low, neutral, high], range: [BLUE, WHITE, VERMILION], interpolate: "rgb" },
    plotly: {
      colorscale: [
        [0, BLUE],
        [0.5, WHITE],
        [1, VERMILION],
      ],
      cmin: low,
      cmax: high,
    },
    dark: neutral - 0.6 * reach,
  };
}

interface Heat {
  readonly value: string;
  readonly valueTitle: string;
  readonly digits: number | undefined;
  readonly colours: HeatColours;
}

/** Every column is named, a difference "a − b" in two lines, so that neighbours do not run into each other. */
const COLUMN_LABELS: Spec = {
  labelAngle: 0,
  labelOverlap: false,
  labelExpr: "split(replace(datum.label, ' − ', '\\n− '), '\\n')",
};

function vegaHeat(plan: Plan, row: Value, { value, valueTitle, digits, colours }: Heat): Spec {
  const title = plan.panelRows === undefined ? (plan.yTitle ?? plan.y) : String(row);
  const x = xEncoding(plan, { axis: { ...COLUMN_LABELS, grid: false, domain: false, ticks: false } });
  const axis = { grid: false, domain: false, ticks: false };
  const y = { field: field(plan.y), type: "ordinal", sort: null, title, axis };
  const colour = {
    field: field(value),
    type: "quantitative",
    title: valueTitle,
    scale: colours.vega,
    legend: { titleLimit: 400 },
  };
  const fields = { mark: { type: "rect" }, encoding: { x, y, color: colour } };
  if (digits === undefined) return fields;
  const test = `datum[${JSON.stringify(value)}] < ${colours.dark}`;
  const text = {
    mark: { type: "text", fontSize: 12 },
    encoding: {
      x,
      y,
      text: { field: field(value), type: "quantitative", format: `.${digits}f` },
      color: { condition: { test, value: "#ffffff" }, value: "#000000" },
    },
  };
  return { layer: [fields, text] };
}

function plotlyHeat(plan: Plan, value: string, valueTitle: string, colours: HeatColours) {
  const traces = panelSeries({ ...plan, series: undefined, names: [] }).map(({ rows, axes }, i) => ({
    type: "heatmap",
    x: rows.map((row) => String(row[plan.x])),
    y: rows.map((row) => String(row[plan.y])),
    z: rows.map((row) => row[value]),
    coloraxis: "coloraxis",
    showscale: i === 0,
    ...axes,
  }));
  const figure = plotlyFigure({ ...plan, yScale: undefined }, traces, {
    coloraxis: { ...colours.plotly, colorbar: { title: { text: valueTitle } } },
  });
  const categories = Object.fromEntries(
    Object.entries(figure.layout)
      .filter(([key]) => key.startsWith("yaxis"))
      .map(([key, axis]) => [key, { ...(axis as Spec), type: "category", autorange: "reversed" }]),
  );
  return { ...figure, layout: { ...figure.layout, ...categories } };
}
