/**
 * Draws a chart to SVG by Vega, without a browser or a canvas. The picture carries its alternative text and
 * its provenance, has colours for a dark theme, uses fonts that every system has, and names nothing that
 * another picture on the page names too.
 */

import type { Chart } from "./chart";
import { escapeHtml, textWidth } from "./text";
import { DARK_STYLE, FONT } from "./theme";
import { vegaLite } from "./vegaLite";
import { noteUse } from "./versions";

export interface SvgText {
  /** short name in letters, digits and dashes: makes ids in the picture unique on a page */
  readonly name: string;
  /** what the picture shows, for those who cannot see it */
  readonly alt: string;
  /** kept in the picture's metadata */
  readonly provenance?: string;
}

interface TextItem {
  text?: unknown;
  fontSize?: number;
  limit?: number;
}

async function loadVega() {
  noteUse("vega-lite");
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const metrics = (vega as unknown as { textMetrics: { width: (item: TextItem, text?: unknown) => number } })
    .textMetrics;
  metrics.width = (item, text) => {
    const shown = textWidth(String(text ?? item.text ?? ""), item.fontSize ?? 11);
    return item.limit ? Math.min(shown, item.limit) : shown;
  };
  return { vega, compile };
}

/**
 * A chart as SVG text.
 * @throws Error with Vega-Lite's message when its specification is wrong
 */
export async function toSvg(chart: Chart, { name, alt, provenance }: SvgText): Promise<string> {
  const { vega, compile } = await loadVega();
  const problems: string[] = [];
  const keep = (...messages: readonly unknown[]) => {
    problems.push(messages.join(" "));
    return logger;
  };
  const logger = { level: () => logger, error: keep, warn: keep, info: () => logger, debug: () => logger };
  const compiled = compile(vegaLite(chart) as never, { logger: logger as never }).spec;
  for (const legend of compiled.legends ?? []) {
    // a filled symbol would take its outline from the line: dashed, it looks torn
    if (legend.fill) delete legend.strokeDash;
  }
  const view = new vega.View(vega.parse(compiled), { renderer: "none", logger: logger as never });
  const drawn = await view.toSVG();
  view.finalize();
  if (problems.length > 0) throw new Error(`figure ${name}: ${problems[0]}`);
  return dress(drawn, { name, alt, provenance });
}

/** Coordinates to a hundredth of a pixel: finer ones make files half as large again. */
const rounded = (coordinates: string): string =>
  coordinates.replace(/-?\d+\.\d{3,}/g, (number) => String(Math.round(Number(number) * 100) / 100));

/** Adds title and metadata, and makes ids unique by the picture's name. */
function dress(drawn: string, { name, alt, provenance }: SvgText): string {
  const ids = new Map<string, string>();
  const renamed = drawn
    .replace(/(?<= (?:d|transform|x|y|x1|x2|y1|y2|width|height|points)=")[^"]*/g, rounded)
    .replace(/ id="([^"]+)"/g, (_, id: string) => {
      ids.set(id, `${name}-${ids.size + 1}`);
      return ` id="${ids.get(id)}"`;
    })
    .replace(/url\(#([^)]+)\)/g, (_, id: string) => `url(#${ids.get(id) ?? id})`)
    // one description, instead of one for each mark; the font once; nothing that is a default or draws
    // nothing
    .replace(/ (?:aria-[a-z]+|role|class|pointer-events|stroke-miterlimit|font-family)="[^"]*"/g, "")
    .replace(/ (?:opacity|fill-opacity|stroke-opacity)="1"/g, "")
    .replace(/<path d="(?:M0,0h0v0h0Z)?"(?: display="none")?\/>/g, "")
    .replace(/<g><\/g>/g, "");
  const head = `<title id="${name}-title">${escapeHtml(alt)}</title>`;
  const metadata = provenance ? `<metadata>${escapeHtml(provenance)}</metadata>` : "";
  return renamed.replace(
    /^<svg([^>]*)>/,
    `<svg$1 font-family="${FONT}" role="img" aria-labelledby="${name}-title">${head}${metadata}` +
      `<style>${DARK_STYLE}</style>`,
  );
}
