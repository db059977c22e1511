/**
 * Charts as pure functions: rows and settings to a `Chart`, which holds the same picture twice, as a Vega-Lite 5
 * specification (drawn to SVG, for the cell, the report and paper) and as a Plotly figure (for a page with hover).
 * The panels are those of the paper's figures: a column of panels a model, a row of panels a metric.
 */

import { InputError } from "../errors";
import { distinct, type Row, requireColumns, type Value } from "./rows";
import { type SeriesStyle, seriesStyles } from "./theme";

/** JSON of Vega-Lite or of Plotly. */
export type Spec = { readonly [key: string]: unknown };

/** One picture twice: for paper, and for hovering over. */
export interface Chart {
  readonly vegaLite: Spec;
  readonly plotly: PlotlyFigure;
}

export interface PlotlyFigure {
  readonly data: readonly Spec[];
  readonly layout: Spec;
}

/** `category`: one place a value; `log2`: equal steps for doublings. */
export type ScaleName = "category" | "linear" | "log2" | "log10";

/** What all charts have. `Key` is a column of the rows. */
export interface ChartSettings<Key extends string> {
  readonly x: Key;
  readonly y: Key;
  /** column that tells lines, bars or clouds apart */
  readonly series?: Key;
  /** one column of panels a value, e.g. the model */
  readonly panelColumns?: Key;
  /** one row of panels a value, e.g. the metric; the value stands beside the vertical axis, above `yTitle` where that is given */
  readonly panelRows?: Key;
  readonly title?: string;
  /** axis titles with units; default: the column names */
  readonly xTitle?: string;
  readonly yTitle?: string;
  readonly xScale?: ScaleName;
  readonly yScale?: Exclude<ScaleName, "category">;
  /** the vertical axis begins at zero; bars always do */
  readonly fromZero?: boolean;
  /** size of one panel in px */
  readonly width?: number;
  readonly height?: number;
}

/** Error bars: a half-width around y, or both ends. */
export interface ErrorColumns<Key extends string> {
  readonly error?: Key;
  readonly low?: Key;
  readonly high?: Key;
}

/** The settings with everything filled in that both renderers need. */
export interface Plan extends ChartSettings<string>, ErrorColumns<string> {
  readonly rows: readonly Row[];
  readonly names: readonly string[];
  readonly styles: readonly SeriesStyle[];
  readonly columnValues: readonly Value[];
  readonly rowValues: readonly Value[];
  readonly width: number;
  readonly height: number;
}

const ERROR_LOW = "error low";
const ERROR_HIGH = "error high";

/**
 * Checks the columns and fills in sizes and styles.
 * @throws InputError without rows, or naming a column that they lack
 */
export function planChart<Key extends string>(
  input: readonly object[],
  settings: ChartSettings<Key> & ErrorColumns<Key>,
  what: string,
): Plan {
  const given = input as readonly Row[];
  if (given.length === 0) throw new InputError(`${what}: no rows`);
  const { x, y, series, panelColumns, panelRows, error, low, high } = settings;
  requireColumns(given, [x, y, series, panelColumns, panelRows, error, low, high], what);
  if ((low === undefined) !== (high === undefined)) throw new InputError(`${what}: low and high go together`);
  const rows = given.map((row) => withErrorEnds(row, settings));
  const names = series === undefined ? [] : distinct(rows, series).map(String);
  const columnValues = panelColumns === undefined ? [null] : distinct(rows, panelColumns);
  const rowValues = panelRows === undefined ? [null] : distinct(rows, panelRows);
  return {
    width: columnValues.length === 1 ? 560 : Math.floor(600 / columnValues.length) - 20,
    height: 220,
    ...settings,
    ...(error === undefined && low === undefined ? {} : { low: ERROR_LOW, high: ERROR_HIGH }),
    rows,
    names,
    styles: seriesStyles(names.length > 0 ? names : [""]),
    columnValues,
    rowValues,
  };
}

function withErrorEnds(row: Row, { y, error, low, high }: ChartSettings<string> & ErrorColumns<string>): Row {
  const middle = row[y];
  if (low !== undefined && high !== undefined)
    return { ...row, [ERROR_LOW]: row[low], [ERROR_HIGH]: row[high] };
  const half = error === undefined ? undefined : row[error];
  if (typeof middle !== "number" || typeof half !== "number") return row;
  return { ...row, [ERROR_LOW]: middle - half, [ERROR_HIGH]: middle + half };
}

/** The title of a vertical axis: the row of panels, then what is measured and its unit. */
export function verticalTitles(plan: Plan, row: Value): string[] {
  if (plan.panelRows === undefined) return [plan.yTitle ?? plan.y];
  return [String(row), ...(plan.yTitle ? [plan.yTitle] : [])];
}

/** The rows of one panel. */
export const panelRowsOf = (plan: Plan, row: Value, column: Value): Row[] =>
  plan.rows.filter(
    (candidate) =>
      (plan.panelRows === undefined || candidate[plan.panelRows] === row) &&
      (plan.panelColumns === undefined || candidate[plan.panelColumns] === column),
  );

/** Values that differ by less than this share of themselves are one value, and what is left is rounding. */
const ROUNDING = 1e-9;

/** Ends for the vertical axis of a row of panels with but one value, which rounding would otherwise blow up. */
export function flatRange(plan: Plan, row: Value): [number, number] | undefined {
  const { y, low, high, yScale = "linear", fromZero } = plan;
  if (yScale !== "linear" || fromZero) return undefined;
  const rows = plan.columnValues.flatMap((column) => panelRowsOf(plan, row, column));
  const values = [y, low, high]
    .flatMap((column) => rows.map((one) => (column === undefined ? undefined : one[column])))
    .filter((value) => typeof value === "number" && Number.isFinite(value)) as number[];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const size = Math.max(Math.abs(least), Math.abs(most));
  if (!(most - least <= ROUNDING * size)) return undefined;
  const half = size > 0 ? size / 100 : 1;
  return [least - half, most + half];
}
