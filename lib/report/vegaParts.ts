/** Parts that the Vega-Lite side of every chart is made of: encodings, series styles, panels. */

import { flatRange, type Plan, type ScaleName, type Spec, verticalTitles } from "./chart";
import type { Value } from "./rows";
import { textWidth } from "./svg";
import { VEGA_CONFIG } from "./theme";

export const VEGA_LITE = "https://vega.github.io/schema/vega-lite/v5.json"; // names the format; nothing is fetched

/** A column as Vega-Lite names it: dots and brackets would mean members of nested objects. */
export const field = (column: string): string => column.replace(/[.[\]\\'"]/g, "\\$&");

const BASES: Readonly<Partial<Record<ScaleName, number>>> = { log2: 2, log10: 10 };

/** A logarithmic scale has no zero to begin at. */
const scaleOf = (name: ScaleName, zero: boolean): Spec =>
  BASES[name] === undefined ? { zero } : { type: "log", base: BASES[name], nice: false, padding: 12 };

/**
 * Ticks of a decadic axis: powers of ten, and 2 and 5 times them where the values span fewer than two decades. Vega's
 * own choice leaves some of 1 to 9 times each power, by what happens to fit.
 */
export function decadeTicks(values: readonly number[]): number[] {
  const positive = values.filter((value) => value > 0);
  const [least, most] = [Math.min(...positive), Math.max(...positive)];
  const steps = most / least >= 100 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power++)
    ticks.push(...steps.map((step) => step * 10 ** power));
  return ticks.filter((tick) => tick >= least / 1.3 && tick <= most * 1.3);
}

/** The axis of a decadic scale over some columns; nothing for other scales, or where hardly a tick would fall. */
function decadeAxis(
  plan: Plan,
  scale: ScaleName | undefined,
  columns: readonly (string | undefined)[],
): Spec {
  if (scale !== "log10") return {};
  const values = plan.rows.flatMap((row) => columns.map((column) => (column ? row[column] : null)));
  const ticks = decadeTicks(values.filter((value) => typeof value === "number"));
  return ticks.length < 2 ? {} : { values: ticks };
}

/** A title in as many lines as it takes beside an axis of this length. */
export function titleLines(title: string, length: number): string[] {
  const lines = [""];
  for (const word of title.split(" ")) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (textWidth(longer, VEGA_CONFIG.axis.titleFontSize) <= length || longer === word)
      lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

const titleOf = (titles: readonly string[], length: number): string | string[] => {
  const lines = titles.flatMap((title) => titleLines(title, length));
  return lines.length === 1 ? lines[0] : lines;
};

export function xEncoding(plan: Plan, more: Spec = {}): Spec {
  const scale = plan.xScale ?? "category";
  const axis = { labelAngle: 0, grid: scale !== "category", ...decadeAxis(plan, plan.xScale, [plan.x]) };
  const kind = scale === "category" ? { type: "ordinal", sort: null } : { type: "quantitative" };
  return {
    field: field(plan.x),
    title: titleOf([plan.xTitle ?? plan.x], plan.width),
    axis,
    ...kind,
    ...(scale === "category" ? {} : { scale: { nice: false, padding: 12, ...scaleOf(scale, false) } }),
    ...more,
  };
}

export function yEncoding(plan: Plan, row: Value, more: Spec = {}): Spec {
  const flat = flatRange(plan, row);
  const scale = {
    ...scaleOf(plan.yScale ?? "linear", plan.fromZero ?? false),
    ...(flat ? { domain: flat } : {}),
  };
  const axis = decadeAxis(plan, plan.yScale, [plan.y, plan.low, plan.high]);
  return {
    field: field(plan.y),
    type: "quantitative",
    title: titleOf(verticalTitles(plan, row), plan.height),
    scale,
    ...(Object.keys(axis).length > 0 ? { axis } : {}),
    ...more,
  };
}

const LEGEND_WIDTH = 640; // px: as wide as a figure
const LEGEND_SYMBOL = 40; // px beside each name

/** Columns of a legend that would be wider than the figure; undefined for one that fits in a line. */
function legendColumns(names: readonly string[]): number | undefined {
  const widths = names.map((name) => textWidth(name, VEGA_CONFIG.legend.labelFontSize) + LEGEND_SYMBOL);
  const whole = widths.reduce((sum, width) => sum + width, 0);
  return whole <= LEGEND_WIDTH ? undefined : Math.max(1, Math.floor(LEGEND_WIDTH / Math.max(...widths)));
}

/** Colour, and where asked shape and dash, by series; nothing without series. One legend serves all panels. */
export function seriesEncoding(plan: Plan, channels: readonly ("color" | "shape" | "strokeDash")[]): Spec {
  if (plan.series === undefined) return {};
  const ranges = {
    color: plan.styles.map(({ colour }) => colour),
    shape: plan.styles.map(({ shape }) => shape),
    strokeDash: plan.styles.map(({ dash }) => (dash.length === 0 ? [1, 0] : dash)),
  };
  const columns = legendColumns(plan.names);
  return Object.fromEntries(
    channels.map((channel) => [
      channel,
      {
        field: field(plan.series as string),
        type: "nominal",
        title: null,
        scale: { domain: plan.names, range: ranges[channel] },
        ...(columns === undefined ? {} : { legend: { columns } }),
      },
    ]),
  );
}

/** Fixed appearance of a mark when there are no series. */
export const soloMark = (plan: Plan): Spec =>
  plan.series === undefined ? { color: plan.styles[0].colour } : {};

/**
 * The whole figure: `unit(row)` is the picture of one panel, without data. Panels of one row share the vertical axis,
 * so that models can be compared; rows do not, as metrics have scales of their own.
 */
export function vegaFigure(plan: Plan, unit: (row: Value) => Spec): Spec {
  const size = { width: plan.width, height: plan.height };
  const one = (row: Value): Spec =>
    plan.panelColumns === undefined
      ? { ...size, ...unit(row) }
      : {
          facet: {
            column: {
              field: field(plan.panelColumns),
              type: "nominal",
              title: null,
              sort: plan.columnValues,
              header: { title: null, labelLimit: plan.width + 20 },
            },
          },
          spec: { ...size, ...unit(row) },
        };
  const filtered = (row: Value): Spec => ({
    transform: [{ filter: { field: field(plan.panelRows as string), equal: row } }],
    ...one(row),
  });
  const body =
    plan.panelRows === undefined
      ? one(null)
      : {
          vconcat: plan.rowValues.map(filtered),
          spacing: 28,
          resolve: { scale: { color: "shared", shape: "shared", strokeDash: "shared" } },
        };
  return {
    $schema: VEGA_LITE,
    ...(plan.title ? { title: plan.title } : {}),
    data: { values: plan.rows },
    ...body,
    config: VEGA_CONFIG,
  };
}
