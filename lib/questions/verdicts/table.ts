/** Judged claims as rows of a table, and the columns of that table. */

import { type Column, formatNumber } from "../../report/table";
import type { JudgedClaim } from "./verdict";

/** A judged claim as a row of a table. */
export interface ClaimRow {
  readonly id: string;
  readonly place: string;
  readonly statement: string;
  readonly verdict: string;
  readonly effect: number | null;
  /** "0.0021 to 0.0043" */
  readonly interval: string;
  /** Cases that point for the claim, against it, and neither way. */
  readonly favour: number;
  readonly against: number;
  readonly open: number;
  readonly datasets: string;
  readonly seeds: number;
}

const number = (value: number) => formatNumber(value, 4);

/** Judged claims as rows of a table. */
export const claimRows = (judged: readonly JudgedClaim[]): ClaimRow[] =>
  judged.map(
    ({
      id,
      place,
      statement,
      verdict,
      effect,
      low,
      high,
      cases,
      casesFor,
      casesAgainst,
      datasets,
      seeds,
    }) => ({
      id,
      place,
      statement,
      verdict,
      effect,
      interval: low === null || high === null ? "–" : `${number(low)} to ${number(high)}`,
      favour: casesFor,
      against: casesAgainst,
      open: cases - casesFor - casesAgainst,
      datasets: datasets.join(", "),
      seeds,
    }),
  );

/** The columns of a table of `ClaimRow`; data sets and seeds are in the line under it, and in the file. */
export const claimColumns: readonly Column<keyof ClaimRow & string>[] = [
  { key: "id", label: "Claim" },
  { key: "statement", label: "Statement" },
  { key: "verdict", label: "Verdict" },
  { key: "effect", label: "Effect", digits: 4 },
  { key: "interval", label: "95 % interval" },
  { key: "favour", label: "for", group: "Cases" },
  { key: "against", label: "against", group: "Cases" },
  { key: "open", label: "open", group: "Cases" },
  { key: "place", label: "Paper" },
];
