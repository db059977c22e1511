/**
 * A question: one artefact of the paper, or of ours, from what must be run to what is shown. It stands in a folder of its
 * own, read from top to bottom; suite, notebooks and command line know the list of questions (questions.ts) and nothing
 * of any one of them.
 */

import type { ColumnTable } from "arquero";
import type { NamedChart, NamedTable } from "../report/show";
import type { Job } from "./job";
import type { Profile } from "./profile";
import type { Planned, Trial } from "./trial";
import type { Claim } from "./verdicts/verdict";

/** What a trial found out, beside what the question calls it. */
export interface Finding<Outcome extends object = object, Labels extends object = object>
  extends Planned<Labels> {
  readonly outcome: Outcome;
  /** Seconds by stage. */
  readonly timings: Readonly<Record<string, number>>;
}

/** Something of which there is one, or one for each data set, model ... */
export type Outputs<O> = Readonly<Record<string, O | readonly O[]>>;
export type Tables = Outputs<NamedTable>;
export type Charts = Outputs<NamedChart>;

/** What tables and charts may depend on beside the rows. */
export interface View<Options extends object = object> {
  readonly profile: Profile;
  readonly options: Options;
}

/** A question, as suite, notebooks and command line see it. */
export interface Question<
  Row extends object = object,
  T extends Tables = Tables,
  C extends Charts = Charts,
  Options extends object = object,
> {
  /** Name on the command line: `npx erasable run utility`. */
  readonly id: string;
  readonly title: string;
  /** Which artefact of the paper it reproduces. */
  readonly paper: string;
  /** The notebook that shows it. */
  readonly notebook: string;
  /** The jobs of its trials. */
  readonly jobs: readonly Job[];
  /** What a notebook may choose about what is shown, with its defaults. */
  readonly options: Options;
  /** The values that such a choice may have, by its name, where they are known before the run. */
  readonly allowed: Readonly<Record<string, readonly string[]>>;
  /** What must be run. A trial may be planned several times, under other labels. */
  trials(profile: Profile): Planned[];
  /** Tidy rows, one number in each; all have the same columns. */
  rows(findings: readonly Finding[]): Row[];
  /** The tables, by a name for code; none without rows. */
  tables(rows: ColumnTable, view: View<Options>): T;
  /** The charts, by a name for code; none without rows. */
  charts(rows: ColumnTable, view: View<Options>): C;
  /** The paper's claims that its rows decide. */
  readonly claims: readonly Claim<Row>[];
}

/** How a question is written: outcomes and labels have the types that its trials give them. */
interface Definition<
  Row extends object,
  T extends Tables,
  C extends Charts,
  Options extends object,
  Labels extends object,
  Outcome extends object,
> extends Omit<
    Question<Row, T, C, Options>,
    "trials" | "rows" | "tables" | "charts" | "claims" | "options" | "allowed"
  > {
  trials(profile: Profile): Planned<Labels>[];
  rows(findings: readonly Finding<Outcome, Labels>[]): Row[];
  readonly options?: Options;
  readonly allowed?: Question["allowed"];
  readonly tables?: (rows: ColumnTable, view: View<Options>) => T;
  readonly charts?: (rows: ColumnTable, view: View<Options>) => C;
  readonly claims?: readonly Claim<Row>[];
}

/** A question from its definition. */
export function question<
  Row extends object,
  Labels extends object,
  Outcome extends object,
  T extends Tables = Record<never, never>,
  C extends Charts = Record<never, never>,
  Options extends object = Record<never, never>,
>(definition: Definition<Row, T, C, Options, Labels, Outcome>): Question<Row, T, C, Options> {
  return Object.freeze({
    options: {} as Options,
    allowed: {},
    tables: () => ({}) as T,
    charts: () => ({}) as C,
    claims: [],
    ...definition,
    // the findings that come back are those of the trials planned above
    rows: (findings: readonly Finding[]) => definition.rows(findings as readonly Finding<Outcome, Labels>[]),
  });
}

/** A flat list of outputs that come one by one or in lists. */
export const listOf = <O>(outputs: Outputs<O>): O[] =>
  Object.values(outputs).flatMap((one) => (Array.isArray(one) ? one : [one as O]));

/** Trials of a plan, without their labels. */
export const trialsOf = (planned: readonly Planned[]): Trial[] => planned.map(({ trial }) => trial);
