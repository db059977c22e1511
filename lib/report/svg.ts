/**
 * Draws a Vega-Lite specification to SVG without a browser or a canvas. The picture carries its alternative text and
 * its provenance, uses fonts that every system has, and names nothing that another picture on the page names too.
 */

import type { Spec } from "./chart";
import { escapeHtml } from "./table";

export interface SvgText {
  /** short name in letters, digits and dashes: makes ids in the picture unique on a page */
  readonly name: string;
  /** what the picture shows, for those who cannot see it */
  readonly alt: string;
  /** kept in the picture's metadata */
  readonly provenance?: string;
}

/**
 * Widths of Helvetica's characters in 1/1000 em (Adobe's font metrics): with them Vega lays out legends and labels as a
 * browser would. Without a canvas it would take every character for 0.8 em.
 */
const WIDTHS: readonly (readonly [string, number])[] = [
  ["ijl'|", 222],
  [" .,:;!ftI/\\[]()-·", 278],
  ["r", 333],
  ["cksvxyzJ", 500],
  ["FTZ", 611],
  ["ABEKPSVXY&", 667],
  ["CDHNRUw", 722],
  ["GOQ", 778],
  ["Mm", 833],
  ["W", 944],
  ["%", 889],
  ["@", 1015],
  ["+=<>~±", 584],
];
const widthOf = new Map(
  WIDTHS.flatMap(([characters, width]) => [...characters].map((c) => [c, width] as const)),
);

/** Width of a text in px. */
export function textWidth(text: string, fontSize: number): number {
  let sum = 0;
  for (const character of text) sum += widthOf.get(character) ?? 556; // digits and most lower-case letters
  return (sum * fontSize) / 1000;
}

interface TextItem {
  text?: unknown;
  fontSize?: number;
  limit?: number;
}

async function loadVega() {
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  const metrics = (vega as unknown as { textMetrics: { width: (item: TextItem, text?: unknown) => number } })
    .textMetrics;
  metrics.width = (item, text) => {
    const shown = textWidth(String(text ?? item.text ?? ""), item.fontSize ?? 11);
    return item.limit ? Math.min(shown, item.limit) : shown;
  };
  return { vega, vegaLite };
}

/**
 * A specification as SVG text.
 * @throws Error with Vega-Lite's message when the specification is wrong
 */
export async function toSvg(spec: Spec, { name, alt, provenance }: SvgText): Promise<string> {
  const { vega, vegaLite } = await loadVega();
  const problems: string[] = [];
  const keep = (...messages: readonly unknown[]) => {
    problems.push(messages.join(" "));
    return logger;
  };
  const logger = { level: () => logger, error: keep, warn: keep, info: () => logger, debug: () => logger };
  const compiled = vegaLite.compile(spec as never, { logger: logger as never }).spec;
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

/** Coordinates to a hundredth of a pixel: finer ones make a file half as large again, and no picture better. */
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
    .replace(/ aria-[a-z]+="[^"]*"| role="[^"]*"/g, ""); // one description, instead of one for each mark
  const head = `<title id="${name}-title">${escapeHtml(alt)}</title>`;
  const metadata = provenance ? `<metadata>${escapeHtml(provenance)}</metadata>` : "";
  return renamed.replace(
    /^<svg([^>]*)>/,
    `<svg$1 role="img" aria-labelledby="${name}-title">${head}${metadata}`,
  );
}
