// JupyterLab in a real browser: opens 00_quickstart, runs all cells in the TypeScript kernel, looks for the table and
// the chart, changes a parameter and runs its cell again, stops training and goes on. `npm run test:browser`; needs
// Chromium (CHROMIUM_PATH).
import assert from "node:assert/strict";
import { copyFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { launchChromium } from "../../scripts/chromium.mjs";
import { elapsed, root, say, script } from "../../scripts/tools.mjs";
import { startLab, stopLab } from "./jupyter.mjs";
import { firstPlace, pressStop, reaches } from "./stop.mjs";

const erasable = createRequire(import.meta.url)("erasable");
const scratch = join(root, "test/browser/scratch"); // beside the library, so that its kernel finds node_modules
const MINUTES = 60_000;
/** tslab drops what it is asked for within 200 ms of an error, which a stop is; more on a loaded machine. */
const KERNEL_DROPS = 1500;
const PRESSES = 3; // of the stop button

async function check(name, work) {
  const since = performance.now();
  await work();
  say(`  ok  ${name} (${elapsed(since)})`);
}

async function explore(page, { address, token }) {
  const place = relative(root, join(scratch, "00_quickstart.ipynb")).replaceAll("\\", "/");
  const notebook = page.locator(".jp-NotebookPanel");
  const caption = (text) => notebook.locator(".jp-OutputArea caption", { hasText: text });

  await check("the notebook opens with the TypeScript kernel", async () => {
    await page.goto(`${address}/lab/tree/${place}?token=${token}`);
    await notebook
      .locator(".jp-Cell")
      .first()
      .waitFor({ timeout: 2 * MINUTES });
    await notebook.locator(".jp-Toolbar-kernelName", { hasText: "TypeScript" }).waitFor({ timeout: MINUTES });
    await notebook
      .locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
      .waitFor({ timeout: MINUTES });
  });

  await check("all cells run", async () => {
    await page.locator(".lm-MenuBar-item", { hasText: /^Run$/ }).click();
    await page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click();
    await caption("What each system cost to train").waitFor({ timeout: 5 * MINUTES });
    await notebook
      .locator(".finding", { hasText: "in every bit of every weight" })
      .waitFor({ timeout: MINUTES });
    const errors = notebook.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]');
    assert.equal(await errors.count(), 0, `a cell wrote to stderr: ${await errors.allTextContents()}`);
    const prompts = await notebook.locator(".jp-CodeCell .jp-InputPrompt").allTextContents();
    assert.ok(
      prompts.every((text) => /^\[\d+\]:$/.test(text)),
      `cells that did not run: ${prompts}`,
    );
  });

  await check(
    "the table of the proof is visible: the unlearned model is the one that never met them",
    async () => {
      const table = notebook.locator(".jp-OutputArea table", {
        has: page.locator("caption", { hasText: "What the certificate says" }),
      });
      await table.scrollIntoViewIfNeeded();
      assert.ok(await table.isVisible());
      const same = async (what) =>
        (await table.locator("tr", { hasText: what }).locator("td").first().textContent()).trim();
      assert.equal(await same(/^model(?!,)/), "holds");
      assert.equal(await same(/^for comparison: the model before/), "another");
    },
  );

  await check("the chart is visible", async () => {
    const chart = notebook.locator(".js-plotly-plot").first();
    await chart.scrollIntoViewIfNeeded();
    await chart.locator(".bars .point").first().waitFor();
    const box = await chart.boundingBox();
    assert.ok(box.width > 300 && box.height > 150, `the chart is ${box.width} x ${box.height} px`);
    await page.screenshot({ path: join(scratch, "chart.png") });
    for (const kind of ["svg", "html"])
      assert.ok(readdirSync(join(scratch, "results/smoke/figures")).includes(`quickstart-cost.${kind}`));
  });

  const cellWith = (text) => notebook.locator(".jp-CodeCell", { hasText: text });
  /** Edits a cell as a user does, and runs it. */
  const change = async (cell, before, after) => {
    await cell.scrollIntoViewIfNeeded();
    const editor = cell.locator(".cm-content");
    const source = (await editor.locator(".cm-line").allTextContents()).join("\n");
    assert.ok(source.includes(before), `the cell does not say "${before}"`);
    await editor.click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.insertText(source.replace(before, after));
    await page.keyboard.press("Shift+Enter");
  };
  const parameters = cellWith("notebookParameters");
  const epochs = (count) =>
    parameters
      .locator(".jp-OutputArea tr", { hasText: "epochs" })
      .locator("td", { hasText: new RegExp(`^${count}$`) })
      .waitFor({ timeout: MINUTES });

  await check("a parameter can be changed and its cell run again", async () => {
    await change(parameters, "epochs: erasable.byProfile(20, { smoke: 30 })", "epochs: 1000000");
    await epochs("1000000");
    await page.screenshot({ path: join(scratch, "parameters.png") });
  });

  const learning = cellWith("erasable.learn(train");
  const shown = learning.locator(".jp-OutputArea");
  const idle = () =>
    notebook.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor({ timeout: MINUTES });
  const runLearning = async () => {
    await learning.locator(".cm-content").click();
    await page.keyboard.press("Shift+Enter");
  };

  await check("the stop button stops training within a second, and the next run goes on there", async () => {
    const waits = [];
    let before = { at: 0 };
    for (let press = 0; press < PRESSES; press++) {
      await idle();
      await page.waitForTimeout(KERNEL_DROPS); // a run asked for sooner is dropped, as those queued behind an error are
      const first = await firstPlace(shown, runLearning);
      assert.ok(first.at >= before.at, `stopped in epoch ${before.epoch}, went on in epoch ${first.epoch}`);
      await reaches(page, shown, { group: first.group, epoch: first.epoch + 100 });
      const { milliseconds, place } = await pressStop(page, shown);
      waits.push(Math.round(milliseconds));
      before = place;
    }
    say(`      the cell said so ${waits.join(", ")} ms after the click`);
    // A user relies on the second, so it is held to; by the best press, since other work on a machine delays some.
    assert.ok(Math.min(...waits) <= 1000, `${waits} ms from the click to the stop`);
    await learning.scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(scratch, "stopped.png") });
    await page.waitForTimeout(1000);
    const text = await shown.textContent();
    await page.waitForTimeout(1500);
    assert.equal(await shown.textContent(), text, "the work went on behind the cell");
  });

  await check("a stopped run in a folder goes on after a restart, to the same model", async () => {
    await change(parameters, "epochs: 1000000", "epochs: 120");
    await epochs("120");
    const kept = JSON.stringify(join(scratch, "kept"));
    await change(learning, "  signal:", `  folder: ${kept},\n  signal:`);
    await reaches(page, shown, { group: 2, epoch: 10 });
    const { place } = await pressStop(page, shown);
    await page.locator(".lm-MenuBar-item", { hasText: /^Kernel$/ }).click();
    await page.locator('.lm-Menu-item[data-command="kernelmenu:restart"]').click();
    await page.locator(".jp-Dialog .jp-mod-accept").click();
    await page.locator(".jp-Dialog").waitFor({ state: "detached" });
    await learning.locator(".cm-content").click();
    await page.locator(".lm-MenuBar-item", { hasText: /^Run$/ }).click();
    await page.locator(".lm-Menu-item", { hasText: "Run All Above Selected Cell" }).click();
    await cellWith("views.quickstart.data").locator(".jp-OutputArea table").waitFor({ timeout: MINUTES });
    const again = () => change(learning, "bar.done(", "bar.done(system.fingerprint + ");
    const first = await firstPlace(shown, again);
    assert.ok(
      first.at >= place.at,
      `stopped in ${JSON.stringify(place)}, went on in ${JSON.stringify(first)}`,
    );
    await shown.filter({ hasText: /Learning: [0-9a-f]{64}/ }).waitFor({ timeout: 5 * MINUTES });
    await learning.scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(scratch, "resumed.png") });
    const [fingerprint] = /[0-9a-f]{64}/.exec(await shown.textContent());
    assert.equal(fingerprint, await uninterrupted(120));
  });

  await check("the kernel goes on", async () => {
    await change(parameters, "epochs: 120", "epochs: 29");
    await epochs("29");
  });
}

/** The model of notebook 00 when nothing stops its training, learned by this process: its fingerprint. */
async function uninterrupted(epochs) {
  const { core, learn, loadDataset, split } = erasable;
  const { train } = split(core(await loadDataset("synthetic"), 5), { seed: 1 });
  const settings = { groups: 4, grouping: "cbkm", label: "implicit", negatives: 4, batchSize: 256, seed: 1 };
  const system = await learn(train, { ...settings, epochs });
  const { fingerprint } = system;
  await system.close();
  return fingerprint;
}

await script(async () => {
  const since = performance.now();
  const browser = await launchChromium();
  const quickstart = "00_quickstart.ipynb";
  const fill = () => copyFileSync(join(root, "notebooks", quickstart), join(scratch, quickstart));
  const server = await startLab(scratch, fill).catch(async (error) => {
    await browser.close();
    throw error;
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    page.setDefaultTimeout(MINUTES);
    try {
      await explore(page, server);
    } catch (error) {
      await page.screenshot({ path: join(scratch, "failure.png") });
      say(`  FAILED; the browser's last picture is ${relative(root, join(scratch, "failure.png"))}`);
      throw error;
    }
  } finally {
    await browser.close();
    await stopLab(server.lab);
  }
  say(`JupyterLab in a browser: ok (${elapsed(since)}); pictures in ${relative(root, scratch)}`);
});
