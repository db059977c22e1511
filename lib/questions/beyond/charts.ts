/**
 * Charts of `beyond`: utility against the cost of a request, one picture per kind of request and a panel per model; and what
 * a batch of random users is expected to cost.
 */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { lineChart } from "../../report/lineChart";
import { paretoChart } from "../../report/paretoChart";
import type { NamedChart } from "../../report/show";
import { fileName, modelLabel, requestPhrase } from "../labels";
import { MEAN, overSeeds, withinPanels } from "../summary";
import { AIMS, type Comparison, comparisons } from "./comparisons";
import type { BeyondRow } from "./rows";
import { REQUESTS, SYSTEMS, systemLabel, systemOf } from "./systems";
import { byPanel } from "./tables";

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

/** Utility against cost, a picture per kind of request. */
export const pareto = (rows: ColumnTable): NamedChart[] =>
  byPanel(rows, ({ rows: all, run, where, name }) =>
    REQUESTS.flatMap((request) => {
      const own = all.filter((row) => row.request === request);
      const points = pointsOf(own, comparisons(own));
      if (points.length === 0) return [];
      return [
        {
          name: fileName("beyond-pareto", name, request),
          caption: `${where}: ${own[0].metric} against the cost of forgetting ${requestPhrase(request)} (95 % intervals, within seeds for utility)`,
          alt: `A panel per model; a point per system: ${own[0].metric} against cost in per cent of Retrain's, logarithmic.`,
          run,
          chart: paretoChart(points, {
            x: "cost",
            xLow: "costLow",
            xHigh: "costHigh",
            ...MEAN,
            series: "series",
            label: "label",
            joined: "joined",
            panelRows: "panel",
            xTitle: "cost of the request (% of Retrain's)",
            yTitle: own[0].metric,
            limit: AIMS.find((aim) => aim.request === request)?.share,
          }),
        },
      ];
    }),
  );

/** Intervals of utility are within seeds, as in the other figures: all systems share the splits. */
function pointsOf(rows: readonly BeyondRow[], compared: readonly Comparison[]): Point[] {
  const models = [...new Set(compared.map(({ model }) => model))];
  const values = models.flatMap((model) =>
    rows
      .filter((row) => row.model === model || row.model === "none")
      .map((row) => ({ model, system: row.system, seed: row.seed, value: row.utility })),
  );
  if (values.length === 0) return [];
  const means = withinPanels(aq.from(values), ["model"], ["system"]).objects() as (Point &
    (typeof values)[0])[];
  return compared.flatMap((one): Point[] => {
    const utility = means.find(({ model, system }) => model === one.model && system === one.system);
    const { series, point } = systemOf(one.system);
    if (!utility || !(one.cost > 0)) return [];
    const base = {
      panel: one.model === "none" ? "no model" : modelLabel(one.model),
      series,
      joined: one.sums !== null || isStep(point),
      mean: one.utility,
      low: utility.low,
      high: utility.high,
    };
    const { cost, costLow, costHigh, sums, sumsLow, sumsHigh } = one;
    const whole = { ...base, label: pointLabel(one.system), cost, costLow, costHigh };
    // where the model stands as soon as the sums do, there is one point
    if (sums === null || sumsLow === null || sumsHigh === null || sums > 0.9 * cost) return [whole];
    return [{ ...base, label: `${point}, sums`, cost: sums, costLow: sumsLow, costHigh: sumsHigh }, whole];
  });
}

/** Whether a point is a step on the way from a small core to a large one; an active core is none. */
const isStep = (point: string): boolean => point.endsWith("%");

/** The name of the series, and the point where there are several. */
function pointLabel(system: string): string {
  const { series, point } = systemOf(system);
  return SYSTEMS.filter((one) => one.series === series).length < 2 ? point : `${series}, ${point}`;
}

/** Systems in the picture of batches. */
const BATCH_SYSTEMS = [
  "l-cbkm",
  "c-sisa",
  "coin@10+ridge",
  "coin@20+ridge",
  "lean@20+ridge",
  "active+ridge",
  "lean-active+ridge",
  "core-als@5",
  "core-als@10",
  "als@3",
];

/** Mean over models and seeds of the expected cost against the number of random users who ask at once. */
export const batches = (rows: ColumnTable): NamedChart[] =>
  byPanel(rows, ({ rows: own, run, where, name }) => {
    const shares = batchShares(own);
    if (shares.length === 0) return [];
    return [
      {
        name: `beyond-batches-${name}`,
        caption: `${where}: expected cost of forgetting several random users at once (mean over models and seeds)`,
        alt: "A line per system: expected cost in per cent of Retrain's against the number of users, both logarithmic.",
        run,
        chart: lineChart(overSeeds(aq.from(shares), ["name", "users"]), {
          x: "users",
          y: "mean",
          series: "name",
          xScale: "log10",
          yScale: "log10",
          xTitle: "random users in one request",
          yTitle: "expected cost (% of Retrain's)",
        }),
      },
    ];
  });

/** Expected costs of batches as shares of Retrain's, of the systems of the picture. */
function batchShares(rows: readonly BeyondRow[]) {
  const learned = rows.flatMap((row) => (row.learned ? [{ ...row, batches: row.learned.batches }] : []));
  const key = ({ model, seed }: BeyondRow) => `${model} ${seed}`;
  const plain = new Map(
    learned.filter(({ system }) => system === "retrain").map((row) => [key(row), row.batches]),
  );
  return learned
    .filter(({ system }) => BATCH_SYSTEMS.includes(system))
    .flatMap((row) =>
      row.batches.flatMap(({ users, samples }) => {
        const whole = plain.get(key(row))?.find((one) => one.users === users);
        return whole
          ? [{ name: systemLabel(row.system), users, value: (100 * samples) / whole.samples }]
          : [];
      }),
    );
}
