/** Histograms: counts in equal or doubling intervals, by a function of its own. */

import { InputError } from "../errors";
import { beginChart, type Chart, type ChartSettings } from "./chart";

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
    for (let i = 0; i < list.length; i++)
      counts[
        Math.min(
          edges.findLastIndex((edge) => edge <= list[i]),
          counts.length - 1,
        )
      ]++;
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

/** Settings of `histogramChart`. */
export interface HistogramSettings
  extends BinSettings,
    Pick<ChartSettings<string>, "title" | "xTitle" | "yTitle" | "yScale" | "height"> {
  /** a column of panels each, instead of bars over one another */
  readonly panels?: boolean;
}

/** A histogram of each series: side by side in panels, or over one another in one panel. */
export function histogramChart(
  values: Readonly<Record<string, ArrayLike<number>>>,
  settings: HistogramSettings = {},
): Chart {
  const { panels = false, width, scale = "linear", ...look } = settings;
  const bins = binCounts(values, { width, scale });
  const alone = panels || Object.keys(values).length === 1;
  // nothing to draw at zero on a logarithmic axis
  const drawn = settings.yScale === "log10" ? bins.filter(({ count }) => count > 0) : bins;
  const { rows, chart } = beginChart(
    drawn,
    {
      x: "from",
      y: "count",
      xScale: scale,
      yTitle: "count",
      fromZero: true,
      ...(panels ? { panelColumns: "series" } : alone ? {} : { series: "series" }),
      ...look,
    },
    "histogram",
  );
  const bars = { mark: "bar", rows, x: "from", x2: "to", y: "count" } as const;
  return {
    ...chart,
    tips: [
      { title: `${look.xTitle ?? "value"}, from`, column: "from" },
      { title: "to", column: "to" },
      { title: look.yTitle ?? "count", column: "count" },
    ],
    marks: [{ ...bars, look: { opacity: alone ? 1 : 0.55 } }],
  };
}
