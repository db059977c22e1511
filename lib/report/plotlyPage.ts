/**
 * A chart as an HTML page that opens offline. plotly.js stands once beside all pages of a folder, so that a
 * page is a few kilobytes. A content security policy lets nothing run but that file and the page's own lines.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { PlotlyFigure } from "./plotly";
import { escapeHtml } from "./text";
import { FONT } from "./theme";

export interface PageText {
  readonly title: string;
  /** what the figure shows, for those who cannot see it */
  readonly alt: string;
  readonly provenance: string;
}

/** The file beside the pages. */
export const PLOTLY_FILE = "plotly.js";

let library: string | undefined;

/** The source of plotly.js, read once a process. */
export function plotlySource(): string {
  library ??= readFileSync(require.resolve("plotly.js-dist-min/plotly.min.js"), "utf8");
  return library;
}

/** JSON that may stand inside a script element. */
const scriptJson = (value: unknown) => JSON.stringify(value).replaceAll("<", "\\u003c");

const STYLE = `
:root { color-scheme: light dark; --ink: #1c1e21; --soft: #595f66; --ground: #fff; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e4e6e9; --soft: #a9afb6; --ground: #16181b; }
}
body { margin: 0; padding: 1rem; font: 0.9rem/1.5 ${FONT}; color: var(--ink); background: var(--ground); }
main { max-width: 60rem; margin: 0 auto; }
h1 { font-size: 1.1rem; margin: 0 0 0.5rem; }
figure { margin: 0; overflow-x: auto; }
.wide { min-width: 44rem; }
p { margin: 0.5rem 0; color: var(--soft); }
[style*="fill: rgb(118, 123, 128)"], [style*="fill: rgb(119, 119, 119)"] { fill: var(--ink) !important; }
[style*="stroke: rgb(119, 119, 119)"] { stroke: var(--ink) !important; }
`;

/** Whether panels stand side by side, or cells hold numbers: on a phone such a figure is scrolled and not squeezed. */
function isWide({ layout }: PlotlyFigure): boolean {
  const axes = Object.entries(layout).filter(([name]) => name.startsWith("xaxis"));
  const begins = axes.map(([, axis]) => (axis as { domain: readonly number[] }).domain[0]);
  return "coloraxis" in layout || begins.some((begin) => begin > 0);
}

/** A figure as a page of its own. */
export function plotlyPage(figure: PlotlyFigure, { title, alt, provenance }: PageText): string {
  const config = { responsive: true, displaylogo: false };
  const script = `
const figure = ${scriptJson({ data: figure.data, layout: figure.layout })};
Plotly.newPlot("figure", figure.data, figure.layout, ${scriptJson(config)});
`;
  const hash = createHash("sha256").update(script).digest("base64");
  const policy =
    `default-src 'none'; script-src 'self' file: 'sha256-${hash}'; ` +
    "style-src 'unsafe-inline'; img-src data: blob:";
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<figure aria-label="${escapeHtml(alt)}"><div id="figure"${isWide(figure) ? ' class="wide"' : ""}></div></figure>
<p>${escapeHtml(provenance)}</p>
</main>
<script src="${PLOTLY_FILE}"></script>
<script>${script}</script>
</body>
</html>
`;
}
