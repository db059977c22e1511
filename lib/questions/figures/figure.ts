/** The contract of a figure: which cells it needs, and how their records become the rows of its tables and charts. */

import type { Cell } from "../cell";
import type { CellRecord } from "../outcome";
import type { Profile } from "../profile";

export interface Figure<Row extends object = object> {
  /** Name on the command line: `npx erasable run utility`. */
  readonly id: string;
  readonly title: string;
  /** Which artefact of the paper it reproduces. */
  readonly paper: string;
  /** The notebook that shows it. */
  readonly notebook: string;
  cells(profile: Profile): Cell[];
  /** Long form: one row a number. */
  rows(records: readonly CellRecord[]): Row[];
}
