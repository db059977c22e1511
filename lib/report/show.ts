/**
 * Shows tables, charts and text: in the cell of the connected notebook, and as files of results/<profile>. Without a
 * notebook the files are all there is. Every table and figure says where it comes from.
 */

import type { Chart } from "./chart";
import { connectedNotebook, currentProvenance, linkTo, writeResult } from "./context";
import { plotlyHtml, plotlySource } from "./plotly";
import { type OutputProvenance, provenanceLine, type RunDescription } from "./provenance";
import { type Frame, type Row, toRows } from "./rows";
import { toSvg } from "./svg";
import { escapeHtml, type TableFormat, tableCsv, tableHtml } from "./table";

interface Named {
  /** name of the files, without ending: letters, digits, - and _ */
  readonly name: string;
  readonly caption: string;
  /** what this one output is made of, if not what `describeRun` said */
  readonly run?: RunDescription;
}

/** What belongs to a shown table. */
export interface ShowTable<Key extends string> extends TableFormat<Key>, Named {
  readonly caption: string;
}

/** What belongs to a shown chart. */
export interface ShowChart extends Named {
  /** what the picture shows, for those who cannot see it: kind, axes, the main finding */
  readonly alt: string;
  /** also show the interactive chart in the cell (1.4 MB in the notebook); the page is always written */
  readonly interactive?: boolean;
}

/**
 * Shows a table in the cell and writes tables/<name>.csv with every digit, and the provenance in columns of its own.
 * @param table rows, or a Danfo DataFrame
 */
export function showTable(table: Frame, options: ShowTable<string>): Promise<void>;
export function showTable<R extends object>(
  table: readonly R[],
  options: ShowTable<keyof R & string>,
): Promise<void>;
export async function showTable(table: readonly object[] | Frame, options: ShowTable<string>): Promise<void> {
  const { name, run, ...format } = options;
  const rows = toRows(table);
  const provenance = currentProvenance(run);
  const line = provenanceLine(provenance);
  const html = tableHtml(rows, { ...format, note: [format.note, line].filter(Boolean).join(" · ") });
  writeResult("tables", name, "csv", tableCsv(withProvenance(rows, provenance)));
  connectedNotebook()?.display.html(html);
}

/** Columns of the run behind those of the table; where a table has a column of that name, the run's is "run seeds". */
function withProvenance(rows: readonly Row[], provenance: OutputProvenance): Row[] {
  const taken = new Set(rows.flatMap((row) => Object.keys(row)));
  const columns = Object.entries(provenance).map(([key, value]) => [
    taken.has(key) ? `run ${key}` : key,
    value,
  ]);
  return rows.map((row) => ({ ...row, ...Object.fromEntries(columns) }));
}

/** plotly.js in the folder of the figures: one file for all their pages. */
const LIBRARY = { name: "plotly", ending: "js" };

/** Draws a chart in the cell and writes figures/<name>.svg and the interactive page figures/<name>.html. */
export async function showChart(
  chart: Chart,
  { name, caption, alt, run, interactive }: ShowChart,
): Promise<void> {
  const line = provenanceLine(currentProvenance(run));
  const svg = await toSvg(chart.vegaLite, { name, alt, provenance: line });
  writeResult("figures", name, "svg", svg);
  const text = { title: caption, alt, provenance: line };
  writeResult("figures", LIBRARY.name, LIBRARY.ending, plotlySource());
  const page = plotlyHtml(chart.plotly, { ...text, library: `${LIBRARY.name}.${LIBRARY.ending}` });
  const path = writeResult("figures", name, "html", page);
  const display = connectedNotebook()?.display;
  if (!display) return;
  display.svg(svg);
  const link = `<a href="${escapeHtml(linkTo(path))}">interactive version</a>`;
  display.html(
    `<p style="margin:0 0 1em;font-size:0.9em"><strong>${escapeHtml(caption)}</strong><br><span style="opacity:0.8">${escapeHtml(line)} · ${link}</span></p>`,
  );
  if (interactive)
    display.html(
      `<iframe title="${escapeHtml(caption)}" srcdoc="${escapeHtml(plotlyHtml(chart.plotly, text))}" style="width:100%;height:640px;border:0"></iframe>`,
    );
}

/** Shows text with markup in the cell. */
export function showMarkdown(text: string): void {
  connectedNotebook()?.display.markdown(text);
}
