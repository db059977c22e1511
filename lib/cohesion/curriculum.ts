/**
 * The order in which groups are trained: Section 3.3 of LASER. `easyToHard` is descending cohesion; the
 * others are the anti-curriculum of Figure 7 and controls, since the group trained last is favoured whatever
 * the order means.
 */

import { InputError, requireOneOf } from "../errors";
import { Random } from "../random";

/** The orders in which groups can be trained. */
export const CURRICULA = [
  "easyToHard",
  "hardToEasy",
  "random",
  "ratingsAscending",
  "ratingsDescending",
] as const;
/** Name of an order of the groups. */
export type Curriculum = (typeof CURRICULA)[number];

/** What an order may be made from: one value a group. */
export interface GroupFacts {
  /** Eq. 3; for `easyToHard` and `hardToEasy` */
  readonly rho?: ArrayLike<number>;
  /** ratings in the group; for `ratingsAscending` and `ratingsDescending` */
  readonly ratings?: ArrayLike<number>;
}

/**
 * Group numbers in the order of training (Uint32Array, S). Ties: the smaller group number first.
 * @throws InputError when the facts that the order needs are missing, of another length, or NaN.
 */
export function curriculum(order: Curriculum, groups: number, facts: GroupFacts, seed: number): Uint32Array {
  requireOneOf(order, CURRICULA, "curriculum");
  const numbers = Uint32Array.from({ length: groups }, (_, group) => group);
  if (order === "random") return Random.stream(seed, "curriculum").shuffle(numbers);
  const byRho = order === "easyToHard" || order === "hardToEasy";
  const key = checked(byRho ? facts.rho : facts.ratings, groups, byRho ? "rho" : "ratings", order);
  const sign = order === "easyToHard" || order === "ratingsDescending" ? -1 : 1;
  return numbers.sort((a, b) => (key[a] === key[b] ? a - b : key[a] < key[b] ? -sign : sign));
}

function checked(
  values: ArrayLike<number> | undefined,
  groups: number,
  name: string,
  order: Curriculum,
): ArrayLike<number> {
  if (values?.length !== groups)
    throw new InputError(
      `curriculum: "${order}" needs ${groups} values of ${name}, got ${values?.length ?? 0}`,
    );
  for (let j = 0; j < groups; j++)
    if (Number.isNaN(values[j])) throw new InputError(`curriculum: ${name} of group ${j} is NaN`);
  return values;
}
