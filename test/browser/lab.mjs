// JupyterLab in a real browser: opens 00_quickstart, runs all cells in the TypeScript kernel, looks for the table and
// the chart, changes a parameter and runs its cell again. `npm run test:browser`; needs Chromium (CHROMIUM_PATH).
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, relative } from "node:path";
import { launchChromium } from "../../scripts/chromium.mjs";
import { elapsed, root, Stop, say, script } from "../../scripts/tools.mjs";

const scratch = join(root, "test/browser/scratch"); // beside the library, so that its kernel finds node_modules
const MINUTES = 60_000;

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** A scratch folder with a copy of the notebook, and settings of its own: the user's JupyterLab is not touched. */
function prepare() {
  rmSync(scratch, { recursive: true, force: true });
  const settings = join(scratch, "settings/@jupyterlab/notebook-extension");
  mkdirSync(settings, { recursive: true });
  // all cells are drawn, also those out of sight, so that the test sees them
  writeFileSync(join(settings, "tracker.jupyterlab-settings"), '{ "windowingMode": "none" }');
  copyFileSync(join(root, "notebooks/00_quickstart.ipynb"), join(scratch, "00_quickstart.ipynb"));
  return {
    ...process.env,
    ERASABLE_PROFILE: "smoke",
    ERASABLE_RESULTS: join(scratch, "results"),
    JUPYTERLAB_SETTINGS_DIR: join(scratch, "settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(scratch, "workspaces"),
    JUPYTER_CONFIG_DIR: join(scratch, "config"),
  };
}

/** Starts `npm run lab` as a user would; resolves with its address when the server answers. */
async function startLab() {
  const [port, token] = [await freePort(), randomBytes(16).toString("hex")];
  const args = [
    "scripts/lab.mjs",
    "--no-browser",
    `--port=${port}`,
    "--ip=127.0.0.1",
    `--IdentityProvider.token=${token}`,
  ];
  if (process.getuid?.() === 0) args.push("--allow-root");
  const lab = spawn(process.execPath, args, { cwd: root, env: prepare(), stdio: ["ignore", "pipe", "pipe"] });
  const log = [];
  for (const stream of [lab.stdout, lab.stderr]) stream.on("data", (chunk) => log.push(String(chunk)));
  const address = `http://127.0.0.1:${port}`;
  const until = performance.now() + 2 * MINUTES;
  for (;;) {
    const answer = await fetch(`${address}/api?token=${token}`).catch(() => undefined);
    if (answer?.ok) return { lab, address, token };
    if (lab.exitCode !== null || performance.now() > until)
      throw new Stop(`JupyterLab did not start:\n${log.join("").split("\n").slice(-15).join("\n")}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Ends JupyterLab and waits until it has ended its kernels. */
async function stopLab(lab) {
  if (lab.exitCode !== null) return;
  const ended = new Promise((resolve) => lab.once("exit", resolve));
  lab.kill("SIGTERM");
  await ended;
}

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
    await caption("Gradient samples").waitFor({ timeout: 5 * MINUTES });
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
        has: page.locator("caption", { hasText: "The unlearned system" }),
      });
      await table.scrollIntoViewIfNeeded();
      assert.ok(await table.isVisible());
      const same = async (what) =>
        (await table.locator("tr", { hasText: what }).locator("td").first().textContent()).trim();
      assert.equal(await same(/^model(?!,)/), "yes");
      assert.equal(await same(/^model, before/), "no");
    },
  );

  await check("the chart is visible", async () => {
    const chart = notebook.locator(".jp-RenderedSVG").first();
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    assert.ok(box.width > 300 && box.height > 150, `the chart is ${box.width} x ${box.height} px`);
    const drawn = await chart
      .locator("img, svg")
      .evaluateAll((all) => all.filter((one) => one.naturalWidth !== 0).length);
    assert.ok(drawn > 0, "the chart's picture did not load");
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
    await change(parameters, "epochs: 30", "epochs: 1000000");
    await epochs("1000000");
    await page.screenshot({ path: join(scratch, "parameters.png") });
  });

  await check("the stop button stops a long run, and the kernel goes on", async () => {
    const learning = cellWith("erasable.learn(train");
    const shown = learning.locator(".jp-OutputArea");
    await learning.locator(".cm-content").click();
    await page.keyboard.press("Shift+Enter");
    await shown.filter({ hasText: /epoch \d+ of 1000000/ }).waitFor({ timeout: MINUTES });
    await page.locator('.jp-Toolbar-item[data-jp-item-name="interrupt"]').click();
    await shown.filter({ hasText: /Interrupted|stopped/ }).waitFor({ timeout: MINUTES });
    await page.waitForTimeout(1000);
    const text = await shown.textContent();
    await page.waitForTimeout(1500);
    assert.equal(await shown.textContent(), text, "the work went on behind the cell");
    await change(parameters, "epochs: 1000000", "epochs: 29");
    await epochs("29");
  });
}

await script(async () => {
  const since = performance.now();
  const browser = await launchChromium();
  const server = await startLab().catch(async (error) => {
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
