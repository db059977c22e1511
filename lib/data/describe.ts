/** What a set of ratings looks like: the numbers of Table 1 and of the distributions in notebook 01. */

import { quantile } from "../statistics/statistics";
import { type Csr, type Interactions, ratingCount } from "./interactions";
import { fromStars, scaleOfData } from "./scale";

/** Numbers of ratings that users, or items, have. */
export interface CountSummary {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

/** Counts and distributions of a set of ratings. */
export interface Description {
  readonly name: string;
  readonly users: number;
  readonly items: number;
  readonly ratings: number;
  /** share of the users x items matrix that is empty, 0 .. 1 */
  readonly sparsity: number;
  /** mean rating, as the file had them; NaN without ratings */
  readonly mean: number;
  /** how often each rating value occurs, ascending by value */
  readonly histogram: readonly { readonly rating: number; readonly count: number }[];
  readonly perUser: CountSummary;
  readonly perItem: CountSummary;
}

/** Statistics of `data`; users and items without a rating count, with 0. */
export function describe(data: Interactions): Description {
  const counts = new Map<number, number>();
  let sum = 0;
  const scale = scaleOfData(data);
  for (const value of data.byUser.values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const histogram = [...counts]
    .map(([value, count]) => ({ rating: fromStars(value, scale), count }))
    .sort((a, b) => a.rating - b.rating);
  for (const { rating, count } of histogram) sum += rating * count;
  const users = data.userIds.length;
  const items = data.itemIds.length;
  const ratings = ratingCount(data);
  return {
    name: data.provenance.name,
    users,
    items,
    ratings,
    sparsity: 1 - ratings / (users * items),
    mean: sum / ratings,
    histogram,
    perUser: summary(data.byUser),
    perItem: summary(data.byItem),
  };
}

/** Row lengths of a matrix: Uint32Array, rows. Of `byUser`, how many ratings each user has. */
export function rowLengths({ offsets }: Csr): Uint32Array {
  const lengths = new Uint32Array(offsets.length - 1);
  for (let row = 0; row < lengths.length; row++) lengths[row] = offsets[row + 1] - offsets[row];
  return lengths;
}

function summary(csr: Csr): CountSummary {
  const sorted = rowLengths(csr).sort();
  return { least: quantile(sorted, 0), median: quantile(sorted, 0.5), most: quantile(sorted, 1) };
}
