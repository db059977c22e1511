/**
 * A chart as a Vega-Lite 5 specification, which is drawn to SVG (svg.ts) for cells, reports and paper: a grid
 * of panels, in each a layer per mark, with the positions, ends and ticks of layout.ts.
 */

import type { Chart, Mark, Spec } from "./chart";
import { HEADING_SIZE, LABEL_SIZE, layoutOf, type Panel, type Place, type PlacedMark } from "./layout";
import { type Axis, isLog } from "./scales";
import { textWidth } from "./text";
import { FIGURE_WIDTH, INK, PAPER, VEGA_CONFIG } from "./theme";

/** Names the format; nothing is fetched. */
export const VEGA_LITE = "https://vega.github.io/schema/vega-lite/v5.json";

/** The whole figure. */
export function vegaLite(chart: Chart): Spec {
  const { panels, columns } = layoutOf(chart);
  const units = panels.map((panel) => unit(chart, panel));
  const body =
    units.length === 1 && panels[0].heading.length === 0
      ? units[0] // a heading is a mark outside its panel, for which a legend makes room in a concatenation alone
      : {
          concat: units,
          columns,
          spacing: { row: 26, column: 20 },
          resolve: { scale: { color: "shared", shape: "shared", strokeDash: "shared" } },
        };
  return {
    $schema: VEGA_LITE,
    ...(chart.title ? { title: chart.title } : {}),
    ...body,
    config: VEGA_CONFIG,
  };
}

function unit(chart: Chart, panel: Panel): Spec {
  const x = encodingOf(panel.x, true);
  const y = encodingOf(panel.y, false);
  const layer = [
    ...panel.marks.flatMap((one) => layersOf(chart, one, x, y)),
    ...headingOf(panel, chart.width),
  ];
  return { width: chart.width, height: chart.height, layer: layer.length > 0 ? layer : [NOTHING] };
}

/** Where no row is of both a panel's row and its column: a place of its size, as Vega has no empty one. */
const NOTHING: Spec = { data: { values: [{}] }, mark: { type: "point", opacity: 0 } };

const HEADING_LINE = 16; // px
/** A heading as a mark: titles of Vega stand higher where a label of the axis reaches over its end. */
const headingOf = ({ heading }: Panel, width: number): Spec[] =>
  heading.length === 0
    ? []
    : [
        {
          data: { values: [{}] },
          mark: {
            type: "text",
            text: heading,
            x: width / 2,
            y: -10 - HEADING_LINE * (heading.length - 1),
            lineHeight: HEADING_LINE,
            fontSize: HEADING_SIZE,
            fontWeight: 600,
            color: INK,
          },
        },
      ];

/** A quotation of JSON inside an expression of Vega, whose strings are those of JavaScript. */
const quoted = (value: unknown): string =>
  JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");

const flat = (lines: readonly string[]) => (lines.length === 1 ? lines[0] : [...lines]);

function encodingOf(axis: Axis, across: boolean): Spec {
  const scale = {
    ...(isLog(axis.type) ? { type: "log", base: axis.type === "log2" ? 2 : 10 } : { zero: false }),
    domain: axis.domain,
    nice: false,
  };
  if (axis.bare) return { type: "quantitative", scale, axis: titledOnly(axis) };
  const labels = Object.fromEntries(axis.ticks.map(({ at, lines }) => [at, flat(lines)]));
  return {
    type: "quantitative",
    title: axis.title.length > 0 ? flat(axis.title) : null,
    scale,
    axis: {
      values: axis.ticks.map(({ at }) => at),
      labelExpr: `(${quoted(labels)})[datum.value]`,
      labelOverlap: false,
      labelAngle: axis.angle,
      ...(axis.angle === 0 ? {} : { labelAlign: "right", labelBaseline: "middle" }),
      ...(axis.type === "category" ? { grid: false } : {}),
      ...(axis.labelled ? {} : { labels: false, ticks: false, domain: across }),
    },
  };
}

const titledOnly = (axis: Axis) =>
  axis.title.length > 0
    ? { title: flat(axis.title), ticks: false, labels: false, grid: false, domain: false }
    : null;

const LEGEND_SYMBOL = 40; // px beside each name

/** The legend of a figure: in as many columns as it is wide, and no name wider than it. */
function legendOf({ names, width, panelColumns }: Chart): Spec {
  const room = panelColumns === undefined ? width + 70 : FIGURE_WIDTH;
  const widths = names.map((name) => textWidth(name, VEGA_CONFIG.legend.labelFontSize) + LEGEND_SYMBOL);
  const limit = widths.some((one) => one > room) ? { labelLimit: room - LEGEND_SYMBOL } : {};
  const whole = widths.reduce((sum, one) => sum + one, 0);
  return whole <= room ? limit : { ...limit, columns: Math.max(1, Math.floor(room / Math.max(...widths))) };
}

type Channel = "color" | "shape" | "strokeDash";

/** Colour, and where asked shape and dash, by series; one legend serves all panels. */
function seriesOf(chart: Chart, mark: Mark, channels: readonly Channel[]): Spec {
  if (chart.series === undefined || mark.colour !== undefined) return {};
  const ranges = {
    color: chart.styles.map(({ colour }) => colour),
    shape: chart.styles.map(({ shape }) => shape),
    strokeDash: chart.styles.map(({ dash }) => (dash.length === 0 ? [1, 0] : dash)),
  };
  const found = legendOf(chart);
  const legend = !chart.legend ? { legend: null } : Object.keys(found).length > 0 ? { legend: found } : {};
  return Object.fromEntries(
    channels.map((channel) => [
      channel,
      {
        field: "series",
        type: "nominal",
        title: null,
        scale: { domain: chart.names, range: ranges[channel] },
        ...legend,
      },
    ]),
  );
}

/** The rows of a layer: what it encodes, and the order of a line. */
const dataOf = (places: readonly Place[]): Spec => ({
  values: places.map(({ tip, side, ...place }, order) => ({ ...place, order })),
});

/** A specification without what is undefined. */
const given = (spec: Spec): Spec =>
  Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));

function layersOf(chart: Chart, { mark, places }: PlacedMark, x: Spec, y: Spec): Spec[] {
  if (places.length === 0) return [];
  const look = mark.look ?? {};
  const solo = chart.series === undefined ? chart.styles[0].colour : undefined;
  const fixed = mark.colour ?? solo;
  const base = given({ clip: true, color: fixed, opacity: look.opacity });
  const channels = { x, x2: {}, y, y2: {} };
  const positions = Object.fromEntries(
    Object.entries(channels).flatMap(([field, scale]) =>
      places[0][field as keyof typeof channels] === undefined ? [] : [[field, { ...scale, field }]],
    ),
  );
  const inOrder = { order: { field: "order", type: "quantitative" } };
  const layer = (type: string, more: Spec, told: readonly Channel[], encoding: Spec = {}): Spec => ({
    data: dataOf(places),
    mark: given({ type, ...base, ...more }),
    encoding: { ...positions, ...seriesOf(chart, mark, told), ...encoding },
  });
  switch (mark.mark) {
    case "point": {
      const point = { opacity: look.opacity ?? 1, clip: false, size: look.size, shape: look.shape };
      return [layer("point", point, look.shape ? ["color"] : ["color", "shape"])];
    }
    case "line": {
      const stroke = {
        strokeWidth: look.width ?? 2,
        strokeDash: look.dash,
        strokeOpacity: look.opacity ?? 1,
      };
      const told: Channel[] = look.dash ? ["color"] : ["color", "strokeDash"];
      const line = layer("line", { ...stroke, opacity: 1 }, told, inOrder);
      return mark.symbols ? [line, layer("point", { clip: false, opacity: 1 }, ["color", "shape"])] : [line];
    }
    case "rule":
      return [layer("rule", { strokeWidth: look.width ?? 1.2, strokeDash: look.dash }, ["color"])];
    case "bar":
      return [layer("rect", { stroke: PAPER, strokeWidth: 0.5, clip: true }, ["color"])];
    case "area": {
      const filled = { interpolate: "linear-closed", fill: fixed, fillOpacity: 0.08 };
      return [layer("line", { ...filled, strokeWidth: look.width ?? 1.6 }, [], inOrder)];
    }
    case "cell":
      return [layer("rect", {}, [], { color: cellColour(chart) })];
    case "text":
      return textLayers(mark, places, layer);
  }
}

function cellColour({ colours }: Chart): Spec {
  if (!colours) return {};
  const { domain, colours: range, title } = colours;
  const stops = range.map((_, i) => domain[0] + (i / (range.length - 1)) * (domain[1] - domain[0]));
  return {
    field: "value",
    type: "quantitative",
    title,
    scale: { domain: stops, range, interpolate: "rgb" },
    legend: { titleLimit: 400 },
  };
}

/** Texts, those beside points a layer a side, each over a halo where it may lie on something. */
function textLayers(
  mark: Mark,
  places: readonly Place[],
  layer: (type: string, more: Spec, channels: readonly Channel[], encoding?: Spec) => Spec,
): Spec[] {
  const look = mark.look ?? {};
  const text = {
    clip: false,
    color: mark.colour ?? INK,
    fontSize: look.fontSize ?? LABEL_SIZE,
    ...(look.bold ? { fontWeight: 600 } : {}),
    ...(look.baseline ? { baseline: look.baseline } : {}),
  };
  const halo = { color: PAPER, stroke: PAPER, strokeWidth: 4, strokeOpacity: 0.85 };
  const sides = new Map(places.flatMap(({ side }) => (side ? [[side.name, side] as const] : [])));
  const groups =
    sides.size > 0
      ? [...sides.values()].map(({ name, dx, dy, align, baseline }) => ({
          chosen: places.filter(({ side, text: name2 }) => side?.name === name && name2 !== ""),
          more: { dx, dy, align, baseline },
        }))
      : [{ chosen: places, more: {} }];
  return groups
    .filter(({ chosen }) => chosen.length > 0)
    .flatMap(({ chosen, more }) => {
      const one = (extra: Spec): Spec => ({
        ...layer("text", { ...text, ...more, ...extra }, [], { text: { field: "text", type: "nominal" } }),
        data: dataOf(chosen),
      });
      return look.halo ? [one(halo), one({})] : [one({})];
    });
}
