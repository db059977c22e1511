/** Judged claims as tables: a row for each claim and data set, and the data sets side by side. */

import type { Column } from "../../report/table";
import { columns } from "../../report/table";
import { datasetTitle } from "../labels";
import type { JudgedClaim, Verdict } from "./verdict";

/** A claim on one data set as a row of a table; "not tested" where there is no data set. */
export interface ClaimRow {
  readonly id: string;
  readonly place: string;
  readonly statement: string;
  readonly dataset: string;
  readonly verdict: Verdict | typeof NOT_TESTED;
  /** Cases that point for the claim, against it, and neither way, and those that cannot tell. */
  readonly favour: number;
  readonly against: number;
  readonly open: number;
  readonly cannotTell: number;
  readonly seeds: number;
  readonly sentence: string;
}

const NOT_TESTED = "not tested";
const NONE = { dataset: "–", favour: 0, against: 0, open: 0, cannotTell: 0, seeds: 0, sentence: "–" };

/** Judged claims as rows, data set by data set. */
export const claimRows = (judged: readonly JudgedClaim[]): ClaimRow[] =>
  judged.flatMap(({ id, place, statement, data }): ClaimRow[] =>
    data.length === 0
      ? [{ id, place, statement, verdict: NOT_TESTED, ...NONE }]
      : data.map(({ title, verdict, counts, seeds, sentence }) => {
          const { for: favour, against, open, cannotTell } = counts;
          const counted = { favour, against, open, cannotTell, seeds, sentence };
          return { id, place, statement, dataset: title, verdict, ...counted };
        }),
  );

/** The columns of a table of `ClaimRow`; the words begin with the data set, and hold the numbers of cases. */
export const claimColumns: readonly Column<keyof ClaimRow & string>[] = [
  { key: "id", label: "Claim" },
  { key: "statement", label: "Statement", once: true },
  ...columns({ verdict: "Verdict", sentence: "What was measured" }),
];

/** One row per claim, with the verdict on each data set under its title. */
export function claimSummary(judged: readonly JudgedClaim[]) {
  const found = [...new Set(judged.flatMap(({ data }) => data.map(({ dataset }) => dataset)))];
  const datasets =
    found.length > 0
      ? found.map((key) => ({ key, label: datasetTitle(key) }))
      : columns({ verdict: "Verdict" });
  return {
    rows: judged.map(({ id, statement, place, data }) => ({
      id,
      statement,
      place,
      ...Object.fromEntries(
        datasets.map(({ key }) => [key, data.find(({ dataset }) => dataset === key)?.verdict ?? NOT_TESTED]),
      ),
    })),
    columns: [
      ...columns({ id: "Claim", statement: "Statement" }),
      ...datasets,
      ...columns({ place: "Paper" }),
    ] as Column[],
  };
}
