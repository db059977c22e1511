/**
 * How much the fault tests try: little, in seconds and always the same, or with ERASABLE_FAULTS=long the minutes of
 * `npm run faults -- --long`, which adds up what they count (scripts/faults.mjs). ERASABLE_SEED draws other faults.
 */

import { appendFileSync } from "node:fs";

const isLong = process.env.ERASABLE_FAULTS === "long";

/** Seed of what is drawn. */
export const SEED = Number(process.env.ERASABLE_SEED ?? 1);

/** How many: in the short run, and in the long one. */
export const amount = (short: number, long: number): number => (isLong ? long : short);

/** Milliseconds that a test may take. */
export const LIMIT = amount(300_000, 7_200_000);

/** Adds to the sums that the script prints. */
export function count(what: string, n: number): void {
  const file = process.env.ERASABLE_FAULT_COUNTS;
  if (file) appendFileSync(file, `${JSON.stringify({ what, n })}\n`);
}
