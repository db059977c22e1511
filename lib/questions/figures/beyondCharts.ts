/**
 * Charts of `beyond`: utility against the cost of a request, one picture a kind of request and a panel a model; and what
 * a batch of random users is expected to cost.
 */

import type { Chart } from "../../report/chart";
import { lineChart } from "../../report/lineChart";
import { paretoChart } from "../../report/paretoChart";
import { LEARNING_REQUEST } from "../beyond/requests";
import { type CellRecord, recordsOf } from "../outcome";
import type { PresetName } from "../protocol";
import { summarise, withinSeeds } from "../summary";
import { type BeyondRow, presetOf } from "./beyond";
import { SYSTEMS, systemLabel, systemOf } from "./beyondSystems";
import { AIM, type Comparison, comparisons } from "./beyondTable";

interface Point {
  readonly panel: string;
  readonly series: string;
  readonly label: string;
  readonly joined: boolean;
  readonly cost: number;
  readonly costLow: number;
  readonly costHigh: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The picture of one data set, preset and request; none for learning, which has no cost of forgetting. */
export function paretoOf(rows: readonly BeyondRow[]): Chart | undefined {
  const compared = comparisons(rows).filter(({ request }) => request !== LEARNING_REQUEST);
  if (compared.length === 0) return undefined;
  return paretoChart(pointsOf(rows, compared), {
    x: "cost",
    y: "mean",
    xLow: "costLow",
    xHigh: "costHigh",
    low: "low",
    high: "high",
    series: "series",
    label: "label",
    joined: "joined",
    panelRows: "panel",
    xTitle: "cost of the request (% of Retrain's)",
    limit: AIM.share,
  });
}

/** Intervals of utility are within seeds, as in the other figures: all systems share the splits. */
function pointsOf(rows: readonly BeyondRow[], compared: readonly Comparison[]): Point[] {
  const models = [...new Set(compared.map(({ model }) => model))];
  const values = models.flatMap((model) =>
    rows
      .filter((row) => row.model === model || row.model === "none")
      .map((row) => ({ model, system: row.system, seed: row.seed, value: row.utility })),
  );
  const within = summarise(
    withinSeeds(values, ["model"], ["system"]),
    ["model", "system"],
    ({ value }) => value,
  );
  return compared.flatMap((one): Point[] => {
    const utility = within.find(({ model, system }) => model === one.model && system === one.system);
    const { series, point } = systemOf(one.system);
    if (!utility || !(one.cost > 0)) return [];
    const base = {
      panel: `${one.metric}, ${one.model.toUpperCase()}`,
      series,
      joined: one.sums !== null || point.endsWith("%"), // an active core is no step on the way from small to large
      mean: one.utility,
      low: utility.low,
      high: utility.high,
    };
    const { cost, costLow, costHigh, sums, sumsLow, sumsHigh } = one;
    const whole = { ...base, label: pointLabel(one.system, compared), cost, costLow, costHigh };
    if (sums === null || sumsLow === null || sumsHigh === null) return [whole];
    return [{ ...base, label: `${point}, sums`, cost: sums, costLow: sumsLow, costHigh: sumsHigh }, whole];
  });
}

/** Points of a series that differ in one number carry the number, and the first of them the name of the series too. */
function pointLabel(system: string, compared: readonly Comparison[]): string {
  const { series, point } = systemOf(system);
  if (SYSTEMS.filter((one) => one.series === series).length < 2) return point;
  const [first] = compared.filter((one) => systemOf(one.system).series === series);
  return first.system === system ? `${series}, ${point}` : point;
}

/** Systems in the picture of batches, for the rest lies between them. */
const BATCH_SYSTEMS = [
  "l-cbkm",
  "c-sisa",
  "coin@2+ridge",
  "coin@10+ridge",
  "coin@20+ridge",
  "coin@10+items",
  "lean@20+ridge",
  "active+ridge",
];

/** Mean over models and seeds of the expected cost, on one data set, against the number of random users who ask at once; none without cost models. */
export function batchChart(
  records: readonly CellRecord[],
  dataset: string,
  preset: PresetName = "PAPER",
): Chart | undefined {
  const own = recordsOf(records, "beyond").filter(
    ({ trial: cell, outcome }) =>
      cell.dataset === dataset &&
      presetOf(cell.protocol) === preset &&
      cell.request === LEARNING_REQUEST &&
      (BATCH_SYSTEMS.includes(cell.variant) || cell.variant === "retrain") &&
      outcome.batches.length > 0,
  );
  const plain = new Map(
    own
      .filter(({ trial: cell }) => cell.variant === "retrain")
      .map(({ trial: cell, outcome }) => [`${cell.model} ${cell.seed}`, outcome.batches]),
  );
  const shares = own.flatMap(({ trial: cell, outcome }) =>
    outcome.batches.flatMap(({ users, samples }) => {
      const whole = plain.get(`${cell.model} ${cell.seed}`)?.find((one) => one.users === users);
      if (!whole || cell.variant === "retrain") return [];
      return [{ name: systemLabel(cell.variant), users, share: (100 * samples) / whole.samples }];
    }),
  );
  if (shares.length === 0) return undefined;
  return lineChart(
    summarise(shares, ["name", "users"], ({ share }) => share),
    {
      x: "users",
      y: "mean",
      series: "name",
      xScale: "log10",
      yScale: "log10",
      xTitle: "random users in one request",
      yTitle: "expected cost (% of Retrain's)",
    },
  );
}
