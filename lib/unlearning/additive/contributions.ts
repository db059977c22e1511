/**
 * What one user adds to the sums of the additive methods: small integers that depend on this user's
 * ratings alone, so that taking the user out again is a subtraction without rounding. A rating enters as its
 * difference from the user's mean, rounded to a sixteenth of a star; a star is a fifth of the rating scale.
 */

import { InputError } from "../../errors";
import type { LABELS } from "../../training/settings";

/** `implicit`: which items were rated. `rating`: also how. */
export type AdditiveLabel = (typeof LABELS)[number];

export interface UserRatings {
  /** Uint32Array, ascending */
  readonly items: Uint32Array;
  /** Float32Array, beside them */
  readonly ratings: Float32Array;
}

export interface Contribution {
  /** Uint32Array, ascending */
  readonly items: Uint32Array;
  /** Int32Array, beside them: centred ratings in units of 1 / UNITS star; null for label `implicit` */
  readonly values: Int32Array | null;
}

export const STARS = 5;
/**
 * Steps of a star: the rounding adds a variance of 1 / 3072 square stars, a two-thousandth of a rating's own.
 */
export const UNITS = 16;
/** Values are at most this in magnitude. */
export const LARGEST_VALUE = STARS * UNITS;
/**
 * A user's mean counts this many ratings at PRIOR_MEAN stars beside the user's own: it must not need other
 * users.
 */
const PRIOR_RATINGS = 5;
const PRIOR_MEAN = 3.5;

/** The user's mean rating in stars, drawn toward 3.5 where there are few ratings. */
export function centreOf({ ratings }: UserRatings, maximumRating: number): number {
  let sum = PRIOR_RATINGS * PRIOR_MEAN;
  for (let k = 0; k < ratings.length; k++) sum += (ratings[k] / maximumRating) * STARS;
  return sum / (ratings.length + PRIOR_RATINGS);
}

/** A user's contribution. @throws InputError for a rating outside 0 .. maximumRating. */
export function contributionOf(
  user: UserRatings,
  label: AdditiveLabel,
  maximumRating: number,
  id: string,
): Contribution {
  if (label === "implicit") return { items: user.items, values: null };
  for (const rating of user.ratings) {
    if (!(rating >= 0 && rating <= maximumRating))
      throw new InputError(
        `rating ${rating} of user ${id}: it must be from 0 to maximumRating = ${maximumRating}`,
      );
  }
  return { items: user.items, values: centredValues(user, maximumRating) };
}

/** Centred ratings as integers: Int32Array, as long as the user's ratings. */
export function centredValues(user: UserRatings, maximumRating: number): Int32Array {
  const centre = centreOf(user, maximumRating);
  return Int32Array.from(user.ratings, (rating) =>
    Math.round(UNITS * ((rating / maximumRating) * STARS - centre)),
  );
}
