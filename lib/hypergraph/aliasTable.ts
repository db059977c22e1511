/**
 * Draws from a fixed discrete distribution in constant time (Walker 1977): Vose, "A linear algorithm for
 * generating random numbers with a given distribution", IEEE Transactions on Software Engineering 1991.
 */

import type { Random } from "../random";

/** Each column holds its own member and an alias. */
export interface AliasTable {
  /** Uint32Array: a draw of 32 bits below it takes the column's own member */
  readonly threshold: Uint32Array;
  readonly alias: Uint32Array;
}

/** A member with probability proportional to its weight. */
export function drawMember({ threshold, alias }: AliasTable, random: Random): number {
  const column = random.below(threshold.length);
  return random.next() < threshold[column] ? column : alias[column];
}

/**
 * Walker's alias method as built by Vose (1991): draw a word w uniformly and a 32-bit number, take w when the
 * number is below `threshold[w]`, else `alias[w]`. Probabilities are kept to 2^-32.
 */
export function aliasTable(weights: Float64Array): AliasTable {
  const n = weights.length;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const scaled = Float64Array.from(weights, (weight) => (weight * n) / sum);
  const threshold = new Uint32Array(n).fill(4294967295);
  const alias = Uint32Array.from({ length: n }, (_, i) => i);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = n - 1; i >= 0; i--) (scaled[i] < 1 ? small : large).push(i);
  while (small.length > 0 && large.length > 0) {
    const low = small.pop()!;
    const high = large[large.length - 1];
    threshold[low] = Math.floor(scaled[low] * 4294967296);
    alias[low] = high;
    scaled[high] -= 1 - scaled[low];
    if (scaled[high] < 1) small.push(large.pop()!);
  }
  return { threshold, alias };
}
