/**
 * Draws from a fixed discrete distribution in constant time: Vose, "A linear algorithm for generating random numbers with
 * a given distribution", IEEE Transactions on Software Engineering 1991. Each column of the table holds a member and an
 * alias; a draw takes a column uniformly and then one of the two.
 */

import type { Random } from "../random";

export class AliasTable {
  /** Float64Array: the share of a column that is its own member's */
  private readonly own: Float64Array;
  private readonly alias: Uint32Array;

  /** `weights`: at least one, none negative, not all 0. */
  constructor(weights: ArrayLike<number>) {
    const count = weights.length;
    let total = 0;
    for (let k = 0; k < count; k++) total += weights[k];
    this.own = Float64Array.from(weights, (weight) => (weight * count) / total);
    this.alias = Uint32Array.from({ length: count }, (_, k) => k);
    const small: number[] = [];
    const large: number[] = [];
    this.own.forEach((share, k) => {
      (share < 1 ? small : large).push(k);
    });
    while (small.length > 0 && large.length > 0) {
      const poor = small.pop() as number;
      const rich = large[large.length - 1];
      this.alias[poor] = rich;
      this.own[rich] -= 1 - this.own[poor];
      if (this.own[rich] < 1) small.push(large.pop() as number);
    }
    for (const k of [...small, ...large]) this.own[k] = 1; // what rounding has left over
  }

  /** A member with probability proportional to its weight. */
  draw(random: Random): number {
    const column = random.below(this.own.length);
    return random.uniform() < this.own[column] ? column : this.alias[column];
  }
}
