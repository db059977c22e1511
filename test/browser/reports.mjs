// The HTML reports of a profile, in a real browser: every page opens offline and asks nothing of any host, passes axe
// without a serious violation, and fits a phone. `node test/browser/reports.mjs [profile]`, after npm run reproduce.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { launchChromium } from "../../scripts/chromium.mjs";
import { filesBelow, root, Stop, say, script } from "../../scripts/tools.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PHONE = { width: 390, height: 844 };

/** What is wrong with a page, as sentences. */
async function problemsOf(browser, path) {
  const problems = [];
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.route("**/*", (route) => {
    const { protocol } = new URL(route.request().url());
    if (protocol === "file:" || protocol === "data:" || protocol === "about:" || protocol === "blob:")
      return route.continue();
    problems.push(`asks for ${route.request().url()}`);
    return route.abort();
  });
  page.on("pageerror", (error) => problems.push(`error in the page: ${error.message}`));
  await page.goto(pathToFileURL(path).href, { waitUntil: "load" });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ["violations"] }),
  );
  for (const { id, impact, help, nodes } of violations)
    if (impact === "serious" || impact === "critical")
      problems.push(`${id} (${impact}): ${help}, ${nodes.length} times, first ${nodes[0].target.join(" ")}`);
  await page.setViewportSize(PHONE);
  await page.waitForTimeout(400); // interactive figures draw themselves again
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (overflow > 1) problems.push(`is ${overflow} px too wide for a phone`);
  await context.close();
  return problems;
}

await script(async ([profile = "smoke"]) => {
  const results = join(root, "results", profile);
  const reports = filesBelow(join(results, "reports"), (path) => path.endsWith(".html"));
  const figures = filesBelow(join(results, "figures"), (path) => path.endsWith(".html"));
  if (reports.length === 0) throw new Stop(`no reports in results/${profile}; run npm run reproduce first`);
  const browser = await launchChromium();
  let failed = 0;
  try {
    for (const path of [...reports, ...figures]) {
      const problems = await problemsOf(browser, path);
      failed += problems.length > 0 ? 1 : 0;
      say(`  ${problems.length === 0 ? "ok  " : "FAIL"} ${basename(path)}`);
      for (const problem of problems) say(`       ${problem}`);
    }
  } finally {
    await browser.close();
  }
  say(`${reports.length + figures.length} pages, ${failed} with problems`);
  return failed === 0 ? 0 : 1;
});
