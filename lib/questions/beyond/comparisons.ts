/**
 * The rows of `beyond` put side by side: each system's utility against the best Retrain, its cost as a share of Retrain's,
 * and whether it reaches what was aimed at. Systems without a model of the two stand beside both.
 */

import { exp, log } from "../../numeric";
import { mean, standardDeviation } from "../../statistics/statistics";
import { seedDifference, seedInterval } from "../summary";
import { grouped } from "../verdicts/verdict";
import type { BeyondRow } from "./rows";
import { systemOf } from "./systems";

/** A system under one request, over seeds: utility beside the best Retrain's, and costs as shares of plain Retrain's. */
export interface Comparison {
  readonly dataset: string;
  readonly preset: string;
  readonly model: string;
  /** id, and the name that tables show */
  readonly system: string;
  readonly name: string;
  readonly request: string;
  readonly seeds: number;
  readonly metric: string;
  readonly utility: number;
  /** NaN for a single seed */
  readonly std: number;
  /** utility less the best Retrain's, seed by seed; half of its 95 % interval, NaN for a single seed */
  readonly difference: number;
  readonly half: number;
  /** whether it is the Retrain that the others are measured against */
  readonly reference: boolean;
  /**
   * What a request costs, as a share of plain Retrain's in %, with a 95 % interval over seeds: expected gradient samples;
   * of a method without gradients the seconds until it recommends again.
   */
  readonly cost: number;
  readonly costLow: number;
  readonly costHigh: number;
  /** methods without gradients: seconds of the sums alone, likewise; null for the others */
  readonly sums: number | null;
  readonly sumsLow: number | null;
  readonly sumsHigh: number | null;
  /** MB kept in order to unlearn and to score */
  readonly kept: number;
}

/** A mean of logarithms turned back, for costs spread by factors, and the ends of its 95 % interval. */
interface Factor {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Plain Retrain, whose cost is the measure, and those of which the better is the measure of utility. */
const RETRAIN = "retrain";
const RETRAINS = [RETRAIN, "retrain-tuned"];

const UNKNOWN: Factor = { mean: Number.NaN, low: Number.NaN, high: Number.NaN };

/** What tells panels apart: a preset on a data set. */
export const panelOf = ({ dataset, preset }: Pick<BeyondRow, "dataset" | "preset">): string =>
  JSON.stringify([dataset, preset]);
const bySeed = (rows: readonly BeyondRow[]) => new Map(rows.map((row) => [row.seed, row]));
const valuesOf = (rows: readonly BeyondRow[]) => rows.map(({ seed, utility }) => ({ seed, value: utility }));

function factorOf(values: readonly number[]): Factor | null {
  if (values.length === 0 || values.some((value) => !(value > 0))) return null;
  const logs = values.map(log);
  const centre = exp(mean(logs));
  const interval = seedInterval(logs);
  return interval
    ? { mean: centre, low: exp(interval.low), high: exp(interval.high) }
    : { mean: centre, low: centre, high: centre };
}

/** The Retrain with the higher mean utility among these rows of one model and request. */
function bestRetrain(rows: readonly BeyondRow[]): string | undefined {
  const means = RETRAINS.flatMap((system) => {
    const own = rows.filter((row) => row.system === system).map(({ utility }) => utility);
    return own.length > 0 ? [{ system, utility: mean(own) }] : [];
  });
  return means.sort((a, b) => b.utility - a.utility)[0]?.system;
}

/** One row for each data set, preset, model, request and system, in the order of the rows. */
export const comparisons = (rows: readonly BeyondRow[]): Comparison[] =>
  [...grouped(rows, panelOf).values()].flatMap((here) => {
    const trained = [...grouped(here, ({ model }) => model).keys()]
      .filter((model) => model !== "none")
      .sort();
    return (trained.length > 0 ? trained : ["none"]).flatMap((model) => {
      const own = here.filter((row) => row.model === model || row.model === "none");
      return [...grouped(own, ({ request }) => request).values()].flatMap((same) => sideBySide(same, model));
    });
  });

/** The systems of one model and request. */
function sideBySide(rows: readonly BeyondRow[], model: string): Comparison[] {
  const best = bestRetrain(rows);
  const reference = valuesOf(rows.filter(({ system }) => system === best));
  const plain = bySeed(rows.filter(({ system }) => system === RETRAIN));
  return [...grouped(rows, ({ system }) => system)].map(([system, own]) => {
    const utilities = own.map(({ utility }) => utility);
    const gradients = own[0].model !== "none";
    /** shares of Retrain's cost, of the seeds that have both */
    const shares = (of: (row: BeyondRow) => number | null) =>
      own.flatMap((row) => {
        const other = plain.get(row.seed);
        const [a, b] = [of(row), other && of(other)];
        return typeof a === "number" && typeof b === "number" && b > 0 ? [(100 * a) / b] : [];
      });
    const expected = gradients ? factorOf(shares((row) => row.expected)) : null;
    const sums = gradients ? null : factorOf(shares(({ seconds, derive }) => seconds && seconds - derive));
    const cost = expected ?? factorOf(shares(({ seconds }) => seconds)) ?? UNKNOWN;
    const { dataset, preset, request, metric } = own[0];
    return {
      dataset,
      preset,
      model,
      system,
      name: systemOf(system).label,
      request,
      seeds: own.length,
      metric,
      utility: mean(utilities),
      std: utilities.length > 1 ? standardDeviation(utilities) : Number.NaN,
      ...seedDifference(valuesOf(own), reference),
      reference: system === best,
      cost: cost.mean,
      costLow: cost.low,
      costHigh: cost.high,
      sums: sums?.mean ?? null,
      sumsLow: sums?.low ?? null,
      sumsHigh: sums?.high ?? null,
      kept: mean(own.map(({ bytes }) => bytes)) / 1e6,
    };
  });
}

/** An aim of exact forgetting: almost as good as the best Retrain, for a share of its cost of a request, in %. */
export interface Aim {
  readonly request: string;
  readonly loss: number;
  readonly share: number;
}

/** One random user for a twentieth of the cost, and for a tenth; a batch for a fifth. */
export const AIMS: readonly Aim[] = [
  { request: "random-user", loss: 0.003, share: 5 },
  { request: "random-user", loss: 0.003, share: 10 },
  { request: "rand@5", loss: 0.003, share: 20 },
];

/** How a system stands to an aim: `too costly` and `too far` name the half that it misses, `neither` misses both. */
export type AimVerdict = "reached" | "reached on average" | "too costly" | "too far" | "neither";

/** A system under the request of an aim, with the verdict. */
export interface AimRow extends Comparison {
  readonly verdict: AimVerdict;
}

/**
 * Which systems reach an aim. Near means that the whole interval of the difference lies above the loss; "on average", that
 * its middle does.
 */
export function aimRows(all: readonly Comparison[], aim: Aim): AimRow[] {
  return all
    .filter(({ request, system }) => request === aim.request && !RETRAINS.includes(system))
    .map((row) => ({ ...row, verdict: verdictOf(row, aim) }));
}

function verdictOf({ difference, half, cost }: Comparison, { loss, share }: Aim): AimVerdict {
  const cheap = cost <= share;
  if (difference < -loss) return cheap ? "too far" : "neither";
  if (!cheap) return "too costly";
  return difference - half >= -loss ? "reached" : "reached on average";
}
