/** Histograms: counts in equal or doubling intervals. The counting is a function of its own, so that it can be tested. */

import { InputError } from "../errors";
import { type Chart, type ChartSettings, planChart, type Spec } from "./chart";
import { panelSeries, plotlyFigure } from "./plotlyParts";
import { seriesEncoding, soloMark, vegaFigure, xEncoding, yEncoding } from "./vegaParts";

/** Values in [from, to) of one series; the last interval also holds its end. */
export interface Bin {
  readonly series: string;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface BinSettings {
  /** width of an interval; for `log2` intervals double from 1 and none is needed */
  readonly width?: number;
  readonly scale?: "linear" | "log2";
}

/**
 * Counts values into intervals that all series share.
 * @param values by series; finite, and at least 1 for `log2`
 * @throws InputError on a value that is not finite, or below 1 with `log2`, or without values
 */
export function binCounts(
  values: Readonly<Record<string, ArrayLike<number>>>,
  { width, scale = "linear" }: BinSettings = {},
): Bin[] {
  let least = Infinity;
  let most = -Infinity;
  for (const [series, list] of Object.entries(values)) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i];
      if (!Number.isFinite(value) || (scale === "log2" && value < 1))
        throw new InputError(`histogram: value ${i} of ${series} is ${value}`);
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  if (least > most) throw new InputError("histogram: no values");
  const edges = scale === "log2" ? doublings(least, most) : steps(least, most, width);
  return Object.entries(values).flatMap(([series, list]) => {
    const counts = new Float64Array(edges.length - 1);
    for (let i = 0; i < list.length; i++) counts[Math.min(placeOf(edges, list[i]), counts.length - 1)]++;
    return Array.from(counts, (count, b) => ({ series, from: edges[b], to: edges[b + 1], count }));
  });
}

function doublings(least: number, most: number): number[] {
  let edge = 1;
  while (edge * 2 <= least) edge *= 2;
  const edges = [edge];
  while (edge <= most) {
    edge *= 2;
    edges.push(edge);
  }
  return edges;
}

function steps(least: number, most: number, width = (most - least) / 20 || 1): number[] {
  const first = Math.floor(least / width);
  const count = Math.max(1, Math.ceil(most / width) - first);
  return Array.from({ length: count + 1 }, (_, i) => (first + i) * width);
}

/** The last edge that is not above `value`. */
function placeOf(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}

/** Settings of `histogramChart`. */
export interface HistogramSettings
  extends BinSettings,
    Pick<ChartSettings<string>, "title" | "xTitle" | "yTitle" | "yScale" | "height"> {
  /** a column of panels each, instead of bars over one another */
  readonly panels?: boolean;
}

/** Where bars of a logarithmic axis begin: below a count of one, so that one is still seen. */
const HALF = 0.5;

/** A histogram of each series: side by side in panels, or as outlines in one panel. */
export function histogramChart(
  values: Readonly<Record<string, ArrayLike<number>>>,
  settings: HistogramSettings = {},
): Chart {
  const { panels, width, scale, ...look } = settings;
  const rows = binCounts(values, { width, scale });
  const plan = planChart(
    rows,
    {
      x: "from",
      y: "count",
      series: "series",
      xScale: scale ?? "linear",
      yTitle: "count",
      fromZero: true,
      ...(panels ? { panelColumns: "series" as const } : {}),
      ...look,
    },
    "histogram",
  );
  const log = settings.yScale === "log10";
  const opacity = panels || plan.names.length === 1 ? 1 : 0.55;
  const unit = (): Spec => ({
    // nothing to draw at zero on a logarithmic axis
    ...(log ? { transform: [{ filter: "datum.count > 0" }] } : {}),
    mark: { type: "bar", opacity, ...soloMark(plan), stroke: "#ffffff", strokeWidth: 0.5 },
    encoding: {
      x: xEncoding(plan, { bin: { binned: true } }),
      x2: { field: "to" },
      y: yEncoding(plan, null, { stack: null, ...(log ? { scale: { type: "log", domainMin: HALF } } : {}) }),
      ...(log ? { y2: { datum: HALF } } : {}),
      ...(plan.names.length > 1 && !panels
        ? seriesEncoding(plan, ["color"])
        : { color: { value: plan.styles[0].colour } }),
    },
  });
  const traces = panelSeries(plan).map(({ name, style, rows: bins, axes, showlegend }) => ({
    type: "bar",
    name,
    legendgroup: name,
    showlegend: showlegend && plan.names.length > 1 && !panels,
    x: bins.map((bin) => (Number(bin.from) + Number(bin.to)) / 2),
    width: bins.map((bin) => Number(bin.to) - Number(bin.from)),
    y: bins.map((bin) => bin.count),
    text: bins.map((bin) => `${bin.from} to ${bin.to}: ${bin.count}`),
    hoverinfo: "text+name",
    textposition: "none",
    marker: { color: panels ? plan.styles[0].colour : style.colour, opacity, line: { width: 0 } },
    ...axes,
  }));
  return {
    vegaLite: vegaFigure(plan, unit),
    plotly: plotlyFigure(plan, traces, { barmode: "overlay", bargap: 0 }),
  };
}
