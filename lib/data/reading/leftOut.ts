/** Lines that are left out of a file of ratings, and counted: none silently. */

import type { Columns } from "./columns";
import type { ReadingSettings } from "./settings";

/** Which lines hold no rating. */
export type LeftOut = Pick<ReadingSettings, "unrated" | "incomplete">;

/** Lines that were left out, by why. */
export interface Tally {
  readonly unrated: number;
  readonly incomplete: number;
  readonly blank: number;
}

/** The ratings that stand for "not rated". */
export function unratedBy({ unrated }: LeftOut, { means }: Columns): (rating: number) => boolean {
  if (unrated === null) return () => false;
  return means === "count" ? (rating) => rating <= unrated : (rating) => rating === unrated;
}
