/**
 * A Plotly figure as an HTML page that opens offline. plotly.js (the build with Cartesian axes, which is all that the
 * suite draws) stands inside the page, or once beside all pages of a folder: then a page is a few kilobytes.
 */

import { readFileSync } from "node:fs";
import type { PlotlyFigure } from "./chart";
import { escapeHtml } from "./table";

export interface PageText {
  readonly title: string;
  /** what the figure shows, for those who cannot see it */
  readonly alt: string;
  readonly provenance: string;
  /** address of plotly.js as seen from the page; default: it stands inside the page */
  readonly library?: string;
}

let library: string | undefined;

/** The source of plotly.js, read once a process; it may stand inside a script element. */
export function plotlySource(): string {
  library ??= readFileSync(
    require.resolve("plotly.js-cartesian-dist-min/plotly-cartesian.min.js"),
    "utf8",
  ).replaceAll("</script", "<\\/script");
  return library;
}

/** JSON that may stand inside a script element. */
const scriptJson = (value: unknown) => JSON.stringify(value).replaceAll("<", "\\u003c");

/** A figure as a page of its own. */
export function plotlyHtml(figure: PlotlyFigure, text: PageText): string {
  const { title, alt, provenance, library: address } = text;
  const config = { responsive: true, displaylogo: false };
  const script =
    address === undefined
      ? `<script>${plotlySource()}</script>`
      : `<script src="${escapeHtml(address)}"></script>`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
body { margin: 0; padding: 1rem; font: 0.9rem/1.5 Helvetica, Arial, "Liberation Sans", sans-serif; color: #1c1e21; background: #fff; }
main { max-width: 60rem; margin: 0 auto; }
h1 { font-size: 1.1rem; margin: 0 0 0.5rem; }
figure { margin: 0; }
p { margin: 0.5rem 0; color: #595f66; }
</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<figure aria-label="${escapeHtml(alt)}"><div id="figure"></div></figure>
<p>${escapeHtml(provenance)}</p>
</main>
${script}
<script>
const figure = ${scriptJson({ data: figure.data, layout: figure.layout })};
Plotly.newPlot("figure", figure.data, figure.layout, ${scriptJson(config)});
</script>
</body>
</html>
`;
}
