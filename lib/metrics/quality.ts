/**
 * The quality of a system as plain numbers: means over users of every metric, over all users and over the
 * most active ones (the split of CURE4Rec: Chen et al., "CURE4Rec: a benchmark for recommendation
 * unlearning", NeurIPS 2024), and from both what is left for the others.
 */

import type { Interactions } from "../data/interactions";
import { fullRankOf, relevantRanks } from "./fullRank";
import { CUT, CUTS } from "./lists";
import { labCodeAsListed, labCodeOf, ownList, testOnlyOf } from "./ownItems";

/** A metric at 10 under its own name, and at the other cuts: "ndcg", "ndcg@5", "ndcg@20". */
type AtCuts<Metric extends string> = Readonly<Record<Metric | `${Metric}@5` | `${Metric}@20`, number>>;
/** NDCG and HR of users' own held-out items. */
export type ListMetrics = AtCuts<"ndcg" | "hr">;
/** Full ranking, over `users` with at least one relevant held-out item. */
export type RankMetrics = AtCuts<"ndcg" | "hr" | "recall"> & { readonly mrr: number; readonly users: number };

/** Means over users, as plain JSON. */
export interface Quality {
  /** Users with held-out ratings, and those ratings. */
  readonly users: number;
  readonly ratings: number;
  /** Mean binary cross-entropy over the held-out ratings. */
  readonly loss: number;
  /** Absent for data without ratings. */
  readonly labCode?: ListMetrics;
  readonly testOnly?: ListMetrics;
  /** Absent where it was not asked for, and where no user has a relevant item. */
  readonly fullRank?: RankMetrics;
}

const FAMILIES = ["labCode", "testOnly", "fullRank"] as const;
type Values = Record<string, number>;
type ByFamily = Partial<Record<(typeof FAMILIES)[number], Values>>;

const DISPLAYED = { ndcg: "NDCG", hr: "HR", recall: "Recall" } as const;
const keyAt = (metric: string, cut: number): string => (cut === CUT ? metric : `${metric}@${cut}`);

/**
 * Every metric under the name that tables show: "labCode NDCG@10", "fullRank Recall@20", "fullRank MRR",
 * "test loss". The order is always the same, whatever that of a stored quality.
 */
export function namedMetrics(quality: Quality): Record<string, number> {
  const named: Record<string, number> = { "test loss": quality.loss };
  for (const family of FAMILIES) {
    const own = quality[family] as Values | undefined;
    if (!own) continue;
    for (const cut of CUTS)
      for (const [metric, label] of Object.entries(DISPLAYED))
        if (keyAt(metric, cut) in own) named[`${family} ${label}@${cut}`] = own[keyAt(metric, cut)];
    if ("mrr" in own) named[`${family} MRR`] = own.mrr;
  }
  return named;
}

/** Metrics at every cut, under the keys of `AtCuts`. */
function atCuts(metrics: (cut: number) => object): Values {
  const found: Values = {};
  for (const cut of CUTS)
    for (const [metric, value] of Object.entries(metrics(cut))) found[keyAt(metric, cut)] = value;
  return found;
}

/**
 * How `labCode` takes equal ratings: the mean over all orders of them, or, at 10, the order of item numbers.
 */
export const LAB_CODE_TIES = ["mean", "listed"] as const;
export type LabCodeTies = (typeof LAB_CODE_TIES)[number];

/** Both families of own lists for one user. Parameters as of `ownList`. */
export function ownQuality(
  ratings: ArrayLike<number>,
  scores: ArrayLike<number>,
  ties: LabCodeTies = "mean",
): ByFamily {
  const own = ownList(ratings, scores);
  const labCode = atCuts((cut) => labCodeOf(own, cut));
  return {
    labCode: ties === "mean" ? labCode : { ...labCode, ...labCodeAsListed(ratings, scores) },
    testOnly: atCuts((cut) => testOnlyOf(own, cut)),
  };
}

/** Full ranking for one user. Parameters as of `relevantRanks`. */
export function fullQuality(scores: Float32Array, trained: Uint32Array, relevant: Uint32Array): ByFamily {
  const ranks = relevantRanks(scores, trained, relevant);
  return { fullRank: { ...atCuts((cut) => fullRankOf(ranks, relevant.length, cut)), mrr: 1 / ranks[0] } };
}

/** Adds up the values of users. */
export class QualitySums {
  private readonly sums: ByFamily = {};
  private users = 0;
  private ratings = 0;
  private loss = 0;
  private ranked = 0;

  /** @param loss the sum over the user's held-out ratings */
  addUser(ratings: number, loss: number, lists: ByFamily): void {
    this.users++;
    this.ratings += ratings;
    this.loss += loss;
    this.add(lists);
  }

  addRanked(full: ByFamily): void {
    this.ranked++;
    this.add(full);
  }

  private add(values: ByFamily): void {
    for (const family of FAMILIES) {
      const own = values[family];
      if (!own) continue;
      const sums = this.sums[family] ?? {};
      for (const key of Object.keys(own)) sums[key] = (sums[key] ?? 0) + own[key];
      this.sums[family] = sums;
    }
  }

  quality(): Quality {
    return means(this.users, this.ratings, this.ranked, this.loss, this.sums);
  }
}

function means(users: number, ratings: number, ranked: number, loss: number, sums: ByFamily): Quality {
  const over = (count: number, values: Values) =>
    Object.fromEntries(Object.entries(values).map(([key, sum]) => [key, sum / count]));
  const { labCode, testOnly, fullRank } = sums;
  return {
    users,
    ratings,
    loss: loss / ratings,
    ...(labCode && testOnly ? { labCode: over(users, labCode), testOnly: over(users, testOnly) } : {}),
    ...(fullRank && ranked > 0 ? { fullRank: { ...over(ranked, fullRank), users: ranked } } : {}),
  } as Quality;
}

/** Percentage of the users who are called active. */
const ACTIVE = 5;

/**
 * The most active of some users, by training ratings: 5 % of them, and whoever has as many ratings as the
 * last of these. So the number of a user decides nothing; where many have as many ratings, there are more
 * than 5 %.
 */
export function activeUsers({ byUser: { offsets } }: Interactions, users: Uint32Array): ReadonlySet<number> {
  const ratings = (user: number) => offsets[user + 1] - offsets[user];
  const counts = users.map(ratings).sort().reverse();
  const least = counts[Math.max(1, Math.round((ACTIVE * users.length) / 100)) - 1];
  return new Set(users.filter((user) => ratings(user) >= least));
}

/** Quality of the users who are not among the active ones; undefined when there are none. */
export function qualityOfOthers(all: Quality, active: Quality): Quality | undefined {
  if (all.users === active.users) return undefined;
  const ranked = (quality: Quality) => quality.fullRank?.users ?? 0;
  const sums: ByFamily = {};
  for (const family of FAMILIES) {
    const own = all[family] as Values | undefined;
    const theirs = active[family] as Values | undefined;
    const count = family === "fullRank" ? ranked : ({ users }: Quality) => users;
    if (!own) continue;
    const left = ([key, mean]: [string, number]) => mean * count(all) - (theirs?.[key] ?? 0) * count(active);
    const { users: _, ...metrics } = own;
    sums[family] = Object.fromEntries(Object.entries(metrics).map((entry) => [entry[0], left(entry)]));
  }
  return means(
    all.users - active.users,
    all.ratings - active.ratings,
    ranked(all) - ranked(active),
    all.loss * all.ratings - active.loss * active.ratings,
    sums,
  );
}
