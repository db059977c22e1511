// The HTML reports of a profile, in a real browser: every page is valid HTML, opens offline and asks nothing of any host,
// passes axe without a serious violation, and fits a phone and a sheet of paper.
// `node test/browser/reports.mjs [profile]`, after npm run reproduce.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { HtmlValidate } from "html-validate";
import { launchChromium } from "../../scripts/chromium.mjs";
import { filesBelow, root, Stop, say, script } from "../../scripts/tools.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PHONE = { width: 390, height: 844 };
const PAPER = { width: 673, height: 986 }; // A4 within its margins (style.css), at 96 px to the inch

/** What the HTML standard says of a page; taste (inline styles, spacing) is not asked for. */
const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:standard"],
  rules: {
    "no-inline-style": "off", // tables bring their look along: a notebook has no style sheet
    "no-trailing-whitespace": "off",
    "void-style": "off",
    "long-title": "off",
    "tel-non-breaking": "off",
    "valid-id": ["error", { relaxed: true }], // headings of nbconvert keep their words
  },
});

async function invalidHtml(path) {
  const { results } = await validator.validateFile(path);
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line }) => `line ${line}: ${message} (${ruleId})`),
  );
}

/** What is wrong with a page, as sentences. */
async function problemsOf(browser, path) {
  const problems = (await invalidHtml(path)).slice(0, 10);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.route("**/*", (route) => {
    const { protocol } = new URL(route.request().url());
    if (protocol === "file:" || protocol === "data:" || protocol === "about:" || protocol === "blob:")
      return route.continue();
    problems.push(`asks for ${route.request().url()}`);
    return route.abort();
  });
  page.on("requestfailed", (request) => problems.push(`does not find ${basename(request.url())}`));
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
  const overflow = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const phone = await overflow();
  if (phone > 1) problems.push(`is ${phone} px too wide for a phone`);
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize(PAPER);
  await page.waitForTimeout(400);
  const paper = await overflow();
  if (paper > 1) problems.push(`is ${paper} px too wide for paper`);
  await context.close();
  return problems;
}

await script(async ([profile = "smoke"]) => {
  const results = join(resolve(process.env.ERASABLE_RESULTS ?? join(root, "results")), profile);
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
