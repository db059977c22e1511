/** What approximate forgetting leaves behind: the table, and the picture of what an attacker finds for what a request costs. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { lineChart } from "../../report/lineChart";
import { columns } from "../../report/table";
import { datasetTitle, modelLabel, requestLabel } from "../labels";
import { overSeeds } from "../summary";
import type { ApproximateRow } from "./rows";

/** The rows under the names that readers see. */
const shown = (rows: ColumnTable): ColumnTable =>
  rows.derive({
    data: aq.escape((row: ApproximateRow) => datasetTitle(row.dataset)),
    panel: aq.escape((row: ApproximateRow) => modelLabel(row.model)),
    after: aq.escape((row: ApproximateRow) => requestLabel(row.request)),
  });

/** Half of the interval; NaN for one seed, which has none. */
const halfOf = ({ high, mean, n }: { high: number; mean: number; n: number }): number =>
  n > 1 ? high - mean : Number.NaN;

type Wide = Record<string, number | string>;

/** One row per system: every measure as mean and half of its interval. */
function wide(rows: ColumnTable): Wide[] {
  const by = ["data", "panel", "metric", "after", "system"];
  return overSeeds(shown(rows), [...by, "measure"])
    .derive({ half: aq.escape(halfOf) })
    .groupby(...by)
    .pivot("measure", { mean: aq.op.any("mean"), half: aq.op.any("half") }, { sort: false })
    .objects() as Wide[];
}

const NOTE =
  "Everything is compared with the exact system, which is learned again without the erased data. Distances: of all weights, " +
  "relative to their length; of scores, in standard deviations. In common: rank correlation of a user's scores, and the share of " +
  "equal items in both top tens. The attack fits erased users, and users who were never there, to the model and compares their " +
  "losses: an AUC of .5 is guessing, and what exceeds the exact system's AUC was left behind. An exact system with another seed " +
  "shows how far apart two systems are that never saw the erased data. Each approximate method has its default settings " +
  "everywhere; none was tuned, and their budgets differ (fine-tune: five epochs; gradient-ascent: five steps and one epoch; scif: " +
  "gradients over all samples that involve the erased data, whose number grows with the batch, and no epoch). gradient-ascent " +
  "and scif do not support LightGCN.";

export function left(rows: ColumnTable) {
  const column = (key: string, label: string, group: string, digits: number) => ({
    key: `mean_${key}`,
    error: `half_${key}`,
    label,
    group,
    digits,
  });
  return {
    name: "approximate-left",
    caption: "What approximate forgetting leaves behind (mean over seeds \u00b1 half of the 95 % interval)",
    rows: wide(rows).map(withColumns),
    within: ["data", "panel", "after"],
    note: NOTE,
    columns: [
      ...columns({ data: "Data", panel: "Model", after: "Forgotten", system: "What was done" }),
      column("weights", "weights", "Distance from exact", 3),
      column("scores", "scores", "Distance from exact", 3),
      column("ranks", "ranks", "In common with exact", 3),
      column("top", "top ten", "In common with exact", 3),
      column("attack", "AUC", "Attack", 3),
      column("left", "beyond exact", "Attack", 3),
      column("quality", "NDCG@10", "Quality", 4),
      { key: "mean_cost", label: "Cost", unit: "%", digits: 1 },
    ],
  };
}

const MEASURES = ["weights", "scores", "ranks", "top", "attack", "left", "quality", "cost"];
const COLUMNS = MEASURES.flatMap((measure) => [`mean_${measure}`, `half_${measure}`]);

/** Every column in every row: nobody is attacked for one user, and one seed has no interval. */
const withColumns = (row: Wide) => ({
  ...row,
  ...Object.fromEntries(COLUMNS.map((column) => [column, row[column] ?? null])),
});

/** What is left of the erased against what the request cost; none where nobody was attacked. */
export function exposure(rows: ColumnTable) {
  const points = wide(rows)
    .filter(({ mean_left }) => typeof mean_left === "number")
    .map((row) => {
      const [middle, half] = [Number(row.mean_left), Number(row.half_left) || 0];
      return { ...row, low: middle - half, high: middle + half, of: `${row.panel}, ${row.data}` };
    });
  if (points.length === 0) return [];
  return [
    {
      name: "approximate-exposure",
      caption:
        "What an attacker finds beyond what the exact system shows, after 5 % of the users were forgotten (95 % interval over seeds)",
      alt: "A panel for each model and data set; a point per method: area under the attack's curve minus that on the exact system, against cost.",
      chart: lineChart<Wide>(points, {
        x: "mean_cost",
        y: "mean_left",
        low: "low",
        high: "high",
        series: "system",
        xScale: "linear",
        panelColumns: "of",
        height: 180,
        xTitle: "cost (% of exact)",
        yTitle: "attack, beyond exact",
      }),
    },
  ];
}
