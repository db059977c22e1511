/**
 * What the records say to a question: its rows, tables and charts, its claims judged, and what they are
 * made of.
 */

import { from } from "arquero";
import type { RunDescription } from "../report/provenance";
import type { NamedTable } from "../report/show";
import type { Profile } from "./profile";
import { PAPER } from "./protocol";
import type { Charts, Finding, Outputs, Question, Tables } from "./question";
import { runOf } from "./shown";
import { splitBy } from "./summary";
import { claimColumns, claimRows } from "./verdicts/table";
import { type JudgedClaim, judge, RULES_FIXED, type Verdict } from "./verdicts/verdict";

/** An answer; notebooks and command line show the same one. */
export interface Answer<Row extends object = object, T extends Tables = Tables, C extends Charts = Charts> {
  readonly profile: Profile;
  /** Tidy: one number in each row. `aq.from(rows)` makes them a table. */
  readonly rows: readonly Row[];
  /** Which data and seeds the rows are made of. */
  readonly run: RunDescription;
  readonly tables: T;
  readonly charts: C;
  readonly judged: readonly JudgedClaim[];
  /**
   * What was found, in a sentence: the effect that its first claim is about. "" without a claim or a case.
   */
  readonly finding: string;
  /** The claims of the question with their verdicts. */
  readonly claims: NamedTable;
}

/** The answer of some findings. Without any, there are no tables and no charts. */
export function answerOf<Row extends object, T extends Tables, C extends Charts, Options extends object>(
  asked: Question<Row, T, C, Options>,
  findings: readonly Finding[],
  profile: Profile,
  options: Partial<Options> = {},
): Answer<Row, T, C> {
  const rows = asked.rows(findings);
  const table = from(rows);
  const view = { profile, options: { ...asked.options, ...options } };
  const run = runOf(table);
  const some = rows.length > 0;
  const shown = splitBy(profile.overrides.trainShare ?? PAPER.trainShare, () => ({
    judged: asked.claims.map((claim) => judge(claim, rows, profile)),
    tables: some ? asked.tables(table, view) : ({} as T),
    charts: some ? asked.charts(table, view) : ({} as C),
  }));
  const { judged } = shown;
  return {
    profile,
    rows,
    run,
    tables: withRun(shown.tables, run),
    charts: withRun(shown.charts, run),
    judged,
    finding: findingOf(judged),
    claims: {
      name: `${asked.id}-claims`,
      caption: `${claimNames(judged)}, judged by rules of ${RULES_FIXED.date} (averages of ratios are geometric; in brackets: 95 % intervals over seeds, Student's, corrected for re-splits of one data set: Nadeau and Bengio 2003)`,
      rows: claimRows(judged),
      within: ["id"],
      columns: claimColumns,
      run,
    },
  };
}

/**
 * "On MovieLens 1M, L-CBKM is ... than C-SISA (claim C3: partly reproduced on MovieLens 1M, not reproduced
 * on Amazon Music)."
 */
function findingOf([first]: readonly JudgedClaim[]): string {
  const [found] = first?.data ?? [];
  if (!found) return "";
  const [effect] = found.sentence.split(/; |\.$/);
  const said = ({ verdict }: { verdict: Verdict }) => IN_WORDS[verdict] ?? verdict;
  const agreed = first.data.length > 1 && first.data.every((one) => one.verdict === found.verdict);
  const verdicts = agreed
    ? `${said(found)} on every data set`
    : first.data.map((one) => `${said(one)} on ${one.title}`).join(", ");
  return `${effect} (claim ${first.id}: ${verdicts}).`;
}

/** Verdicts that a sentence says otherwise than a table. */
const IN_WORDS: Partial<Record<Verdict, string>> = {
  partly: "partly reproduced",
  "cannot tell": "cannot be told",
};

/** "Claim C8", "Claims C10, C11 and C12" */
function claimNames(judged: readonly JudgedClaim[]): string {
  const ids = judged.map(({ id }) => id);
  return ids.length < 2 ? `Claim ${ids.join()}` : `Claims ${ids.slice(0, -1).join(", ")} and ${ids.at(-1)}`;
}

/** Outputs that do not say what they are made of are made of all rows. */
function withRun<O extends { readonly run?: RunDescription }, All extends Outputs<O>>(
  outputs: All,
  run: RunDescription,
): All {
  const told = (output: O): O => ({ run, ...output });
  const all = Object.entries(outputs).map(([name, one]) => [
    name,
    Array.isArray(one) ? one.map(told) : told(one as O),
  ]);
  return Object.fromEntries(all) as All;
}
