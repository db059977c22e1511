// Charts and tables where readers meet them: drawn and hovered over in JupyterLab, in a light and a dark theme, without
// trust and without the extension that draws Plotly; a table for whatever a cell ends with; ids that are markup stay text.
// `npm run test:browser`; needs Chromium (CHROMIUM_PATH).
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { launchChromium } from "../../scripts/chromium.mjs";
import { exportReports } from "../../scripts/report.mjs";
import { setup } from "../../scripts/setup.mjs";
import { elapsed, root, say, script } from "../../scripts/tools.mjs";
import { startLab, stopLab } from "./jupyter.mjs";

const scratch = join(root, "test/browser/scratch");
const MINUTES = 60_000;
/** What somebody may put into a file of ratings as an id. */
const HOSTILE = `<img src=x onerror="document.title='RAN'"><script>document.title='RAN'</script>**b** [l](javascript:1) =1+1`;

const CELLS = [
  `import * as tslab from "tslab";
import * as aq from "arquero";
import * as erasable from "erasable";
import * as report from "erasable/report";
erasable.connectNotebook(tslab);
erasable.showVersions();
erasable.describeRun({ data: { name: ${JSON.stringify(HOSTILE)}, synthetic: true }, seeds: [0] });
const rows = [2, 4].flatMap((groups) => ["Retrain", ${JSON.stringify(HOSTILE)}].map((method, i) =>
  ({ groups, method, ndcg: 0.4 + groups / 100 + i / 50 })));`,
  `await erasable.showChart(report.lineChart(rows, { x: "groups", y: "ndcg", series: "method", xTitle: "groups S", yTitle: "NDCG@10" }),
  { name: "chart", caption: ${JSON.stringify(HOSTILE)}, alt: ${JSON.stringify(HOSTILE)} });`,
  `const frame = await erasable.showTable(rows, { name: "table", caption: ${JSON.stringify(HOSTILE)} });`,
  'frame.sortValues("ndcg")',
  "aq.from(rows).filter((d) => d.groups === 2)",
  "rows",
  "erasable.showMarkdown('The id is ' + report.escapeMarkdown(rows[1].method));",
  "await erasable.learn(3 as never);",
];

const notebook = (sources) => ({
  cells: sources.map((source, i) => ({
    cell_type: "code",
    id: `cell-${i}`,
    execution_count: null,
    metadata: {},
    outputs: [],
    source,
  })),
  metadata: { kernelspec: { display_name: "TypeScript", language: "typescript", name: "tslab" } },
  nbformat: 4,
  nbformat_minor: 5,
});

const write = (name, content) => writeFileSync(join(scratch, name), JSON.stringify(content));

async function check(name, work) {
  const since = performance.now();
  await work();
  say(`  ok  ${name} (${elapsed(since)})`);
}

async function open(page, { address, token }, name) {
  const place = relative(root, join(scratch, name)).replaceAll("\\", "/");
  await page.goto(`${address}/lab/tree/${place}?token=${token}`);
  const panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)");
  await panel
    .locator(".jp-Cell")
    .first()
    .waitFor({ timeout: 2 * MINUTES });
  return panel;
}

const outputs = (panel, cell) => panel.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea-output");

async function inKernel(page, server) {
  const panel = await open(page, server, "charts.ipynb");
  await check("cells run in the kernel", async () => {
    await panel.locator(".jp-Toolbar-kernelName", { hasText: "TypeScript" }).waitFor({ timeout: MINUTES });
    await panel
      .locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
      .waitFor({ timeout: 2 * MINUTES });
    await page.locator(".lm-MenuBar-item", { hasText: /^Run$/ }).click();
    await page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click();
    await panel.locator(".jp-OutputArea-output", { hasText: "InputError" }).waitFor({ timeout: 2 * MINUTES });
  });
  await check("the chart is Plotly's own, and says under the pointer what a point is", async () => {
    const chart = panel.locator(".jp-CodeCell").nth(1).locator(".js-plotly-plot");
    const point = chart.locator(".scatterlayer .point").first();
    await point.scrollIntoViewIfNeeded();
    const { x, y, width, height } = await point.boundingBox();
    await page.mouse.move(x + width / 2 - 3, y + height / 2);
    await page.mouse.move(x + width / 2, y + height / 2, { steps: 3 });
    await chart.locator(".hoverlayer .hovertext").waitFor();
    const text = await chart.locator(".hoverlayer").textContent();
    for (const part of ["Retrain", "groups S: 2", "NDCG@10: 0.4200"]) assert.ok(text.includes(part), text);
    await page.screenshot({ path: join(scratch, "plotly-light.png") });
  });
  await check("what a cell ends with is a table: a DataFrame, an Arquero table, an array", async () => {
    for (const [cell, count] of [
      [2, 4],
      [3, 4],
      [4, 2],
      [5, 4],
    ]) {
      const tables = outputs(panel, cell).locator("table");
      assert.equal(await tables.count(), 1, `cell ${cell} shows ${await tables.count()} tables`);
      assert.equal(await tables.locator("tbody tr").count(), count);
      assert.ok(!(await outputs(panel, cell).allTextContents()).join().includes("$data"));
    }
  });
  await check("an error is one line", async () => {
    const text = (await outputs(panel, 7).allTextContents()).join("").trim();
    assert.ok(text.startsWith("InputError: ") && !text.includes("\n"), text);
  });
  await check("the version line names what came into use", async () => {
    const text = (await outputs(panel, 0).allTextContents()).join(" "); // behind the place of the finding
    for (const name of ["danfojs-node", "arquero", "vega-lite", "plotly.js-dist-min"])
      assert.ok(text.includes(name), text);
  });
  await check("a hostile id is text in cells", async () => {
    assert.notEqual(await page.title(), "RAN");
    const found = await panel
      .locator('.jp-OutputArea :is(img[src="x"], script, a[href^="javascript"])')
      .count();
    assert.equal(found, 0);
    assert.ok((await outputs(panel, 6).first().textContent()).includes(HOSTILE));
  });
  await page.keyboard.press("ControlOrMeta+s");
  await page.waitForTimeout(1500);
}

async function published(page, server) {
  const kept = JSON.parse(readFileSync(join(scratch, "charts.ipynb"), "utf8"));
  const without = (type) => {
    for (const { outputs } of kept.cells) for (const { data } of outputs) delete data?.[type];
  };
  for (const { metadata } of kept.cells) delete metadata.trusted;
  without("image/png"); // which the extension adds when one saves; a published notebook has been executed and not saved
  write("untrusted.ipynb", kept);
  without("application/vnd.plotly.v1+json");
  write("pictures.ipynb", kept); // what a front end without the extension draws
  await check("a notebook that nobody trusts shows its chart", async () => {
    const panel = await open(page, server, "untrusted.ipynb");
    await panel.locator(".js-plotly-plot .scatterlayer .point").first().waitFor({ timeout: MINUTES });
  });
  await check("and its picture where nothing draws Plotly", async () => {
    const panel = await open(page, server, "pictures.ipynb");
    const picture = panel.locator("img[src^='data:image/svg+xml']").first();
    await picture.waitFor({ timeout: MINUTES });
    const [width, height] = await picture.evaluate((image) => [image.naturalWidth, image.naturalHeight]);
    assert.ok(width > 300 && height > 150, `${width} x ${height}`);
    await picture.scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(scratch, "untrusted-picture.png") });
    assert.notEqual(await page.title(), "RAN");
  });
}

/** Nothing that came with the data runs or is markup in what is exported: reports, index, interactive page. */
async function exported(page) {
  const results = join(scratch, "results/smoke");
  mkdirSync(join(results, "notebooks"), { recursive: true });
  copyFileSync(join(scratch, "pictures.ipynb"), join(results, "notebooks/00_hostile.ipynb"));
  await exportReports(await setup(), results, { pdf: true });
  const pages = [
    "reports/00_hostile.html",
    "reports/00_hostile.reading.html",
    "reports/index.html",
    "figures/chart.html",
  ];
  await check("a hostile id is text in reports, on the index and on the interactive page", async () => {
    for (const name of pages) {
      await page.goto(pathToFileURL(join(results, name)).href);
      await page.waitForTimeout(500);
      const { title, found, text } = await page.evaluate(() => ({
        title: document.title,
        found: [...document.querySelectorAll("*")].filter(
          (one) =>
            one.getAttributeNames().some((attribute) => /^on/.test(attribute)) || one.matches('img[src="x"]'),
        ).length,
        text: document.body.textContent,
      }));
      assert.ok(title !== "RAN" && found === 0, `${name}: ${title}, ${found} elements`);
      assert.ok(text.includes(HOSTILE), `${name} does not show the id`);
    }
  });
  await check("the report shows the chart, on a screen, on a phone and on paper", async () => {
    await page.goto(pathToFileURL(join(results, pages[1])).href);
    const picture = page.locator("figure img").first();
    const width = () => picture.evaluate((image) => image.naturalWidth);
    assert.ok((await width()) > 500);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.waitForTimeout(300);
    assert.ok((await width()) < 450, `${await width()} px on a phone`);
    await page.screenshot({ path: join(scratch, "report-390.png") });
    await page.setViewportSize({ width: 1280, height: 1000 });
    assert.ok(statSync(join(results, "reports/00_hostile.pdf")).size > 20_000);
  });
}

async function inDark(page, server) {
  const themes = join(scratch, "settings/@jupyterlab/apputils-extension");
  mkdirSync(themes, { recursive: true });
  writeFileSync(join(themes, "themes.jupyterlab-settings"), '{ "theme": "JupyterLab Dark" }');
  await check("in a dark theme the chart can be read", async () => {
    const panel = await open(page, server, "untrusted.ipynb");
    const label = panel.locator(".js-plotly-plot .xtick text").first();
    await label.waitFor({ timeout: MINUTES });
    await page.waitForTimeout(1000); // it draws again when its place is known
    const [ink, ground] = await label.evaluate((text) => [
      getComputedStyle(text).fill,
      getComputedStyle(text.closest(".jp-Notebook")).backgroundColor,
    ]);
    assert.ok(contrast(ink, ground) >= 4, `${ink} on ${ground}: ${contrast(ink, ground)}`);
    await page.screenshot({ path: join(scratch, "plotly-dark.png") });
  });
}

/** WCAG 2.1, relative luminance and contrast. */
function contrast(one, other) {
  const luminance = (colour) => {
    const parts = colour
      .match(/[\d.]+/g)
      .slice(0, 3)
      .map((part) => Number(part) / 255);
    const [r, g, b] = parts.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

await script(async () => {
  const since = performance.now();
  const browser = await launchChromium();
  let server;
  try {
    server = await startLab(scratch, () => write("charts.ipynb", notebook(CELLS)));
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    page.setDefaultTimeout(MINUTES);
    try {
      await inKernel(page, server);
      await published(page, server);
      await exported(page);
      await inDark(page, server);
    } catch (error) {
      await page.screenshot({ path: join(scratch, "failure.png") });
      say(`  FAILED; the browser's last picture is ${relative(root, join(scratch, "failure.png"))}`);
      throw error;
    }
  } finally {
    await browser.close();
    if (server) await stopLab(server.lab);
  }
  say(`Charts and tables in a browser: ok (${elapsed(since)}); pictures in ${relative(root, scratch)}`);
});
