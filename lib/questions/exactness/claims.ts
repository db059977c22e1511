/** C14: unlearning is complete. */

import { type Claim, grouped } from "../verdicts/verdict";
import type { ExactnessRow } from "./rows";

export const C14: Claim<ExactnessRow> = {
  id: "C14",
  place: "Goal G1, Section 2.2",
  statement: "Unlearning is complete: the unlearned model is the one that never saw the erased users",
  rule: "reproduced if every weight of every unlearned system is bit-identical to a fresh run without the erased users, same partition and seeds",
  effect: "1 if all weights are identical, in every seed",
  needs: 1,
  compare: (rows) =>
    [...grouped(rows, (row) => `${row.dataset}|${row.system}, ${row.model}, ${row.request}`)].map(
      ([name, same]) => ({
        dataset: same[0].dataset,
        name: name.slice(name.indexOf("|") + 1),
        // a promise about every system: one that differs decides, whatever the others do
        effects: same.map(({ seed }) => ({ seed, value: same.every(({ identical }) => identical) ? 1 : 0 })),
        threshold: 0.5,
      }),
    ),
};
