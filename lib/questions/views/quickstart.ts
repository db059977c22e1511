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

/** The verdict of `verify` on what it was not given the means to check. */
const UNCHECKED = "not checked";

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
    caption: "How well liked items are found among the first ten of all, compared with anchors",
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
      { key: "raters", label: "Training ratings" },
    ],
  }),
  /**
   * @param shares of the training that is repeated from each group on, in %; the last is that of this
   * request
   */
  cost: (shares: readonly number[]): NamedChart => ({
    name: "quickstart-cost",
    caption: "How much of the training a request repeats, by the earliest group that holds an erased user",
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
        yTitle: "training repeated (%)",
      },
    ),
  }),
  /**
   * What was checked; what `verify` had nothing to check by stands in the note.
   * @param learned the fingerprint before forgetting, with the one of now
   */
  proof: (checks: readonly Check[], learned: string, now: string): NamedTable => ({
    name: "quickstart-proof",
    caption: "What the certificate says, against a system that has never met them",
    rows: [
      ...checks.filter(({ verdict }) => verdict !== UNCHECKED),
      {
        what: "for comparison: the model before forgetting",
        verdict: learned === now ? "the same" : "another",
        text: learned,
      },
    ].map(({ what, verdict, text }) => ({ what, verdict, value: shortened(text) })),
    note: `Not checked, as that needs the key, the data before, the folder or the signer: ${checks
      .filter(({ verdict }) => verdict === UNCHECKED)
      .map(({ what }) => what)
      .join(", ")}.`,
    columns: columns({ what: "What", verdict: "Verdict", value: "Value" }),
  }),
  /** @param rows system, samples; ndcg, hr and recall where something liked is held out */
  summary: (rows: readonly object[]): NamedTable => ({
    name: "quickstart-summary",
    caption: "What each system cost to train, and how well it ranks held-out items among all",
    rows: rows.map((row) => ({ ndcg: null, hr: null, recall: null, ...row })),
    columns: [
      ...columns({ system: "System", samples: "Gradient samples" }),
      ...metrics.map(({ best: _, ...column }) => column),
    ],
  }),
};
