// Texts of a file of ratings, as somebody may write them who wants to run something on its reader's machine, in every
// place of every kind of chart and in tables: drawn by Vega-Lite (SVG) and by Plotly, opened in Chromium, hovered over.
// Nothing runs, nothing is a link or markup, and what was written is what is read.
// `node test/browser/hostile.mjs`; needs Chromium (CHROMIUM_PATH).
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { launchChromium } from "../../scripts/chromium.mjs";
import { elapsed, root, say, script } from "../../scripts/tools.mjs";

/** Ids, labels, settings, file names. Each bears a word of its own, by which it is found again. */
const TEXTS = [
  `alpha <img src=x onerror="document.title='RAN'">`,
  `bravo <script>document.title='RAN'</script>`,
  `charlie <a href="javascript:document.title='RAN'">link</a>`,
  `delta <a href="https://example.org/">link</a><b>bold</b><br>`,
  `echo </text></svg><svg onload="document.title='RAN'">`,
  `foxtrot "' datum.x + [0] {{7*7}} \${7*7} \\u0041 &lt;b&gt;`,
  `golf [link](javascript:1) **bold** $x^2$ \`code\` | cell`,
  "hotel ]]>--><!--",
];
const WORDS = TEXTS.map((text) => text.split(" ")[0]);

/** Every kind of chart with these texts wherever a chart takes text. */
function chartsOf(report) {
  const rows = TEXTS.flatMap((text, i) =>
    [2, 4, 8].map((x) => ({
      [TEXTS[4]]: text,
      [TEXTS[5]]: x,
      text,
      x,
      y: 0.1 + i / 10 + x / 100,
      yes: true,
    })),
  );
  const grid = TEXTS.flatMap((text) =>
    TEXTS.slice(0, 2).flatMap((other) => [1, 2].map((x) => ({ text, other, x, y: x }))),
  );
  const titles = { title: TEXTS[0], xTitle: TEXTS[2], yTitle: TEXTS[3] };
  const all = { x: "x", y: "y", series: "text", ...titles };
  return {
    line: report.lineChart(rows, all),
    "line-by-name": report.lineChart(rows, { y: "y", x: TEXTS[5], series: TEXTS[4] }),
    panels: report.lineChart(grid, {
      x: "x",
      y: "y",
      panelColumns: "text",
      panelRows: "other",
      ...titles,
    }),
    bar: report.barChart(rows, all),
    categories: report.barChart(
      rows.filter(({ x }) => x === 2),
      { x: "text", y: "y", ...titles },
    ),
    scatter: report.scatterChart(rows, { ...all, hover: "text" }),
    map: report.mapChart(rows, { ...all, hover: "text" }),
    heat: report.heatChart(rows, { x: "x", y: "text", value: "y", valueTitle: TEXTS[1], ...titles }),
    histogram: report.histogramChart(
      Object.fromEntries(TEXTS.map((text, i) => [text, [i, i + 1, i + 2]])),
      titles,
    ),
    pareto: report.paretoChart(rows, { ...all, label: "text", joined: "yes", xLow: "x", xHigh: "x" }),
    hyperedge: report.hyperedgeChart(
      {
        user: TEXTS[0],
        members: TEXTS.slice(1, 4).map((name) => ({ name, weight: 0.5 })),
        outside: TEXTS.slice(4, 6),
        items: TEXTS.slice(6),
        ratings: TEXTS.slice(6).map((item) => ({ user: TEXTS[0], item, rating: 4 })),
      },
      { left: TEXTS[2], right: TEXTS[3] },
    ),
  };
}

/** What a page holds that came in with the data and is more than text. */
const strangers = () => ({
  title: document.title ?? "",
  found: [...document.querySelectorAll("*")]
    .filter(
      (one) =>
        one.getAttributeNames().some((name) => /^on/i.test(name)) ||
        one.matches('img[src="x"], a[href*="example.org"], a[href^="javascript" i], b') ||
        /javascript:|example\.org/i.test(one.getAttribute("xlink:href") ?? ""),
    )
    .map((one) => one.outerHTML.slice(0, 120)),
  text: [document.documentElement.cloneNode(true)].map((page) => {
    for (const unseen of page.querySelectorAll("script, style")) unseen.remove();
    return page.textContent;
  })[0],
});

async function look(page, path, words) {
  await page.goto(pathToFileURL(path).href);
  await page.waitForTimeout(700);
  const points = await page.locator(".points path, .point path, .scatterlayer .point").all();
  for (const point of points.slice(0, 12)) await point.hover({ force: true, timeout: 2000 }).catch(() => {});
  const { title, found, text } = await page.evaluate(strangers);
  assert.ok(!title.startsWith("RAN"), `${path}: a script ran`);
  assert.deepEqual(found, [], path);
  const missing = words.filter((word) => !text.includes(word));
  assert.deepEqual(missing, [], `${path}: not shown`);
  // as it was written, wherever a line may break
  assert.ok(
    text.replace(/\s+/g, "").includes(TEXTS[3].replace(/\s+/g, "")),
    `${path}: not as it was written`,
  );
}

await script(async () => {
  const since = performance.now();
  const results = mkdtempSync(join(tmpdir(), "erasable-hostile-"));
  process.env.ERASABLE_RESULTS = results;
  const require = createRequire(join(root, "package.json"));
  const report = require("erasable/report");
  const browser = await launchChromium();
  let pages = 0;
  try {
    report.describeRun({ data: { name: `${TEXTS[0]}${TEXTS[2]}`, synthetic: false }, seeds: [0] });
    for (const [name, chart] of Object.entries(chartsOf(report)))
      await report.showChart(chart, { name, caption: TEXTS.join(" "), alt: TEXTS.join(" ") });
    const table = TEXTS.map((text, i) => ({ [TEXTS[1]]: text, text, value: i }));
    await report.showTable(table, { name: "table", caption: TEXTS[0], note: TEXTS[2] });
    const html = report.tableHtml(table, { caption: TEXTS[0], note: TEXTS[2] });
    writeFileSync(
      join(results, "table.html"),
      `<!doctype html><meta charset="utf-8"><title>table</title>${html}`,
    );
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const figures = join(results, "smoke/figures");
    for (const name of readdirSync(figures).filter((file) => /\.(svg|html)$/.test(file))) {
      // a caption stands on a page; a picture has its alternative text
      await look(page, join(figures, name), WORDS);
      pages++;
    }
    await look(page, join(results, "table.html"), WORDS);
    const csv = readFileSync(join(results, "smoke/tables/table.csv"), "utf8");
    for (const text of TEXTS) assert.ok(csv.includes(text.replaceAll('"', '""')), text);
  } finally {
    await browser.close();
    rmSync(results, { recursive: true, force: true });
  }
  say(`Hostile texts in ${pages + 1} pages: ok (${elapsed(since)})`);
});
