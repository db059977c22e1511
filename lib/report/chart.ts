/**
 * A chart is one list of marks in panels with scales: plain data that says which columns of which rows are
 * drawn, and how. `layout.ts` works out where everything stands, `vegaLite.ts` draws it for paper and
 * `plotly.ts` for hovering over, so that both show one picture. The idea of marks with channels is that of
 * the grammar of graphics (Wilkinson, 2005).
 */

import { InputError } from "../errors";
import { distinct, type Row, requireColumns, rowsOf, type Table } from "./rows";
import type { Scale, ScaleType } from "./scales";
import { type SeriesStyle, seriesStyles } from "./theme";

export type { ScaleType } from "./scales";

/** JSON of Vega-Lite or of Plotly. */
export type Spec = { readonly [key: string]: unknown };

/** One layer of a chart. Encodings are names of columns; positions go through the scales. */
export interface Mark {
  /**
   * `point`; `line` through the rows of a series in their order; `bar` from zero to y, or over [x, x2];
   * `rule` from (x, y) to (x2, y2), over the whole panel where x or y is missing; `cell` of two categories,
   * coloured by `value`; `area` inside a closed line; `text`.
   */
  readonly mark: "point" | "line" | "bar" | "rule" | "cell" | "area" | "text";
  readonly rows: readonly Row[];
  readonly x?: string;
  readonly y?: string;
  readonly x2?: string;
  readonly y2?: string;
  /** instead of the colour of the series */
  readonly colour?: string;
  /** `cell`: the column whose value is the colour */
  readonly value?: string;
  /** `text`: the column that stands there */
  readonly text?: string;
  /** `text`: beside its point, on the side where it covers least (labelPlaces.ts) */
  readonly placed?: boolean;
  /** `line`: with the symbol of its series at each row */
  readonly symbols?: boolean;
  /** `bar`: bars of one x stand on one another */
  readonly stacked?: boolean;
  /** appearance, in px where it is a length: `size` is an area */
  readonly look?: {
    readonly size?: number;
    readonly shape?: string;
    readonly width?: number;
    readonly dash?: readonly number[];
    readonly opacity?: number;
    readonly fontSize?: number;
    readonly bold?: boolean;
    readonly baseline?: "top" | "middle" | "bottom";
    readonly halo?: boolean;
  };
}

/** The colours of cells. */
export interface ColourScale {
  readonly title: string;
  readonly domain: readonly [number, number];
  /** from the lowest to the highest, in equal steps */
  readonly colours: readonly string[];
}

/** What a row says under the pointer: a title, a column, and the ends of an interval if it has one. */
export interface Tip {
  readonly title: string;
  readonly column: string;
  readonly low?: string;
  readonly high?: string;
}

/** A picture, before anybody draws it. */
export interface Chart {
  readonly marks: readonly Mark[];
  readonly x: Scale;
  readonly y: Scale;
  /** column that tells lines, bars or clouds apart; each value has its own colour, shape and dash */
  readonly series?: string;
  readonly names: readonly string[];
  readonly styles: readonly SeriesStyle[];
  /** series are named in a legend */
  readonly legend: boolean;
  /** bars and points of one category stand side by side, by series */
  readonly beside?: boolean;
  /** one column of panels per value, and one row of panels per value */
  readonly panelColumns?: string;
  readonly panelRows?: string;
  readonly tips: readonly Tip[];
  readonly colours?: ColourScale;
  readonly title?: string;
  /** size of one panel in px */
  readonly width: number;
  readonly height: number;
  /** a unit is as long upwards as it is to the right */
  readonly square?: boolean;
}

/** What all chart makers take. `Key` is a column of the rows. */
export interface ChartSettings<Key extends string = string> {
  readonly x: Key;
  readonly y: Key;
  /** column that tells lines, bars or clouds apart */
  readonly series?: Key;
  /** one column of panels per value, e.g. the model */
  readonly panelColumns?: Key;
  /** one row of panels per value, e.g. the metric, which stands beside the vertical axis, above `yTitle` */
  readonly panelRows?: Key;
  readonly title?: string;
  /** axis titles with units; default: the column names */
  readonly xTitle?: string;
  readonly yTitle?: string;
  readonly xScale?: ScaleType;
  readonly yScale?: Exclude<ScaleType, "category">;
  /** the vertical axis begins at zero; that of bars always does */
  readonly fromZero?: boolean;
  /** size of one panel in px */
  readonly width?: number;
  readonly height?: number;
}

/** Error bars: a half-width around y, or both ends. */
export interface ErrorColumns<Key extends string = string> {
  readonly error?: Key;
  readonly low?: Key;
  readonly high?: Key;
}

const LOW = "error low";
const HIGH = "error high";

/** Checked rows with the ends of their error bars, and a chart that has everything but its marks. */
export interface Begun {
  readonly rows: readonly Row[];
  readonly chart: Omit<Chart, "marks">;
  /** columns of the ends of error bars, where there are any */
  readonly low?: string;
  readonly high?: string;
}

/**
 * What chart makers begin with.
 * @throws InputError without rows, or naming a column that they lack
 */
export function beginChart<Key extends string>(
  table: Table,
  settings: ChartSettings<Key> & ErrorColumns<Key>,
  what: string,
  more: readonly (string | undefined)[] = [],
): Begun {
  const given = rowsOf(table);
  if (given.length === 0) throw new InputError(`${what}: no rows`);
  const { x, y, series, panelColumns, panelRows, error, low, high } = settings;
  requireColumns(given, [x, y, series, panelColumns, panelRows, error, low, high, ...more], what);
  if ((low === undefined) !== (high === undefined)) throw new InputError(`${what}: low and high go together`);
  const barred = error !== undefined || low !== undefined;
  const rows = barred ? given.map((row) => withEnds(row, settings)) : given;
  const names = series === undefined ? [] : distinct(rows, series).map(String);
  const columns = panelColumns === undefined ? 1 : distinct(rows, panelColumns).length;
  const { xScale = "category", yScale = "linear", fromZero = false, xTitle = x, yTitle, title } = settings;
  const ends = barred ? { low: LOW, high: HIGH } : {};
  return {
    rows,
    ...ends,
    chart: {
      x: { type: xScale, title: xTitle },
      y: { type: yScale, title: yTitle ?? (panelRows === undefined ? y : ""), zero: fromZero },
      series,
      names,
      styles: seriesStyles(names.length > 0 ? names : [""]),
      legend: names.length > 0,
      panelColumns,
      panelRows,
      tips: [
        { title: xTitle, column: x },
        { title: yTitle ?? (panelRows === undefined ? y : ""), column: y, ...ends },
      ],
      title,
      width: settings.width ?? (columns === 1 ? 560 : Math.floor(600 / columns) - 20),
      height: settings.height ?? 220,
    },
  };
}

function withEnds(row: Row, { y, error, low, high }: ChartSettings & ErrorColumns): Row {
  if (low !== undefined && high !== undefined) return { ...row, [LOW]: row[low], [HIGH]: row[high] };
  const [middle, half] = [row[y], row[error as string]];
  if (typeof middle !== "number" || typeof half !== "number") return row;
  return { ...row, [LOW]: middle - half, [HIGH]: middle + half };
}

const PANEL = "panel of a narrow picture";
const NARROW = 285; // px of a panel: a phone of 390 px less margins and the labels of the axis

/** The chart for a narrow page, panels one above another. One that is laid out in px stays as it is. */
export function narrowed(chart: Chart): Chart {
  if (chart.x.bare && chart.x.domain) return chart;
  const { panelRows, panelColumns, height } = chart;
  const columns = [panelColumns, panelRows].filter((column) => column !== undefined);
  const named = (row: Row) =>
    columns.every((column) => column in row)
      ? { ...row, [PANEL]: columns.map((column) => row[column]).join(", ") }
      : row;
  return {
    ...chart,
    marks: chart.marks.map((mark) => ({ ...mark, rows: mark.rows.map(named) })),
    panelColumns: undefined,
    panelRows: columns.length > 0 ? PANEL : undefined,
    tips: [],
    width: NARROW,
    height: chart.y.type === "category" ? height : Math.min(height, NARROW), // each category needs its line
  };
}
