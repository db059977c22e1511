/** Bars side by side, with error bars: utility by method, time by number of groups, sizes of groups. */

import { beginChart, type Chart, type ChartSettings, type ErrorColumns } from "./chart";
import type { Table } from "./rows";
import { INK } from "./theme";

/** Settings of `barChart`. */
export interface BarSettings<Key extends string = string>
  extends Omit<ChartSettings<Key>, "xScale" | "yScale" | "fromZero">,
    ErrorColumns<Key> {
  /** bars of one x stand on one another, or alone in the colour of their series, instead of side by side */
  readonly stacked?: boolean;
}

/**
 * A bar per row, from zero; bars of one x stand side by side, by series.
 * @throws InputError naming a column that the rows lack
 */
export function barChart<R extends object>(
  table: Table<R>,
  { stacked = false, ...settings }: BarSettings<keyof R & string>,
): Chart {
  const { rows, chart, low, high } = beginChart(table, { ...settings, fromZero: true }, "barChart");
  const { x, y } = settings;
  const bars = low === undefined ? [] : [{ mark: "rule", rows, x, y: low, y2: high, colour: INK } as const];
  return { ...chart, beside: !stacked, marks: [{ mark: "bar", rows, x, y, stacked }, ...bars] };
}
