/** Parts that the Plotly side of every chart is made of: a grid of panels, axes, series styles, layout. */

import {
  flatRange,
  type Plan,
  type PlotlyFigure,
  panelRowsOf,
  type ScaleName,
  type Spec,
  verticalTitles,
} from "./chart";
import { distinct, type Row } from "./rows";
import { FONT, type SeriesStyle } from "./theme";
import { titleLines } from "./vegaParts";

/** Plotly's names for Vega's symbols. */
const SYMBOLS: Readonly<Record<string, string>> = {
  circle: "circle",
  square: "square",
  diamond: "diamond",
  cross: "cross",
  "triangle-up": "triangle-up",
  "triangle-down": "triangle-down",
};

export const symbolOf = (style: SeriesStyle): string => SYMBOLS[style.shape] ?? "circle";
export const dashOf = (style: SeriesStyle): string =>
  style.dash.length === 0 ? "solid" : style.dash.map((px) => `${px}px`).join(",");

/** One series in one panel. */
export interface PanelSeries {
  readonly name: string;
  readonly style: SeriesStyle;
  readonly rows: readonly Row[];
  /** "x3", "y3": the axes of the panel */
  readonly axes: { readonly xaxis: string; readonly yaxis: string };
  /** only the first panel of a series writes it into the legend */
  readonly showlegend: boolean;
}

const axisName = (prefix: string, panel: number) => (panel === 0 ? prefix : `${prefix}${panel + 1}`);

/** Every (panel, series) that has rows, in reading order. */
export function panelSeries(plan: Plan): PanelSeries[] {
  const shown = new Set<string>();
  const names = plan.names.length > 0 ? plan.names : [""];
  return plan.rowValues.flatMap((row, r) =>
    plan.columnValues.flatMap((column, c) => {
      const panel = r * plan.columnValues.length + c;
      const inPanel = panelRowsOf(plan, row, column);
      return names.flatMap((name, s): PanelSeries[] => {
        const rows =
          plan.series === undefined
            ? inPanel
            : inPanel.filter((one) => String(one[plan.series as string]) === name);
        if (rows.length === 0) return [];
        const showlegend = name !== "" && !shown.has(name);
        shown.add(name);
        const axes = { xaxis: axisName("x", panel), yaxis: axisName("y", panel) };
        return [{ name, style: plan.styles[s], rows, axes, showlegend }];
      });
    }),
  );
}

const AXIS = { gridcolor: "#e6e8ea", linecolor: "#8a8f95", zeroline: false, automargin: true };
const axisType = (scale: ScaleName, order: readonly string[] = []): Spec =>
  scale === "category"
    ? { type: "category", categoryorder: "array", categoryarray: order }
    : scale === "linear"
      ? { type: "linear" }
      : { type: "log" };

/** Position of part `i` of `n` on [0, 1], with gaps. */
function domain(i: number, n: number, gap: number): [number, number] {
  const size = (1 - gap * (n - 1)) / n;
  const start = i * (size + gap);
  return [start, Math.min(1, start + size)];
}

/** The figure: traces, and a layout whose axes stand as the panels do. */
export function plotlyFigure(plan: Plan, data: readonly Spec[], more: Spec = {}): PlotlyFigure {
  const axes: Record<string, unknown> = {};
  const annotations: Spec[] = [];
  const [columns, rows] = [plan.columnValues.length, plan.rowValues.length];
  plan.rowValues.forEach((row, r) => {
    plan.columnValues.forEach((column, c) => {
      const panel = r * columns + c;
      const suffix = panel === 0 ? "" : String(panel + 1);
      const x = domain(c, columns, 0.06);
      const y = domain(rows - 1 - r, rows, 0.16);
      axes[`xaxis${suffix}`] = {
        ...AXIS,
        ...axisType(plan.xScale ?? "category", distinct(plan.rows, plan.x).map(String)),
        ...(plan.xScale === "log2" ? { tickvals: [...new Set(plan.rows.map((one) => one[plan.x]))] } : {}),
        domain: x,
        anchor: axisName("y", panel),
        title: { text: titleLines(plan.xTitle ?? plan.x, plan.width).join("<br>") },
      };
      axes[`yaxis${suffix}`] = {
        ...AXIS,
        ...axisType(plan.yScale ?? "linear"),
        ...(plan.fromZero ? { rangemode: "tozero" } : {}),
        ...(flatRange(plan, row) ? { range: flatRange(plan, row) } : {}),
        ...(c > 0 ? { matches: axisName("y", r * columns), showticklabels: false } : {}),
        domain: y,
        anchor: axisName("x", panel),
        title: c > 0 ? undefined : { text: verticalTitles(plan, row).join("<br>") },
      };
      if (column !== null)
        annotations.push({
          text: `<b>${String(column)}</b>`,
          x: (x[0] + x[1]) / 2,
          y: y[1],
          xref: "paper",
          yref: "paper",
          xanchor: "center",
          yanchor: "bottom",
          showarrow: false,
        });
    });
  });
  const layout = {
    font: { family: FONT, size: 13, color: "#1c1e21" },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    hoverlabel: { align: "left" },
    legend: { orientation: "h", yanchor: "bottom", y: rows > 1 ? 1.06 : 1.1, xanchor: "left", x: 0 },
    margin: { l: 70, r: 20, t: plan.title ? 100 : 70, b: 60 },
    height: 130 + rows * (plan.height + 90),
    ...(plan.title ? { title: { text: plan.title, x: 0, xref: "paper", xanchor: "left" } } : {}),
    annotations,
    ...axes,
    ...more,
  };
  return { data, layout };
}

/** Error bars of a trace, from the ends that the plan worked out. */
export function errorBars(plan: Plan, rows: readonly Row[]): Spec {
  if (plan.low === undefined || plan.high === undefined) return {};
  const reach = (end: string) =>
    rows.map((row) => {
      const [to, middle] = [row[end], row[plan.y]];
      return typeof to === "number" && typeof middle === "number" ? Math.abs(to - middle) : 0;
    });
  return {
    error_y: {
      type: "data",
      symmetric: false,
      array: reach(plan.high),
      arrayminus: reach(plan.low),
      thickness: 1.2,
      width: 3,
    },
  };
}
