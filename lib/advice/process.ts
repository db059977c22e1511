/** The process of one measurement: it is sent what to measure, answers once, and ends. */

import { loadDataset } from "../data/load";
import { InputError } from "../errors";
import type { Candidate } from "./candidates";
import { type Measurement, measureCandidate } from "./measurement";

export interface Task {
  /** a data set, or a file with the way in which it is read (data/reference.ts) */
  readonly name: string;
  readonly candidate: Pick<Candidate, "method" | "settings">;
  readonly folder: string;
}

/** What came of it; `refused`: why this candidate is none for these ratings. */
export type Answer = { readonly measurement: Measurement } | { readonly refused: string };

process.once("message", async ({ name, candidate, folder }: Task) => {
  const answer = await loadDataset(name)
    .then((data) => measureCandidate(data, candidate, folder))
    .then(
      (measurement): Answer => ({ measurement }),
      (error: unknown): Answer => ({
        refused:
          error instanceof InputError ? error.message : `it failed: ${(error as Error)?.message ?? error}`,
      }),
    );
  process.send?.(answer, () => process.exit(0));
});
process.once("disconnect", () => process.exit(1)); // who asked is gone
