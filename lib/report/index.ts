/**
 * erasable/report: what stands behind tables, charts and displays, for those who draw and show things of
 * their own. What notebooks use every day is in erasable itself.
 */

import "../maglev";

export { type BarSettings, barChart } from "./barChart";
export type { Chart, ChartSettings } from "./chart";
export { connectNotebook } from "./connect";
export {
  currentProfile,
  describeRun,
  type NotebookDisplay,
  outputFolder,
  resultsFolder,
} from "./context";
export { showFinding } from "./finding";
export { type HeatSettings, heatChart } from "./heatChart";
export { binCounts, type HistogramSettings, histogramChart } from "./histogram";
export {
  type HyperedgePicture,
  type HyperedgeScene,
  type HyperedgeTitles,
  hyperedgeChart,
  hyperedgeScene,
} from "./hyperedgeChart";
export { type LineSettings, lineChart } from "./lineChart";
export { byProfile, type NotebookParameters, notebookParameters } from "./parameters";
export { type ParetoSettings, paretoChart } from "./paretoChart";
export { plotlyFigure } from "./plotly";
export { mapChart, type PointSettings, scatterChart } from "./pointChart";
export { type Progress, type ProgressSettings, progress } from "./progress";
export type { RunDescription } from "./provenance";
export { type Frame, type Row, rowsOf, type Table, toDataFrame } from "./rows";
export {
  chartFiles,
  look,
  type NamedChart,
  type NamedTable,
  type ShowChart,
  type Shown,
  type ShowTable,
  show,
  showChart,
  showMarkdown,
  showTable,
} from "./show";
export { stopSignal } from "./stop";
export { toSvg } from "./svg";
export { type Column, formatNumber, type TableFormat, tableCsv, tableHtml } from "./table";
export { escapeMarkdown } from "./text";
export { vegaLite } from "./vegaLite";
export { showVersions, versions } from "./versions";
