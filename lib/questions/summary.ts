/**
 * Rows over seeds to rows with mean, standard deviation and interval: what tables and error bars show. Seeds split one data
 * set again and again, so every interval has the correction of Nadeau and Bengio (2003).
 */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { exp } from "../numeric";
import { type Interval, mean, meanInterval, standardDeviation } from "../statistics/statistics";
import { PAPER } from "./protocol";

/** Nine tenths of each user's ratings are trained on (Section 4.1), except within `splitBy`. */
let trainShare = PAPER.trainShare;

/** Calls `summarise`, whose intervals are those of seeds that each train on `share` of every user's ratings. */
export function splitBy<T>(share: number, summarise: () => T): T {
  const outside = trainShare;
  trainShare = share;
  try {
    return summarise();
  } finally {
    trainShare = outside;
  }
}

/** 95 % interval of a mean over seeds, each of which splits the data anew; undefined for a single seed. */
export const seedInterval = (values: readonly number[], share = trainShare): Interval | undefined =>
  values.length > 1 ? meanInterval(values, { testToTrain: (1 - share) / share }) : undefined;

/**
 * One row for each combination of the columns `by`, in order of first appearance, over the rows that agree
 * in them: `mean`, `std` (NaN for a single seed), the ends `low` and `high` of the 95 % interval of the mean
 * (`seedInterval`; both the mean for a single seed), and the number `n`.
 * @param share of the ratings that each seed's split trains on; 1 where all seeds share one split
 */
export const overSeeds = (
  table: ColumnTable,
  by: readonly string[],
  value = "value",
  share = trainShare,
): ColumnTable => {
  const centre = ({ values }: { values: number[] }) => mean(values);
  const end = (side: "low" | "high") =>
    aq.escape((row: { values: number[] }) => seedInterval(row.values, share)?.[side] ?? centre(row));
  return table
    .groupby(...by)
    .rollup({ values: aq.op.array_agg(value) })
    .derive({
      mean: aq.escape(centre),
      std: aq.escape(({ values }: { values: number[] }) =>
        values.length > 1 ? standardDeviation(values) : Number.NaN,
      ),
      low: end("low"),
      high: end("high"),
      n: aq.escape(({ values }: { values: number[] }) => values.length),
    })
    .select(aq.not("values"));
};

/** `overSeeds` of factors: geometric means with their intervals, from the column `logs` of their logarithms. */
export const geometricMeans = (table: ColumnTable, by: readonly string[], logs: string): ColumnTable => {
  const back = (column: "mean" | "low" | "high") =>
    aq.escape((row: Record<string, number>) => exp(row[column]));
  return overSeeds(table, by, logs).derive({ mean: back("mean"), low: back("low"), high: back("high") });
};

/** The columns of `overSeeds` as a chart names them. */
export const MEAN = { y: "mean", low: "low", high: "high" } as const;

/** `overSeeds` by panel and condition, with the intervals of `withinSeeds`. */
export const withinPanels = (
  table: ColumnTable,
  panel: readonly string[],
  condition: readonly string[],
): ColumnTable => {
  const rows = withinSeeds(table.objects() as (BySeed & Record<string, unknown>)[], panel, condition);
  return overSeeds(aq.from(rows), [...panel, ...condition]);
};

/** A value of one seed. */
export interface BySeed {
  readonly seed: number;
  readonly value: number;
}

/** a - b by seed, for the seeds that both have, in ascending order of seed. */
export function seedDifferences(a: readonly BySeed[], b: readonly BySeed[]): BySeed[] {
  const other = new Map(b.map(({ seed, value }) => [seed, value]));
  return a
    .filter(({ seed }) => other.has(seed))
    .map(({ seed, value }) => ({ seed, value: value - (other.get(seed) as number) }))
    .sort((one, two) => one.seed - two.seed);
}

/**
 * How far a is above b, paired by seed.
 * @returns the mean difference and half of its 95 % interval; NaN without a pair, and for the half with a single one
 */
export function seedDifference(
  a: readonly BySeed[],
  b: readonly BySeed[],
): { difference: number; half: number } {
  const values = seedDifferences(a, b).map(({ value }) => value);
  const difference = values.length > 0 ? mean(values) : Number.NaN;
  const half = (seedInterval(values)?.high ?? Number.NaN) - difference;
  return { difference, half };
}

/**
 * The rows with what a seed has in common taken out, for error bars that show how well *conditions* (methods, S) can be
 * told apart. Seeds share split and start, so all methods rise and fall together; bars of raw values mostly show that.
 * Cousineau's normalisation with Morey's correction ("Confidence intervals from normalized data", 2008): subtract the
 * effect of each seed within its panel, and widen by sqrt(C / (C - 1)) around each condition's mean, which stays what it is.
 *
 * What a seed does is estimated from the conditions that have every seed of the panel (C of them), so that one which was
 * run in a few seeds only does not move the others; it is normalised by the same effects and, having had no part in
 * them, not widened. Where no condition has every seed, all of them give the effects, by least squares.
 *
 * @param panel columns of a panel, whose values are comparable
 * @param condition columns that tell conditions apart inside a panel; one row for each of them and seed
 */
export function withinSeeds<Row extends { readonly seed: number; readonly value: number }>(
  rows: readonly Row[],
  panel: readonly (keyof Row & string)[],
  condition: readonly (keyof Row & string)[],
): Row[] {
  const grouped = (some: readonly Row[], columns: readonly (keyof Row & string)[]) => {
    const groups = new Map<string, Row[]>();
    for (const row of some) {
      const name = JSON.stringify(columns.map((column) => row[column]));
      groups.set(name, [...(groups.get(name) ?? []), row]);
    }
    return [...groups.values()];
  };
  const changed = new Map<Row, Row>();
  for (const inPanel of grouped(rows, panel)) {
    const conditions = grouped(inPanel, condition);
    const seeds = new Set(inPanel.map(({ seed }) => seed)).size;
    const complete = conditions.filter((own) => own.length === seeds);
    const reference = complete.length > 0 ? complete : conditions;
    if (reference.length < 2) continue;
    const effects = seedEffects(reference);
    const C = reference.length;
    for (const own of conditions) {
      const middle = mean(own.map(({ value }) => value));
      const shared = mean(own.map(({ seed }) => effects.get(seed) as number));
      const widening = reference.includes(own) ? Math.sqrt(C / (C - 1)) : 1;
      for (const row of own) {
        const effect = (effects.get(row.seed) as number) - shared;
        changed.set(row, { ...row, value: middle + (row.value - effect - middle) * widening });
      }
    }
  }
  return rows.map((row) => changed.get(row) ?? row);
}

const ROUNDS = 1000;

/** What each seed adds to every condition, by least squares; with all seeds in all conditions, its mean in one step. */
function seedEffects(conditions: readonly (readonly BySeed[])[]): Map<number, number> {
  const effects = new Map(conditions.flat().map(({ seed }) => [seed, 0]));
  const effect = (seed: number) => effects.get(seed) as number;
  for (let round = 0, moved = Number.POSITIVE_INFINITY; round < ROUNDS && moved > 1e-12; round++) {
    const left = conditions.flatMap((own) => {
      const middle = mean(own.map(({ seed, value }) => value - effect(seed)));
      return own.map(({ seed, value }) => ({ seed, value: value - middle }));
    });
    moved = 0;
    for (const seed of effects.keys()) {
      const now = mean(left.filter((one) => one.seed === seed).map(({ value }) => value));
      moved = Math.max(moved, Math.abs(now - effect(seed)));
      effects.set(seed, now);
    }
  }
  return effects;
}
