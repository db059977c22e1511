/**
 * What the records say to a question: its rows, tables and charts, its claims judged, and what they are
 * made of.
 */

import { from } from "arquero";
import type { RunDescription } from "../report/provenance";
import type { NamedTable } from "../report/show";
import type { Profile } from "./profile";
import type { Charts, Finding, Outputs, Question, Tables } from "./question";
import { runOf } from "./shown";
import { claimColumns, claimRows } from "./verdicts/table";
import { type JudgedClaim, judge, RULES_FIXED } from "./verdicts/verdict";

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
  const judged = asked.claims.map((claim) => judge(claim, rows, profile));
  const some = rows.length > 0;
  return {
    profile,
    rows,
    run,
    tables: withRun(some ? asked.tables(table, view) : ({} as T), run),
    charts: withRun(some ? asked.charts(table, view) : ({} as C), run),
    judged,
    finding: findingOf(judged),
    claims: {
      name: `${asked.id}-claims`,
      caption: `${claimNames(judged)}, judged by the rules of ${RULES_FIXED.date}, older than the run (Student's intervals over seeds, corrected for re-splits of one data set: Nadeau and Bengio 2003)`,
      rows: claimRows(judged),
      columns: claimColumns,
      run,
    },
  };
}

/**
 * "On MovieLens 1M L-CBKM is ... than C-SISA (claim C3: partly on MovieLens 1M, not reproduced on Amazon
 * Music)."
 */
function findingOf([first]: readonly JudgedClaim[]): string {
  const [found] = first?.data ?? [];
  if (!found) return "";
  const [effect] = found.sentence.split(/; |\.$/);
  const verdicts = first.data.map(({ title, verdict }) => `${verdict} on ${title}`);
  return `${effect} (claim ${first.id}: ${verdicts.join(", ")}).`;
}

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
