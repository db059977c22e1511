/** Clouds of points: one measure against another, or users on a plane, coloured by group. */

import { beginChart, type Chart, type ChartSettings } from "./chart";
import type { Table } from "./rows";

/** Settings of `scatterChart` and `mapChart`. */
export interface PointSettings<Key extends string = string> extends ChartSettings<Key> {
  /** column whose text appears under the pointer */
  readonly hover?: Key;
  /** area of a point in px^2; default 45 */
  readonly size?: number;
}

/**
 * A point per row.
 * @throws InputError naming a column that the rows lack
 */
export function scatterChart<R extends object>(
  table: Table<R>,
  settings: PointSettings<keyof R & string>,
): Chart {
  return points(table, { xScale: "linear", size: 45, ...settings }, "scatterChart");
}

/**
 * A map: points on a plane whose axes mean nothing by themselves (two components of an embedding), so they
 * have no ticks, and a unit is as long to the right as it is upwards.
 */
export function mapChart<R extends object>(
  table: Table<R>,
  settings: PointSettings<keyof R & string>,
): Chart {
  const chart = points(table, { xScale: "linear", height: 300, size: 14, ...settings }, "mapChart");
  return { ...chart, x: { ...chart.x, bare: true }, y: { ...chart.y, bare: true }, square: true };
}

function points(table: Table, { hover, size, ...settings }: PointSettings, what: string): Chart {
  const { rows, chart } = beginChart(table, settings, what, [hover]);
  const tips = hover === undefined ? chart.tips : [{ title: "", column: hover }, ...chart.tips];
  const { x, y } = settings;
  return { ...chart, tips, marks: [{ mark: "point", rows, x, y, look: { size, opacity: 0.75 } }] };
}
