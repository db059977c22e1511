/** Every chart, in both forms, from the same rows: snapshots of the specifications, and what the drawing must hold. */

import { describe, expect, it } from "vitest";
import { Random } from "../../lib/random";
import { barChart } from "../../lib/report/barChart";
import type { Chart } from "../../lib/report/chart";
import { binCounts, histogramChart } from "../../lib/report/histogram";
import { lineChart } from "../../lib/report/lineChart";
import { plotlyHtml } from "../../lib/report/plotly";
import { heatChart, mapChart, scatterChart } from "../../lib/report/pointChart";
import { textWidth, toSvg } from "../../lib/report/svg";
import { BLUE, seriesStyles } from "../../lib/report/theme";

const utility = ["NDCG@10", "HR@10"].flatMap((metric, k) =>
  ["DMF", "NMF"].flatMap((model, m) =>
    ["Retrain", "C-SISA", "L-CBKM"].flatMap((method, i) =>
      [1, 2, 4].map((groups) => ({
        metric,
        model,
        method,
        groups,
        mean: 0.4 + k / 10 + m / 50 - (i * groups) / 100,
        std: 0.01,
      })),
    ),
  ),
);
const panels = { panelRows: "metric", panelColumns: "model" } as const;
const random = Random.stream(7, "points");
const points = Array.from({ length: 12 }, (_, i) => ({
  across: random.normal(),
  up: random.normal(),
  group: `group ${(i % 3) + 1}`,
  name: `user ${i}`,
}));

const charts: Record<string, () => Chart> = {
  lines: () =>
    lineChart(utility, {
      x: "groups",
      y: "mean",
      error: "std",
      series: "method",
      ...panels,
      xTitle: "groups S",
    }),
  "lines on a logarithmic axis": () =>
    lineChart(utility.slice(0, 9), {
      x: "groups",
      y: "mean",
      series: "method",
      xScale: "log2",
      title: "NDCG@10 by S",
    }),
  bars: () =>
    barChart(utility.slice(0, 18), {
      x: "groups",
      y: "mean",
      error: "std",
      series: "method",
      panelColumns: "model",
    }),
  "bars without series": () =>
    barChart(
      [
        { k: 2, size: 300 },
        { k: 4, size: 120 },
      ],
      { x: "k", y: "size", yTitle: "users" },
    ),
  scatter: () => scatterChart(points, { x: "across", y: "up", series: "group", hover: "name" }),
  map: () =>
    mapChart(points, {
      x: "across",
      y: "up",
      series: "group",
      xTitle: "first component",
      yTitle: "second component",
    }),
  heat: () =>
    heatChart(utility.slice(0, 9), {
      x: "groups",
      y: "method",
      value: "mean",
      digits: 2,
      valueTitle: "NDCG@10",
    }),
  histogram: () =>
    histogramChart({ users: [5, 6, 9, 17, 40], items: [1, 2, 3, 100] }, { scale: "log2", panels: true }),
  "histogram over one another": () =>
    histogramChart({ before: [1, 2, 2, 3], after: [2, 3, 3] }, { width: 1, yScale: "log10" }),
};

describe.each(Object.entries(charts))("%s", (name, make) => {
  const chart = make();
  it("is a Vega-Lite specification and a Plotly figure", () => {
    expect(chart).toMatchSnapshot();
  });

  it("draws without a warning, with its alternative text, and without anything from outside", async () => {
    const id = name.replaceAll(" ", "-");
    const svg = await toSvg(chart.vegaLite, { name: id, alt: "Lines & points", provenance: "Profile smoke" });
    expect(svg).toMatch(
      /^<svg [^>]*role="img" aria-labelledby="[\w-]+-title"><title id="[\w-]+">Lines &amp; points<\/title>/,
    );
    expect(svg).toContain("<metadata>Profile smoke</metadata>");
    expect(svg.replaceAll("http://www.w3.org/", "")).not.toMatch(/https?:|<script|@import|NaN|undefined/);
    for (const [, used] of svg.matchAll(/url\(#([^)]+)\)/g)) expect(svg).toContain(`id="${used}"`);
    for (const [, own] of svg.matchAll(/ id="([^"]+)"/g)) expect(own.startsWith(id)).toBe(true);
    expect(
      await toSvg(chart.vegaLite, { name: id, alt: "Lines & points", provenance: "Profile smoke" }),
    ).toBe(svg);
  });

  it("has every trace on axes that the layout has", () => {
    for (const trace of chart.plotly.data) {
      const { xaxis, yaxis } = trace as { xaxis: string; yaxis: string };
      expect(chart.plotly.layout).toHaveProperty(xaxis.replace("x", "xaxis"));
      expect(chart.plotly.layout).toHaveProperty(yaxis.replace("y", "yaxis"));
    }
  });
});

describe("a line chart", () => {
  it("shows every mean and every error bar in both forms", () => {
    const { plotly, vegaLite } = charts.lines();
    const drawn = plotly.data.flatMap((trace) => trace.y as number[]);
    expect(drawn.slice().sort()).toEqual(utility.map((row) => row.mean).sort());
    const { values } = vegaLite.data as { values: Record<string, number>[] };
    expect(values.every((row) => Math.abs(row["error high"] - row.mean - 0.01) < 1e-12)).toBe(true);
    expect(
      plotly.data.every((trace) =>
        (trace.error_y as { array: number[] }).array.every((e) => Math.abs(e - 0.01) < 1e-12),
      ),
    ).toBe(true);
  });

  it("writes each method once into the legend", () => {
    const named = charts
      .lines()
      .plotly.data.filter((trace) => trace.showlegend)
      .map((trace) => trace.name);
    expect(named).toEqual(["Retrain", "C-SISA", "L-CBKM"]);
  });

  it("refuses a column that the rows lack", () => {
    const rows: object[] = utility;
    expect(() => lineChart(rows, { x: "groups", y: "ndcg" } as never)).toThrow(
      /lineChart: row 0 has no column "ndcg"/,
    );
    expect(() => lineChart([], {} as never)).toThrow("no rows");
  });
});

describe("binCounts", () => {
  it("counts every value once, in intervals that all series share", () => {
    const bins = binCounts({ a: [0, 1, 1, 2.5, 4], b: [3] }, { width: 1 });
    expect(bins.filter((bin) => bin.series === "a").map((bin) => bin.count)).toEqual([1, 2, 1, 1]);
    expect(bins.filter((bin) => bin.series === "b").map((bin) => bin.count)).toEqual([0, 0, 0, 1]);
    expect(bins[0]).toMatchObject({ from: 0, to: 1 });
  });

  it("doubles its intervals for log2", () => {
    const bins = binCounts({ a: [5, 8, 15, 16] }, { scale: "log2" });
    expect(bins.map(({ from, to, count }) => [from, to, count])).toEqual([
      [4, 8, 1],
      [8, 16, 2],
      [16, 32, 1],
    ]);
  });

  it("refuses values that have no place", () => {
    expect(() => binCounts({ a: [1, Number.NaN] })).toThrow("value 1 of a is NaN");
    expect(() => binCounts({ a: [0] }, { scale: "log2" })).toThrow("value 0 of a is 0");
    expect(() => binCounts({ a: [] })).toThrow("no values");
  });
});

describe("styles", () => {
  it("are a method's own in every figure, whatever stands beside it", () => {
    expect(seriesStyles(["L-CBKM"])[0]).toEqual(seriesStyles(["something", "L-CBKM"])[1]);
    expect(seriesStyles(["L-CBKM"])[0].colour).toBe(BLUE);
  });

  it("tell up to eight unknown series apart by more than colour", () => {
    const styles = seriesStyles(Array.from({ length: 8 }, (_, i) => `s${i}`)).map((one) =>
      JSON.stringify(one),
    );
    expect(new Set(styles).size).toBe(8);
  });
});

describe("text width", () => {
  it("grows with the text and the size", () => {
    expect(textWidth("iii", 10)).toBeLessThan(textWidth("mmm", 10));
    expect(textWidth("NDCG@10", 20)).toBeCloseTo(2 * textWidth("NDCG@10", 10));
  });
});

describe("the interactive page", () => {
  it("holds the library once, opens offline, and cannot be broken out of", () => {
    const figure = { data: [{ x: [1], y: [2], text: ["</script><b>"] }], layout: {} };
    const html = plotlyHtml(figure, { title: "A < B", alt: "one point", provenance: "Profile smoke" });
    expect(html.match(/<script>/g)).toHaveLength(2);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
    expect(html).toContain("<title>A &lt; B</title>");
    expect(html).toContain("Profile smoke");
  });
});

it("a drawn figure names its series in a legend, once for all panels", async () => {
  const rows = ["DMF", "NMF"].flatMap((panel) =>
    ["one", "two"].flatMap((metric) =>
      [1, 2].flatMap((x) => ["Retrain", "C-SISA"].map((method) => ({ panel, metric, x, method, value: x }))),
    ),
  );
  const settings = {
    x: "x",
    y: "value",
    series: "method",
    panelColumns: "panel",
    panelRows: "metric",
  } as const;
  const svg = await toSvg(lineChart(rows, settings).vegaLite, { name: "n", alt: "a", provenance: "p" });
  expect(svg.match(/>C-SISA</g)).toHaveLength(1);
});

it("a row of panels and what is measured share the title of the vertical axis, a line each", () => {
  const settings = { x: "groups", y: "mean", xScale: "log2", ...panels } as const;
  const titles = (chart: Chart) => {
    const [first] = (chart.vegaLite as { vconcat: readonly object[] }).vconcat;
    const written = /"y":\{[^}]*"title":(\[[^\]]*\]|"[^"]*")/.exec(JSON.stringify(first))?.[1] ?? "";
    const { title } = chart.plotly.layout.yaxis as { title: { text: string } };
    return [JSON.parse(written), title.text];
  };
  const metric = utility[0].metric;
  expect(titles(lineChart(utility, settings))).toEqual([metric, metric]);
  expect(titles(lineChart(utility, { ...settings, yTitle: "value (of 1)" }))).toEqual([
    [metric, "value (of 1)"],
    `${metric}<br>value (of 1)`,
  ]);
});

it("one value that rounding spreads is a level line on a readable axis, and other values keep theirs", () => {
  const flat = [2, 4, 8].map((groups, i) => ({ groups, metric: "HR@10", value: 0.2336 + i * 1e-17 }));
  const real = [2, 4, 8].map((groups, i) => ({ groups, metric: "NDCG@10", value: 0.2336 + i * 1e-4 }));
  const settings = { x: "groups", y: "value", panelRows: "metric", xScale: "log2" } as const;
  const { vegaLite, plotly } = lineChart([...flat, ...real], settings);
  const [hr, ndcg] = (vegaLite as { vconcat: readonly object[] }).vconcat.map((one) => JSON.stringify(one));
  expect(JSON.parse(/"domain":(\[[\d.,]+\])/.exec(hr)?.[1] ?? "[]")).toEqual(
    [0.231264, 0.235936].map((x) => expect.closeTo(x, 9)),
  );
  expect(ndcg).not.toContain('"domain":[');
  const { yaxis, yaxis2 } = plotly.layout as Record<string, { range?: number[] }>;
  expect(yaxis.range?.map((end) => end.toFixed(4))).toEqual(["0.2313", "0.2359"]);
  expect(yaxis2.range).toBeUndefined();
});
