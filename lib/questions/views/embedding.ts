/** Tables and charts of notebook 02: what they are called and how they read. */

import type { Excerpt } from "../../hypergraph/excerpt";
import { barChart } from "../../report/barChart";
import { histogramChart } from "../../report/histogram";
import { hyperedgeChart } from "../../report/hyperedgeChart";
import { lineChart } from "../../report/lineChart";
import { mapChart, scatterChart } from "../../report/pointChart";
import type { RunDescription } from "../../report/provenance";
import type { Table } from "../../report/rows";
import type { NamedChart, NamedTable, Shown } from "../../report/show";
import { columns, formatNumber } from "../../report/table";

const correlations = "Correlation of the axis with";

/** Charts take rows of any columns. */
const open = (rows: Table): Table<Record<string, string | number>> =>
  rows as Table<Record<string, string | number>>;

/** The names of an excerpt's users, "u1" for the one in the middle, and of its items. */
function namesOf({ user, members, outside, items }: Excerpt) {
  const people = [user, ...members.map((member) => member.user), ...outside];
  return {
    people,
    person: (one: number) => `u${people.indexOf(one) + 1}`,
    thing: (item: number) => `i${items.indexOf(item) + 1}`,
  };
}

export const embedding = {
  /** Users of an excerpt in the order of their names: u1, u2, ...; nobody where there is none */
  people: (piece: Excerpt | undefined): readonly number[] => (piece ? namesOf(piece).people : []),
  /** @param sizes users in each hyperedge, Uint32Array, users */
  hyperedge: (piece: Excerpt | undefined, sizes: Uint32Array): Shown => {
    if (piece === undefined) return [];
    const { person, thing } = namesOf(piece);
    return {
      name: "embedding-hyperedge",
      caption: `Figure 3 from real data: the hyperedge of u1 holds ${formatNumber(sizes[piece.user], 0)} of ${formatNumber(sizes.length, 0)} users, of whom five are drawn`,
      alt: "Left: users and items joined by ratings. Right: an outline around u1 and four others; two users outside.",
      chart: hyperedgeChart(
        {
          user: person(piece.user),
          members: piece.members.map(({ user, weight }) => ({ name: person(user), weight })),
          outside: piece.outside.map(person),
          items: piece.items.map(thing),
          ratings: piece.ratings.map(({ user, item, rating }) => ({
            user: person(user),
            item: thing(item),
            rating,
          })),
        },
        { left: "(a) ratings, a bipartite graph", right: "(b) the hyperedge of u1" },
      ),
    };
  },
  /** @param rows id, ratings, edge, share in %, inside; in the order of `people` */
  members: (rows: readonly object[]): Shown =>
    rows.length === 0
      ? []
      : {
          name: "embedding-hyperedge-users",
          caption: "The users of Figure 3",
          rows: rows.map((row, k) => ({ name: `u${k + 1}`, ...row })),
          columns: [
            ...columns({
              name: "Name",
              id: "Id in the data",
              ratings: "Ratings",
              inside: "In the hyperedge of u1",
              edge: "Users in this user's own hyperedge",
            }),
            { key: "share", label: "Share of all", unit: "%", digits: 1 },
          ],
        },
  /** @param rows mean, least, at5, at50, at95, most in %; alone; activity */
  reach: (rows: Table): NamedTable => ({
    name: "embedding-reach",
    caption: "Share of all users in a hyperedge (%), over all hyperedges",
    rows,
    columns: [
      ...columns({ mean: "Mean", least: "Smallest" }, { digits: 1 }),
      ...columns({ at5: "5 %", at50: "Median", at95: "95 %" }, { digits: 1, group: "Quantiles" }),
      { key: "most", label: "Largest", digits: 1 },
      { key: "alone", label: "Users alone in theirs" },
      { key: "activity", label: "Rank correlation with the number of ratings", digits: 2 },
    ],
  }),
  /** @param shares of all users, in %, a hyperedge */
  sizes: (shares: Float64Array): NamedChart => ({
    name: "embedding-reach",
    caption: "Sizes of the hyperedges: each holds this share of all users",
    alt: "Histogram of the share of all users in a hyperedge.",
    chart: histogramChart(
      { hyperedges: shares },
      { width: 2, height: 180, xTitle: "share of all users in the hyperedge (%)", yTitle: "hyperedges" },
    ),
  }),
  /** @param walks ids of users, a walk */
  walks: (walks: readonly (readonly string[])[]): NamedTable => ({
    name: "embedding-walks",
    caption: "Three walks of eight steps, as ids of users",
    rows: walks.map(([start, ...others]) => ({ start, walk: others.join(" → ") })),
    columns: columns({ start: "Begins at user", walk: "Goes on to" }),
  }),
  /** @param rows measure, r, low, high */
  visits: (rows: Table): NamedTable => ({
    name: "embedding-visits",
    caption: "What the number of visits is correlated with (Spearman, 95 % interval over users)",
    rows,
    columns: [
      { key: "measure", label: "Property of a user" },
      ...columns({ r: "Correlation with visits", low: "Low", high: "High" }, { digits: 2 }),
    ],
  }),
  /** @param rows mean, count, a user */
  visited: (rows: Table): NamedChart => ({
    name: "embedding-visits",
    caption: "How often the walks of one seed visit a user, one point per user",
    alt: "Scatter of visits against the mean rating.",
    chart: scatterChart(open(rows), {
      x: "mean",
      y: "count",
      size: 16,
      height: 200,
      xTitle: "mean rating of the user",
      yTitle: "visits",
    }),
  }),
  /** @param rows steps, pair, mean, low, high */
  memory: (rows: Table): NamedChart => ({
    name: "embedding-memory",
    caption:
      "How alike a walk's first user and the one reached after some steps are (mean over seeds, 95 % interval)",
    alt: "Two lines, pairs of the same walk and of different walks, against the number of steps.",
    chart: lineChart(open(rows), {
      x: "steps",
      y: "mean",
      low: "low",
      high: "high",
      series: "pair",
      xTitle: "steps of the walk",
      yTitle: "mean cosine of the rating rows",
      height: 200,
    }),
  }),
  /** @param rows data, users, mean and least in %, alone, variation */
  everywhere: (rows: Table, run: RunDescription): NamedTable => ({
    name: "embedding-memory-all",
    run,
    caption: "Size of the hyperedges, and what one step of the walk remembers, by data set",
    rows,
    columns: [
      ...columns({ data: "Data", users: "Users" }),
      { key: "mean", label: "Mean hyperedge", unit: "% of users", digits: 1 },
      { key: "least", label: "Smallest", unit: "%", digits: 1 },
      { key: "alone", label: "Users alone in theirs" },
      { key: "variation", label: "Memory of one step (total variation)", digits: 4 },
    ],
  }),
  /** @param rows grouping, space, group, x, y */
  map: (rows: Table): NamedChart => ({
    name: "embedding-map",
    caption: "Users on two principal axes of three embeddings, coloured by group",
    alt: "Six maps of users: two groupings by three embeddings.",
    chart: mapChart(open(rows), {
      x: "x",
      y: "y",
      series: "group",
      panelColumns: "space",
      panelRows: "grouping",
      xTitle: "",
      height: 180,
    }),
  }),
  /** @param rows name, axis, variance in %, and four correlations */
  axes: (rows: Table, dim: number): NamedTable => ({
    name: "embedding-axes",
    caption: `The first three of ${dim} principal axes (Pearson correlations, one seed)`,
    rows,
    within: ["name"],
    columns: [
      ...columns({ name: "Embedding", axis: "Axis" }),
      { key: "variance", label: "Variance", unit: "%", digits: 1 },
      ...columns(
        {
          activity: "log ratings",
          meanRating: "mean rating",
          popularity: "popularity of items",
          visits: "visits",
        },
        { digits: 2, group: correlations },
      ),
    ],
  }),
  /** @param rows nearness, measure, name, mean, low, high */
  signal: (rows: Table): NamedChart => ({
    name: "embedding-signal",
    caption:
      "How closely nearness of two users in an embedding follows their likeness (rank correlation, mean over seeds, 95 % interval)",
    alt: "Bars of rank correlations: three embeddings, four kinds of likeness, two kinds of nearness.",
    chart: barChart(open(rows), {
      x: "measure",
      y: "mean",
      low: "low",
      high: "high",
      series: "name",
      panelColumns: "nearness",
      xTitle: "likeness of the pair",
      yTitle: "rank correlation",
    }),
  }),
  /** @param rows name, pearson, cosine and their deviations */
  neighbours: (rows: Table, k: number): NamedTable => ({
    name: "embedding-neighbours",
    caption: `Likeness of a user and the ${k} nearest neighbours (mean ± standard deviation over seeds)`,
    rows,
    columns: [
      { key: "name", label: "Embedding" },
      { key: "pearson", error: "pearsonStd", label: "Opinions (Pearson)", digits: 3, best: "highest" },
      { key: "cosine", error: "cosineStd", label: "Same items (cosine)", digits: 3, best: "highest" },
    ],
  }),
  /** @param rows nearness, measure, embedding, difference, low, high, svd, signal */
  verdict: (rows: Table): NamedTable => ({
    name: "embedding-verdict",
    caption:
      "Taste in the collaborative embedding: rank correlation, its difference from noise (95 % interval), and the SVD as control",
    rows,
    columns: [
      ...columns({ nearness: "Nearness", measure: "Likeness" }),
      ...columns(
        { embedding: "Embedding", difference: "minus noise", low: "Low", high: "High", svd: "SVD" },
        { digits: 3 },
      ),
      { key: "signal", label: "Signal" },
    ],
  }),
};
