/** Figures 9 and 12, and the work of groups, with their numbers. All are functions of one row per partition. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { lineChart } from "../../report/lineChart";
import { scatterChart } from "../../report/pointChart";
import { columns } from "../../report/table";
import { paperFigure } from "../labels";
import { distinct } from "../shown";
import { geometricMeans, MEAN, overSeeds } from "../summary";
import type { GroupingSummary } from "./groupings";

const PLAIN = ["k-means, rating rows", "k-means, embedding"];
const titles = (partitions: ColumnTable) => partitions.array("data") as string[];
const isPlain = aq.escape(({ name }: GroupingSummary) => PLAIN.includes(name));
const isBalanced = aq.escape(({ name }: GroupingSummary) => !PLAIN.includes(name));

/** Users of each group that plain k-means makes, the largest first, in one seed. */
export function figure9(partitions: ColumnTable) {
  const [seed] = partitions.array("seed") as number[];
  const plain = partitions.filter(isPlain).filter(aq.escape((row: GroupingSummary) => row.seed === seed));
  const ranked = (plain.objects() as GroupingSummary[]).flatMap(({ data, name, groups, users }) =>
    [...users]
      .sort((a, b) => b - a)
      .map((size, k) => ({ data, name, k: `k = ${groups}`, rank: k + 1, users: size })),
  );
  return {
    name: "grouping-sizes",
    caption: `${paperFigure("Figure 9", titles(partitions))}users in each group that plain k-means makes, seed ${seed}`,
    alt: "Users in each group, in descending order, a line for each k: on rating rows and on the embedding, a row per data set.",
    chart: lineChart(ranked, {
      x: "rank",
      y: "users",
      series: "k",
      panelColumns: "name",
      panelRows: "data",
      height: 160,
      xScale: "linear",
      fromZero: true,
      xTitle: "group, by size",
      yTitle: "users",
    }),
  };
}

/** Sizes over all seeds and data sets, as factors of the even size N / k: one point per group. */
export function figure9Everywhere(partitions: ColumnTable) {
  const plain = partitions.filter(isPlain).objects() as GroupingSummary[];
  const factors = plain.flatMap(({ data, name, groups, users }) => {
    const even = users.reduce((sum, size) => sum + size, 0) / groups;
    return users.filter((size) => size > 0).map((size) => ({ data, name, groups, factor: size / even }));
  });
  return {
    name: "grouping-sizes-all",
    caption: "Sizes of k-means groups relative to the even size N / k, all seeds (logarithmic axis)",
    alt: "Points: relative sizes of groups by k, a panel per space and data set.",
    chart: scatterChart(factors, {
      x: "groups",
      y: "factor",
      panelColumns: "name",
      panelRows: "data",
      xScale: "category",
      yScale: "log10",
      size: 24,
      height: 150,
      xTitle: "number of groups k",
      yTitle: "users / even size",
    }),
  };
}

/** A column per S. */
const sizesOf = (partitions: ColumnTable): number[] =>
  distinct<number>(partitions, "groups").sort((a, b) => a - b);
const bySize = (means: ColumnTable, ...by: readonly string[]): ColumnTable =>
  means
    .derive({ S: aq.escape((row: GroupingSummary) => `S = ${row.groups}`) })
    .groupby(...by)
    .pivot("S", "mean", { sort: false });

/** The largest group over the smallest: 1 is equal. */
export const sizeTable = (partitions: ColumnTable) => ({
  name: "grouping-sizes",
  caption:
    "How unequal groups are: users of the largest over those of the smallest (geometric means over seeds)",
  within: ["data"],
  rows: bySize(geometricMeans(partitions, ["data", "groups", "name"], "logSizes"), "data", "name").objects(),
  columns: [
    ...columns({ data: "Data", name: "Grouping" }),
    ...sizesOf(partitions).map((S) => ({ key: `S = ${S}`, digits: 1, group: "Largest / smallest" })),
  ],
});

const SPACES = { rhoEmbedding: "in the embedding", rhoRatings: "in the rating rows" } as const;

/** rho of the balanced groupings in both spaces, one row per partition and space, data sets in their order. */
function inSpaces(partitions: ColumnTable): ColumnTable {
  const order = distinct(partitions, "data");
  return partitions
    .filter(isBalanced)
    .fold(Object.keys(SPACES), { as: ["measured", "rho"] })
    .derive({
      space: aq.escape(({ measured }: { measured: keyof typeof SPACES }) => SPACES[measured]),
      place: aq.escape(({ data }: GroupingSummary) => order.indexOf(data)),
    })
    .orderby("place", "space")
    .reify();
}

interface Measured extends GroupingSummary {
  readonly rho: number;
  readonly random: number;
}

/** Figure 12 in both spaces, relative to random groups: the plain values have other units in each. */
export function figure12(partitions: ColumnTable) {
  const relative = inSpaces(partitions)
    .groupby("data", "groups", "seed", "space")
    .derive({ random: (row: Measured) => aq.op.max(row.name === "Rand" ? row.rho : 0) })
    .ungroup()
    .filter((row: Measured) => row.random > 0)
    .derive({ times: (row: Measured) => row.rho / row.random });
  const means = overSeeds(relative, ["data", "space", "groups", "name"], "times");
  return {
    name: "grouping-cohesion",
    caption: `${paperFigure("Figure 12", titles(partitions))}cohesion rho relative to that of random groups, measured in both spaces (mean over seeds, 95 % interval)`,
    alt: "Cohesion relative to random groups against S, one line per grouping, a panel per space.",
    chart: lineChart(means, {
      x: "groups",
      ...MEAN,
      series: "name",
      panelColumns: "space",
      panelRows: "data",
      height: 170,
      xTitle: "number of groups S",
      yTitle: "rho / rho of random groups",
    }),
  };
}

/** The plain values. They may be compared within a space only. */
export const cohesionTable = (partitions: ColumnTable) => ({
  name: "grouping-cohesion",
  caption: "Cohesion rho, mean of the groups (means over seeds)",
  within: ["data", "space"],
  rows: bySize(
    overSeeds(inSpaces(partitions), ["data", "space", "groups", "name"], "rho"),
    "data",
    "space",
    "name",
  ).objects(),
  columns: [
    ...columns({ data: "Data", space: "Measured", name: "Grouping" }),
    ...sizesOf(partitions).map((S) => ({
      key: `S = ${S}`,
      digits: 1,
      group: "Mean rho",
      best: "highest" as const,
    })),
  ],
});

/** Ratings of the costliest group over the mean, 1 is equal work. */
export function workChart(partitions: ColumnTable) {
  return {
    name: "grouping-work",
    caption:
      "How unequal the work is: ratings of the largest group over the mean group (geometric mean over seeds, 95 % interval)",
    alt: "Work imbalance against S, one line per grouping.",
    chart: lineChart(geometricMeans(partitions, ["data", "groups", "name"], "logWork"), {
      x: "groups",
      ...MEAN,
      series: "name",
      panelColumns: "data",
      xTitle: "number of groups S",
      yTitle: "ratings, largest / mean group",
      height: 200,
    }),
  };
}
