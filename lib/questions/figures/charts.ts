/**
 * The paper's figures drawn from rows, for the command line and for notebooks: means over seeds with 95 % intervals.
 * Pure functions; lib/report draws them.
 */

import { exp, log } from "../../numeric";
import { barChart } from "../../report/barChart";
import type { Chart } from "../../report/chart";
import { lineChart } from "../../report/lineChart";
import { methodLabel, orderLabel } from "../labels";
import { summarise, withinSeeds } from "../summary";
import type { BeyondRow } from "./beyond";
import { paretoOf } from "./beyondCharts";
import { requestLabel } from "./beyondTable";
import type { CohesionRow } from "./cohesion";
import type { EfficiencyRow } from "./efficiency";
import type { PartitionRow } from "./partition";
import type { SeqTrainRow } from "./seqtrain";
import type { UtilityRow } from "./utility";

/** A chart of a figure, with what belongs under it. */
export interface FigureChart {
  /** for a file: letters, digits, - and _ */
  readonly name: string;
  readonly caption: string;
  /** what the picture shows, for those who cannot see it */
  readonly alt: string;
  readonly dataset: string;
  readonly chart: Chart;
}

type Draw = (rows: readonly object[]) => FigureChart[];

const CHARTS: Readonly<Record<string, Draw>> = {
  utility: (rows) => utilityCharts(rows as readonly UtilityRow[]),
  efficiency: (rows) => efficiencyCharts(rows as readonly EfficiencyRow[]),
  partition: (rows) => partitionCharts(rows as readonly PartitionRow[]),
  cohesion: (rows) => cohesionCharts(rows as readonly CohesionRow[]),
  seqtrain: (rows) => seqtrainCharts(rows as readonly SeqTrainRow[]),
  beyond: (rows) => beyondCharts(rows as readonly BeyondRow[]),
};

/** Figures that have charts; the others are tables. */
export const CHARTED: readonly string[] = Object.keys(CHARTS);

/** The charts of a figure's rows, a set for each data set; none for a figure that is a table, or without rows. */
export const chartsOf = (figure: string, rows: readonly object[]): FigureChart[] =>
  CHARTS[figure]?.(rows) ?? [];

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** A name for a file, from names of data sets and requests. */
const fileName = (...parts: readonly string[]): string =>
  parts
    .join("-")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

const byDataset = <Row extends { readonly dataset: string }>(rows: readonly Row[]): [string, Row[]][] =>
  distinct(rows.map(({ dataset }) => dataset)).map((dataset) => [
    dataset,
    rows.filter((row) => row.dataset === dataset),
  ]);

/** NDCG@10 and HR@10 of the group's own metric where it is there, else of full ranking (data without ratings). */
function shownMetrics(rows: readonly UtilityRow[]): string[] {
  const metrics = distinct(rows.map(({ metric }) => metric));
  const family = metrics.includes("labCode NDCG@10") ? "labCode" : "fullRank";
  return [`${family} NDCG@10`, `${family} HR@10`].filter((metric) => metrics.includes(metric));
}

const LEVEL = methodLabel("retrain");

/** Retrain knows no S: its row is repeated for each, so that it is a level line. */
function withLevel<Row extends { readonly name: string; readonly groups: number }>(
  rows: readonly Row[],
): Row[] {
  const swept = rows.filter(({ name }) => name !== LEVEL);
  const level = rows.filter(({ name }) => name === LEVEL);
  const sizes = distinct(swept.map(({ groups }) => groups)).sort((a, b) => a - b);
  if (sizes.length === 0) return level;
  return [...sizes.flatMap((groups) => level.map((row) => ({ ...row, groups }))), ...swept];
}

/** Figures 5, 6, 10 and 11. */
function utilityCharts(rows: readonly UtilityRow[]): FigureChart[] {
  return byDataset(rows).flatMap(([dataset, all]) => {
    const metrics = shownMetrics(all);
    const own = all
      .filter(({ metric, scoring }) => metrics.includes(metric) && scoring !== "own")
      .map((row) => ({ ...row, name: methodLabel(row.method), panel: row.model.toUpperCase() }))
      .sort((a, b) => metrics.indexOf(a.metric) - metrics.indexOf(b.metric));
    return distinct(own.map(({ request }) => request)).map((request) => {
      const within = withinSeeds(
        own.filter((row) => row.request === request),
        ["panel", "metric"],
        ["name", "groups"],
      );
      const after = request === "none" ? "learning" : `unlearning ${request}`;
      return {
        name: fileName("utility", dataset, request),
        caption: `Utility after ${after}, ${dataset} (mean over seeds, 95 % interval within seeds)`,
        alt: `Lines, one a method, of ${metrics.join(" and ")} against the number of groups after ${after} on ${dataset}.`,
        dataset,
        chart: lineChart(
          withLevel(summarise(within, ["panel", "metric", "name", "groups"], ({ value }) => value)),
          {
            x: "groups",
            y: "mean",
            low: "low",
            high: "high",
            series: "name",
            panelColumns: "panel",
            panelRows: "metric",
            xTitle: "number of groups S",
          },
        ),
      };
    });
  });
}

/** Figure 4. C-SISA by its slowest shard and by all its work; geometric means, as times differ by factors. */
function efficiencyCharts(rows: readonly EfficiencyRow[]): FigureChart[] {
  return byDataset(rows).map(([dataset, all]) => {
    const named = all.flatMap((row) => {
      if (row.method === "c-sisa") return [{ ...row, name: `C-SISA ${row.work}` }];
      return row.work === "total" ? [{ ...row, name: methodLabel(row.method) }] : [];
    });
    const factors = withLevel(
      summarise(named, ["name", "groups"], ({ seconds }) => log(seconds)).map((row) => ({
        ...row,
        mean: exp(row.mean),
        low: exp(row.low),
        high: exp(row.high),
      })),
    );
    return {
      name: fileName("efficiency", dataset),
      caption: `Figure 4, ${dataset}: time to forget 5 % of the users of the last group (geometric mean, 95 % interval)`,
      alt: `Lines, one a method, of seconds on a logarithmic scale against the number of groups on ${dataset}.`,
      dataset,
      chart: lineChart(factors, {
        x: "groups",
        y: "mean",
        low: "low",
        high: "high",
        series: "name",
        xTitle: "number of groups S",
        yTitle: "time to unlearn (s)",
        yScale: "log10",
      }),
    };
  });
}

const GROUPING_LABELS: Readonly<Record<PartitionRow["grouping"], string>> = {
  rand: "Rand",
  "kmeans-ratings": "k-means, ratings",
  "kmeans-embedding": "k-means, embedding",
  bkm: "BKM",
  cbkm: "CBKM",
};

/** Figure 9, sizes of the groups, and Figure 12, their cohesion in both spaces; places in descending order. */
function partitionCharts(rows: readonly PartitionRow[]): FigureChart[] {
  return byDataset(rows).flatMap(([dataset, all]) => {
    const named = all.map((row) => ({
      ...row,
      name: GROUPING_LABELS[row.grouping],
      panel: `S = ${row.groups}`,
    }));
    const sizes = summarise(ranked(named, "users"), ["panel", "name", "place"], ({ value }) => value);
    const balanced = named.filter(({ grouping }) => !grouping.startsWith("kmeans"));
    const rho = [
      ...ranked(balanced, "rhoEmbedding").map((row) => ({ ...row, space: "rho, embedding" })),
      ...ranked(balanced, "rhoRatings").map((row) => ({ ...row, space: "rho, ratings" })),
    ];
    const charts: FigureChart[] = [
      {
        name: fileName("partition", dataset, "sizes"),
        caption: `Figure 9, ${dataset}: users of each group, largest first (mean over seeds)`,
        alt: `Bars of the numbers of users of the groups, a row of panels a grouping and a column a number of groups, on ${dataset}.`,
        dataset,
        chart: barChart(sizes, {
          x: "place",
          y: "mean",
          panelColumns: "panel",
          panelRows: "name",
          xTitle: "group, by size",
          yTitle: "users",
          height: 110,
        }),
      },
    ];
    if (rho.length > 0)
      charts.push({
        name: fileName("partition", dataset, "cohesion"),
        caption: `Figure 12, ${dataset}: cohesion of each group in both spaces, highest first (mean over seeds, 95 % interval)`,
        alt: `Lines, one a grouping, of cohesion against the place of the group, for both spaces and every number of groups, on ${dataset}.`,
        dataset,
        chart: lineChart(
          summarise(rho, ["panel", "space", "name", "place"], ({ value }) => value),
          {
            x: "place",
            y: "mean",
            low: "low",
            high: "high",
            series: "name",
            panelColumns: "panel",
            panelRows: "space",
            xTitle: "group, by cohesion",
          },
        ),
      });
    return charts;
  });
}

/** The values of a column in descending order within each partition, with places from 1. */
function ranked<Row extends { readonly panel: string; readonly name: string; readonly seed: number }>(
  rows: readonly Row[],
  column: keyof Row & string,
): { panel: string; name: string; place: number; value: number }[] {
  const partitions = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.panel} ${row.name} ${row.seed}`;
    const members = partitions.get(key);
    if (members) members.push(row);
    else partitions.set(key, [row]);
  }
  return [...partitions.values()].flatMap((members) => {
    const { panel, name } = members[0];
    const values = members.map((row) => Number(row[column])).sort((a, b) => b - a);
    return values.map((value, index) => ({ panel, name, place: index + 1, value }));
  });
}

/** Figures 8 and 13. */
function cohesionCharts(rows: readonly CohesionRow[]): FigureChart[] {
  return byDataset(rows).map(([dataset, all]) => {
    const named = all.map((row) => ({ ...row, panel: row.model.toUpperCase() }));
    return {
      name: fileName("cohesion", dataset),
      caption: `Figures 8 and 13, ${dataset}: test loss of each group's own model (mean over seeds, 95 % interval)`,
      alt: `Test loss against the place of the group in descending cohesion, a panel a model, on ${dataset}.`,
      dataset,
      chart: lineChart(
        summarise(named, ["panel", "place"], ({ testLoss }) => testLoss),
        {
          x: "place",
          y: "mean",
          low: "low",
          high: "high",
          panelColumns: "panel",
          xTitle: "group, in descending order of cohesion",
          yTitle: "test loss (nats)",
        },
      ),
    };
  });
}

/** Figure 7. */
function seqtrainCharts(rows: readonly SeqTrainRow[]): FigureChart[] {
  return byDataset(rows).map(([dataset, all]) => {
    const metrics = shownMetrics(all);
    const named = all
      .filter(({ metric }) => metrics.includes(metric))
      .map((row) => ({
        ...row,
        name: orderLabel(row.order),
        panel: row.model.toUpperCase(),
        after: row.request === "none" ? "learning" : row.request,
      }))
      .sort((a, b) => metrics.indexOf(a.metric) - metrics.indexOf(b.metric));
    const within = withinSeeds(named, ["panel", "metric", "after"], ["name"]);
    return {
      name: fileName("seqtrain", dataset),
      caption: `Figure 7, ${dataset}: order of the groups (mean over seeds, 95 % interval within seeds)`,
      alt: `Points, one an order of the groups, of ${metrics.join(" and ")} after learning and after each request on ${dataset}.`,
      dataset,
      chart: lineChart(
        summarise(within, ["panel", "metric", "after", "name"], ({ value }) => value),
        {
          x: "after",
          y: "mean",
          low: "low",
          high: "high",
          series: "name",
          xScale: "category",
          panelColumns: "panel",
          panelRows: "metric",
          xTitle: "after",
        },
      ),
    };
  });
}

/** What else forgets exactly: utility against cost, a picture a request. */
function beyondCharts(rows: readonly BeyondRow[]): FigureChart[] {
  const pictures = distinct(
    rows.map(({ dataset, preset, request }) => [dataset, preset, request].join("\n")),
  );
  return pictures.flatMap((picture): FigureChart[] => {
    const [dataset, preset, request] = picture.split("\n");
    const chart = paretoOf(
      rows.filter((row) => row.dataset === dataset && row.preset === preset && row.request === request),
    );
    if (!chart) return [];
    const where = preset === "PAPER" ? dataset : `${dataset}, ${preset}`;
    return [
      {
        name: fileName("beyond", dataset, ...(preset === "PAPER" ? [] : [preset.toLowerCase()]), request),
        caption: `Utility against the cost of forgetting ${requestLabel(request)}, ${where} (95 % intervals)`,
        alt: `Points, one a system, of utility against cost on a logarithmic scale: up and left is better; ${where}.`,
        dataset,
        chart,
      },
    ];
  });
}
