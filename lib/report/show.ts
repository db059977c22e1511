/**
 * Shows tables, charts and text: in the cell of the connected notebook, and as files of results/<profile>.
 * Without a notebook the files are all there is. Every table and figure says where it comes from.
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

/**
 * Frames that a cell has shown already: one that ends with `await showTable(...)` is not to show it twice.
 */
const shown = new WeakSet<object>();

/**
 * Shows a table in the cell and writes tables/<name>.csv with every digit, and the provenance in columns of
 * its own.
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

/**
 * Columns of the run behind those of the table; where a table has a column of that name, the run's is "run
 * seeds".
 */
function withProvenance(rows: readonly Row[], provenance: OutputProvenance): Row[] {
  const taken = new Set(rows.flatMap((row) => Object.keys(row)));
  const columns = Object.entries(provenance).map(([key, value]) => [
    taken.has(key) ? `run ${key}` : key,
    value,
  ]);
  return rows.map((row) => ({ ...row, ...Object.fromEntries(columns) }));
}

/**
 * What is written of a chart: its printed forms, its interactive page, and plotly.js for all pages of the
 * folder.
 */
export async function chartFiles(
  chart: Chart,
  { name, caption, alt }: ShowChart,
  provenance: string,
): Promise<readonly (readonly [name: string, ending: string, content: string])[]> {
  const text = { name, alt, provenance };
  const narrow = narrowed(chart);
  return [
    [name, "svg", await toSvg(chart, text)],
    ...(narrow === chart ? [] : [[`${name}.narrow`, "svg", await toSvg(narrow, text)] as const]),
    [name, "html", plotlyPage(plotlyFigure(chart), { title: caption, alt, provenance })],
    [PLOTLY_FILE.replace(".js", ""), "js", plotlySource()],
  ];
}

/**
 * Draws a chart in the cell, and writes the printed form figures/<name>.svg and the interactive page
 * figures/<name>.html. A JupyterLab with Plotly's extension shows the interactive chart; everything else
 * shows the printed one, which needs neither a script nor the reader's trust.
 */
export async function showChart(chart: Chart, options: ShowChart): Promise<void> {
  const { name, caption, alt, run } = options;
  const line = provenanceLine(currentProvenance(run));
  const files = await chartFiles(chart, options, line);
  for (const file of files) writeResult("figures", ...file);
  if (!connectedNotebook()) return;
  const [[, , svg]] = files;
  const figure = plotlyFigure(chart);
  noteUse("plotly.js-dist-min");
  refreshVersions();
  const config = { displaylogo: false, responsive: true };
  showBundle({
    "application/vnd.plotly.v1+json": { ...figure, config },
    "text/html": pictureHtml(svg, alt, name),
  });
  connectedNotebook()?.display.html(
    `<style>${PLOTLY_STYLE}</style><p style="margin:0 0 1em;font-size:0.9em">` +
      `<strong>${escapeHtml(caption)}</strong><br><span style="opacity:0.8">${escapeHtml(line)}</span></p>`,
  );
}

/** A picture that is drawn in a notebook that nobody has trusted, and on a page that allows no script. */
const pictureHtml = (svg: string, alt: string, name: string): string =>
  `<img data-figure="${escapeHtml(name)}" alt="${escapeHtml(alt)}" style="max-width:100%;height:auto" ` +
  `src="data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}">`;

function showBundle(data: Bundle): void {
  const notebook = connectedNotebook();
  if (notebook?.bundle) notebook.bundle(data);
  else if (notebook && !writeBundle(data)) notebook.display.html(String(data["text/html"]));
}

/** A table or a chart of a question, a list of them, or several by name. */
export type Shown = NamedTable | NamedChart | readonly Shown[] | { readonly [name: string]: Shown };

/**
 * Shows tables and charts of a question: one, or all of a list or of an object: `await show(answer.charts)`. What the
 * question could not make of its rows, undefined or an empty list or table, is said to be missing.
 * @returns a table that has rows as a Danfo DataFrame, to go on with
 * @throws InputError for anything else
 */
export async function show(what: Shown): Promise<Frame | undefined> {
  if (isNothing(what)) {
    showMarkdown`> Nothing to show here: it is not recorded, or these ratings are too few or of another kind.`;
    return undefined;
  }
  if (typeof what !== "object" || what === null)
    throw new InputError(
      "show takes { name, caption, rows } or { name, caption, alt, chart }, or several of them",
    );
  if (isNamedChart(what)) {
    const { chart, ...options } = what;
    await showChart(chart, options);
  } else if (isNamedTable(what)) {
    const { rows, ...options } = what;
    if (rowsOf(rows).length === 0) {
      showMarkdown`> ${what.caption}: no results here.`;
      return undefined;
    }
    return showTable(rows as readonly object[], options as ShowTable<never>);
  } else for (const one of Object.values(what)) await show(one);
  return undefined;
}

/** What a question leaves out where its rows do not give it. */
const isNothing = (what: unknown): boolean =>
  what === undefined || (Array.isArray(what) && what.length === 0);

const isNamed = (what: object): what is Named => "name" in what && typeof what.name === "string";
const isNamedChart = (what: object): what is NamedChart => isNamed(what) && "chart" in what;
const isNamedTable = (what: object): what is NamedTable => isNamed(what) && "rows" in what;

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
 * Shows Markdown in the cell. As a template, showMarkdown`Forgotten: ${ids}`, it takes only what is written
 * there for markup; what is put in is text.
 */
export function showMarkdown(text: string | TemplateStringsArray, ...values: readonly unknown[]): void {
  const markdown =
    typeof text === "string"
      ? text
      : text.reduce((before, part, i) => `${before}${escapeMarkdown(String(values[i - 1]))}${part}`);
  connectedNotebook()?.display.markdown(markdown);
}
