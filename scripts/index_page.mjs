// The page that links a profile's reports: the claims with their verdicts and the figures on top, then the notebooks.
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { filesBelow } from "./tools.mjs";

export const escapeHtml = (text) =>
  text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

/** Text of a heading or sentence without its Markdown. */
export const plain = (markdown) => markdown.replace(/\[([^\]]+)\]\([^)]*\)/g, "$1").replace(/[*`$]/g, "");

/** Rows of a CSV file (RFC 4180) as objects. */
export function parseCsv(text) {
  const lines = [[]];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    lines[lines.length - 1].push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === "\n") lines.push([]);
    if (end === "") break;
  }
  const [head, ...rows] = lines.filter((line) => line.length > 1 || line[0] !== "");
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])));
}

function claimsSection(folder) {
  const path = join(folder, "tables/claims.csv");
  if (!existsSync(path)) return "";
  const claims = parseCsv(readFileSync(path, "utf8"));
  const rows = claims.map(
    ({ id, place, statement, verdict, cases }) =>
      `<tr><th scope="row">${id}</th><td>${escapeHtml(statement)} <span class="note">(${escapeHtml(place)})</span></td>` +
      `<td><strong>${escapeHtml(verdict)}</strong></td><td>${escapeHtml(cases ?? "")}</td></tr>`,
  );
  const data = claims[0]?.data ?? "";
  const made =
    claims[0]?.synthetic === "true" ? ", which is made up: nothing here is evidence about real users" : "";
  return `<h2>The paper's claims</h2>
<p class="note">Judged on ${escapeHtml(data)}${made}, seeds ${escapeHtml(claims[0]?.seeds ?? "")}. Effects, intervals and
rules: notebook 09.</p>
<div class="prose"><table tabindex="0"><thead><tr><th scope="col">Id</th><th scope="col">Claim</th>
<th scope="col">Verdict</th><th scope="col">Cases</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

function figuresSection(folder) {
  const figures = filesBelow(join(folder, "figures"), (path) => path.endsWith(".svg"));
  const items = figures.map((path) => {
    const name = basename(path, ".svg");
    const alt = /<title[^>]*>([^<]*)<\/title>/.exec(readFileSync(path, "utf8"))?.[1] ?? name; // escaped already
    const page = join(folder, "figures", `${name}.html`);
    const title = existsSync(page)
      ? /<title>([^<]*)<\/title>/.exec(readFileSync(page, "utf8"))?.[1]
      : undefined;
    return `<li><a href="../figures/${name}.html"><img src="../figures/${name}.svg" alt="${alt}"></a>
<span>${title ?? name}</span></li>`;
  });
  return items.length === 0 ? "" : `<h2>Figures</h2>\n<ul class="gallery">${items.join("\n")}</ul>`;
}

function notebooksSection(entries) {
  const items = entries.map(({ name, title, opening, succeeded, pdf }) => {
    const called = escapeHtml(plain(title));
    const print = pdf ? ` · <a href="${name}.pdf" aria-label="${called}, PDF">PDF</a>` : "";
    return `<li><strong><a href="${name}.html">${called}</a></strong>${succeeded ? "" : " <em>(did not run to its end)</em>"}
 · <a href="${name}.reading.html" aria-label="${called}, without code">without code</a>${print}
<div class="note">${escapeHtml(plain(opening))}</div></li>`;
  });
  return `<h2>Notebooks</h2>\n<ul class="cards">${items.join("\n")}</ul>`;
}

/** The page as HTML. `folder` is results/<profile>. */
export function indexPage(entries, folder, style) {
  const profile = basename(folder);
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>erasable: reports of profile ${profile}</title><style>${style}</style></head>
<body><main><h1>erasable: learning and unlearning for erasable recommendation</h1>
<p>Executed notebooks, profile <code>${profile}</code>. Everything opens offline. Tables are in <code>../tables</code> as CSV,
figures in <code>../figures</code> as SVG and as interactive pages.</p>
${claimsSection(folder)}
${figuresSection(folder)}
${notebooksSection(entries)}</main></body></html>
`;
}
