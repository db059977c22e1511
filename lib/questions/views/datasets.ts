/** Tables and charts of notebook 01: what they are called and how they read. */

import { barChart } from "../../report/barChart";
import { histogramChart } from "../../report/histogram";
import { rowsOf, type Table } from "../../report/rows";
import type { NamedChart, NamedTable, Shown } from "../../report/show";
import { columns } from "../../report/table";
import { datasetTitle } from "../labels";

export const datasets = {
  /** @param rows data, stage, users, items, ratings, sparsity in % */
  sizes: (rows: Table): NamedTable => ({
    name: "table-1-datasets",
    caption: "Table 1: data sets as the paper prints them, as published, and after the filter",
    rows,
    within: ["data"],
    columns: [
      ...columns({ data: "Data", stage: "Stage", users: "Users", items: "Items", ratings: "Ratings" }),
      { key: "sparsity", label: "Sparsity", unit: "%", digits: 3 },
    ],
  }),
  /** @param counts ratings of each user, and of each item */
  spread: (name: string, counts: Readonly<Record<string, Uint32Array>>): NamedChart => ({
    name: "ratings-per-user-and-item",
    caption: `Ratings per user and per item: ${datasetTitle(name)} after the filter`,
    alt: "Two histograms on a logarithmic axis: users, and items, by their number of ratings.",
    chart: histogramChart(counts, {
      scale: "log2",
      panels: true,
      xTitle: "ratings of one user or item",
      yTitle: "users or items",
    }),
  }),
  /** @param rows rating, share in %; nothing is drawn of a single value, as clicks, orders and plays have */
  values: (name: string, rows: Table): Shown => {
    if (rowsOf(rows).length < 2) return [];
    return {
      name: "rating-values",
      caption: `How often each rating is given: ${datasetTitle(name)} after the filter`,
      alt: "Bars: the share of each rating value.",
      chart: barChart(rows as Table<{ rating: number; share: number }>, {
        x: "rating",
        y: "share",
        yTitle: "share (%)",
        height: 180,
      }),
    };
  },
  /** @param rows data, train, test, median, most, top5 and top25 in % */
  activity: (rows: Table): NamedTable => ({
    name: "activity",
    caption: "The split, and the share of training ratings held by the most active users",
    rows,
    columns: [
      ...columns({ data: "Data", train: "Training", test: "Test" }),
      ...columns({ median: "Median", most: "Maximum" }, { group: "Ratings of a user" }),
      ...columns(
        { top5: "top 5 %", top25: "top 25 %" },
        { unit: "%", digits: 1, group: "Held by the most active" },
      ),
    ],
  }),
};
