/**
 * Charts of `beyond`: utility against the cost of a request, one picture per kind of request and a panel per model; and what
 * a batch of random users is expected to cost.
 */

import type { Chart } from "../../report/chart";
import { lineChart } from "../../report/lineChart";
import { paretoChart } from "../../report/paretoChart";
import type { PresetName } from "../protocol";
import { summarise, withinSeeds } from "../summary";
import { LEARNING } from "../trial";
import { AIM, type Comparison, comparisons } from "./comparisons";
import type { BeyondRow } from "./rows";
import { SYSTEMS, systemLabel, systemOf } from "./systems";

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
  const compared = comparisons(rows).filter(({ request }) => request !== LEARNING);
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
      joined: one.sums !== null || isStep(point),
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

/** Whether a point is a step on the way from a small core to a large one; an active core is none. */
const isStep = (point: string): boolean => point.endsWith("%");

/** Points of a series that are joined carry a number, and the first of them the name of the series too; others their whole name. */
function pointLabel(system: string, compared: readonly Comparison[]): string {
  const { series, point } = systemOf(system);
  if (SYSTEMS.filter((one) => one.series === series).length < 2) return point;
  const [first] = compared.filter((one) => systemOf(one.system).series === series);
  return first.system === system || !isStep(point) ? `${series}, ${point}` : point;
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
  rows: readonly BeyondRow[],
  dataset: string,
  preset: PresetName = "PAPER",
): Chart | undefined {
  const own = rows.flatMap((row) => {
    const known = BATCH_SYSTEMS.includes(row.system) || row.system === "retrain";
    const here = row.dataset === dataset && row.preset === preset && known;
    return here && row.learned ? [{ ...row, batches: row.learned.batches }] : [];
  });
  const plain = new Map(
    own
      .filter(({ system }) => system === "retrain")
      .map(({ model, seed, batches }) => [`${model} ${seed}`, batches]),
  );
  const shares = own.flatMap(({ model, seed, system, batches }) =>
    batches.flatMap(({ users, samples }) => {
      const whole = plain.get(`${model} ${seed}`)?.find((one) => one.users === users);
      if (!whole || system === "retrain") return [];
      return [{ name: systemLabel(system), users, share: (100 * samples) / whole.samples }];
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
