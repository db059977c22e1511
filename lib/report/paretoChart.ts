/**
 * What one thing is worth against what it costs: points with error bars in both directions, a line through
 * points of one series, names beside the points, and a legend for the points that carry only a number. Panels
 * stand one above another.
 */

import { InputError } from "../errors";
import { beginChart, type Chart, type ChartSettings, type ErrorColumns, type Mark } from "./chart";
import type { Row, Table } from "./rows";
import { GREY } from "./theme";

/** Settings of `paretoChart`. */
export interface ParetoSettings<Key extends string = string>
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

/** Decades that the horizontal axis follows a bar away from the points: bars of two seeds may be long. */
const FAR = 0.5;

/**
 * A point per row; the horizontal scale is logarithmic.
 * @param table in the order in which points are joined and names are placed
 * @throws InputError naming a column that the rows lack, or when none has a place on the horizontal scale
 */
export function paretoChart<R extends object>(
  table: Table<R>,
  settings: ParetoSettings<keyof R & string>,
): Chart {
  const { label, joined, xLow, xHigh, limit, ...look } = settings;
  const shape = { xScale: "log10", width: 600, height: 380, ...look } as const;
  const { rows, chart, low, high } = beginChart(table, shape, "paretoChart", [label, joined, xLow, xHigh]);
  const { x, y } = settings;
  const rule = (more: Partial<Mark>): Mark => ({ mark: "rule", rows, x, y, look: { width: 1.1 }, ...more });
  const aim = limit === undefined ? [] : [{ [x]: limit }];
  const xTip = { ...chart.tips[0], low: xLow, high: xHigh };
  return {
    ...chart,
    x: { ...chart.x, domain: domain(rows, x, [xLow, xHigh], limit) },
    legend: true,
    tips: [{ title: "", column: label }, xTip, ...chart.tips.slice(1)],
    marks: [
      rule({ rows: aim, y: undefined, colour: GREY, look: { width: 1, dash: [4, 4] } }),
      {
        mark: "line",
        rows: rows.filter((row) => row[joined] === true),
        x,
        y,
        look: { width: 1.2, opacity: 0.55, dash: [1, 0] },
      },
      rule({ x: xLow, x2: xHigh }),
      ...(low === undefined ? [] : [rule({ y: low, y2: high })]),
      { mark: "point", rows, x, y, look: { size: 55 } },
      { mark: "text", rows, x, y, text: label, placed: true, look: { halo: true } },
    ],
  };
}

/** Ends of the horizontal axis, with room for names at the sides. */
function domain(
  rows: readonly Row[],
  x: string,
  ends: readonly string[],
  limit: number | undefined,
): [number, number] {
  const logs = (columns: readonly string[]) =>
    columns.flatMap((column) =>
      rows
        .map((row) => Number(row[column]))
        .filter((value) => value > 0)
        .map(Math.log10),
    );
  const points = [...logs([x]), ...(limit ? [Math.log10(limit)] : [])];
  if (points.length === 0)
    throw new InputError(`paretoChart: no row has a ${x} above 0, which a logarithmic scale needs`);
  const bars = logs(ends).filter(Number.isFinite);
  const [first, last] = [Math.min(...points), Math.max(...points)];
  const least = Math.min(first, Math.max(first - FAR, ...(bars.length > 0 ? [Math.min(...bars)] : [first])));
  const most = Math.max(last, Math.min(last + FAR, ...(bars.length > 0 ? [Math.max(...bars)] : [last])));
  const room = Math.max(0.15, 0.08 * (most - least));
  return [10 ** (least - room), 10 ** (most + room)];
}
