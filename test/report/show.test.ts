/** What a notebook or a program gets: cells, files, provenance, parameters, progress, the stop button. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { StoppedError } from "../../lib/errors";
import { type Bundle, describeRun, setNotebook } from "../../lib/report/context";
import { lineChart } from "../../lib/report/lineChart";
import { byProfile, notebookParameters } from "../../lib/report/parameters";
import { progress, progressLine } from "../../lib/report/progress";
import { commitOf, outputProvenance, provenanceLine, seedText } from "../../lib/report/provenance";
import { rowsOf, toDataFrame } from "../../lib/report/rows";
import { drawLast, look, show, showChart, showMarkdown, showTable } from "../../lib/report/show";
import { stopSignal } from "../../lib/report/stop";
import { noteUse, showVersions, versions } from "../../lib/report/versions";

const synthetic = { data: { name: "synthetic", synthetic: true }, seeds: [0, 1, 2] };
const rows = [
  { method: "Retrain", ndcg: 0.5 },
  { method: "L-CBKM", ndcg: 0.25 },
];

let folder: string;
let shown: [string, string][];
let bundles: Bundle[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "erasable-report-"));
  vi.stubEnv("ERASABLE_RESULTS", folder);
  vi.stubEnv("ERASABLE_PROFILE", "quick");
  vi.stubEnv("ERASABLE_PARAMETERS", undefined);
  vi.stubEnv("ERASABLE_PUBLISH", undefined);
  shown = [];
  const display = {
    html: (text: string) => shown.push(["html", text]),
    markdown: (text: string) => shown.push(["markdown", text]),
  };
  bundles = [];
  setNotebook({ display, newDisplay: () => display, bundle: (data) => bundles.push(data) });
});
afterEach(() => {
  setNotebook(undefined);
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const file = (path: string) => readFileSync(join(folder, "quick", path), "utf8");

describe("showTable", () => {
  it("shows the table in the cell and keeps it as CSV, both with their provenance", async () => {
    describeRun(synthetic);
    await showTable(rows, { name: "utility", caption: "Table 2" });
    expect(shown).toHaveLength(1);
    expect(shown[0][1]).toContain(
      "Profile quick · data synthetic (synthetic: made up, no real ratings) · seeds 0, 1, 2",
    );
    const [head, first] = file("tables/utility.csv").split("\n");
    expect(head).toBe("method,ndcg,profile,data,synthetic,seeds,commit");
    expect(first).toMatch(/^Retrain,0.5,quick,synthetic,true,"0, 1, 2",/);
  });

  it("keeps a table's own columns where the provenance has columns of the same names", async () => {
    const own = [
      { data: "ml-1m", seeds: 10, value: 1 },
      { data: "ml-100k", seeds: 3, value: 2 },
    ];
    await showTable(own, { name: "own", caption: "c", run: synthetic });
    const [head, ...lines] = file("tables/own.csv").trimEnd().split("\n");
    expect(head).toBe("data,seeds,value,profile,run data,synthetic,run seeds,commit");
    expect(lines[0]).toMatch(/^ml-1m,10,1,quick,synthetic,true,"0, 1, 2",/);
    expect(lines[1]).toMatch(/^ml-100k,3,2,quick,synthetic,true,"0, 1, 2",/);
  });

  it("takes a Danfo DataFrame or an Arquero table, and returns the frame to go on with", async () => {
    const frame = await toDataFrame(rows);
    expect(rowsOf(frame.sortValues("ndcg"))[0]).toEqual({ method: "L-CBKM", ndcg: 0.25 });
    const columns = [{ key: "method" }, { key: "ndcg", digits: 2, best: "highest" }] as const;
    expect(await showTable(frame, { name: "frame", caption: "c", run: synthetic, columns })).toBe(frame);
    expect(shown[0][1]).toContain("<strong>0.50</strong>");
    expect(file("tables/frame.csv")).toContain("L-CBKM,0.25,quick");
    const { from } = await import("arquero");
    const options = { name: "columns", caption: "c", run: synthetic, columns };
    const returned = await showTable(
      from(rows).filter((d: { ndcg: number }) => d.ndcg < 0.4),
      options,
    );
    expect(returned.shape).toEqual([1, 2]);
    expect(shown[1][1]).toContain("L-CBKM");
  });

  it("has no frame of more rows than anybody reads", async () => {
    const many = Array.from({ length: 2001 }, (_, i) => ({ i }));
    await expect(showTable(many, { name: "many", caption: "c", run: synthetic })).rejects.toThrow(
      "2001 rows",
    );
    expect(existsSync(join(folder, "quick/tables/many.csv"))).toBe(false);
  });

  it("works without a notebook, but not without provenance", async () => {
    setNotebook(undefined);
    await expect(showTable(rows, { name: "x", caption: "c" })).rejects.toThrow("describeRun");
    await showTable(rows, { name: "x", caption: "c", run: synthetic });
    expect(shown).toEqual([]);
    expect(existsSync(join(folder, "quick/tables/x.csv"))).toBe(true);
  });

  it("leaves published results alone, unless it is to publish", async () => {
    vi.stubEnv("ERASABLE_PROFILE", "paper");
    await showTable(rows, { name: "t", caption: "c", run: synthetic });
    expect(existsSync(join(folder, "paper-local/tables/t.csv"))).toBe(true);
    expect(existsSync(join(folder, "paper"))).toBe(false);
    vi.stubEnv("ERASABLE_PUBLISH", "1");
    await showTable(rows, { name: "t", caption: "c", run: synthetic });
    expect(existsSync(join(folder, "paper/tables/t.csv"))).toBe(true);
  });

  it("writes nowhere but into its folder", async () => {
    await expect(showTable(rows, { name: "../../x", caption: "c", run: synthetic })).rejects.toThrow(
      'name "../../x"',
    );
  });
});

describe("showChart", () => {
  const chart = lineChart(rows, { x: "method", y: "ndcg" });
  const text = { caption: "Figure <5>", alt: "two points", run: synthetic };

  it("shows one output: Plotly's chart, and a picture that needs no trust", async () => {
    await showChart(chart, { ...text, name: "figure-5" });
    expect(bundles.map(Object.keys)).toEqual([["application/vnd.plotly.v1+json", "text/html"]]);
    const [{ "text/html": html, "application/vnd.plotly.v1+json": figure }] = bundles as Record<
      string,
      string
    >[];
    expect(Object.keys(figure)).toEqual(["data", "layout", "config"]);
    expect(html).toMatch(/^<img data-figure="figure-5" alt="two points" [^<]*>$/);
    const [, picture] = /src="data:image\/svg\+xml;base64,([^"]*)"/.exec(html) ?? [];
    expect(Buffer.from(picture, "base64").toString()).toBe(file("figures/figure-5.svg"));
    expect(shown).toHaveLength(1);
    expect(shown[0][1]).toContain("<strong>Figure &lt;5&gt;</strong>");
    expect(shown[0][1]).not.toContain("<a ");
  });

  it("keeps the printed form, the interactive page, and plotly.js once beside all pages", async () => {
    await showChart(chart, { ...text, name: "one" });
    expect(file("figures/one.svg")).toContain("data synthetic");
    const page = file("figures/one.html");
    expect([...page.matchAll(/<script src="([^"]*)"/g)].map((found) => found[1])).toEqual(["plotly.js"]);
    expect(page.length).toBeLessThan(20_000);
    expect(file("figures/plotly.js").length).toBeGreaterThan(1_000_000);
  });
});

describe("show", () => {
  it("shows the tables and charts of a question, one or a list", async () => {
    describeRun(synthetic);
    const chart = {
      name: "c",
      caption: "Chart",
      alt: "a",
      chart: lineChart(rows, { x: "method", y: "ndcg" }),
    };
    await show([
      { name: "t", caption: "Table 3: methods", rows },
      { ...chart, caption: "Figure 7: chart" },
    ]);
    const frame = await show({ name: "u", caption: "Table 1. Data", rows });
    expect(frame?.shape).toEqual([rows.length, Object.keys(rows[0]).length]);
    expect(shown.map(([, html]) => /(Table|Figure) \d[^<]*/.exec(html)?.[0])).toEqual([
      "Table 3: methods",
      "Figure 7: chart",
      "Table 1. Data",
    ]);
    expect(existsSync(join(folder, "quick/tables/u.csv"))).toBe(true);
    await expect(show({ name: "v", caption: "Nothing yet", rows: [] })).resolves.toBeUndefined();
    expect(shown.at(-1)).toEqual(["markdown", "> Nothing yet: no results here."]);
    expect(existsSync(join(folder, "quick/tables/v.csv"))).toBe(false);
    await expect(show({ name: "x" } as never)).rejects.toThrow("show takes");
  });
});

describe("look", () => {
  it("shows the first rows of anything like a table, and writes nothing", async () => {
    const { from } = await import("arquero");
    const many = Array.from({ length: 12 }, (_, i) => ({ i, list: [1, 2], none: null }));
    for (const what of [many, from(many), await toDataFrame(many.map(({ i }) => ({ i })))]) {
      look(what);
      const [, html] = shown.pop() ?? [];
      expect(html?.match(/<tr/g)).toHaveLength(11);
      expect(html).toContain("the first 10 of 12 rows");
    }
    look({ users: 3, ids: new Uint32Array([1, 2]) });
    expect(shown[0][1]).toContain("1, 2");
    expect(() => look(3)).toThrow("look takes");
    expect(existsSync(join(folder, "quick"))).toBe(false);
  });
});

describe("the value that a cell ends with", () => {
  it("is a table if it is like one, once", async () => {
    const { from } = await import("arquero");
    for (const value of [rows, from(rows), await toDataFrame(rows)]) expect(drawLast(value)).toBe(true);
    expect(shown).toHaveLength(3);
    for (const value of [3, "text", undefined, null, [1, 2], { a: 1 }, [], [[1]]])
      expect(drawLast(value)).toBe(false);
    const frame = await showTable(rows, { name: "t", caption: "c", run: synthetic });
    expect(shown).toHaveLength(4);
    expect([drawLast(frame), shown.length]).toEqual([true, 4]);
    expect([drawLast(frame), shown.length]).toEqual([true, 5]); // in a later cell
  });
});

describe("showMarkdown", () => {
  it("shows text in the cell", () => {
    showMarkdown("**three** users");
    expect(shown).toEqual([["markdown", "**three** users"]]);
  });

  it("takes what is put into a template for text", () => {
    showMarkdown`User ${"**1** <b>&\n# x"} and *${2.5}*.`;
    expect(shown).toEqual([["markdown", "User \\*\\*1\\*\\* &lt;b&gt;&amp; \\# x and *2\\.5*."]]);
  });
});

describe("provenance", () => {
  it("names real data plainly, and several sets once each", () => {
    const ml = { name: "ml-1m", synthetic: false };
    const line = provenanceLine(outputProvenance("paper", { data: [ml, ml], seeds: [0, 1, 2, 3] }, "abc"));
    expect(line).toBe("Profile paper · data ml-1m · seeds 0-3 · version abc");
    expect(seedText([3])).toBe("3");
    expect(seedText([0, 2, 4, 6])).toBe("0, 2, 4, 6");
  });

  it("says so where there is no commit", () => {
    expect(commitOf(folder)).toBe("uncommitted");
  });
});

describe("notebookParameters", () => {
  const defaults = { dataset: "ml-100k", groups: 8, seeds: [0, 1], regroup: false };

  it("are the cell's, changed by the environment, and shown", () => {
    vi.stubEnv("ERASABLE_PARAMETERS", '{"groups": 4}');
    const parameters = notebookParameters(defaults);
    expect(parameters).toEqual({ dataset: "ml-100k", groups: 4, seeds: [0, 1], regroup: false });
    expect(shown[0][1]).toContain(">ERASABLE_PARAMETERS<");
    expect(Object.isFrozen(parameters)).toBe(true);
  });

  it.each([
    ['{"group": 4}', /unknown key "group"; known keys are dataset, groups, seeds, regroup/],
    ['{"groups": "4"}', /groups is "4"; it must be a number/],
    ['{"seeds": ["a"]}', /seeds is \["a"\]; it must be a list of number/],
    ["{groups}", /is not JSON/],
    ["[4]", /must be a JSON object/],
  ])("refuses %s", (text, message) => {
    vi.stubEnv("ERASABLE_PARAMETERS", text);
    expect(() => notebookParameters(defaults)).toThrow(message);
  });

  it("are what is typed: a plain value in place of one by profile holds in every profile", () => {
    const cell = { dataset: byProfile("ml-100k", { smoke: "synthetic", quick: "ml-1m" }), epochs: 20 };
    expect(notebookParameters(cell)).toEqual({ dataset: "ml-1m", epochs: 20 });
    expect(shown[0][1]).toContain("profile quick (else ml-100k)");
    expect(shown[0][1]).toContain("ERASABLE_PARAMETERS=&#39;{&quot;epochs&quot;:21}&#39;");
    vi.stubEnv("ERASABLE_PROFILE", "paper");
    expect(notebookParameters(cell).dataset).toBe("ml-100k");
    expect(notebookParameters({ ...cell, dataset: "my.csv" }).dataset).toBe("my.csv");
    vi.stubEnv("ERASABLE_PARAMETERS", '{"dataset": 3}');
    expect(() => notebookParameters(cell)).toThrow(/dataset is 3; it must be a string/);
  });

  it("refuses an unknown profile", () => {
    vi.stubEnv("ERASABLE_PROFILE", "huge");
    expect(() => notebookParameters(defaults)).toThrow('"huge" is not one of smoke, quick, paper');
  });
});

describe("progress", () => {
  it("tells how far, how fast and how long", () => {
    expect(progressLine("Training", 10, 5, { total: 50, unit: "epochs" })).toBe(
      "Training: 10 of 50 epochs · 2 epochs/s · 20 s left",
    );
    expect(progressLine("Reading", 12345, 0, { unit: "lines" }, "ratings.dat")).toBe(
      "Reading: 12,345 lines · ratings.dat",
    );
    expect(progressLine("Sweep", 1, 3600, { total: 3 })).toContain("1 steps/h · 2.0 h left");
    expect(progressLine("Learning", 0.4, 60, { total: 100, unit: "%" })).toBe("Learning: 0.4 % · 4.2 h left");
  });

  it("goes by what was expected until its own rate tells more", () => {
    const settings = { total: 100, unit: "%", expected: 300 };
    expect(progressLine("Learning", 0, 0, settings)).toBe("Learning: 0 % · about 5 min left");
    expect(progressLine("Learning", 1, 60, settings)).toBe("Learning: 1 % · 4 min left");
    expect(progressLine("Learning", 50, 60, settings)).toBe("Learning: 50 % · 1 min left");
    progress("Learning", settings);
    expect(shown[0][1]).toContain("about 5 min left");
  });

  it("draws a bar while work goes on, and none when it is done", () => {
    const step = progress("Training", { total: 4 });
    step.update(1);
    expect(shown[0][1]).toContain('<progress value="0.2500" max="1"');
    step.done();
    expect(shown[1][1]).not.toContain("<progress");
  });

  it("leaves a last line in the cell that does not depend on the clock", () => {
    const step = progress("Training", { total: 2000, unit: "epochs" });
    step.update(1);
    step.done();
    expect(shown[shown.length - 1][1]).toContain(">Training: 2,000 epochs<");
  });
});

describe("stopSignal", () => {
  it("is aborted by an interrupt, once, and leaves no listener behind", async () => {
    const before = process.listenerCount("SIGINT");
    const old = stopSignal();
    const signal = stopSignal();
    expect(process.listenerCount("SIGINT")).toBe(before); // none while the caller still runs: see stop.ts
    await new Promise(setImmediate);
    expect(process.listenerCount("SIGINT")).toBe(before + 1);
    process.emit("SIGINT");
    expect(old.aborted).toBe(false);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBeInstanceOf(StoppedError);
    expect(process.listenerCount("SIGINT")).toBe(before);
  });
});

describe("versions", () => {
  it("name what is used, and each package from when it is", async () => {
    expect(versions()).toMatchObject({ "Node.js": process.versions.node });
    expect(versions()).not.toHaveProperty("tslab"); // this is no kernel
    await showTable(rows, { name: "t", caption: "c", run: synthetic });
    const chart = lineChart(rows, { x: "method", y: "ndcg" });
    await showChart(chart, { name: "c", caption: "c", alt: "a", run: synthetic });
    showVersions();
    const line = () => shown[shown.length - 1][1];
    expect(line()).toMatch(/danfojs-node 1\.2\.0 .*vega-lite 5\.[\d.]+ · plotly\.js-dist-min 4\.1\.2/);
    const before = shown.length;
    await showTable(rows, { name: "t", caption: "c", run: synthetic });
    expect(shown).toHaveLength(before + 1); // the line has not changed
    noteUse("tslab");
    await showTable(rows, { name: "t", caption: "c", run: synthetic });
    expect(line()).toContain(" · tslab 1.0.22 · ");
  });
});
