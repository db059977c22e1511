/**
 * Shows tables, charts and text: in the cell of the connected notebook, and as files of results/<profile>. Without a
 * notebook the files are all there is. Every table and figure says where it comes from.
 */

import { InputError } from "../errors";
import { type Chart, narrowed } from "./chart";
import { type Bundle, connectedNotebook, currentProvenance, writeResult } from "./context";
import { writeBundle } from "./kernel";
import { PLOTLY_STYLE, plotlyFigure } from "./plotly";
import { PLOTLY_FILE, plotlyPage, plotlySource } from "./plotlyPage";
import { type OutputProvenance, provenanceLine, type RunDescription } from "./provenance";
import { type Frame, isTable, type Row, rowsOf, type Table, toDataFrame } from "./rows";
import { toSvg } from "./svg";
import { type TableFormat, tableCsv, tableHtml } from "./table";
import { escapeHtml, escapeMarkdown } from "./text";
import { noteUse, refreshVersions } from "./versions";

interface Named {
  /** name of the files, without ending: letters, digits, - and _ */
  readonly name: string;
  readonly caption: string;
  /** what this one output is made of, if not what `describeRun` said */
  readonly run?: RunDescription;
}

/** What belongs to a shown table. */
export interface ShowTable<Key extends string = string> extends TableFormat<Key>, Named {
  readonly caption: string;
}

/** What belongs to a shown chart. */
export interface ShowChart extends Named {
  /** what the picture shows, for those who cannot see it: kind, axes, the main finding */
  readonly alt: string;
}

/** A table of a question. */
export interface NamedTable extends ShowTable {
  readonly rows: Table;
}

/** A chart of a question. */
export interface NamedChart extends ShowChart {
  readonly chart: Chart;
}

/** Frames that a cell has shown already: one that ends with `await showTable(...)` is not to show it twice. */
const shown = new WeakSet<object>();

/**
 * Shows a table in the cell and writes tables/<name>.csv with every digit, and the provenance in columns of its own.
 * @param table rows, an Arquero table, or a Danfo DataFrame
 * @returns the table as a Danfo DataFrame, to go on with
 * @throws InputError without rows, or beyond 2,000, which nobody reads
 */
export function showTable(table: Exclude<Table, readonly object[]>, options: ShowTable): Promise<Frame>;
export function showTable<R extends object>(
  table: readonly R[],
  options: ShowTable<keyof R & string>,
): Promise<Frame>;
export async function showTable(table: Table, options: ShowTable): Promise<Frame> {
  const { name, run, ...format } = options;
  const rows = rowsOf(table);
  const provenance = currentProvenance(run);
  const frame = await toDataFrame(table);
  const line = provenanceLine(provenance);
  const html = tableHtml(rows, { ...format, note: [format.note, line].filter(Boolean).join(" · ") });
  writeResult("tables", name, "csv", tableCsv(withProvenance(rows, provenance)));
  connectedNotebook()?.display.html(html);
  shown.add(frame);
  refreshVersions();
  return frame;
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

/**
 * Draws a chart in the cell, and writes the printed form figures/<name>.svg and the interactive page figures/<name>.html.
 * A JupyterLab with Plotly's extension shows the interactive chart; everything else shows the printed one, which needs
 * neither a script nor the reader's trust.
 */
export async function showChart(chart: Chart, { name, caption, alt, run }: ShowChart): Promise<void> {
  const line = provenanceLine(currentProvenance(run));
  const svg = await toSvg(chart, { name, alt, provenance: line });
  const figure = plotlyFigure(chart);
  writeResult("figures", name, "svg", svg);
  const narrow = narrowed(chart);
  if (narrow !== chart)
    writeResult("figures", `${name}.narrow`, "svg", await toSvg(narrow, { name, alt, provenance: line }));
  writeResult("figures", PLOTLY_FILE.replace(".js", ""), "js", plotlySource());
  writeResult("figures", name, "html", plotlyPage(figure, { title: caption, alt, provenance: line }));
  if (!connectedNotebook()) return;
  noteUse("plotly.js-dist-min");
  refreshVersions();
  const config = { displaylogo: false, responsive: true };
  showBundle({
    "application/vnd.plotly.v1+json": { ...figure, config },
    "text/html": pictureHtml(svg, alt, name),
  });
  connectedNotebook()?.display.html(
    `<style>${PLOTLY_STYLE}</style><p style="margin:0 0 1em;font-size:0.9em"><strong>${escapeHtml(caption)}</strong><br><span style="opacity:0.8">${escapeHtml(line)}</span></p>`,
  );
}

/** A picture that is drawn in a notebook that nobody has trusted, and on a page that allows no script. */
const pictureHtml = (svg: string, alt: string, name: string): string =>
  `<img data-figure="${escapeHtml(name)}" alt="${escapeHtml(alt)}" style="max-width:100%;height:auto" src="data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}">`;

function showBundle(data: Bundle): void {
  const notebook = connectedNotebook();
  if (notebook?.bundle) notebook.bundle(data);
  else if (notebook && !writeBundle(data)) notebook.display.html(String(data["text/html"]));
}

/**
 * Shows tables and charts of a question: one, or a list of them.
 * @throws InputError for anything else
 */
export async function show(
  what: NamedTable | NamedChart | readonly (NamedTable | NamedChart)[],
): Promise<void> {
  if (Array.isArray(what)) {
    for (const one of what) await show(one);
  } else if ("chart" in what) {
    const { chart, ...options } = what;
    await showChart(chart, options);
  } else if ("rows" in what) {
    const { rows, ...options } = what;
    await showTable(rows as readonly object[], options as ShowTable<never>);
  } else {
    throw new InputError(
      "show takes { name, caption, rows } or { name, caption, alt, chart }, or a list of them",
    );
  }
}

/** How many rows are looked at. */
const FEW = 10;

/**
 * Shows the first rows of anything like a table, or a chart, in the cell; writes nothing.
 * @param what rows, an Arquero table, a Danfo DataFrame, one object, or a chart
 */
export function look(what: unknown, rows = FEW): void {
  const display = connectedNotebook()?.display;
  if (!display) return;
  const table = isTable(what)
    ? rowsOf(what)
    : what !== null && typeof what === "object"
      ? [what as Row]
      : undefined;
  if (!table) throw new InputError("look takes rows, an Arquero table, a Danfo DataFrame or an object");
  if (table.length === 0) display.html("<p>no rows</p>");
  else display.html(tableHtml(table.slice(0, rows).map(printable), { note: countNote(table.length, rows) }));
}

const countNote = (count: number, shownRows: number): string =>
  count > shownRows
    ? `the first ${shownRows} of ${count.toLocaleString("en-US")} rows`
    : `${count} ${count === 1 ? "row" : "rows"}`;

/** Values that are no plain ones as short text. */
const printable = (row: object): Row =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => {
      if (value === null || typeof value !== "object")
        return [key, typeof value === "bigint" ? String(value) : value];
      const text =
        ArrayBuffer.isView(value) || Array.isArray(value)
          ? Array.from(value as unknown as ArrayLike<unknown>).join(", ")
          : JSON.stringify(value);
      return [key, text.length > 80 ? `${text.slice(0, 79)}…` : text];
    }),
  );

/** The value that a cell ends with: a table is drawn, one that this cell has shown is not printed again. */
export function drawLast(value: unknown): boolean {
  if (!connectedNotebook() || typeof value !== "object" || value === null) return false;
  if (shown.delete(value)) return true;
  if (!isTable(value)) return false;
  look(value);
  return true;
}

/**
 * Shows Markdown in the cell. As a template, showMarkdown`Forgotten: ${ids}`, it takes only what is written there for
 * markup; what is put in is text.
 */
export function showMarkdown(text: string | TemplateStringsArray, ...values: readonly unknown[]): void {
  const markdown =
    typeof text === "string"
      ? text
      : text.reduce((before, part, i) => `${before}${escapeMarkdown(String(values[i - 1]))}${part}`);
  connectedNotebook()?.display.markdown(markdown);
}
