/** What a notebook or a program gets: cells, files, provenance, parameters, progress, the stop button. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { StoppedError } from "../../lib/errors";
import { connectNotebook, describeRun, disconnectNotebook } from "../../lib/report/context";
import { lineChart } from "../../lib/report/lineChart";
import { notebookParameters } from "../../lib/report/parameters";
import { progress, progressLine } from "../../lib/report/progress";
import { commitOf, outputProvenance, provenanceLine, seedText } from "../../lib/report/provenance";
import { toDataFrame, toRows } from "../../lib/report/rows";
import { showChart, showMarkdown, showTable } from "../../lib/report/show";
import { stopSignal } from "../../lib/report/stop";
import { versions } from "../../lib/report/versions";

const synthetic = { data: { name: "synthetic", synthetic: true }, seeds: [0, 1, 2] };
const rows = [
  { method: "Retrain", ndcg: 0.5 },
  { method: "L-CBKM", ndcg: 0.25 },
];

let folder: string;
let shown: [string, string][];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "erasable-report-"));
  vi.stubEnv("ERASABLE_RESULTS", folder);
  vi.stubEnv("ERASABLE_PROFILE", "quick");
  vi.stubEnv("ERASABLE_PARAMETERS", undefined);
  vi.stubEnv("ERASABLE_NOTEBOOK", "05_utility");
  shown = [];
  const display = {
    html: (text: string) => shown.push(["html", text]),
    svg: (text: string) => shown.push(["svg", text]),
    markdown: (text: string) => shown.push(["markdown", text]),
  };
  connectNotebook({ display, newDisplay: () => display });
});
afterEach(() => {
  disconnectNotebook();
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

  it("takes a Danfo DataFrame", async () => {
    const frame = await toDataFrame(rows);
    expect(toRows(frame.sortValues("ndcg"))[0]).toEqual({ method: "L-CBKM", ndcg: 0.25 });
    const columns = [{ key: "method" }, { key: "ndcg", digits: 2, best: "highest" }] as const;
    await showTable(frame, { name: "frame", caption: "c", run: synthetic, columns });
    expect(shown[0][1]).toContain("<strong>0.50</strong>");
    expect(file("tables/frame.csv")).toContain("L-CBKM,0.25,quick");
  });

  it("works without a notebook, but not without provenance", async () => {
    disconnectNotebook();
    await expect(showTable(rows, { name: "x", caption: "c" })).rejects.toThrow("describeRun");
    await showTable(rows, { name: "x", caption: "c", run: synthetic });
    expect(shown).toEqual([]);
    expect(existsSync(join(folder, "quick/tables/x.csv"))).toBe(true);
  });

  it("writes nowhere but into its folder", async () => {
    await expect(showTable(rows, { name: "../../x", caption: "c", run: synthetic })).rejects.toThrow(
      'name "../../x"',
    );
  });
});

describe("showChart", () => {
  it("draws in the cell, and keeps the SVG and an interactive page that the caption links", async () => {
    const chart = lineChart(rows, { x: "method", y: "ndcg" });
    await showChart(chart, { name: "figure-5", caption: "Figure 5", alt: "two points", run: synthetic });
    expect(shown.map(([kind]) => kind)).toEqual(["svg", "html"]);
    expect(shown[0][1]).toBe(file("figures/figure-5.svg"));
    expect(shown[0][1]).toContain("data synthetic");
    expect(shown[1][1]).toContain('href="../figures/figure-5.html"');
    expect(file("figures/figure-5.html")).toContain("Plotly.newPlot");
  });

  it("keeps plotly.js once beside the pages, and inside a page that is shown in the cell", async () => {
    const chart = lineChart(rows, { x: "method", y: "ndcg" });
    const text = { caption: "c", alt: "a", run: synthetic };
    await showChart(chart, { ...text, name: "one" });
    await showChart(chart, { ...text, name: "two", interactive: true });
    for (const name of ["one", "two"]) {
      const page = file(`figures/${name}.html`);
      expect([...page.matchAll(/<script src="([^"]*)"/g)].map((found) => found[1])).toEqual(["plotly.js"]);
      expect(page.length).toBeLessThan(20_000);
    }
    expect(file("figures/plotly.js").length).toBeGreaterThan(1_000_000);
    const frame = shown.find(([, html]) => html.startsWith("<iframe"))?.[1] ?? "";
    expect(frame).not.toContain("&lt;script src");
    expect(frame.length).toBeGreaterThan(1_000_000);
  });
});

describe("showMarkdown", () => {
  it("shows text in the cell", () => {
    showMarkdown("**three** users");
    expect(shown).toEqual([["markdown", "**three** users"]]);
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

  it("are the cell's, changed by the profile, changed by the environment, and shown", () => {
    vi.stubEnv("ERASABLE_PARAMETERS", '{"groups": 4}');
    const parameters = notebookParameters(defaults, {
      quick: { dataset: "ml-1m" },
      smoke: { dataset: "synthetic" },
    });
    expect(parameters).toEqual({ dataset: "ml-1m", groups: 4, seeds: [0, 1], regroup: false });
    expect(shown[0][1]).toContain("ERASABLE_PARAMETERS");
    expect(shown[0][1]).toContain("profile quick");
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
    expect(progressLine("Sweep", 1, 3600, { total: 3 })).toContain("2.0 h left");
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
  it("names what computes and draws", () => {
    expect(versions()).toMatchObject({ "Node.js": process.versions.node, tslab: "1.0.22" });
  });
});
