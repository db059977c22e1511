/** Lines with error bars: the form of the paper's Figures 4 to 8 and 10 to 13. */

import { beginChart, type Chart, type ChartSettings, type ErrorColumns } from "./chart";
import type { Table } from "./rows";

/** Settings of `lineChart`. */
export interface LineSettings<Key extends string = string> extends ChartSettings<Key>, ErrorColumns<Key> {}

/**
 * A line per series over x, with a point per row and an error bar where the rows have one. Categories that
 * are no numbers have no order, so no line joins them: their points stand side by side.
 * @param table in the order in which categories, series and panels shall stand
 * @throws InputError naming a column that the rows lack
 */
export function lineChart<R extends object>(
  table: Table<R>,
  settings: LineSettings<keyof R & string>,
): Chart {
  const { rows, chart, low, high } = beginChart(table, settings, "lineChart");
  const { x, y } = settings;
  const ordered =
    chart.x.type !== "category" || rows.every((row) => Number.isFinite(Number(row[x] ?? Number.NaN)));
  const bars = low === undefined ? [] : [{ mark: "rule", rows, x, y: low, y2: high } as const];
  const points = ordered
    ? ({ mark: "line", rows, x, y, symbols: true } as const)
    : ({ mark: "point", rows, x, y } as const);
  return { ...chart, beside: !ordered, marks: [...bars, points] };
}
