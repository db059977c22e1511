/**
 * Where everything of a chart stands: the panels with their axes, and in each panel the rows of each mark as
 * positions. Categories become 0, 1, 2, ...; bars become rectangles; names find a side beside their points.
 * What a renderer does after this is to draw, not to decide.
 */

import type { Chart, Mark, Tip } from "./chart";
import { type LabelledPoint, placeLabels, SIDES, type Side } from "./labelPlaces";
import { distinct, type Row, type Value } from "./rows";
import {
  type Axis,
  categoryTicks,
  domainOf,
  isLog,
  type Scale,
  type ScaleType,
  stepsOf,
  ticksOf,
  titleLines,
} from "./scales";
import { formatNumber } from "./table";
import { wrapText } from "./text";

/** A row of a mark on its panel, in units of the axes. */
export interface Place {
  x?: number;
  y?: number;
  x2?: number;
  y2?: number;
  series?: string;
  text?: string;
  value?: number;
  side?: Side;
  /** what it says under the pointer, in lines; the first is its name */
  tip: readonly string[];
}

export interface PlacedMark {
  readonly mark: Mark;
  readonly places: readonly Place[];
}

export interface Panel {
  readonly row: number;
  readonly column: number;
  /** above the panel, in lines */
  readonly heading: readonly string[];
  readonly x: Axis;
  readonly y: Axis;
  readonly marks: readonly PlacedMark[];
}

export interface Layout {
  readonly rows: number;
  readonly columns: number;
  readonly panels: readonly Panel[];
}

/** An axis is shared unless some panel would use less than this part of it. */
const LEAST_USE = 1 / 3;
/** Part of a category's band that bars or points side by side take. */
const BAND = 0.8;

/** Categories of a scale, or none for a numeric one. */
type Categories = ReadonlyMap<string, number> | undefined;

interface Cell {
  readonly row: number;
  readonly column: number;
  readonly rows: readonly (readonly Row[])[]; // a list per mark
}

/** The layout of a chart. */
export function layoutOf(chart: Chart): Layout {
  const all = chart.marks.flatMap(({ rows }) => rows);
  const valuesOf = (column: string | undefined): Value[] =>
    column === undefined
      ? [null]
      : distinct(
          all.filter((row) => column in row),
          column,
        );
  const [columnValues, rowValues] = [valuesOf(chart.panelColumns), valuesOf(chart.panelRows)];
  const inPanel = (row: Row, column: string | undefined, value: Value) =>
    column === undefined || !(column in row) || row[column] === value;
  const cells = rowValues.flatMap((rowValue, row) =>
    columnValues.map((columnValue, column): Cell => {
      const here = (one: Row) =>
        inPanel(one, chart.panelRows, rowValue) && inPanel(one, chart.panelColumns, columnValue);
      return { row, column, rows: chart.marks.map(({ rows }) => rows.filter(here)) };
    }),
  );
  const across = columnValues.length > 1 ? ("column" as const) : ("row" as const);
  const apart = apartBy(chart, cells, across);
  const sameX = (cell: Cell) => cells.filter((other) => !apart || other[across] === cell[across]);
  const sameRow = (cell: Cell) => cells.filter((other) => other.row === cell.row);
  const placed = new Map(
    cells.map((cell) => {
      const xs = categoriesOf(chart, "x", sameX(cell));
      const ys = categoriesOf(chart, "y", sameRow(cell));
      const places = chart.marks.map((mark, m) => placesOf(chart, mark, cell.rows[m], xs, ys));
      return [cell, { xs, ys, places }] as const;
    }),
  );
  const panels = cells.map((cell): Panel => {
    const { row, column } = cell;
    const { xs, ys, places } = placed.get(cell) as { xs: Categories; ys: Categories; places: Place[][] };
    const together = (others: readonly Cell[]) => others.flatMap((other) => placed.get(other)?.places ?? []);
    const rowTitle = chart.panelRows === undefined ? [] : [String(rowValues[row])];
    const xTitle = row === rowValues.length - 1 ? [chart.x.title] : []; // once, below the last row
    const yTitle = column === 0 ? [...rowTitle, chart.y.title] : [];
    const x = axisOf(chart, "x", xs, together(sameX(cell)), xTitle, true);
    const y = axisOf(chart, "y", ys, together(sameRow(cell)), yTitle, column === 0);
    const headed = chart.panelColumns !== undefined && row === 0;
    const heading = headed ? headingLines(String(columnValues[column]), chart.width) : [];
    const marks = places.map((own, m) => ({ mark: chart.marks[m], places: own }));
    return { row, column, heading, x, y, marks: withSides(chart, marks, { x, y }) };
  });
  const square = chart.square ? panels.map((panel) => squared(panel, chart)) : panels;
  return { rows: rowValues.length, columns: columnValues.length, panels: square };
}

/** Text of a category. */
const category = (value: Value): string => String(value);

function categoriesOf(chart: Chart, which: "x" | "y", cells: readonly Cell[]): Categories {
  if (chart[which].type !== "category") return undefined;
  const found = new Map<string, number>();
  for (const { rows } of cells)
    chart.marks.forEach((mark, m) => {
      const column = mark[which];
      if (column !== undefined)
        for (const row of rows[m])
          if (column in row && !found.has(category(row[column])))
            found.set(category(row[column]), found.size);
    });
  if (which === "x") return found;
  return new Map([...found.keys()].map((name, i) => [name, found.size - 1 - i])); // the first stands on top
}

/**
 * Whether panels beside one another (or, in one column, below one another) need horizontal axes of their own:
 * data sets whose values lie apart, other numbers of groups.
 */
function apartBy(chart: Chart, cells: readonly Cell[], across: "column" | "row"): boolean {
  const places = [...new Set(cells.map((cell) => cell[across]))];
  if (places.length < 2 || chart.x.domain) return false;
  const { type } = chart.x;
  const valuesOf = (chosen: readonly Cell[]) =>
    chosen.flatMap(({ rows }) =>
      chart.marks.flatMap(({ x, x2 }, m) =>
        [x, x2].flatMap((column) => (column === undefined ? [] : rows[m].map((row) => row[column]))),
      ),
    );
  const use = (values: readonly Value[]) => {
    if (type === "category") return new Set(values.map(category)).size;
    const steps = values.filter((value) => usable(type, value)).map((value) => stepsOf(type, Number(value)));
    return steps.length === 0 ? 0 : Math.max(...steps) - Math.min(...steps);
  };
  const whole = use(valuesOf(cells));
  const parts = places.map((place) => use(valuesOf(cells.filter((cell) => cell[across] === place))));
  return parts.some((part) => part > 0 && part < whole * LEAST_USE);
}

const usable = (type: ScaleType, value: Value): boolean =>
  typeof value === "number" && Number.isFinite(value) && (!isLog(type) || value > 0);

/** The rows of a mark as positions; those without one are left out. */
function placesOf(chart: Chart, mark: Mark, rows: readonly Row[], xs: Categories, ys: Categories): Place[] {
  const position = (scale: Scale, categories: Categories, row: Row, column: string | undefined) => {
    if (column === undefined) return undefined;
    if (categories) return categories.get(category(row[column]));
    return usable(scale.type, row[column]) ? Number(row[column]) : undefined;
  };
  const places = rows.flatMap((row): Place[] => {
    const place: Place = {
      x: position(chart.x, xs, row, mark.x),
      y: position(chart.y, ys, row, mark.y),
      x2: position(chart.x, xs, row, mark.x2),
      y2: position(chart.y, ys, row, mark.y2),
      tip: tipOf(chart, row),
    };
    for (const channel of ["x", "y", "x2", "y2"] as const) {
      if (place[channel] !== undefined) continue;
      if (mark[channel] !== undefined) return []; // nothing to draw
      delete place[channel];
    }
    if (chart.series !== undefined && chart.series in row) place.series = String(row[chart.series]);
    if (mark.text !== undefined) place.text = String(row[mark.text]);
    if (mark.value !== undefined) place.value = Number(row[mark.value]);
    return [place];
  });
  if (mark.mark === "cell")
    for (const place of places) {
      spread(place, "x", 0, 1);
      spread(place, "y", 0, 1);
    }
  if (chart.beside && xs && mark.x2 === undefined && mark.mark !== "line") moveAside(chart, mark, places);
  else if (mark.mark === "bar" && mark.x2 === undefined)
    for (const place of places) spread(place, "x", 0, xs ? BAND : 0);
  if (mark.mark === "bar") rise(chart, mark, places);
  return places;
}

/** Makes a position an interval around it. */
function spread(place: Place, channel: "x" | "y", shift: number, width: number): void {
  const middle = (place[channel] as number) + shift;
  place[channel] = middle - width / 2;
  place[channel === "x" ? "x2" : "y2"] = middle + width / 2;
}

/** Each series in its own part of the band. */
function moveAside(chart: Chart, mark: Mark, places: readonly Place[]): void {
  const [count, step] = [chart.names.length, BAND / Math.max(1, chart.names.length)];
  for (const place of places) {
    const at = Math.max(0, chart.names.indexOf(place.series ?? ""));
    const shift = (at - (count - 1) / 2) * step;
    if (mark.mark === "bar") spread(place, "x", count > 0 ? shift : 0, count > 0 ? step * 0.94 : BAND);
    else if (place.x !== undefined && count > 0) place.x += shift;
  }
}

/** A count of less than one: where bars of a logarithmic axis begin, so that a count of one is seen. */
const FOOT = 0.5;

/** Bars from the foot of the axis, or on one another. */
function rise(chart: Chart, mark: Mark, places: readonly Place[]): void {
  const tops = new Map<number, number>();
  for (const place of places) {
    const [x, y] = [place.x as number, place.y as number];
    const foot = mark.stacked ? (tops.get(x) ?? 0) : isLog(chart.y.type) ? FOOT : 0;
    place.y = foot;
    place.y2 = mark.stacked ? foot + y : y;
    tops.set(x, place.y2);
  }
}

function axisOf(
  chart: Chart,
  which: "x" | "y",
  categories: Categories,
  marks: readonly (readonly Place[])[],
  titles: readonly string[],
  labelled: boolean,
): Axis {
  const scale = chart[which];
  const across = which === "x";
  const length = across ? chart.width : chart.height;
  const base = { type: scale.type, title: titleLines(titles, length), labelled, bare: scale.bare ?? false };
  if (categories) {
    const names = across ? [...categories.keys()] : [...categories.keys()].reverse();
    const { ticks, angle } = categoryTicks(names, length, across);
    return { ...base, domain: [-0.5, names.length - 0.5], ticks, angle };
  }
  const values = marks
    .flat()
    .flatMap((place) => (across ? [place.x, place.x2] : [place.y, place.y2]))
    .filter((value): value is number => value !== undefined);
  const domain = domainOf(scale, values, length);
  const ticks = scale.bare ? [] : ticksOf(scale.type, domain, length, across);
  return { ...base, domain, ticks, angle: 0 };
}

export const HEADING_SIZE = 13;
const BOLD = 1.08; // wider than regular

const headingLines = (text: string, width: number): string[] => wrapText(text, width / BOLD, HEADING_SIZE);

/** Px from the lower left corner of a panel. */
const pixels = (axis: Axis, value: number, length: number): number => {
  const [low, high] = axis.domain.map((end) => stepsOf(axis.type, end));
  return ((stepsOf(axis.type, value) - low) / (high - low)) * length;
};

export const LABEL_SIZE = 11;

/** Names beside points, off the points, rules and lines of their panel. */
function withSides(
  chart: Chart,
  marks: readonly PlacedMark[],
  { x, y }: { readonly x: Axis; readonly y: Axis },
): readonly PlacedMark[] {
  if (!marks.some(({ mark }) => mark.placed)) return marks;
  const at = (px: number | undefined, py: number | undefined, text: string): LabelledPoint => ({
    x: px === undefined ? 0 : pixels(x, px, chart.width),
    y: py === undefined ? 0 : chart.height - pixels(y, py, chart.height),
    text,
  });
  const lines = marks.flatMap(({ mark, places }) => {
    if (mark.mark === "rule") return places.map((place) => segment(chart, place, at));
    if (mark.mark !== "line") return [];
    return chart.names.flatMap((name) => {
      const own = places.filter(({ series }) => series === name).map((place) => at(place.x, place.y, ""));
      return own.slice(1).map((to, k) => [own[k], to] as const);
    });
  });
  const size = { width: chart.width, height: chart.height };
  return marks.map((one) => {
    if (!one.mark.placed) return one;
    const points = one.places.map((place) => at(place.x, place.y, place.text ?? ""));
    const sides = placeLabels(points, size, LABEL_SIZE, lines);
    return { ...one, places: one.places.map((place, i) => withSide(place, sides[i])) };
  });
}

/** A place with its name on a side; without a side the name is not shown. */
const withSide = (place: Place, side: Side | undefined): Place =>
  side ? { ...place, side } : { ...place, text: "", side: SIDES[0] };

/** Both ends of a rule in px, which reaches over the panel where it has no place of its own. */
function segment(
  chart: Chart,
  place: Place,
  at: (x: number | undefined, y: number | undefined, text: string) => LabelledPoint,
): readonly [LabelledPoint, LabelledPoint] {
  const from = at(place.x, place.y, "");
  const to = at(place.x2 ?? place.x, place.y2 ?? place.y, "");
  if (place.x === undefined) return [from, { ...to, x: chart.width }];
  if (place.y === undefined) return [from, { ...to, y: chart.height }];
  return [from, to];
}

/** Widens the axis that is too narrow, so that a unit is as long in both directions. */
function squared(panel: Panel, { width, height }: Chart): Panel {
  const [spanX, spanY] = [panel.x, panel.y].map(({ domain: [low, high] }) => high - low);
  const unit = Math.max(spanX / width, spanY / height);
  const widen = (axis: Axis, span: number): Axis => {
    const middle = (axis.domain[0] + axis.domain[1]) / 2;
    return { ...axis, domain: [middle - span / 2, middle + span / 2] };
  };
  return { ...panel, x: widen(panel.x, unit * width), y: widen(panel.y, unit * height) };
}

/** Four significant digits, and all of an integer. */
function brief(value: Value): string {
  if (typeof value !== "number") return value === null || value === undefined ? "–" : String(value);
  if (Number.isInteger(value) || !Number.isFinite(value)) return formatNumber(value, 0);
  return formatNumber(value, Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value)))));
}

function tipOf(chart: Chart, row: Row): string[] {
  const name = chart.series !== undefined && chart.series in row ? String(row[chart.series]) : "";
  const line = ({ title, column, low, high }: Tip) => {
    const named = title === "" && chart.panelRows !== undefined ? String(row[chart.panelRows]) : title;
    const ends = [low, high].map((end) => (end === undefined ? undefined : row[end]));
    const reach = ends.every((end) => typeof end === "number") ? ` (${ends.map(brief).join(" to ")})` : "";
    return column in row ? [`${named === "" ? "" : `${named}: `}${brief(row[column])}${reach}`] : [];
  };
  return [name, ...chart.tips.flatMap(line)];
}
