/**
 * Ratings as typed arrays. Users and items are numbered 0 .. n - 1 in the order of their original ids, which
 * are kept in two catalogues. A rating is a place in compressed sparse rows; nothing is an object per rating.
 */

import { InputError } from "../errors";
import { sha256 } from "../json";
import type { Scale } from "./scale";

/**
 * Compressed sparse rows: row r holds `columns[offsets[r] .. offsets[r + 1])`, ascending, and the values
 * beside them.
 */
export interface Csr {
  /** Uint32Array, rows + 1 */
  readonly offsets: Uint32Array;
  /** Uint32Array, one per stored value */
  readonly columns: Uint32Array;
  /** Float32Array, one per stored value; ratings on the paper's scale, 1 .. 5 */
  readonly values: Float32Array;
}

/**
 * Where ratings come from. `synthetic` data is never mixed up with real data: every table and record says
 * which.
 */
export interface Provenance {
  /** Catalog name ("ml-1m"), "synthetic", or the path of the user's own file as it was given. */
  readonly name: string;
  readonly synthetic: boolean;
  /** What was done to it since: "5-core", "train 90 %", "without 3 users". */
  readonly steps: readonly string[];
  /**
   * The scale of the file that the ratings were read from, brought onto 1 .. 5 (scale.ts); of one value for
   * pairs without ratings. Undefined: 1 .. 5.
   */
  readonly scale?: Scale;
  /** what was taken for what when a file of the user's own was read, in one line */
  readonly reading?: string;
}

/** Ratings of users on items: both numbered from 0, original ids kept, sparse rows both ways. */
export interface Interactions {
  readonly provenance: Provenance;
  /** Original user ids; the index is the user's number. */
  readonly userIds: readonly string[];
  /** Original item ids; the index is the item's number. */
  readonly itemIds: readonly string[];
  /** users x items */
  readonly byUser: Csr;
  /** items x users */
  readonly byItem: Csr;
}

/** One rating a place, in any order: what a parser yields. */
export interface RatingColumns {
  /** numbers into `userIds` */
  readonly users: Uint32Array;
  /** numbers into `itemIds` */
  readonly items: Uint32Array;
  readonly ratings: Float32Array;
}

/** Number of users. */
export const userCount = (data: Interactions): number => data.userIds.length;
/** Number of items. */
export const itemCount = (data: Interactions): number => data.itemIds.length;
/** Number of ratings. */
export const ratingCount = (data: Interactions): number => data.byUser.columns.length;

/** Whether the stored values are ratings; implicit data hold 1 for each observed pair. */
export const holdsRatings = ({ byUser }: Interactions): boolean => byUser.values.some((value) => value !== 1);

/**
 * Builds interactions from columns. Users and items without a rating keep their number and an empty row.
 * @throws InputError when a pair occurs twice or an id is out of range.
 */
export function interactionsFrom(
  columns: RatingColumns,
  userIds: readonly string[],
  itemIds: readonly string[],
  provenance: Provenance,
): Interactions {
  const byItemUnsorted = toCsr(columns.items, columns.users, columns.ratings, itemIds.length, userIds.length);
  const byUser = transpose(byItemUnsorted, userIds.length);
  const byItem = transpose(byUser, itemIds.length);
  for (let u = 0; u < userIds.length; u++) {
    for (let k = byUser.offsets[u] + 1; k < byUser.offsets[u + 1]; k++) {
      if (byUser.columns[k] === byUser.columns[k - 1])
        throw new InputError(
          `${provenance.name}: user ${userIds[u]} rated item ${itemIds[byUser.columns[k]]} more than once`,
        );
    }
  }
  return { provenance, userIds, itemIds, byUser, byItem };
}

/** Counting sort of (row, column, value) triples by row. */
function toCsr(
  rows: Uint32Array,
  columns: Uint32Array,
  values: Float32Array,
  rowCount: number,
  columnCount: number,
): Csr {
  const offsets = new Uint32Array(rowCount + 1);
  for (let k = 0; k < rows.length; k++) {
    if (rows[k] >= rowCount || columns[k] >= columnCount)
      throw new InputError(`rating ${k}: user or item number out of range`);
    offsets[rows[k] + 1]++;
  }
  for (let r = 0; r < rowCount; r++) offsets[r + 1] += offsets[r];
  const next = offsets.slice(0, rowCount);
  const sortedColumns = new Uint32Array(rows.length);
  const sortedValues = new Float32Array(rows.length);
  for (let k = 0; k < rows.length; k++) {
    const at = next[rows[k]]++;
    sortedColumns[at] = columns[k];
    sortedValues[at] = values[k];
  }
  return { offsets, columns: sortedColumns, values: sortedValues };
}

/**
 * The transposed matrix; its rows come out with ascending columns whatever the order inside the rows of
 * `csr`.
 */
export function transpose(csr: Csr, columnCount: number): Csr {
  const rowCount = csr.offsets.length - 1;
  const rows = new Uint32Array(csr.columns.length);
  for (let r = 0; r < rowCount; r++) rows.fill(r, csr.offsets[r], csr.offsets[r + 1]);
  return toCsr(csr.columns, rows, csr.values, columnCount, rowCount);
}

/**
 * The same catalogue without some ratings: those for which `keep(user, place)` is false, where `place` is
 * the index into `byUser.columns`. Numbers do not change, so models of both can be compared row by row.
 */
export function selectRatings(
  data: Interactions,
  keep: (user: number, place: number) => boolean,
  step: string,
): Interactions {
  const { offsets, columns, values } = data.byUser;
  const newOffsets = new Uint32Array(offsets.length);
  const newColumns = new Uint32Array(columns.length);
  const newValues = new Float32Array(columns.length);
  let count = 0;
  for (let u = 0; u + 1 < offsets.length; u++) {
    for (let k = offsets[u]; k < offsets[u + 1]; k++) {
      if (!keep(u, k)) continue;
      newColumns[count] = columns[k];
      newValues[count++] = values[k];
    }
    newOffsets[u + 1] = count;
  }
  const byUser = {
    offsets: newOffsets,
    columns: newColumns.slice(0, count),
    values: newValues.slice(0, count),
  };
  const provenance = { ...data.provenance, steps: [...data.provenance.steps, step] };
  return { ...data, provenance, byUser, byItem: transpose(byUser, data.itemIds.length) };
}

/** The same catalogue with the rows of `users` (numbers) emptied. */
export function withoutUsers(data: Interactions, users: Iterable<number>): Interactions {
  const erased = new Set(users);
  return selectRatings(data, (user) => !erased.has(user), `without ${erased.size} users`);
}

/** SHA-256 over the catalogues and the ratings: what a record or certificate names as its data. */
export function checksum(data: Interactions): string {
  const parts = [data.userIds.join("\n"), data.itemIds.join("\n")].map(sha256);
  const arrays = [data.byUser.offsets, data.byUser.columns, data.byUser.values].map(sha256);
  return sha256([...parts, ...arrays].join("\n"));
}
