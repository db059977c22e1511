/** How a job of any kind reports: outcomes become records, gradient samples become progress. */

import type { Cell } from "../cell";

export interface Report {
  /** The outcome of a wanted cell, and seconds by stage. */
  outcome(cell: Cell, outcome: object, timings: Readonly<Record<string, number>>): void;
  /** Gradient samples processed since the last call. */
  samples(count: number): void;
}
