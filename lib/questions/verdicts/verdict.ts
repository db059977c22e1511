/**
 * Claims of the paper and how they are judged (protocol section 6, version 2). The rules stand in code and are older than
 * the runs that they judge. A claim is judged on each data set by itself: it is a set of cases, each an effect over seeds
 * with its interval (summary.ts); the verdict follows from how many cases point where the claim says.
 */

import { type Interval, mean } from "../../statistics/statistics";
import { datasetTitle } from "../labels";
import type { Profile } from "../profile";
import { type BySeed, seedInterval } from "../summary";

/**
 * The commit that fixed the rules of the verdicts: before the first record of the run that they judge, and after version 1,
 * whose numbers most of the new records repeat.
 */
export const RULES_FIXED = { commit: "a95eaf9e9c", date: "2026-11-28" } as const;

/** What cases come to, from the worst to the best; a claim made of parts is as good as its weakest part. */
export const VERDICTS = [
  "the reverse holds",
  "not reproduced",
  "cannot tell",
  "partly",
  "reproduced",
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** `against`: beyond which an effect points the other way, where that is not the threshold itself. */
type Limit =
  | { readonly above: number; readonly against?: number }
  | { readonly below: number }
  | { readonly within: number };

/** One case: an effect over seeds, and what the claim says of it. */
export interface Case {
  readonly dataset: string;
  readonly name: string;
  /** of which part of the claim it is a case, where the claim has parts */
  readonly part?: string;
  /** the model, where cases of several models are averaged */
  readonly model?: string;
  /** what the effect is in; effects of one unit can be averaged: "labCode NDCG@10", "seconds" */
  readonly unit: string;
  /** `ratio`: effects are binary logarithms of ratios, and are told as ratios. Default `difference` */
  readonly scale?: "difference" | "ratio";
  readonly effects: readonly BySeed[];
  /**
   * What the claim says of the effect: above a threshold (default: above 0), below one, or within a margin of 0, with its
   * whole interval; `always`: above 0 in every seed, where effects are no estimates. `beside`: nothing, it is shown.
   */
  readonly says?: Limit | "always" | "beside";
  /** Why this data set cannot tell, if so (yardstick.ts). */
  readonly cannotTell?: string;
}

/** One case with its interval over seeds, and where it points. */
export interface JudgedCase extends Omit<Case, "effects"> {
  readonly seeds: number;
  readonly effect: number;
  /** absent for a single seed */
  readonly low?: number;
  readonly high?: number;
  readonly points: "for" | "against" | "open" | "cannot tell";
}

/** A claim about a question, which lists it; decided by its rows. */
export interface Claim<Row extends object = object> {
  readonly id: string;
  /** Where the paper says it. */
  readonly place: string;
  readonly statement: string;
  /** The rule, in words. */
  readonly rule: string;
  /** `all`: every case; `most`: more than half of the cases. */
  readonly covers: "all" | "most";
  /** The parts of a claim that has some: of one that was not run nothing can be told. */
  readonly parts?: readonly string[];
  /** The cases that the rows allow. */
  cases(rows: readonly Row[], profile: Profile): Case[];
  /** What the effects of a data set say, in plain words that go on after "On MovieLens 1M". */
  sentence(found: Found): string;
}

/** How many cases point where. */
export interface Counts {
  /** all but those that cannot tell */
  readonly telling: number;
  readonly for: number;
  readonly against: number;
  readonly open: number;
  readonly cannotTell: number;
}

/** The mean of effects of one unit over cases, with its interval over seeds. */
export interface Effect {
  readonly unit: string;
  readonly scale: "difference" | "ratio";
  readonly mean: number;
  readonly low?: number;
  readonly high?: number;
}

/** What a data set says to a claim, or to one part of it. */
export interface Found {
  readonly verdict: Verdict;
  readonly counts: Counts;
  readonly effects: readonly Effect[];
  /** By name; empty for a claim without parts. */
  readonly parts: Readonly<Record<string, Pick<Found, "verdict" | "counts">>>;
}

export interface JudgedOnData extends Found {
  readonly dataset: string;
  readonly title: string;
  readonly seeds: number;
  /** made from the numbers */
  readonly sentence: string;
  readonly cases: readonly JudgedCase[];
}

/** A claim with its verdict on each data set and the numbers behind it; no data set, no verdict. */
export interface JudgedClaim extends Pick<Claim, "id" | "place" | "statement" | "rule" | "covers"> {
  readonly data: readonly JudgedOnData[];
}

export function judgeCase({ effects, ...one }: Case): JudgedCase {
  const values = effects.map(({ value }) => value);
  const { says = { above: 0 }, cannotTell } = one;
  const interval = seedInterval(values);
  const judged = { ...one, seeds: values.length, effect: mean(values), ...interval };
  if (cannotTell !== undefined) return { ...judged, points: "cannot tell" };
  if (says === "beside") return { ...judged, points: "open" };
  if (says === "always") return { ...judged, points: values.every((value) => value > 0) ? "for" : "against" };
  if (!interval) return { ...judged, points: "open" };
  return { ...judged, points: pointing(interval, says) };
}

/** Where the whole interval lies. */
function pointing({ low, high }: Interval, says: Limit): "for" | "against" | "open" {
  const [least, most] =
    "above" in says
      ? [says.above, Number.POSITIVE_INFINITY]
      : "below" in says
        ? [Number.NEGATIVE_INFINITY, says.below]
        : [-says.within, says.within];
  if (low > least && high < most) return "for";
  const { against = least } = says as { against?: number };
  return high < against || low > most ? "against" : "open";
}

function countsOf(cases: readonly JudgedCase[]): Counts {
  const count = (points: JudgedCase["points"]) => cases.filter((one) => one.points === points).length;
  const cannotTell = count("cannot tell");
  return {
    telling: cases.length - cannotTell,
    for: count("for"),
    against: count("against"),
    open: count("open"),
    cannotTell,
  };
}

/**
 * The word for some cases. Reproduced: as many cases for it as the claim covers (all that can tell, or more than half of
 * them). Partly: more than half. The reverse holds: more than half point the other way.
 */
export function verdictOf(counts: Counts, covers: Claim["covers"]): Verdict {
  const { telling } = counts;
  if (telling === 0) return "cannot tell";
  const most = (count: number) => 2 * count > telling;
  if (covers === "all" ? counts.for === telling : most(counts.for)) return "reproduced";
  if (most(counts.for)) return "partly";
  return most(counts.against) ? "the reverse holds" : "not reproduced";
}

/** The worst of some verdicts. */
const weakest = (verdicts: readonly Verdict[]): Verdict =>
  VERDICTS[Math.min(...verdicts.map((verdict) => VERDICTS.indexOf(verdict)))];

/** Judges one claim on all rows of its question. */
export function judge<Row extends object>(
  claim: Claim<Row>,
  rows: readonly Row[],
  profile: Profile,
): JudgedClaim {
  const { id, place, statement, rule, covers, parts = [] } = claim;
  const cases = claim.cases(rows, profile).filter(({ effects }) => effects.length > 0);
  const data = [...grouped(cases, ({ dataset }) => dataset)].flatMap(([dataset, own]) => {
    const judged = own.map(judgeCase);
    const counted = judged.filter(({ says }) => says !== "beside");
    if (counted.length === 0) return [];
    const names = new Set([...parts, ...counted.map(({ part = "" }) => part)]);
    const byPart = [...names].map((name) => {
      const counts = countsOf(counted.filter(({ part = "" }) => part === name));
      return [name, { counts, verdict: verdictOf(counts, covers) }] as const;
    });
    const found: Found = {
      verdict: weakest(byPart.map(([, { verdict }]) => verdict)),
      counts: countsOf(counted),
      effects: effectsOf(own),
      parts: Object.fromEntries(byPart.filter(([name]) => name !== "")),
    };
    const seeds = Math.max(...judged.map((one) => one.seeds));
    return [
      {
        dataset,
        title: datasetTitle(dataset),
        ...found,
        seeds,
        sentence: sentenceOf(claim, dataset, found, judged),
        cases: judged,
      },
    ];
  });
  return { id, place, statement, rule, covers, data };
}

/** "57 of 120 cases agree with the paper, 34 contradict it, 29 are open" */
export function counted({ telling, for: inFavour, against, open, cannotTell }: Counts): string {
  if (telling === 0) return `none of ${cannotTell} cases can tell`;
  const more = [
    ...(against > 0 ? [`${against} ${against === 1 ? "contradicts" : "contradict"} it`] : []),
    ...(open > 0 ? [`${open} ${open === 1 ? "is" : "are"} open`] : []),
    ...(cannotTell > 0 ? [`${cannotTell} more cannot tell`] : []),
  ];
  const cases = `${telling} ${telling === 1 ? "case" : "cases"} ${inFavour === 1 ? "agrees" : "agree"}`;
  return [`${inFavour} of ${cases} with the paper`, ...more].join(", ");
}

/** "On MovieLens 1M, ...; 57 of 120 cases agree with the paper." What some cases cannot tell is in no average. */
function sentenceOf(
  claim: Pick<Claim, "sentence">,
  dataset: string,
  found: Found,
  cases: readonly JudgedCase[],
): string {
  const reasons = [...new Set(cases.flatMap(({ cannotTell = [] }) => cannotTell))].join("; ");
  const said =
    found.counts.telling > 0
      ? `${tellingOnly(cases)}${claim.sentence(found)}; ${counted(found.counts)}`
      : `${counted(found.counts)}: ${reasons}`;
  return `On ${datasetTitle(dataset)}, ${said}.`;
}

/** "over the cases that can tell (NMF), "; "" where all can. */
function tellingOnly(cases: readonly JudgedCase[]): string {
  const telling = cases.filter(({ cannotTell }) => cannotTell === undefined);
  if (telling.length === cases.length) return "";
  const modelsOf = (some: readonly JudgedCase[]) => new Set(some.flatMap(({ model = [] }) => model));
  const models = modelsOf(telling);
  const which = models.size < modelsOf(cases).size ? ` (${[...models].join(", ")})` : "";
  return `over the cases that can tell${which}, `;
}

/** Effects of one unit, averaged over the cases that can tell. */
function effectsOf(cases: readonly Case[]): Effect[] {
  const telling = cases.filter(({ cannotTell }) => cannotTell === undefined);
  return [...grouped(telling, ({ unit }) => unit)].map(([unit, same]) => {
    const { scale = "difference" } = same[0];
    const told = scale === "ratio" ? (value: number) => 2 ** value : (value: number) => value;
    const values = meansBySeed(same);
    const interval = seedInterval(values);
    const ends = interval ? { low: told(interval.low), high: told(interval.high) } : {};
    return { unit, scale, mean: told(mean(values)), ...ends };
  });
}

/**
 * The effect of each seed, averaged over the cases; of seeds that have all cases that any seed has, so that a run that is
 * half done says nothing of its own about the cases that come first. What a seed has in common (its split, its start)
 * moves all cases together, so averages over unlike seeds would look surer than they are.
 */
function meansBySeed(cases: readonly Case[]): number[] {
  const bySeed = grouped(
    cases.flatMap(({ effects }) => effects),
    ({ seed }) => String(seed),
  );
  const most = Math.max(...[...bySeed.values()].map((effects) => effects.length));
  return [...bySeed.values()]
    .filter((effects) => effects.length === most)
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
