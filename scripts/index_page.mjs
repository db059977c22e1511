// The page that links a profile's reports: the claims with their verdicts and the headline figures on top,
// then the notebooks, then every figure. The page and its headline figures are one file; it asks nothing of
// any host.
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { escapeHtml, interactiveLink, pictureHtml } from "./pictures.mjs";
import { filesBelow, readJson } from "./tools.mjs";

/** What a report may load: its own styles and pictures. No script runs in one, whoever wrote it. */
export const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file: data:";

/** Text of a heading or sentence without its Markdown. */
export const plain = (markdown) => markdown.replace(/\[([^\]]+)\]\([^)]*\)/g, "$1").replace(/[*`$]/g, "");

/** Figures on top of the page, one for each question of the paper: the first of each line that exists. */
const HEADLINE = [
  [/^efficiency-seconds$/],
  [/^utility-ml-1m$/, /^utility-(?!.*others)/],
  [/^seqtrain-ml-1m$/, /^seqtrain-(?!differences)/],
  [/^cohesion-loss$/],
  [/^grouping-cohesion$/],
  [/^beyond-pareto-ranking-ml-1m-random-user$/, /^beyond-pareto-ranking-.*random-user$/, /^beyond/],
];

/** A mark beside the word, so that a verdict can be found at a glance and does not depend on colour. */
const MARKS = {
  reproduced: "●",
  partly: "◐",
  "not reproduced": "○",
  "the reverse holds": "↔",
  "cannot tell": "?",
};

/** `mark` and "notebook 04" as a link to where the notebook shows it; nothing where none does. */
const shownIn = (place, mark) =>
  place
    ? `${mark}<a href="${escapeHtml(place.address)}">notebook&nbsp;${place.notebook.slice(0, 2)}</a>`
    : "";

/**
 * Where executed notebooks show something: the page and the last heading above the first cell that
 * `shows(cell)`. Summaries (09) come last, as each claim has a notebook of its own.
 */
function placeOf(notebooks, shows) {
  const ordered = [...notebooks].sort((a, b) => Number(a.summary) - Number(b.summary));
  for (const { name, cells } of ordered) {
    let heading = "";
    for (const cell of cells) {
      if (cell.cell_type === "markdown")
        heading = [...cell.text.matchAll(/^#+ +(.+)$/gm)].at(-1)?.[1] ?? heading;
      else if (shows(cell))
        return { notebook: name, address: `${name}.html#${heading.trim().replaceAll(" ", "-")}` };
    }
  }
  return undefined;
}

/** Executed notebooks, as far as this page reads them. */
function readNotebooks(folder) {
  return filesBelow(join(folder, "notebooks"), (path) => path.endsWith(".ipynb")).map((path) => ({
    name: basename(path, ".ipynb"),
    summary: basename(path).includes("claims"),
    cells: readJson(path).cells.map((cell) => ({
      cell_type: cell.cell_type,
      text: [cell.source].flat().join(""),
      shown: (cell.outputs ?? []).map(({ data }) => [data?.["text/html"] ?? ""].flat().join("")).join("\n"),
    })),
  }));
}

function claimRow({ id, place, statement, rule, data }, where) {
  const sentences = data.map(({ sentence }) => `<li>${escapeHtml(sentence)}</li>`);
  const words = data.map(({ title, verdict }) => {
    const mark = `<span aria-hidden="true">${MARKS[verdict]}</span>`;
    const word = `<span class="${verdict.replaceAll(" ", "-")}">${mark} ${verdict}</span>`;
    return `<div><span class="note">${escapeHtml(title)}</span> ${word}</div>`;
  });
  const note = `${escapeHtml(place)}${shownIn(where, ", ")}`;
  return `<tr><th scope="row">${id}</th>
<td><strong>${escapeHtml(statement)}</strong> <span class="note">${note}</span>
<details class="note"><summary>What was measured<span class="hidden"> for ${id}</span></summary>
<ul>${sentences.join("\n")}</ul><p>The rule: ${escapeHtml(rule)}.</p></details></td>
<td class="verdict">${words.join("\n") || "– not tested"}</td></tr>`;
}

/** The data sets that claims are judged on. */
const titlesOf = (claims) => [...new Set(claims.flatMap(({ data }) => data.map(({ title }) => title)))];

/** "MovieLens 1M: 3 × reproduced, 4 × partly" for each data set. */
function verdictCounts(claims) {
  const found = claims.flatMap(({ data }) => data);
  return titlesOf(claims).map((title) => {
    const count = (verdict) => found.filter((one) => one.title === title && one.verdict === verdict).length;
    const counts = Object.keys(MARKS).flatMap((verdict) =>
      count(verdict) > 0 ? `${count(verdict)} × ${verdict}` : [],
    );
    return `${title}: ${counts.join(", ")}`;
  });
}

function claimsSection(folder, notebooks) {
  const judged = readJson(join(folder, "claims.json"));
  if (!judged?.rules) return ""; // judged by rules that had no name yet
  const { synthetic, seeds } = judged.provenance;
  const rows = judged.claims.map((claim) =>
    claimRow(
      claim,
      placeOf(notebooks, ({ shown }) => shown.includes(`>${claim.id}</th>`)),
    ),
  );
  const made = synthetic ? ", which are made up: nothing here is evidence about real users" : "";
  return `<ul>${verdictCounts(judged.claims)
    .map((text) => `<li>${escapeHtml(text)}</li>`)
    .join("")}</ul>
<p class="note">Judged on ${escapeHtml(titlesOf(judged.claims).join(", "))}${made}; seeds ${escapeHtml(seeds)}. Each data set is judged by
itself. A claim is split into cases, such as one model, request and metric. A case agrees with the paper, or
contradicts it, only when its whole 95 % interval over seeds does (with the correction of Nadeau and Bengio for
re-splits of one data set). The rules were fixed on ${judged.rules.date}, commit ${escapeHtml(judged.rules.commit)}.</p>
<table class="claims"><thead><tr><th scope="col">Id</th>
<th scope="col">Claim</th><th scope="col">Verdict</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table>`;
}

/**
 * Every figure with what is said about it: the caption, from its interactive page, and the text for the
 * blind.
 */
function readFigures(folder, notebooks) {
  const paths = filesBelow(join(folder, "figures"), (path) => /^[^.]+\.svg$/.test(basename(path)));
  const figures = paths.map((path) => {
    const name = basename(path, ".svg");
    const svg = readFileSync(path, "utf8");
    const page = join(folder, "figures", `${name}.html`);
    return {
      name,
      alt: /<title[^>]*>([^<]*)<\/title>/.exec(svg)?.[1] ?? name, // escaped already
      provenance: /<metadata>([^<]*)<\/metadata>/.exec(svg)?.[1] ?? "",
      caption: (existsSync(page) && /<title>([^<]*)<\/title>/.exec(readFileSync(page, "utf8"))?.[1]) || name,
      place: placeOf(notebooks, ({ shown }) => shown.includes(`data-figure="${name}"`)),
    };
  });
  const notebookOf = ({ place }) => place?.notebook ?? "~"; // those that no notebook shows come last
  return figures.sort((a, b) => notebookOf(a).localeCompare(notebookOf(b))); // stable: by name within one
}

function headlineSection(folder, figures) {
  const chosen = HEADLINE.flatMap(
    (patterns) =>
      patterns.map((pattern) => figures.find(({ name }) => pattern.test(name))).find(Boolean) ?? [],
  );
  const items = chosen.map(({ name, alt, caption, provenance, place }) => {
    const links = [interactiveLink(folder, name, caption), shownIn(place, "")].filter(Boolean);
    return `<figure class="figure">${pictureHtml(folder, name, alt)}
<figcaption><strong>${caption}</strong>
<span class="note">${[provenance, ...links].join(" · ")}</span></figcaption></figure>`;
  });
  return items.join("\n");
}

function notebooksSection(entries) {
  const items = entries.map(({ name, title, opening, succeeded, pdf }) => {
    const called = escapeHtml(plain(title));
    const print = pdf ? ` · <a href="${name}.pdf" aria-label="${called}, PDF">PDF</a>` : "";
    const end = succeeded ? "" : " <em>(did not run to its end)</em>";
    return `<li><strong><a href="${name}.html">${called}</a></strong>${end}
 · <a href="${name}.reading.html" aria-label="${called}, without code">without code</a>${print}
<div class="note">${escapeHtml(plain(opening))}</div></li>`;
  });
  return `<ul class="cards">${items.join("\n")}</ul>`;
}

function gallerySection(figures) {
  const items = figures.map(({ name, alt, caption }) => {
    const picture = `<img loading="lazy" src="../figures/${name}.svg" alt="${alt}">`;
    return `<li><a href="../figures/${name}.html">${picture}</a>\n<span>${caption}</span></li>`;
  });
  return items.length === 0 ? "" : `<ul class="gallery">${items.join("\n")}</ul>`;
}

const section = ([id, name, html]) =>
  `<section aria-labelledby="${id}"><h2 id="${id}">${name}</h2>\n${html}</section>`;

/** The page as HTML. `folder` is results/<profile>. */
export function indexPage(entries, folder, style) {
  const profile = basename(folder);
  const notebooks = readNotebooks(folder);
  const figures = readFigures(folder, notebooks);
  const sections = [
    ["claims", "The paper's claims", claimsSection(folder, notebooks)],
    ["headline", "Headline figures", headlineSection(folder, figures)],
    ["notebooks", "Notebooks", notebooksSection(entries)],
    ["figures", "All figures", gallerySection(figures)],
  ].filter(([, , html]) => html !== "");
  const links = sections.map(([id, name]) => `<a href="#${id}">${name}</a>`).join(" · ");
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>erasable: reports of profile ${escapeHtml(profile)}</title><style>${style}</style></head>
<body class="index"><nav aria-label="On this page">${links}</nav>
<main><h1>erasable: learning and unlearning for erasable recommendation</h1>
<p>A reproduction of the paper <em>Making Recommender Systems Forget</em> (LASER), cell by cell: the executed
notebooks of the profile <code>${escapeHtml(profile)}</code>. Everything opens offline. Tables are in
<code>../tables</code> as CSV, figures in <code>../figures</code> as SVG and as interactive pages.</p>
<p class="note">The methods: <em>Retrain</em> trains everything again. <em>C-SISA</em> trains a separate model on each
of S parts of the users (shards) and repeats the parts that a request hits. <em>LASER</em> trains one model on S groups
in sequence and repeats everything from the first group that is hit; <em>L-Rand</em>, <em>L-BKM</em> and
<em>L-CBKM</em> are LASER with random groups, balanced k-means on the ratings, and balanced k-means on the
collaborative embedding. The models: <em>DMF</em> and <em>NMF</em>, deep and neural matrix factorisation. A
<em>seed</em> is one random split of the ratings and one random start.</p>
${sections.map(section).join("\n")}</main></body></html>
`;
}
