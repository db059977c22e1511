/**
 * Tables and the chart of notebook 00: what they are called and how they read. The notebook computes what
 * stands in them.
 */

import { describe } from "../../data/describe";
import { holdsRatings, type Interactions } from "../../data/interactions";
import { barChart } from "../../report/barChart";
import type { NamedChart, NamedTable } from "../../report/show";
import { columns } from "../../report/table";

/** Hashes are told by their beginning. */
const HASH = 31;
const shortened = (text: string): string => (text.length > HASH + 1 ? `${text.slice(0, HASH)}…` : text);

const metrics = columns(
  { ndcg: "NDCG@10", hr: "HR@10", recall: "Recall@10" },
  { digits: 3, best: "highest" },
);

/** One outcome of a check of `verify`. */
export interface Check {
  readonly what: string;
  readonly verdict: string;
  readonly text: string;
}

export const quickstart = {
  /** Sizes of the parts of some data. */
  data: (parts: Readonly<Record<string, Interactions>>): NamedTable => ({
    name: "quickstart-data",
    caption: "The data of this notebook",
    rows: Object.entries(parts).map(([part, data]) => {
      const { users, items, ratings, mean, perUser } = describe(data);
      return { part, users, items, ratings, mean: holdsRatings(data) ? mean : null, median: perUser.median };
    }),
    columns: [
      ...columns({ part: "Part", users: "Users", items: "Items", ratings: "Ratings" }),
      { key: "mean", label: "Mean rating", digits: 2 },
      { key: "median", label: "Ratings of the median user" },
    ],
  }),
  /** @param rows system, ndcg, hr, recall */
  quality: (rows: readonly object[]): NamedTable => ({
    name: "quickstart-quality",
    caption: "Liked items found among the first ten, beside anchors (metric fullRank)",
    rows,
    competes: (row) => row.system !== "oracle",
    columns: [{ key: "system", label: "System" }, ...metrics],
  }),
  /** @param rows item, score, raters, from the first recommendation on */
  recommended: (user: string, rows: readonly object[]): NamedTable => ({
    name: "quickstart-recommendation",
    caption: `Recommended to user ${user}`,
    rows: rows.map((row, k) => ({ rank: k + 1, ...row })),
    columns: [
      ...columns({ rank: "Rank", item: "Item" }),
      { key: "score", label: "Score", digits: 3 },
      { key: "raters", label: "Rated by" },
    ],
  }),
  /**
   * @param shares of the training that is repeated from each group on, in %; the last is that of this
   * request
   */
  cost: (shares: readonly number[]): NamedChart => ({
    name: "quickstart-cost",
    caption: "What forgetting costs, by the earliest group that is hit",
    alt: "Falling bars: 100 % of the training for the first group, the least for the last group.",
    chart: barChart(
      shares.map((share, g) => ({
        group: g + 1,
        share,
        who: g === shares.length - 1 ? "this request" : "others",
      })),
      {
        x: "group",
        y: "share",
        series: "who",
        stacked: true,
        height: 180,
        xTitle: "earliest group that holds an erased user",
        yTitle: "trained again (% of all)",
      },
    ),
  }),
  /** @param learned the fingerprint before forgetting, with the one of now */
  proof: (checks: readonly Check[], learned: string, now: string): NamedTable => ({
    name: "quickstart-proof",
    caption: "The unlearned system against one that has never met them",
    rows: [
      ...checks,
      {
        what: "model, before forgetting",
        verdict: learned === now ? "holds" : "wrong",
        text: learned,
      },
    ].map(({ what, verdict, text }) => ({ what, verdict, value: shortened(text) })),
    columns: columns({ what: "What", verdict: "Verdict", value: "Value" }),
  }),
  /** @param rows system, samples, ndcg, hr, recall */
  summary: (rows: readonly object[]): NamedTable => ({
    name: "quickstart-summary",
    caption: "Gradient samples that each system cost, and its ranking of held-out items (metric fullRank)",
    rows,
    columns: [
      ...columns({ system: "System", samples: "Gradient samples" }),
      ...metrics.map(({ best: _, ...column }) => column),
    ],
  }),
};
