/** Figure 4 as table and charts, in seconds and in gradient samples, and what the figure leaves out: anybody's request. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { expectedBatchCost } from "../../cohesion/expectedCost";
import { log } from "../../numeric";
import { lineChart } from "../../report/lineChart";
import { columns } from "../../report/table";
import { datasetTitle, paperFigure } from "../labels";
import { geometricMeans, MEAN, overSeeds } from "../summary";
import type { EfficiencyRow } from "./rows";

/**
 * The rows under the names that readers see; Retrain, which has no S, stands beside every S, or beside those that are
 * planned where it stands alone.
 */
function shown(rows: ColumnTable, planned: readonly number[]): ColumnTable {
  const named = (rows.objects() as EfficiencyRow[])
    .filter(({ work, system }) => work === "total" || system === "C-SISA")
    .map((row) => ({
      ...row,
      data: datasetTitle(row.dataset),
      name: row.system + (row.system === "C-SISA" ? `, ${row.work}` : ""),
    }));
  const run = [...new Set(named.map(({ groups }) => groups))].filter((S) => S > 1).sort((a, b) => a - b);
  const sizes = run.length > 0 ? run : planned;
  const everywhere = named.flatMap((row) =>
    row.system === "Retrain" ? sizes.map((groups) => ({ ...row, groups })) : [row],
  );
  const order = ["Retrain", "C-SISA, parallel", "C-SISA, total", "L-CBKM"];
  const place = (row: (typeof named)[number]) => row.groups * order.length + order.indexOf(row.name);
  const datasets = [...new Set(named.map(({ data }) => data))];
  return aq.from(
    everywhere.sort((a, b) => datasets.indexOf(a.data) - datasets.indexOf(b.data) || place(a) - place(b)),
  );
}

const BY = ["data", "groups", "name"];

interface Times {
  readonly mean: number;
  readonly std: number;
  readonly samples: number;
}

/** Seconds, which hold for this machine, and gradient samples, which hold for all. */
export function table(rows: ColumnTable, planned: readonly number[]) {
  const all = shown(rows, planned);
  const samples = all.groupby(...BY).rollup({ samples: aq.op.mean("samples") });
  const whole = samples
    .filter(aq.escape(({ name }: { name: string }) => name === "Retrain"))
    .select({ data: "data", groups: "groups", samples: "whole" });
  const numbers = overSeeds(all, BY, "seconds")
    .join(samples, [BY, BY])
    .join(whole, [
      ["data", "groups"],
      ["data", "groups"],
    ])
    .derive({ speedup: aq.escape((row: Times & { whole: number }) => row.whole / row.samples) });
  return {
    name: "efficiency",
    caption:
      "Forgetting 5 % of the users of the last group, DMF: time and gradient samples (mean over seeds ± standard deviation)",
    rows: numbers.objects(),
    within: ["data", "groups"],
    columns: [
      ...columns({ data: "Data", groups: "S", name: "Method" }),
      { key: "mean", error: "std", label: "Time", unit: "s", digits: 3, best: "lowest" as const },
      { key: "samples", label: "Gradient samples", digits: 0 },
      {
        key: "speedup",
        label: "Fewer samples than Retrain",
        unit: "times",
        digits: 1,
        best: "highest" as const,
      },
    ],
  };
}

/** Figure 4. Times spread by factors rather than by differences, so means and intervals are those of the logarithm. */
export function seconds(rows: ColumnTable, planned: readonly number[]) {
  const logs = shown(rows, planned).derive({ log: aq.escape((row: EfficiencyRow) => log(row.seconds)) });
  return {
    name: "efficiency-seconds",
    caption: `${paperFigure("Figure 4", rows.array("dataset") as string[])}time to forget 5 % of the users of the last group, DMF (geometric mean over seeds, 95 % interval)`,
    alt: "Time against the number of groups, one line per method: Retrain is flat, C-SISA and L-CBKM fall.",
    chart: lineChart(geometricMeans(logs, BY, "log"), {
      x: "groups",
      ...MEAN,
      series: "name",
      panelColumns: "data",
      xTitle: "number of groups S",
      yTitle: "time to unlearn (s)",
      yScale: "log10",
    }),
  };
}

/** The same in gradient samples. */
export function samples(rows: ColumnTable, planned: readonly number[]) {
  return {
    name: "efficiency-samples",
    caption:
      "Gradient samples to forget 5 % of the users of the last group, DMF; they are equal on every machine (mean over seeds)",
    alt: "Gradient samples against the number of groups, one line per method, on a logarithmic scale.",
    chart: lineChart(overSeeds(shown(rows, planned), BY, "samples"), {
      x: "groups",
      y: "mean",
      series: "name",
      panelColumns: "data",
      xTitle: "number of groups S",
      yTitle: "gradient samples",
      yScale: "log10",
    }),
  };
}

const SIZES = [2, 4, 8, 16, 32, 64];
/** Users of the computed curves: enough that S groups of whole users are equal. */
const USERS = 6400;

/** What a request of so many random users is expected to cost LASER, counted in users as Eq. 11 counts. */
export function expected(randomUsers: readonly number[]) {
  const share = (S: number, K: number) =>
    (100 * expectedBatchCost(Array<number>(S).fill(USERS / S), K)) / USERS;
  const rows = SIZES.flatMap((S) => [
    { request: "last group (Figure 4)", S, percent: 100 / S },
    ...randomUsers.map((K) => ({
      request: K === 1 ? "1 random user" : `${K} random users`,
      S,
      percent: share(S, K),
    })),
  ]);
  return {
    name: "efficiency-expected",
    caption:
      "Expected cost of one request with LASER and equal groups, in users to train again (Equations 7-11, and the same for several users at once)",
    alt: "The last-group line falls towards zero; one random user stays above 50 per cent; many users near 100 per cent.",
    chart: lineChart(rows, {
      x: "S",
      y: "percent",
      series: "request",
      fromZero: true,
      xTitle: "number of groups S",
      yTitle: "expected cost (% of the users)",
    }),
  };
}
