// Reports of executed notebooks: `npm run report [-- --profile quick]`. Each notebook as HTML with its code
// and without, and as PDF where Chromium is installed, and an index page. Formulas become MathML here, so
// that the pages need no script and no network.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { indexPage, POLICY, plain } from "./index_page.mjs";
import { withPictures } from "./pictures.mjs";
import { setup } from "./setup.mjs";
import { elapsed, filesBelow, options, readJson, root, Stop, say, script } from "./tools.mjs";

/** Text outside code blocks and code spans, changed by `change`. */
function outsideCode(markdown, change) {
  return markdown
    .split(/(^ *```[\s\S]*?^ *```|`[^`\n]+`)/m)
    .map((part, i) => (i % 2 === 1 ? part : change(part)))
    .join("");
}

/** $..$ and $$..$$ as MathML; links to notebooks as links to their pages. */
function prepareMarkdown(markdown, katex) {
  const mathMl = (source, displayMode) =>
    katex
      .renderToString(source, { displayMode, output: "mathml", throwOnError: true })
      .replace(/\s*\n\s*/g, " ");
  return outsideCode(markdown, (text) =>
    text
      .replace(/\$\$([^$]+)\$\$/g, (_, source) => mathMl(source, true))
      .replace(/(?<![\\\w])\$(?!\s)([^$\n]+?)(?<!\s)\$(?!\d)([.,;:)]*)/g, (_, source, end) =>
        end === "" ? mathMl(source, false) : `<span class="whole">${mathMl(source, false)}${end}</span>`,
      )
      .replace(/\]\(([\w-]+)\.ipynb(#[^)]*)?\)/g, "]($1.html$2)"),
  );
}

/** Markdown that a cell has shown: what looks like HTML in it is text. */
const textAlone = (markdown) => outsideCode(markdown, (text) => text.replace(/</g, "&lt;"));

/** Level of the heading that a Markdown cell begins with; 0 without one. */
const levelOf = (cell) =>
  cell.cell_type === "markdown" ? (/^(#+) /.exec([cell.source].flat().join(""))?.[1].length ?? 0) : 0;

/** What JupyterLab shows folded is folded in a page too: the cells below a heading that is marked so. */
function fold(cells) {
  for (const [i, cell] of cells.entries()) {
    if (!cell.metadata["jp-MarkdownHeadingCollapsed"]) continue;
    const next = cells.findIndex((one, k) => k > i && levelOf(one) > 0 && levelOf(one) <= levelOf(cell));
    cell.metadata.fold = "begin";
    cells.at(next < 0 ? -1 : next - 1).metadata.fold = "end";
  }
}

/** A notebook as it goes to the exporter. */
function prepare(notebook, folder, katex) {
  fold(notebook.cells);
  for (const cell of notebook.cells) {
    if (cell.cell_type === "markdown") cell.source = prepareMarkdown([cell.source].flat().join(""), katex);
    if (!cell.outputs) continue;
    cell.outputs = withPictures(cell.outputs, folder);
    for (const { data } of cell.outputs) {
      const shown = data?.["text/markdown"];
      if (shown !== undefined) data["text/markdown"] = textAlone([shown].flat().join(""));
    }
  }
  return notebook;
}

/** The sections of a notebook: second-level headings, with the ids that the exporter gives them. */
const sectionsOf = (notebook) =>
  notebook.cells
    .filter((cell) => cell.cell_type === "markdown")
    .flatMap((cell) => [
      ...[cell.source]
        .flat()
        .join("")
        .matchAll(/^## +(.+)$/gm),
    ])
    .map(([, heading]) => heading.trim())
    .filter((heading) => !/[$<[]/.test(heading))
    .map((heading) => ({ id: heading.replaceAll(" ", "-"), text: plain(heading) }));

/** Title (first heading) and opening sentence (first paragraph) of a notebook. */
function headOf(notebook) {
  const text = notebook.cells
    .filter((cell) => cell.cell_type === "markdown")
    .map((cell) => [cell.source].flat().join(""))
    .join("\n\n");
  const title = /^# +(.+)$/m.exec(text)?.[1] ?? "Notebook";
  const after = text.slice(text.indexOf(title) + title.length);
  const opening = after.split(/\n\s*\n/).find((part) => part.trim() && !part.trim().startsWith("#")) ?? "";
  return { title, opening: opening.trim().replace(/\s+/g, " ") };
}

/** Prints each page without code to PDF. Without a browser there are none, and the pages do without. */
async function exportPdf(reports, entries) {
  const { launchChromium } = await import("./chromium.mjs");
  let browser;
  try {
    browser = await launchChromium();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    say(`No PDF: ${error.message}`);
    return;
  }
  try {
    const page = await browser.newPage();
    for (const { name } of entries) {
      await page.goto(pathToFileURL(join(reports, `${name}.reading.html`)).href);
      const footer = `<div style="width:100%;font-size:8px;text-align:center"><span class="pageNumber"></span></div>`;
      await page.pdf({
        path: join(reports, `${name}.pdf`),
        preferCSSPageSize: true,
        printBackground: true,
        displayHeaderFooter: true,
        headerTemplate: "<span></span>",
        footerTemplate: footer,
        tagged: true,
        outline: true,
      });
    }
  } finally {
    await browser.close();
  }
}

/** Whether there is a PDF of this execution of a notebook; an older one is removed. */
function isPrinted(reports, name, source) {
  const path = join(reports, `${name}.pdf`);
  if (!existsSync(path)) return false;
  if (statSync(path).mtimeMs >= statSync(source).mtimeMs) return true;
  rmSync(path);
  return false;
}

/** Exports every notebook below `folder`/notebooks to `folder`/reports; with `pdf` also as PDF. */
export async function exportReports(machine, folder, { pdf = false } = {}) {
  const since = performance.now();
  const sources = filesBelow(join(folder, "notebooks"), (path) => path.endsWith(".ipynb"));
  if (sources.length === 0)
    throw new Stop(`no executed notebook in ${relative(root, folder)}; run npm run reproduce`);
  const reports = join(folder, "reports");
  mkdirSync(reports, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), "erasable-report-"));
  const { default: katex } = await import("katex"); // here, so that a missing package is the set-up's to report
  const entries = sources.map((path) => {
    const notebook = readJson(path);
    const name = basename(path, ".ipynb");
    const succeeded = notebook.metadata.erasable?.succeeded === true;
    const entry = { name, succeeded, sections: sectionsOf(notebook), ...headOf(notebook) };
    writeFileSync(join(scratch, `${name}.ipynb`), JSON.stringify(prepare(notebook, folder, katex)));
    return entry;
  });
  const jobs = entries.flatMap(({ name, title, sections }, i) =>
    [true, false].map((withCode) => {
      const page = (entry) =>
        entry && { href: `${entry.name}${withCode ? "" : ".reading"}.html`, title: plain(entry.title) };
      return {
        source: join(scratch, `${name}.ipynb`),
        target: join(reports, withCode ? `${name}.html` : `${name}.reading.html`),
        title: plain(title),
        with_code: withCode,
        other: withCode ? `${name}.reading.html` : `${name}.html`,
        other_label: withCode ? "Without code" : "With code",
        sections,
        previous: page(entries[i - 1]),
        next: page(entries[i + 1]),
        policy: POLICY,
      };
    }),
  );
  const exporter = join(root, "scripts/export_html.py");
  const { status, stderr } = spawnSync(machine.python, [exporter], {
    input: JSON.stringify(jobs),
    encoding: "utf8",
  });
  rmSync(scratch, { recursive: true, force: true });
  if (status !== 0) throw new Stop(`nbconvert failed:\n${stderr}`);
  const style = readFileSync(join(root, "scripts/template/style.css"), "utf8");
  if (pdf) await exportPdf(reports, entries);
  const printed = entries.map((entry, i) => ({ ...entry, pdf: isPrinted(reports, entry.name, sources[i]) }));
  writeFileSync(join(reports, "index.html"), indexPage(printed, folder, style));
  say(`Reports: ${relative(root, join(reports, "index.html"))} (${elapsed(since)})`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  await script(async (args) => {
    const usage = "usage: npm run report [-- --profile smoke|quick|paper] [--no-pdf]";
    const chosen = options(args, { values: ["profile"], flags: ["no-pdf"], usage });
    const profile = chosen.profile ?? process.env.ERASABLE_PROFILE ?? "smoke";
    const folder = join(resolve(process.env.ERASABLE_RESULTS ?? join(root, "results")), profile);
    if (!existsSync(folder)) throw new Stop(`${relative(root, folder)} does not exist\n${usage}`);
    await exportReports(await setup(), folder, { pdf: !chosen["no-pdf"] });
  });
