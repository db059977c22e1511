/** The main comparisons under each setting, paired by seed; what tables and chart of the question are made of. */

import { mean } from "../../statistics/statistics";
import { type BySeed, seedDifferences, seedInterval } from "../summary";
import type { SensitivityRow } from "./rows";
import { PAPER_NAME, VARIANTS } from "./variants";

/** a less b; "hard to easy" is L-CBKM in that order. */
export const COMPARISONS = [
  { key: "laserOverSisa", claim: "C3", label: "L-CBKM − C-SISA", a: "L-CBKM", b: "C-SISA" },
  { key: "cbkmOverBkm", claim: "C6", label: "CBKM − BKM", a: "L-CBKM", b: "L-BKM" },
  { key: "cbkmOverRand", claim: "C6", label: "CBKM − Rand", a: "L-CBKM", b: "L-Rand" },
  { key: "bkmOverRand", claim: "C6", label: "BKM − Rand", a: "L-BKM", b: "L-Rand" },
  { key: "easyOverHard", claim: "C8", label: "easy − hard", a: "L-CBKM", b: "hard to easy" },
] as const;

export type ComparisonKey = (typeof COMPARISONS)[number]["key"];

/** Where the whole interval lies. */
export type Side = "above" | "below" | "open";

/** A comparison under one setting. */
export interface Compared {
  readonly model: string;
  readonly variant: string;
  readonly key: ComparisonKey;
  readonly differences: readonly BySeed[];
  readonly mean: number;
  /** half of the 95 % interval; NaN for a single seed */
  readonly half: number;
  readonly side: Side;
  /** whether the setting leaves both systems as they are under PAPER */
  readonly untouched: boolean;
}

export const sideOf = ({ mean: centre, half }: Pick<Compared, "mean" | "half">): Side =>
  centre > half ? "above" : centre < -half ? "below" : "open";

/** The values of a system under one setting, by seed. A setting that is an order has no reverse. */
export function valuesOf(own: readonly SensitivityRow[], name: string): SensitivityRow[] {
  const reverse = name === "hard to easy";
  const system = reverse ? "L-CBKM" : name;
  return own.filter(
    (row) => row.system === system && (!system.startsWith("L-") || (row.order === "hardToEasy") === reverse),
  );
}

/** Rows of one metric by model and setting, in the order of `VARIANTS`; those with a record of L-CBKM's own. */
export function panels(rows: readonly SensitivityRow[]) {
  const models = [...new Set(rows.map(({ model }) => model))];
  return models.flatMap((model) =>
    VARIANTS.flatMap(({ name: variant }) => {
      const own = rows.filter((row) => row.model === model && row.variant === variant);
      return valuesOf(own, "L-CBKM").length === 0 ? [] : [{ model, variant, own }];
    }),
  );
}

const same = (one: readonly BySeed[], other: readonly BySeed[]) =>
  one.length === other.length && one.every(({ value }, k) => value === other[k].value);

/** Every comparison that can be made. @param rows of one metric */
export function compared(rows: readonly SensitivityRow[]): Compared[] {
  const paper = new Map<string, readonly BySeed[]>();
  return panels(rows).flatMap(({ model, variant, own }) =>
    COMPARISONS.flatMap(({ key, a, b }): Compared[] => {
      const differences = seedDifferences(valuesOf(own, a), valuesOf(own, b));
      if (differences.length === 0) return [];
      const values = differences.map(({ value }) => value);
      const found = { mean: mean(values), half: (seedInterval(values)?.high ?? Number.NaN) - mean(values) };
      if (variant === PAPER_NAME) paper.set(`${model} ${key}`, differences);
      const untouched = variant !== PAPER_NAME && same(differences, paper.get(`${model} ${key}`) ?? []);
      return [{ model, variant, key, differences, ...found, side: sideOf(found), untouched }];
    }),
  );
}
