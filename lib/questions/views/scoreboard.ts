/** Tables of notebook 09 over the claims of all questions. */

import type { NamedTable } from "../../report/show";
import { columns } from "../../report/table";
import { claimColumns, claimRows, claimSummary } from "../verdicts/table";
import type { JudgedClaim } from "../verdicts/verdict";

export const scoreboard = {
  /** The verdicts, data set by data set. */
  verdicts: (judged: readonly JudgedClaim[]): NamedTable => ({
    name: "claims",
    caption: "The paper's claims and our verdicts, data set by data set",
    ...claimSummary(judged),
  }),
  /** What stands behind each verdict, in words made from the numbers. */
  sentences: (judged: readonly JudgedClaim[]): NamedTable => ({
    name: "claims-sentences",
    caption:
      "Each claim on each data set: the mean effect and the number of cases (in brackets: 95 % intervals over seeds, Student's, corrected for re-splits of one data set: Nadeau and Bengio 2003)",
    rows: claimRows(judged),
    within: ["id"],
    columns: claimColumns.filter(({ key }) => key !== "statement"),
  }),
  /** What a case of each claim is, and when it holds. */
  rules: (judged: readonly JudgedClaim[]): NamedTable => ({
    name: "claims-rules",
    caption: "What a case of each claim is, and when it holds",
    rows: judged.map(({ id, covers, rule }) => ({ id, covers: `${covers} cases`, rule })),
    columns: columns({ id: "Claim", covers: "Covers", rule: "Rule" }),
  }),
};
