/** The fourteen claims of protocol section 6, in order, and their judgement. */

import type { Profile } from "../profile";
import type { Question } from "../question";
import { QUESTIONS } from "../questions";
import { C3_OWN } from "../utility/claims";
import type { UtilityRow } from "../utility/rows";
import { type Claim, type JudgedClaim, judge } from "./verdict";

const numberOf = ({ id }: { readonly id: string }): number => Number(id.slice(1));

/** Claims, or claims judged, in the order of their numbers. */
const inOrder = <C extends { readonly id: string }>(claims: readonly C[]): C[] =>
  [...claims].sort((a, b) => numberOf(a) - numberOf(b));

/** The paper's claims, in order. */
export const CLAIMS: readonly Claim[] = inOrder(QUESTIONS.flatMap(({ claims }) => claims));

/** Every claim, judged on the rows of its question. */
export const judgeAll = (
  rowsOf: (question: Question) => readonly object[],
  profile: Profile,
): JudgedClaim[] =>
  inOrder(
    QUESTIONS.filter(({ claims }) => claims.length > 0).flatMap((question) => {
      const rows = rowsOf(question);
      return question.claims.map((claim) => judge(claim, rows, profile));
    }),
  );

/** C3 where each user of C-SISA is scored by the model of the user's own shard: the verdict depends on how shards are joined. */
export const judgeOwnScoring = (rows: readonly UtilityRow[], profile: Profile): JudgedClaim =>
  judge(C3_OWN, rows, profile);
