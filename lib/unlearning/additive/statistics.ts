/**
 * Sums over users for every pair of items: all that the additive methods learn. They are integers below 2^31,
 * so that any order of additions and subtractions gives the same bits: without a user they are the sums that
 * never had them. A row is an array of its own, shared by systems until one of them changes it: forgetting a
 * user copies the rows of the user's items, and the system before stays as it was.
 */

import { InputError } from "../../errors";
import { sha256 } from "../../json";
import { type AdditiveLabel, type Contribution, LARGEST_VALUE, UNITS } from "./contributions";

/** Both triangles of a matrix of this many items are 2^30 bytes; a kernel's allocation is at most that. */
export const MOST_ITEMS = 11_000;
/** So many users cannot bring a sum of products to 2^31. */
export const MOST_USERS = Math.floor((2 ** 31 - 1) / LARGEST_VALUE ** 2);

/**
 * Integers a pair: count, and for ratings also sum of v_i v_j, of v_i and of v_j, over the users who rated
 * both.
 */
const WIDTHS = { implicit: 1, rating: 4 } as const;
type Width = (typeof WIDTHS)[AdditiveLabel];

const hashes = new WeakMap<Int32Array, string>();

export class PairSums {
  private constructor(
    readonly items: number,
    readonly width: Width,
    /** row i: pairs (i, i), (i, i + 1) ... (i, items - 1), `width` integers each */
    readonly rows: readonly Int32Array[],
  ) {}

  /**
   * The sums over nobody. @throws InputError for more items than a dense matrix should have, or more users.
   */
  static zero(items: number, users: number, label: AdditiveLabel): PairSums {
    if (label === "rating" && users > MOST_USERS)
      throw new InputError(
        `${users} users: sums over ratings hold at most ${MOST_USERS}; take method item-knn`,
      );
    if (items > MOST_ITEMS)
      throw new InputError(
        `${items} items: ease and gaussian keep a matrix of items x items, of at most ${MOST_ITEMS}; take method ` +
          "item-knn, which keeps lists of neighbours, or keep the items with more ratings",
      );
    const width = WIDTHS[label];
    const row = (_: unknown, i: number) => new Int32Array((items - i) * width);
    return new PairSums(items, width, Array.from({ length: items }, row));
  }

  /** Adds a user to these very sums: for building them, before anybody else has them. */
  add(user: Contribution): void {
    addTo(this.rows, user, 1);
  }

  /** Nothing is left to be done. */
  async settle(): Promise<void> {}

  /** Other sums, with some users less and some more. These stay as they are. */
  changed(less: readonly Contribution[], more: readonly Contribution[]): PairSums {
    const rows = this.rows.slice();
    for (const { items } of [...less, ...more])
      for (const item of items) if (rows[item] === this.rows[item]) rows[item] = rows[item].slice();
    for (const user of less) addTo(rows, user, -1);
    for (const user of more) addTo(rows, user, 1);
    return new PairSums(this.items, this.width, rows);
  }

  get bytes(): number {
    return this.rows.reduce((sum, row) => sum + row.byteLength, 0);
  }

  /** SHA-256 over all sums. Rows are hashed once, so that after a change only the changed ones are. */
  hash(): string {
    const of = (row: Int32Array) => {
      const hash = hashes.get(row) ?? sha256(row);
      hashes.set(row, hash);
      return hash;
    };
    return sha256(this.rows.map(of).join("\n"));
  }
}

/** rows += sign * a user's products. The hot loop: a pair's integers lie side by side. */
function addTo(rows: readonly Int32Array[], { items, values }: Contribution, sign: 1 | -1): void {
  const n = items.length;
  for (let a = 0; a < n; a++) {
    const first = items[a];
    const row = rows[first];
    if (values === null) {
      for (let b = a; b < n; b++) row[items[b] - first] += sign;
      continue;
    }
    const v = sign * values[a];
    for (let b = a; b < n; b++) {
      const at = (items[b] - first) << 2;
      row[at] += sign;
      row[at + 1] += v * values[b];
      row[at + 2] += v;
      row[at + 3] += sign * values[b];
    }
  }
}

/** An item's mean counts so many ratings at the mean over all ratings beside its own. */
const MEAN_RATINGS = 5;

/** Mean centred rating of each item in stars, drawn toward the mean over all ratings. Float64Array, items. */
export const itemMeans = ({ rows }: PairSums): Float64Array =>
  shrunkMeans(
    Float64Array.from(rows, (row) => row[0]),
    Float64Array.from(rows, (row) => row[2]),
  );

/** The same of numbers of ratings, and of sums of centred ratings in units of 1 / UNITS star, by item. */
export function shrunkMeans(counts: Float64Array, sums: Float64Array): Float64Array {
  let total = 0;
  let number = 0;
  for (let item = 0; item < counts.length; item++) {
    number += counts[item];
    total += sums[item];
  }
  const overall = number > 0 ? total / number / UNITS : 0;
  return sums.map((sum, item) => (sum / UNITS + MEAN_RATINGS * overall) / (counts[item] + MEAN_RATINGS));
}

/**
 * Sums of products of residuals d = v - mean of the item over the users who rated both items, in square
 * stars: S_ij = sum v_i v_j - m_i sum v_j - m_j sum v_i + n m_i m_j. Calls `take` for every pair i <= j. Rows
 * may be left out of the array: their pairs are passed over.
 */
export function residualProducts(
  sums: Pick<PairSums, "items" | "rows">,
  means: Float64Array,
  take: (i: number, j: number, product: number, count: number) => void,
): void {
  const square = UNITS * UNITS;
  sums.rows.forEach((row, i) => {
    const mean = means[i];
    for (let j = i, at = 0; j < sums.items; j++, at += 4) {
      const count = row[at];
      const cross = (mean * row[at + 3] + means[j] * row[at + 2]) / UNITS;
      take(i, j, row[at + 1] / square - cross + count * mean * means[j], count);
    }
  });
}
