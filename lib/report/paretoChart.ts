/**
 * What one thing is worth against what it costs: points with error bars in both directions, a line through points of one
 * series, and names beside the points, so that no legend is needed. Panels stand one above another.
 */

import {
  type Chart,
  type ChartSettings,
  type ErrorColumns,
  type Plan,
  panelRowsOf,
  planChart,
  type Spec,
} from "./chart";
import { type LabelledPoint, placeLabels, SIDES, type Side } from "./labelPlaces";
import { dashOf, errorBars, panelSeries, plotlyFigure, symbolOf } from "./plotlyParts";
import type { Row, Value } from "./rows";
import { GREY, PAPER } from "./theme";
import { field, seriesEncoding, vegaFigure, xEncoding, yEncoding } from "./vegaParts";

export interface ParetoSettings<Key extends string>
  extends Omit<ChartSettings<Key>, "panelColumns">,
    ErrorColumns<Key> {
  readonly series: Key;
  /** column of the names beside the points; "" for none */
  readonly label: Key;
  /** column of booleans: which points of a series are joined, in the order of the rows */
  readonly joined: Key;
  /** ends of the horizontal error bars */
  readonly xLow: Key;
  readonly xHigh: Key;
  /** a vertical line at this x: "what was aimed at" */
  readonly limit?: number;
}

const FONT_SIZE = 11;
const SIDE = "label side";
const PLACE = "place"; // of a row among all
/** of names: dark, whatever the colour of their points, some of which are too pale to be read */
const TEXT = "#1c1e21";
/** under each name, so that it can be read where it lies on a bar */
const HALO = { color: PAPER, stroke: PAPER, strokeWidth: 3, strokeOpacity: 0.85 };

interface Ranges {
  readonly x: readonly [number, number];
  /** one a panel */
  readonly y: readonly (readonly [number, number])[];
}

/**
 * A point a row; the horizontal scale is logarithmic.
 * @param rows in the order in which points are joined and names are placed
 * @throws InputError naming a column that the rows lack
 */
export function paretoChart<R extends object>(
  rows: readonly R[],
  settings: ParetoSettings<keyof R & string>,
): Chart {
  const { label, joined, xLow, xHigh, limit, ...rest } = settings;
  const given = planChart(
    rows,
    { xScale: "log10" as const, width: 640, height: 380, ...rest },
    "paretoChart",
  );
  const columns = { label, joined, xLow, xHigh, limit };
  const ranges = rangesOf(given, columns);
  const plan = {
    ...given,
    rows: given.rowValues
      .flatMap((value, panel) => placed(given, value, columns, ranges, panel))
      .map((row, place) => ({ ...row, [PLACE]: place })),
  };
  return {
    vegaLite: vegaFigure(plan, (value) => vegaPanel(plan, value, columns, ranges)),
    plotly: plotlyPareto(plan, columns, ranges),
  };
}

interface Columns {
  readonly label: string;
  readonly joined: string;
  readonly xLow: string;
  readonly xHigh: string;
  readonly limit?: number;
}

const numbers = (rows: readonly Row[], columns: readonly (string | undefined)[]): number[] =>
  columns.flatMap((column) =>
    column === undefined
      ? []
      : rows.map((row) => Number(row[column])).filter((value) => Number.isFinite(value)),
  );

/** How many decades the horizontal axis follows a bar away from the points: bars of two seeds can be longer than that. */
const FAR = 0.5;

/** The ends of both axes, with room for names at the sides. */
function rangesOf(plan: Plan, { xLow, xHigh, limit }: Columns): Ranges {
  const logs = (columns: readonly string[]) =>
    numbers(plan.rows, columns)
      .filter((x) => x > 0)
      .map(Math.log10);
  const points = [...logs([plan.x]), ...(limit ? [Math.log10(limit)] : [])];
  const bars = logs([xLow, xHigh]);
  const [first, last] = [Math.min(...points), Math.max(...points)];
  const least = Math.min(first, Math.max(first - FAR, Math.min(...bars)));
  const most = Math.max(last, Math.min(last + FAR, Math.max(...bars)));
  const room = Math.max(0.15, 0.08 * (most - least));
  const y = plan.rowValues.map((value): readonly [number, number] => {
    const ys = numbers(panelRowsOf(plan, value, null), [plan.y, plan.low, plan.high]);
    const [low, high] = [Math.min(...ys), Math.max(...ys)];
    const margin = 0.08 * (high - low || Math.abs(high) || 1);
    return [low - margin, high + margin];
  });
  return { x: [10 ** (least - room), 10 ** (most + room)], y };
}

/** The rows of one panel, each with the side on which its name stands. */
function placed(plan: Plan, value: Value, columns: Columns, ranges: Ranges, panel: number): Row[] {
  const rows = panelRowsOf(plan, value, null);
  const [left, right] = ranges.x.map(Math.log10);
  const [low, high] = ranges.y[panel];
  const x = (of: Value) =>
    ((Math.log10(Math.max(Number(of), ranges.x[0])) - left) / (right - left)) * plan.width;
  const y = (of: Value) => ((high - Number(of)) / (high - low)) * plan.height;
  const points = rows.map((row): LabelledPoint => {
    const [px, py] = [x(row[plan.x]), y(row[plan.y])];
    const up = plan.high === undefined ? 0 : py - y(row[plan.high]);
    const down = plan.low === undefined ? 0 : y(row[plan.low]) - py;
    const across = [px - x(row[columns.xLow]), x(row[columns.xHigh]) - px];
    const [toLeft, toRight, above, below] = [...across, up, down].map((one) => Math.max(one, 0));
    return { x: px, y: py, text: String(row[columns.label]), bars: [toLeft, toRight, above, below] };
  });
  const lines = plan.names.flatMap((name) => {
    const members = points.filter(
      (_, k) => rows[k][columns.joined] === true && String(rows[k][plan.series as string]) === name,
    );
    return members.slice(1).map((to, k) => [members[k], to] as const);
  });
  const at = (of: number, height: number): LabelledPoint => ({ x: x(of), y: height, text: "" });
  if (columns.limit !== undefined) lines.push([at(columns.limit, 0), at(columns.limit, plan.height)]);
  const sides = placeLabels(points, plan, FONT_SIZE, lines);
  return rows.map((row, k) => ({ ...row, [SIDE]: sides[k].name }));
}

/** 1, 2 and 5 of each decade; fewer where decades are many. */
function ticks([low, high]: Ranges["x"]): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const steps = last - first > 5 ? [1] : last - first > 3 ? [1, 5] : [1, 2, 5];
  const decades = Array.from({ length: last - first + 1 }, (_, k) => first + k);
  return decades
    .flatMap((decade) => steps.map((step) => Number(`${step}e${decade}`)))
    .filter((tick) => tick >= low && tick <= high);
}

function vegaPanel(
  plan: Plan,
  value: Value,
  { label, joined, xLow, xHigh, limit }: Columns,
  ranges: Ranges,
): Spec {
  const panel = plan.rowValues.indexOf(value);
  const axis = { grid: true, format: "~g", values: ticks(ranges.x), labelAngle: 0 };
  const x = xEncoding(plan, {
    axis,
    scale: { type: "log", base: 10, nice: false, padding: 0, domain: ranges.x },
  });
  const y = yEncoding(plan, value, { scale: { nice: false, padding: 0, domain: ranges.y[panel] } });
  const colour = { ...seriesEncoding(plan, ["color"]) };
  for (const encoding of Object.values(colour)) (encoding as { legend?: null }).legend = null;
  const rule = (encoding: Spec) => ({
    mark: { type: "rule", strokeWidth: 1.1, clip: true },
    encoding: { ...encoding, ...colour },
  });
  const { shape } = seriesEncoding(plan, ["shape"]) as { shape: Spec };
  return {
    layer: [
      ...(limit === undefined
        ? []
        : [
            {
              data: { values: [{ limit }] },
              mark: { type: "rule", strokeDash: [4, 4], color: GREY },
              encoding: { x: { field: "limit", type: "quantitative" } },
            },
          ]),
      {
        transform: [{ filter: { field: field(joined), equal: true } }],
        mark: { type: "line", strokeWidth: 1.2, opacity: 0.55 },
        encoding: { x, y, order: { field: field(PLACE), type: "quantitative" }, ...colour },
      },
      rule({ x: { ...x, field: field(xLow) }, x2: { field: field(xHigh) }, y }),
      ...(plan.low === undefined
        ? []
        : [rule({ x, y: { ...y, field: field(plan.low) }, y2: { field: field(plan.high as string) } })]),
      {
        mark: { type: "point", opacity: 1, size: 55 },
        encoding: { x, y, ...colour, shape: { ...shape, legend: null } },
      },
      ...usedSides(plan, value).flatMap(({ name, dx, dy, align, baseline }) => {
        const place = { transform: [{ filter: { field: field(SIDE), equal: name } }] };
        const mark = { type: "text", fontSize: FONT_SIZE, dx, dy, align, baseline, color: TEXT };
        const text = { text: { field: field(label), type: "nominal" } };
        return [
          { ...place, mark: { ...mark, ...HALO }, encoding: { x, y, ...text } },
          { ...place, mark, encoding: { x, y, ...text } },
        ];
      }),
    ],
  };
}

const usedSides = (plan: Plan, value: Value): Side[] => {
  const used = new Set(panelRowsOf(plan, value, null).map((row) => row[SIDE]));
  return SIDES.filter(({ name }) => used.has(name));
};

function plotlyPareto(plan: Plan, { label, joined, xLow, xHigh, limit }: Columns, ranges: Ranges) {
  const lines = panelSeries(plan).flatMap(({ name, style, rows, axes }) => {
    const own = rows.filter((row) => row[joined] === true);
    if (own.length < 2) return [];
    return {
      type: "scatter",
      mode: "lines",
      name,
      legendgroup: name,
      showlegend: false,
      hoverinfo: "skip",
      x: own.map((row) => row[plan.x]),
      y: own.map((row) => row[plan.y]),
      line: { color: style.colour, dash: dashOf(style), width: 1 },
      ...axes,
    };
  });
  const points = panelSeries(plan).map(({ name, style, rows, axes, showlegend }) => ({
    type: "scatter",
    mode: "markers+text",
    name,
    legendgroup: name,
    showlegend,
    x: rows.map((row) => row[plan.x]),
    y: rows.map((row) => row[plan.y]),
    text: rows.map((row) => row[label]),
    textposition: rows.map((row) => row[SIDE]),
    textfont: { color: TEXT, size: FONT_SIZE },
    hovertemplate: `${name}<br>%{x:.3~g} · %{y:.4f}<extra></extra>`,
    ...errorBars(plan, rows),
    error_x: {
      type: "data",
      symmetric: false,
      array: rows.map((row) => Math.max(0, Number(row[xHigh]) - Number(row[plan.x]))),
      arrayminus: rows.map((row) => Math.max(0, Number(row[plan.x]) - Number(row[xLow]))),
      thickness: 1.2,
      width: 3,
    },
    marker: { color: style.colour, symbol: symbolOf(style), size: 9 },
    ...axes,
  }));
  const figure = plotlyFigure(plan, [...lines, ...points]);
  const axes = Object.fromEntries(
    Object.entries(figure.layout).flatMap(([key, axis]): [string, Spec][] => {
      const [, which, number] = /^([xy])axis(\d*)$/.exec(key) ?? [];
      if (!which) return [];
      const range = which === "x" ? ranges.x.map(Math.log10) : ranges.y[Number(number || 1) - 1];
      return [[key, { ...(axis as Spec), range: [...range] }]];
    }),
  );
  const shapes =
    limit === undefined ? {} : { shapes: plan.rowValues.map((_, panel) => limitLine(limit, panel)) };
  return { data: figure.data, layout: { ...figure.layout, ...axes, ...shapes } };
}

/** The vertical line of one panel, from its foot to its top. */
function limitLine(limit: number, panel: number): Spec {
  const number = panel === 0 ? "" : `${panel + 1}`;
  return {
    type: "line",
    xref: `x${number}`,
    yref: `y${number} domain`,
    x0: limit,
    x1: limit,
    y0: 0,
    y1: 1,
    line: { color: GREY, width: 1, dash: "dash" },
  };
}
