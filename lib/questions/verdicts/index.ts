/** The fourteen claims of protocol section 6, in order, and their judgement. */

import type { CellRecord } from "../outcome";
import { recordsOf } from "../outcome";
import type { Profile } from "../profile";
import { C1, C2, C12 } from "./cost";
import { C8, C9, C10, C11, C13 } from "./groups";
import { C3, C3_OWN, C4, C5, C6, C7 } from "./utility";
import { type Claim, grouped, type JudgedClaim, judge } from "./verdict";

export const C14: Claim = {
  id: "C14",
  place: "Goal G1, Section 2.2",
  statement: "Unlearning is complete: the unlearned model is the one that never saw the erased users",
  rule: "reproduced if every weight of every unlearned system is bit-identical to a fresh run without the erased users, same partition and seeds",
  effect: "1 if all weights are identical, in every seed",
  needs: 1,
  compare: (records) =>
    [
      ...grouped(
        recordsOf(records, "exactness"),
        ({ trial: cell }) => `${cell.dataset}|${cell.method}, ${cell.model}, ${cell.request}`,
      ),
    ].map(([name, same]) => ({
      dataset: same[0].trial.dataset,
      name: name.slice(name.indexOf("|") + 1),
      // a promise about every system: one that differs decides, whatever the others do
      effects: same.map(({ trial: cell }) => ({
        seed: cell.seed,
        value: same.every(({ outcome }) => outcome.identical) ? 1 : 0,
      })),
      threshold: 0.5,
    })),
};

/** The paper's claims, in order. */
export const CLAIMS: readonly Claim[] = [C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14];

/** Every claim, judged on the records of a profile. */
export function judgeAll(records: readonly CellRecord[], profile: Profile): JudgedClaim[] {
  return CLAIMS.map((claim) => judge(claim, records, profile));
}

/** C3 where each user of C-SISA is scored by the own shard's model: the verdict depends on how shards are joined. */
export const judgeOwnScoring = (records: readonly CellRecord[], profile: Profile): JudgedClaim =>
  judge(C3_OWN, records, profile);
