/** Every chart from rows: snapshots of its marks and scales, and what both drawings of it must hold. */

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Random } from "../../lib/random";
import { barChart } from "../../lib/report/barChart";
import type { Chart } from "../../lib/report/chart";
import { narrowed } from "../../lib/report/chart";
import { heatChart } from "../../lib/report/heatChart";
import { binCounts, histogramChart } from "../../lib/report/histogram";
import { layoutOf } from "../../lib/report/layout";
import { lineChart } from "../../lib/report/lineChart";
import { paretoChart } from "../../lib/report/paretoChart";
import { plotlyFigure } from "../../lib/report/plotly";
import { plotlyPage } from "../../lib/report/plotlyPage";
import { mapChart, scatterChart } from "../../lib/report/pointChart";
import { toSvg } from "../../lib/report/svg";
import { BLUE, seriesStyles } from "../../lib/report/theme";
import { vegaLite } from "../../lib/report/vegaLite";

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

const costs = ["DMF", "NMF"].flatMap((model) =>
  [0.1, 1, 10].map((cost, i) => ({
    model,
    system: i === 0 ? "EASE" : "Lean fold-in",
    name: ["EASE", "Lean fold-in, 10 %", "20 %"][i],
    joined: i > 0,
    cost,
    from: cost * 0.9,
    to: cost * 1.1,
    mean: 0.4 + i / 50,
    std: 0.01,
  })),
);
const paretoSettings = {
  x: "cost",
  y: "mean",
  error: "std",
  xLow: "from",
  xHigh: "to",
  panelRows: "model",
  series: "system",
  label: "name",
  joined: "joined",
  limit: 5,
} as const;

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
  pareto: () => paretoChart(costs, paretoSettings),
  "histogram over one another": () =>
    histogramChart({ before: [1, 2, 2, 3], after: [2, 3, 3] }, { width: 1, yScale: "log10" }),
};

/** A chart without its rows and its styles. */
const bare = ({ marks, styles, names, ...chart }: Chart) => ({
  ...chart,
  marks: marks.map(({ rows, ...mark }) => ({ ...mark, rows: rows.length })),
});

describe.each(Object.entries(charts))("%s", (name, make) => {
  const chart = make();
  it("is marks in panels with scales", () => {
    expect(bare(chart)).toMatchSnapshot();
  });

  it("draws without a warning, with its alternative text, and without anything from outside", async () => {
    const text = { name: name.replaceAll(" ", "-"), alt: "Lines & points", provenance: "Profile smoke" };
    const svg = await toSvg(chart, text);
    expect(svg).toMatch(
      /^<svg [^>]*role="img" aria-labelledby="[\w-]+-title"><title id="[\w-]+">Lines &amp; points<\/title>/,
    );
    expect(svg).toContain("<metadata>Profile smoke</metadata>");
    expect(svg.replaceAll("http://www.w3.org/", "")).not.toMatch(/https?:|<script|@import|NaN|undefined/);
    for (const [, used] of svg.matchAll(/url\(#([^)]+)\)/g)) expect(svg).toContain(`id="${used}"`);
    for (const [, own] of svg.matchAll(/ id="([^"]+)"/g)) expect(own.startsWith(text.name)).toBe(true);
    expect(await toSvg(chart, text)).toBe(svg);
  });

  it("has every trace on axes that the layout has, and every number finite", () => {
    const { data, layout } = plotlyFigure(chart);
    for (const trace of data) {
      const { xaxis, yaxis } = trace as { xaxis: string; yaxis: string };
      expect(layout).toHaveProperty(xaxis.replace("x", "xaxis"));
      expect(layout).toHaveProperty(yaxis.replace("y", "yaxis"));
    }
    expect(JSON.stringify({ data, layout })).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("names each series once in the legend of Plotly", () => {
    const traces = plotlyFigure(chart).data as readonly { name?: string; showlegend?: boolean }[];
    expect(traces.filter(({ showlegend }) => typeof showlegend !== "boolean")).toEqual([]);
    const named = traces.filter(({ showlegend }) => showlegend).map(({ name }) => name);
    expect(new Set(named).size).toBe(named.length);
  });

  it("shows each panel of both drawings over the same ends", () => {
    const panels = layoutOf(chart).panels.length;
    const { layout } = plotlyFigure(chart);
    expect(Object.keys(layout).filter((key) => key.startsWith("xaxis"))).toHaveLength(panels);
    const { concat } = vegaLite(chart) as { concat?: readonly object[] };
    expect(concat?.length ?? 1).toBe(panels);
  });
});

describe("a line chart", () => {
  it("shows every mean and every error bar in both forms", () => {
    const { data } = plotlyFigure(charts.lines());
    const of = (mode: string) => data.filter((trace) => trace.mode === mode);
    const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
    const means = of("lines+markers").flatMap((trace) => trace.y as number[]);
    expect(sorted(means)).toEqual(sorted(utility.map(({ mean }) => Number(mean.toPrecision(6)))));
    const lengths = of("lines").flatMap((trace) => {
      const y = trace.y as (number | null)[];
      return y.flatMap((low, i) => (i % 3 === 0 ? [Number(y[i + 1]) - Number(low)] : []));
    });
    expect(lengths).toHaveLength(utility.length);
    expect(lengths.every((length) => Math.abs(length - 0.02) < 1e-6)).toBe(true);
    const { concat } = vegaLite(charts.lines()) as {
      concat: { layer: { data: { values: { y: number }[] } }[] }[];
    };
    const drawn = concat.flatMap(({ layer }) => layer[1].data.values.map(({ y }) => y));
    expect(sorted(drawn)).toEqual(sorted(utility.map(({ mean }) => mean)));
  });

  it("writes each method once into the legend", async () => {
    const named = plotlyFigure(charts.lines())
      .data.filter((trace) => trace.showlegend)
      .map((trace) => trace.name);
    expect(named).toEqual(["Retrain", "C-SISA", "L-CBKM"]);
    const svg = await toSvg(charts.lines(), { name: "n", alt: "a" });
    expect(svg.match(/>C-SISA</g)).toHaveLength(1);
  });

  it("tells under the pointer the name, what x and y are, and the interval", () => {
    const [trace] = plotlyFigure(charts.lines()).data.filter(({ mode }) => mode === "lines+markers");
    expect((trace.hovertext as string[])[2]).toBe(
      "<b>Retrain</b><br>groups S: 4<br>NDCG@10: 0.4000 (0.3900 to 0.4100)",
    );
  });

  it("joins no categories that have no order, and puts their points side by side", () => {
    const rows = ["learning", "rand@5"].flatMap((after) =>
      ["a", "b"].map((order) => ({ after, order, y: 1 })),
    );
    const { marks } = lineChart(rows, { x: "after", y: "y", series: "order" });
    expect(marks.map(({ mark }) => mark)).toEqual(["point"]);
    const [panel] = layoutOf(lineChart(rows, { x: "after", y: "y", series: "order" })).panels;
    const places = panel.marks[0].places.map(({ x }) => x);
    expect(new Set(places).size).toBe(4);
    const counted = rows.map((row) => ({ ...row, after: row.after === "learning" ? 2 : 4 }));
    expect(lineChart(counted, { x: "after", y: "y", series: "order" }).marks[0].mark).toBe("line");
  });

  it("draws a long heading in lines, and the legend above it, also over a single panel", async () => {
    const heading = "after forgetting five per cent of the users who are left";
    const rows = ["a", "b"].flatMap((name) => [1, 2].map((x) => ({ name, x, y: x, heading })));
    const chart = lineChart(rows, { x: "x", y: "y", series: "name", panelColumns: "heading", width: 200 });
    const [panel] = layoutOf(chart).panels;
    expect(panel.heading.join(" ")).toBe(heading);
    expect(panel.heading.length).toBeGreaterThan(1);
    const svg = await toSvg(chart, { name: "n", alt: "a" });
    const down = (next: RegExp) =>
      Number(new RegExp(`translate\\([\\d.]+,(-?[\\d.]+)\\)${next.source}`).exec(svg)?.[1]);
    const [legend, first] = [
      down(/"><path d="M0,0h[\d.]+v13h/),
      down(/" font-size="13px"[^>]*><tspan>after/),
    ];
    expect(first + 16 * (panel.heading.length - 1)).toBeLessThan(0); // all of it above its panel
    expect(legend + 13).toBeLessThan(first - 10); // and below the legend
  });

  it("refuses a column that the rows lack", () => {
    const rows: object[] = utility;
    expect(() => lineChart(rows, { x: "groups", y: "ndcg" } as never)).toThrow(
      /lineChart: row 0 has no column "ndcg"/,
    );
    expect(() => lineChart([], {} as never)).toThrow("no rows");
  });

  it("takes an Arquero table", async () => {
    const { from } = await import("arquero");
    const { rows } = lineChart(from(utility), { x: "groups", y: "mean" }).marks[0];
    expect(rows).toEqual(utility);
  });
});

describe("panels", () => {
  const cloud = (data: string, near: number) =>
    [1, 1.1].map((factor) => ({ data, x: near * factor, y: factor }));
  const settings = { x: "x", y: "y", xScale: "log10", panelColumns: "data" } as const;
  const ends = (rows: readonly { data: string; x: number; y: number }[]) =>
    layoutOf(scatterChart(rows, settings)).panels.map(({ x }) => x.domain);

  it("share the horizontal axis, unless one would use less than a third of it", () => {
    const [first, second] = ends([...cloud("a", 400), ...cloud("b", 440)]);
    expect(first).toEqual(second);
    const [small, large] = ends([...cloud("a", 400), ...cloud("b", 4000)]);
    expect(small[1]).toBeLessThan(500);
    expect(large[0]).toBeGreaterThan(3500);
  });

  it("share the vertical axis along a row, so that columns can be compared", () => {
    const [first, second] = layoutOf(
      lineChart(
        utility.filter(({ model, mean }) => model === "DMF" || mean > 0.4),
        { x: "groups", y: "mean", ...panels },
      ),
    ).panels;
    expect(first.y.domain).toEqual(second.y.domain);
    expect([first.y.labelled, second.y.labelled]).toEqual([true, false]);
  });
});

describe("a bar", () => {
  const of = (stacked: boolean) =>
    layoutOf(
      barChart(
        [
          { k: "one", part: "a", n: 2 },
          { k: "one", part: "b", n: 3 },
        ],
        { x: "k", y: "n", series: "part", stacked },
      ),
    ).panels[0].marks[0].places.map(({ x, x2, y, y2 }) => [x, x2, y, y2]);

  it("stands beside the others of its category, from zero", () => {
    const [a, b] = of(false);
    expect([a[2], a[3], b[2], b[3]]).toEqual([0, 2, 0, 3]);
    expect(Number(a[1])).toBeLessThan(Number(b[0]));
  });

  it("stands on the others where bars are stacked", () => {
    const [a, b] = of(true);
    expect([a[2], a[3], b[2], b[3]]).toEqual([0, 2, 2, 5]);
    expect(a[0]).toBe(b[0]);
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

  it("tell all methods apart by colour or shape", () => {
    const methods = [
      ...["Retrain", "Retrain, tuned", "C-SISA", "C-SISA (own)", "L-Rand", "L-BKM", "L-CBKM", "RecEraser"],
      ...["L-CBKM, tuned", "UltraRE", "Fold-in", "Lean fold-in", "EASE", "Item-KNN", "Gaussian"],
    ];
    const looks = seriesStyles(methods).map(({ colour, shape }) => `${colour} ${shape}`);
    expect(new Set(looks).size).toBe(methods.length);
    for (const [k, method] of methods.entries()) {
      const [alone] = seriesStyles([method]);
      expect(`${alone.colour} ${alone.shape}`).toBe(looks[k]); // in whatever company
    }
  });

  it("tell up to eight unknown series apart by more than colour", () => {
    const styles = seriesStyles(Array.from({ length: 8 }, (_, i) => `s${i}`)).map((one) =>
      JSON.stringify(one),
    );
    expect(new Set(styles).size).toBe(8);
  });
});

describe("the interactive page", () => {
  const figure = { data: [{ x: [1], y: [2], text: ["</script><b>"] }], layout: {} };
  const html = plotlyPage(figure, { title: "A < B", alt: "one point", provenance: "Profile smoke" });

  it("cannot be broken out of, and asks for nothing but the file beside it", () => {
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect([...html.matchAll(/ (?:src|href)="([^"]*)"/g)].map(([, address]) => address)).toEqual([
      "plotly.js",
    ]);
    expect(html).toContain("<title>A &lt; B</title>");
    expect(html).toContain("Profile smoke");
  });

  it("lets nothing run but that file and its own lines", () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
    const own = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "";
    const hash = createHash("sha256").update(own).digest("base64");
    expect(policy).toContain(`script-src 'self' file: 'sha256-${hash}';`);
    expect(policy).toMatch(/^default-src 'none'/);
  });
});

it("a row of panels and what is measured share the title of the vertical axis, a line each", () => {
  const settings = { x: "groups", y: "mean", xScale: "log2", ...panels } as const;
  const title = (chart: Chart) => layoutOf(chart).panels[0].y.title;
  const metric = utility[0].metric;
  expect(title(lineChart(utility, settings))).toEqual([metric]);
  expect(title(lineChart(utility, { ...settings, yTitle: "value (of 1)" }))).toEqual([
    metric,
    "value (of 1)",
  ]);
});

it("one value that rounding spreads is a level line on a readable axis, and other values keep theirs", () => {
  const flat = [2, 4, 8].map((groups, i) => ({ groups, metric: "HR@10", value: 0.2336 + i * 1e-17 }));
  const real = [2, 4, 8].map((groups, i) => ({ groups, metric: "NDCG@10", value: 0.2336 + i * 1e-4 }));
  const settings = { x: "groups", y: "value", panelRows: "metric", xScale: "log2" } as const;
  const [hr, ndcg] = layoutOf(lineChart([...flat, ...real], settings)).panels.map(({ y }) => y.domain);
  expect(hr[1] - hr[0]).toBeGreaterThan(0.0046);
  expect(ndcg[1] - ndcg[0]).toBeLessThan(0.0004);
});

it("a figure is drawn where no row falls into one of its panels", async () => {
  const whole = utility.map((row) => ({ ...row, value: row.mean }));
  const settings = { x: "groups", y: "value", series: "method", ...panels, xScale: "log2" } as const;
  for (const metric of ["NDCG@10", "HR@10"])
    for (const model of ["DMF", "NMF"]) {
      const rows = whole.filter((row) => row.metric !== metric || row.model !== model);
      const svg = await toSvg(lineChart(rows, settings), { name: "n", alt: "a", provenance: "p" });
      expect(svg.match(/<clipPath/g)).toHaveLength(9); // a line each in three panels
    }
});

it("names of data stand in a figure as they are, and never as markup", async () => {
  const name = `<b onclick="x">=1&</b>`;
  const rows = [name, "b"].map((series, i) => ({ series, panel: name, x: name, y: i }));
  const chart = lineChart(rows, {
    x: "x",
    y: "y",
    series: "series",
    panelColumns: "panel",
    xTitle: name,
    title: name,
  });
  const svg = await toSvg(chart, { name: "n", alt: name, provenance: name });
  expect(svg).not.toContain("<b");
  expect(svg).toContain("&lt;b onclick=");
  const written = JSON.stringify(plotlyFigure(chart)).replaceAll(/<\/?b>|<br>/g, ""); // our own tags
  expect(written).not.toContain("<");
});

describe("on a phone", () => {
  it("a field of cells keeps its height, since each row has a number in it", () => {
    const many = Array.from({ length: 24 }, (_, k) => ({ x: "a", y: `setting ${k}`, v: k }));
    const chart = heatChart(many, { x: "x", y: "y", value: "v", digits: 1, height: 480 });
    expect(narrowed(chart)).toMatchObject({ width: 285, height: 480 });
    expect(narrowed(charts.pareto()).height).toBe(285);
  });

  it("an interactive figure whose panels stand side by side is scrolled and not squeezed", () => {
    const page = (panels?: "method") =>
      plotlyPage(plotlyFigure(lineChart(utility, { x: "groups", y: "mean", panelColumns: panels })), {
        title: "t",
        alt: "a",
        provenance: "p",
      });
    expect(page("method")).toContain('<div id="figure" class="wide">');
    expect(page()).toContain('<div id="figure">');
  });
});
