/**
 * Who rated what, both ways, and sums of each item that are integers and so do not depend on the order in
 * which users come and go. From it the sums of one item with all others, S_ij = sum over the users who rated
 * both of v_i v_j, are computed when they are wanted: there are too many of them to be kept (60,000 items
 * have 1.8 billion pairs). Bytes: 8 for each rating of label `implicit`, 9 for `rating`, and some 300 for
 * each user and item.
 */

import type { Contribution } from "./contributions";

/** What one user adds, and who that is: a number of the catalogue. */
export interface Rater extends Contribution {
  readonly user: number;
}

interface Row {
  /** Uint32Array, ascending */
  readonly items: Uint32Array;
  /** Int8Array, beside them; null where each is 1 */
  readonly values: Int8Array | null;
}

/** Ratings by user and by item. Versions share what does not differ; none holds what was taken out of it. */
export class CoRatings {
  private constructor(
    readonly items: number,
    /** number of users with a row */
    readonly users: number,
    /** by user */
    private readonly rows: readonly (Row | undefined)[],
    /** by item: users, ascending. Uint32Array each */
    readonly raters: readonly Uint32Array[],
    /** by item: sum of v_i^2. Float64Array */
    readonly squares: Float64Array,
    /** by item: sum of v_i. Float64Array */
    readonly sums: Float64Array,
  ) {}

  static of(items: number, users: readonly Rater[]): CoRatings {
    const counts = new Uint32Array(items);
    for (const user of users) for (const item of user.items) counts[item]++;
    const raters = Array.from(counts, (count) => new Uint32Array(count));
    const rows: (Row | undefined)[] = [];
    const squares = new Float64Array(items);
    const sums = new Float64Array(items);
    for (const user of [...users].sort((a, b) => b.user - a.user)) {
      for (const item of user.items) raters[item][--counts[item]] = user.user;
      rows[user.user] = rowOf(user);
      count(user, 1, squares, sums);
    }
    return new CoRatings(items, users.length, rows, raters, squares, sums);
  }

  /** Others, with some users less and some more. */
  changed(less: readonly Rater[], more: readonly Rater[]): CoRatings {
    const rows = this.rows.slice();
    const raters = this.raters.slice();
    const squares = this.squares.slice();
    const sums = this.sums.slice();
    for (const user of less) {
      rows[user.user] = undefined;
      count(user, -1, squares, sums);
      for (const item of user.items) raters[item] = without(raters[item], user.user);
    }
    for (const user of more) {
      rows[user.user] = rowOf(user);
      count(user, 1, squares, sums);
      for (const item of user.items) raters[item] = withUser(raters[item], user.user);
    }
    const users = this.users + more.length - less.length;
    return new CoRatings(this.items, users, rows, raters, squares, sums);
  }

  /**
   * S_ij of item i, and the items j of which it can be other than 0. Views of memory that `done` makes zeros
   * again: it is to be called before the next item's turn. The hot loop.
   */
  products(item: number): { sums: Float64Array; others: Uint32Array; done(): void } {
    const { sums, others, seen } = workspace(this.items);
    let length = 0;
    for (const user of this.raters[item]) {
      const { items, values } = this.rows[user] as Row;
      length += items.length;
      if (values === null) for (let k = 0; k < items.length; k++) sums[items[k]] += 1;
      else {
        const own = values[place(items, item)];
        for (let k = 0; k < items.length; k++) sums[items[k]] += own * values[k];
      }
    }
    if (length >= this.items) {
      for (let j = 0; j < this.items; j++) others[j] = j;
      return { sums, others, done: () => sums.fill(0) };
    }
    let count = 0;
    for (const user of this.raters[item])
      for (const j of (this.rows[user] as Row).items) {
        if (seen[j]) continue;
        seen[j] = 1;
        others[count++] = j;
      }
    const few = others.subarray(0, count);
    const done = () => {
      for (const j of few) sums[j] = seen[j] = 0;
    };
    return { sums, others: few, done };
  }

  /** S_ij of one pair, by way of the item that fewer have rated. */
  product(i: number, j: number): number {
    const [few, other] = this.raters[i].length <= this.raters[j].length ? [i, j] : [j, i];
    let sum = 0;
    for (const user of this.raters[few]) {
      const { items, values } = this.rows[user] as Row;
      const at = place(items, other);
      if (items[at] === other) sum += values ? values[at] * values[place(items, few)] : 1;
    }
    return sum;
  }

  get bytes(): number {
    const row = (sum: number, own: Row | undefined) =>
      sum + (own?.items.byteLength ?? 0) + (own?.values?.byteLength ?? 0);
    const known = this.raters.reduce((sum, { byteLength }) => sum + byteLength, 16 * this.items);
    return this.rows.reduce(row, known);
  }
}

let scratch: { sums: Float64Array; others: Uint32Array; seen: Uint8Array } | undefined;

/** Memory for the sums of one item with all; who uses it leaves zeros in `sums` and `seen`. */
function workspace(items: number) {
  if (scratch?.sums.length !== items)
    scratch = { sums: new Float64Array(items), others: new Uint32Array(items), seen: new Uint8Array(items) };
  return scratch;
}

/** Copies: a row must not keep alive the block that it is a part of. */
const rowOf = ({ items, values }: Rater): Row => ({
  items: items.slice(),
  values: values && Int8Array.from(values),
});

function count({ items, values }: Rater, sign: 1 | -1, squares: Float64Array, sums: Float64Array): void {
  items.forEach((item, k) => {
    const value = values ? values[k] : 1;
    squares[item] += sign * value * value;
    sums[item] += sign * value;
  });
}

/** Where `value` is, or would stand, in an ascending array. */
function place(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function without(users: Uint32Array, user: number): Uint32Array {
  const at = place(users, user);
  const left = new Uint32Array(users.length - 1);
  left.set(users.subarray(0, at));
  left.set(users.subarray(at + 1), at);
  return left;
}

function withUser(users: Uint32Array, user: number): Uint32Array {
  const at = place(users, user);
  const all = new Uint32Array(users.length + 1);
  all.set(users.subarray(0, at));
  all[at] = user;
  all.set(users.subarray(at), at + 1);
  return all;
}
