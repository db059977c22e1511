/**
 * Claims of the paper and how they are judged. The rules stand in code and were written before the runs they judge:
 * a claim is a set of comparisons (cases); each case has an effect with a 95 % interval over seeds; the verdict follows
 * from how many cases point where the claim says. Protocol section 6.
 */

import { mean, meanInterval } from "../../statistics/statistics";
import type { Profile } from "../profile";
import type { BySeed } from "../summary";

/** What the cases of a claim come to. */
export type Verdict = "reproduced" | "partly" | "not reproduced" | "not tested";

/** One case: an effect over seeds, oriented so that the claim says "above `threshold`". */
export interface Comparison {
  readonly dataset: string;
  readonly name: string;
  /** One value a seed. */
  readonly effects: readonly BySeed[];
  /** What the effect must exceed; 0 unless the claim says how much. */
  readonly threshold?: number;
}

/** One case of a claim, with its interval over seeds and where it points. */
export interface JudgedCase {
  readonly dataset: string;
  readonly name: string;
  readonly seeds: number;
  readonly effect: number;
  /** NaN-free: equal to the effect when there is one seed. */
  readonly low: number;
  readonly high: number;
  /** `for`: the whole interval is above the threshold; `against`: the whole interval is below it. */
  readonly points: "for" | "against" | "open";
}

/** A claim about a question, which lists it; decided by its rows. */
export interface Claim<Row extends object = object> {
  readonly id: string;
  /** Where the paper says it. */
  readonly place: string;
  readonly statement: string;
  /** The verdict rule, in words. */
  readonly rule: string;
  /** What the effect of a case is, with its unit. */
  readonly effect: string;
  /** The comparisons that the rows allow. */
  compare(rows: readonly Row[], profile: Profile): Comparison[];
  /** Share of cases that must point `for` the claim: 1 for "in all cases", .5 for "in most". */
  readonly needs: number;
}

/** A claim with its verdict and the numbers behind it. */
export interface JudgedClaim {
  readonly id: string;
  readonly place: string;
  readonly statement: string;
  readonly rule: string;
  readonly effectMeaning: string;
  readonly verdict: Verdict;
  readonly datasets: readonly string[];
  readonly seeds: number;
  readonly cases: number;
  readonly casesFor: number;
  readonly casesAgainst: number;
  /** Mean over cases of the effect, with its interval over seeds (cases are averaged within a seed first). */
  readonly effect: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly detail: readonly JudgedCase[];
}

function judgeCase({ dataset, name, effects, threshold = 0 }: Comparison): JudgedCase {
  const values = effects.map(({ value }) => value);
  const effect = mean(values);
  const { low, high } = values.length > 1 ? meanInterval(values) : { low: effect, high: effect };
  const points = low > threshold ? "for" : high < threshold ? "against" : "open";
  return { dataset, name, seeds: effects.length, effect, low, high, points };
}

/**
 * The verdict of a set of cases. Reproduced: at least the share `needs` of the cases points for the claim. Partly: at
 * least half of that share; or none points against it and the mean over all cases is above the threshold with its whole
 * interval (many open cases that lean one way). Otherwise not reproduced.
 */
export function verdictOf(cases: readonly JudgedCase[], needs: number, pooledFor: boolean): Verdict {
  if (cases.length === 0) return "not tested";
  const inFavour = cases.filter(({ points }) => points === "for").length / cases.length;
  if (inFavour >= needs) return "reproduced";
  const noneAgainst = cases.every(({ points }) => points !== "against");
  return inFavour >= needs / 2 || (noneAgainst && pooledFor) ? "partly" : "not reproduced";
}

/** Judges one claim on all rows of its question. */
export function judge<Row extends object>(
  claim: Claim<Row>,
  rows: readonly Row[],
  profile: Profile,
): JudgedClaim {
  const comparisons = claim.compare(rows, profile).filter(({ effects }) => effects.length > 0);
  const detail = comparisons.map(judgeCase);
  const pooled = pooledBySeed(comparisons);
  const excess = pooledBySeed(
    comparisons.map((one) => ({ ...one, effects: shifted(one.effects, one.threshold ?? 0) })),
  );
  const pooledFor = excess.length > 1 ? meanInterval(excess).low > 0 : false;
  const interval = pooled.length > 1 ? meanInterval(pooled) : undefined;
  const effect = pooled.length > 0 ? mean(pooled) : null;
  return {
    id: claim.id,
    place: claim.place,
    statement: claim.statement,
    rule: claim.rule,
    effectMeaning: claim.effect,
    verdict: verdictOf(detail, claim.needs, pooledFor),
    datasets: [...new Set(detail.map(({ dataset }) => dataset))],
    seeds: Math.max(0, ...detail.map(({ seeds }) => seeds)),
    cases: detail.length,
    casesFor: detail.filter(({ points }) => points === "for").length,
    casesAgainst: detail.filter(({ points }) => points === "against").length,
    effect,
    low: interval?.low ?? effect,
    high: interval?.high ?? effect,
    detail,
  };
}

const shifted = (effects: readonly BySeed[], by: number): BySeed[] =>
  effects.map(({ seed, value }) => ({ seed, value: value - by }));

/**
 * The effect of each seed, averaged over the cases that have as many seeds as the fullest one. What a seed has in common
 * (its split, its start) moves all cases together, so averages over unlike seeds would look surer than they are.
 */
function pooledBySeed(comparisons: readonly Comparison[]): number[] {
  const most = Math.max(0, ...comparisons.map(({ effects }) => effects.length));
  const full = comparisons.filter(({ effects }) => effects.length === most);
  const bySeed = grouped(
    full.flatMap(({ effects }) => effects),
    ({ seed }) => String(seed),
  );
  return [...bySeed.values()]
    .filter((effects) => effects.length === full.length)
    .map((effects) => mean(effects.map(({ value }) => value)));
}

/** Groups rows by a key, in order of first appearance. */
export function grouped<Row>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = key(row);
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return groups;
}
