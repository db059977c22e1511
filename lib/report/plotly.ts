/**
 * A chart as a Plotly figure, which a reader can hover over and zoom into: the panels, ends and ticks of
 * layout.ts. The ground is transparent and neutral colours are mid-tones, so that it can be read in a light
 * and in a dark JupyterLab; where a page may style it (PLOTLY_STYLE) they follow the theme. Plotly reads tags
 * in texts: all are escaped.
 */

import type { Chart, ColourScale, Mark, Spec } from "./chart";
import { LABEL_SIZE, type Layout, layoutOf, type Panel, type Place, type PlacedMark } from "./layout";
import { type Axis, isLog } from "./scales";
import { escapePlotly, textWidth } from "./text";
import { BLACK, FIGURE_WIDTH, FONT, INK, PAPER, type SeriesStyle } from "./theme";

export interface PlotlyFigure {
  readonly data: readonly Spec[];
  readonly layout: Spec;
}

/** Readable on white and on black, by a contrast of at least 4.2. */
const MIDTONE = "#767b80";
const STRONG = "#777777"; // series that are black on paper
const GRID = "rgba(128,128,128,0.25)";
const CLEAR = "rgba(0,0,0,0)";

const onAnyGround = (colour: string): string =>
  colour === INK ? MIDTONE : colour === BLACK ? STRONG : colour === PAPER ? CLEAR : colour;

const themed = (rgb: string, variable: string, colour: string) =>
  ["fill", "stroke"]
    .map((way) => `.js-plotly-plot [style*="${way}: ${rgb}"]{${way}:var(${variable},${colour})!important}`)
    .join("");

/** Gives the mid-tones of the Plotly figures in a JupyterLab the colours of its theme. */
export const PLOTLY_STYLE =
  themed("rgb(118, 123, 128)", "--jp-content-font-color1", MIDTONE) +
  themed("rgb(119, 119, 119)", "--jp-content-font-color0", STRONG);

/** Six significant digits are finer than a pixel, and keep a notebook small. */
const short = (value: number | undefined): number | null =>
  value === undefined ? null : Number(value.toPrecision(6));

const dashOf = (dash: readonly number[]): string =>
  dash.length === 0 ? "solid" : dash.map((px) => `${px}px`).join(",");

const lines = (texts: readonly string[]): string => texts.map(escapePlotly).join("<br>");

/** The text under the pointer: the name of the series, then titles and numbers. */
const tipText = ({ tip: [name, ...rest] }: Place): string =>
  [...(name === "" ? [] : [`<b>${escapePlotly(name)}</b>`]), ...rest.map(escapePlotly)].join("<br>");

/** The whole figure. */
export function plotlyFigure(chart: Chart): PlotlyFigure {
  const layout = layoutOf(chart);
  const named = new Set<string>();
  const data = layout.panels.flatMap((panel, index) =>
    panel.marks.flatMap((one) => tracesOf(chart, one, panel, axesOf(index), named)),
  );
  return { data, layout: frameOf(chart, layout) };
}

const suffix = (index: number) => (index === 0 ? "" : String(index + 1));
const axesOf = (index: number) => ({ xaxis: `x${suffix(index)}`, yaxis: `y${suffix(index)}` });

/** Places of each series, with its name and style; one group without a name where there are no series. */
function groupsOf(chart: Chart, mark: Mark, places: readonly Place[]) {
  if (chart.series === undefined || mark.colour !== undefined)
    return [{ name: "", style: chart.styles[0], own: places }];
  return chart.names
    .map((name, i) => ({ name, style: chart.styles[i], own: places.filter(({ series }) => series === name) }))
    .filter(({ own }) => own.length > 0);
}

/** Whether a mark shows the symbol of its series, or fills with its colour, as a legend should. */
const isNamed = ({ mark, symbols }: Mark) =>
  mark === "point" || mark === "bar" || (mark === "line" && symbols === true);

function tracesOf(
  chart: Chart,
  { mark, places }: PlacedMark,
  panel: Panel,
  axes: Spec,
  named: Set<string>,
): Spec[] {
  if (places.length === 0) return [];
  return groupsOf(chart, mark, places).map(({ name, style, own }) => {
    const inLegend = chart.legend && name !== "" && !named.has(name) && isNamed(mark);
    if (inLegend) named.add(name);
    const colour = onAnyGround(mark.colour ?? style.colour);
    return {
      name: escapePlotly(name),
      legendgroup: escapePlotly(name),
      showlegend: inLegend,
      ...traceOf(mark, own, panel, colour, style),
      ...axes,
    };
  });
}

function traceOf(
  mark: Mark,
  places: readonly Place[],
  panel: Panel,
  colour: string,
  style: SeriesStyle,
): Spec {
  const look = mark.look ?? {};
  const [x, y] = [places.map((place) => short(place.x)), places.map((place) => short(place.y))];
  const tips = { hovertext: places.map(tipText), hoverinfo: "text" };
  const still = { hoverinfo: "skip" };
  const opacity = look.opacity === undefined ? {} : { opacity: look.opacity };
  const line = { color: colour, width: look.width ?? 2, dash: dashOf(look.dash ?? style.dash) };
  const symbols = { color: colour, symbol: look.shape ?? style.shape, size: Math.sqrt(look.size ?? 60) + 1 };
  const scatter = (mode: string, more: Spec): Spec => ({ type: "scatter", mode, x, y, ...opacity, ...more });
  switch (mark.mark) {
    case "point":
      return scatter("markers", { ...tips, marker: symbols });
    case "line":
      if (!mark.symbols) return scatter("lines", { ...still, line });
      return scatter("lines+markers", { ...tips, line, marker: symbols });
    case "rule": {
      const width = look.width ?? 1.2;
      const own = { ...line, width, dash: dashOf(look.dash ?? []) };
      return scatter("lines", { ...segments(places, panel), ...still, line: own });
    }
    case "area": {
      const closed = { x: [...x, x[0]], y: [...y, y[0]], fill: "toself", fillcolor: `${colour}14` };
      return scatter("lines", { ...closed, ...still, line: { color: colour, width: look.width ?? 1.6 } });
    }
    case "bar":
      return { ...boxes(places), ...tips, ...opacity, marker: { color: colour, line: { width: 0 } } };
    case "cell": {
      const z = places.map(({ value }) => value ?? null);
      return { type: "heatmap", ...centres(places), z, ...tips, coloraxis: "coloraxis" };
    }
    case "text": {
      const middle = look.baseline === "top" ? "bottom center" : "middle center";
      // an unseen symbol keeps the name off the point
      return scatter("markers+text", {
        ...still,
        marker: { size: 8, opacity: 0 },
        text: places.map(({ text = "" }) =>
          look.bold && text !== "" ? `<b>${escapePlotly(text)}</b>` : escapePlotly(text),
        ),
        textposition: places.map(({ side }) => side?.name ?? middle),
        textfont: { color: onAnyGround(mark.colour ?? INK), size: look.fontSize ?? LABEL_SIZE },
      });
    }
  }
}

/** Rules as one broken line; those without a place in one direction reach over the panel. */
function segments(places: readonly Place[], panel: Panel): Spec {
  const ends = (low: number | undefined, high: number | undefined, axis: Axis) =>
    low === undefined ? axis.domain : [low, high ?? low];
  const x = places.flatMap((place) => [...ends(place.x, place.x2, panel.x).map(short), null]);
  const y = places.flatMap((place) => [...ends(place.y, place.y2, panel.y).map(short), null]);
  return { x, y };
}

const centre = (from = 0, to = 0) => short((from + to) / 2);
const centres = (places: readonly Place[]): Spec => ({
  x: places.map(({ x, x2 }) => centre(x, x2)),
  y: places.map(({ y, y2 }) => centre(y, y2)),
});

/** Rectangles as bars of their own width and foot. */
function boxes(places: readonly Place[]): Spec {
  return {
    type: "bar",
    x: places.map(({ x, x2 }) => centre(x, x2)),
    width: places.map(({ x = 0, x2 = 0 }) => short(x2 - x)),
    base: places.map(({ y }) => short(y)),
    y: places.map(({ y = 0, y2 = 0 }) => short(y2 - y)),
  };
}

const TEXT_SIZE = 13; // px
const LEGEND_LINE = 22;
const HEADING = 24; // a line above the panels

/** The layout: axes whose domains are the places of the panels, headings, legend. */
function frameOf(chart: Chart, { panels, rows, columns }: Layout): Spec {
  const between = chart.height / 3;
  const inner = rows * chart.height + (rows - 1) * between;
  const part = (index: number, count: number, gap: number): [number, number] => {
    const size = (1 - gap * (count - 1)) / count;
    return [index * (size + gap), Math.min(1, index * (size + gap) + size)];
  };
  const axes: Record<string, Spec> = {};
  const annotations: Spec[] = [];
  panels.forEach((panel, index) => {
    const x = part(panel.column, columns, 0.05);
    const y = part(rows - 1 - panel.row, rows, between / inner);
    axes[`xaxis${suffix(index)}`] = { ...axisOf(panel.x), domain: x, anchor: `y${suffix(index)}` };
    axes[`yaxis${suffix(index)}`] = { ...axisOf(panel.y), domain: y, anchor: `x${suffix(index)}` };
    if (panel.heading.length > 0)
      annotations.push({
        text: `<b>${lines(panel.heading)}</b>`,
        ...{ x: (x[0] + x[1]) / 2, y: y[1], xref: "paper", yref: "paper" },
        ...{ xanchor: "center", yanchor: "bottom", showarrow: false },
      });
  });
  const widths = chart.names.map((name) => textWidth(name, 13) + 50);
  const legendLines = chart.legend ? Math.ceil(widths.reduce((a, b) => a + b, 0) / FIGURE_WIDTH) : 0;
  const headed = HEADING * Math.max(...panels.map(({ heading }) => heading.length));
  const top = 30 + headed + legendLines * LEGEND_LINE + (chart.title ? 30 : 0);
  return {
    font: { family: FONT, size: TEXT_SIZE, color: MIDTONE },
    paper_bgcolor: CLEAR,
    plot_bgcolor: CLEAR,
    modebar: { bgcolor: CLEAR, color: MIDTONE, activecolor: STRONG }, // made of the ground, it would be grey on grey
    hovermode: "closest",
    hoverlabel: { align: "left", bgcolor: "#3a3f45", bordercolor: MIDTONE, font: { color: "#ffffff" } },
    barmode: "overlay",
    bargap: 0,
    showlegend: chart.legend,
    legend: { orientation: "h", xanchor: "left", x: 0, yanchor: "bottom", y: 1 + (headed + 8) / inner },
    margin: { l: 70, r: 20, t: top, b: 60 },
    height: Math.round(inner + top + 60),
    ...(chart.title
      ? { title: { text: escapePlotly(chart.title), x: 0, xref: "paper", xanchor: "left" } }
      : {}),
    ...(chart.colours ? { coloraxis: colourAxis(chart.colours) } : {}),
    ...(annotations.length > 0 ? { annotations } : {}),
    ...axes,
  };
}

/** A title no larger than the other texts, since it has no more room. */
const titleOf = (text: string): Spec => ({ text, font: { size: TEXT_SIZE } });

function axisOf(axis: Axis): Spec {
  const log = isLog(axis.type);
  const title = axis.title.length > 0 ? { title: titleOf(lines(axis.title)) } : {};
  const base = {
    type: log ? "log" : "linear",
    range: axis.domain.map((end) => short(log ? Math.log10(end) : end)),
    zeroline: false,
    gridcolor: GRID,
    linecolor: GRID,
    automargin: true,
    ...title,
  };
  if (axis.bare) return { ...base, showline: false, showgrid: false, showticklabels: false };
  const labels = axis.labelled ? {} : { showticklabels: false };
  // a linear axis finds its own ticks when one zooms into it
  if (axis.type === "linear")
    return {
      ...base,
      ...labels,
      nticks: axis.ticks.length + 1,
      separatethousands: true,
      exponentformat: "none",
    };
  return {
    ...base,
    ...labels,
    ...(axis.type === "category" ? { showgrid: false } : {}),
    tickmode: "array",
    tickvals: axis.ticks.map(({ at }) => at),
    ticktext: axis.ticks.map((tick) => lines(tick.lines)),
    tickangle: axis.angle,
  };
}

function colourAxis({ domain, colours: range, title }: ColourScale): Spec {
  return {
    cmin: domain[0],
    cmax: domain[1],
    colorscale: range.map((colour, i) => [i / (range.length - 1), colour]),
    colorbar: { title: { ...titleOf(escapePlotly(title)), side: "right" } },
  };
}
