/**
 * The page that links a profile's reports: what it takes from claims.json, figures and executed notebooks.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(__dirname, "../..");
const results = mkdtempSync(join(tmpdir(), "erasable-index-"));
const folder = join(results, "smoke");
afterAll(() => rmSync(results, { recursive: true, force: true }));

const html = (text: string) => ({ output_type: "display_data", data: { "text/html": [text] } });
const entry = { name: "04_cost", title: "04 · Cost", opening: "What it costs.", succeeded: true, pdf: true };

function write(path: string, content: unknown): void {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function indexPage(): string {
  const code = `import("./scripts/index_page.mjs").then(({ indexPage }) =>
    process.stdout.write(indexPage(${JSON.stringify([entry])}, ${JSON.stringify(folder)}, "body {}")))`;
  return execFileSync(process.execPath, ["-e", code], { cwd: root, encoding: "utf8" });
}

describe("without records and figures", () => {
  beforeAll(() => write("notebooks/04_cost.ipynb", { cells: [] }));

  it("links the notebooks and nothing that is not there", () => {
    const page = indexPage();
    expect(page).toContain('href="04_cost.reading.html"');
    expect(page).toContain('href="04_cost.pdf"');
    expect(page).not.toMatch(/id="claims"|#claims|id="headline"|id="figures"/);
  });
});

describe("with them", () => {
  const claim = {
    id: "C1",
    place: "Figure 4",
    statement: "A < B",
    rule: "a case is an S",
    data: [
      { title: "MovieLens 1M", verdict: "partly", sentence: "On MovieLens 1M it takes .74 times as long." },
      {
        title: "Amazon Music",
        verdict: "the reverse holds",
        sentence: "On Amazon Music it takes twice as long.",
      },
    ],
  };

  beforeAll(() => {
    const provenance = { data: "ml-1m, others of the session", synthetic: false, seeds: "0-9" };
    const other = { ...claim, id: "C10", data: [{ ...claim.data[0], verdict: "reproduced" }] };
    const rules = { commit: "0123456789", date: "2026-01-02" };
    write("claims.json", { provenance, rules, claims: [claim, other] });
    write(
      "figures/efficiency-seconds.svg",
      '<svg><title id="t">falling lines</title><metadata>m</metadata></svg>',
    );
    write("figures/efficiency-seconds.html", "<title>Figure 4: time</title>");
    write("notebooks/04_cost.ipynb", {
      cells: [
        { cell_type: "markdown", source: ["# 04\n", "\n", "## What it costs"] },
        { cell_type: "code", source: "", outputs: [html('<img data-figure="efficiency-seconds" alt="a">')] },
        { cell_type: "markdown", source: "## Reading: the claims" },
        { cell_type: "code", source: "", outputs: [html("<th>C1</th>")] },
      ],
    });
  });

  it("counts the verdicts of each data set, shows the sentences, and names the rules", () => {
    const page = indexPage();
    expect(page).toContain(
      "<li>MovieLens 1M: 1 × reproduced, 1 × partly</li><li>Amazon Music: 1 × the reverse holds</li>",
    );
    expect(page).toContain("Judged on MovieLens 1M, Amazon Music;");
    expect(page).toContain("A &lt; B");
    expect(page).toContain("On Amazon Music it takes twice as long.");
    expect(page).toContain("a case is an S");
    expect(page).toMatch(/2026-01-02, commit\s+0123456789/);
  });

  it("links each claim and figure to the cell that shows it, and does not take C1 for C10", () => {
    const page = indexPage();
    expect(page).toContain('<a href="04_cost.html#Reading:-the-claims">notebook&nbsp;04</a>');
    expect(page).toContain('<a href="04_cost.html#What-it-costs">notebook&nbsp;04</a>');
    expect(page.match(/#Reading:-the-claims/g)).toHaveLength(1);
  });

  it("holds its headline figures", () => {
    const page = indexPage();
    expect(page.match(/<img alt="falling lines" src="data:image\/svg\+xml;base64,/g)).toHaveLength(1);
    expect(page).toContain("<strong>Figure 4: time</strong>");
    expect(page).toContain('aria-label="Interactive version: Figure 4: time"');
  });

  it("runs no script, whoever wrote what it shows", () => {
    expect(indexPage()).toContain(`http-equiv="Content-Security-Policy" content="default-src 'none'; `);
  });
});
