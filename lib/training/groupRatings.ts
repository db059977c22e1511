/**
 * The ratings of one group of users (Section 3.2): what a training step of SeqTrain sees, and all that it may
 * see. Users are rows 0 .. m - 1 in the order of the catalogue; erasing a user closes the gap, so the group
 * is the same bytes as one built from a file that never had this user.
 */

import type { Interactions } from "../data/interactions";
import type { PointSet, TrainingSet } from "../engine/engine";
import { InputError } from "../errors";
import { sha256 } from "../json";
import type { Graph } from "../model/model";
import { modelOf } from "../model/spec";
import type { TrainingSettings } from "./settings";

export interface GroupRatings {
  /** Uint32Array, m: the users' numbers in the catalogue, ascending */
  readonly members: Uint32Array;
  /** original ids of the members */
  readonly ids: readonly string[];
  /** Uint32Array, m + 1: the ratings of row r are offsets[r] .. offsets[r + 1] */
  readonly offsets: Uint32Array;
  /** Uint32Array, n: item numbers, ascending inside a user */
  readonly items: Uint32Array;
  /** Float32Array, n: ratings in the data's own scale */
  readonly ratings: Float32Array;
}

/** Rows of a sparse matrix: row r is columns[offsets[r] .. offsets[r + 1]), and values beside them. */
export interface Rows {
  readonly offsets: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float32Array;
}

/** Some rows: a copy. */
export function pickRows({ offsets, columns, values }: Rows, rows: ArrayLike<number>): Rows {
  const ends = new Uint32Array(rows.length + 1);
  for (let r = 0; r < rows.length; r++) ends[r + 1] = ends[r] + offsets[rows[r] + 1] - offsets[rows[r]];
  const total = ends[rows.length];
  const picked = { offsets: ends, columns: new Uint32Array(total), values: new Float32Array(total) };
  for (let r = 0; r < rows.length; r++) {
    picked.columns.set(columns.subarray(offsets[rows[r]], offsets[rows[r] + 1]), ends[r]);
    picked.values.set(values.subarray(offsets[rows[r]], offsets[rows[r] + 1]), ends[r]);
  }
  return picked;
}

/** The ratings of `members` (user numbers, ascending), copied out of `data`. */
export function groupRatings(data: Interactions, members: Uint32Array): GroupRatings {
  const { offsets, columns: items, values: ratings } = pickRows(data.byUser, members);
  return { members, ids: Array.from(members, (user) => data.userIds[user]), offsets, items, ratings };
}

/** The length of the longest row. */
export function longestRow(offsets: Uint32Array): number {
  let most = 0;
  for (let r = 1; r < offsets.length; r++) most = Math.max(most, offsets[r] - offsets[r - 1]);
  return most;
}

/** The first place of an ascending list whose value is not below `value`. */
export function lowerBound(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What is to be erased from a group: whole users, and single ratings of users who stay. */
export interface GroupErasure {
  /** user numbers */
  readonly users: ReadonlySet<number>;
  /** user number -> item numbers */
  readonly ratings: ReadonlyMap<number, ReadonlySet<number>>;
}

/** The group without the erased data; the very same object when it holds none of it. */
export function withoutErased(group: GroupRatings, erasure: GroupErasure): GroupRatings {
  const touched = group.members.some((user) => erasure.users.has(user) || erasure.ratings.has(user));
  if (!touched) return group;
  const members: number[] = [];
  const ids: string[] = [];
  const offsets: number[] = [0];
  const items = new Uint32Array(group.items.length);
  const ratings = new Float32Array(group.items.length);
  let count = 0;
  group.members.forEach((user, row) => {
    if (erasure.users.has(user)) return;
    const gone = erasure.ratings.get(user);
    for (let k = group.offsets[row]; k < group.offsets[row + 1]; k++) {
      if (gone?.has(group.items[k])) continue;
      items[count] = group.items[k];
      ratings[count++] = group.ratings[k];
    }
    members.push(user);
    ids.push(group.ids[row]);
    offsets.push(count);
  });
  return {
    members: Uint32Array.from(members),
    ids,
    offsets: Uint32Array.from(offsets),
    items: items.slice(0, count),
    ratings: ratings.slice(0, count),
  };
}

const hashes = new WeakMap<GroupRatings, string>();

/**
 * SHA-256 over the members' ids and their ratings; catalogue numbers do not enter. Computed once an object.
 */
export function groupHash(group: GroupRatings): string {
  let hash = hashes.get(group);
  if (hash === undefined) {
    const parts = [JSON.stringify(group.ids), group.offsets, group.items, group.ratings].map(sha256);
    hash = sha256(parts.join("\n"));
    hashes.set(group, hash);
  }
  return hash;
}

/** Tells the hash of a group that was read, and verified, from where it was kept with its hash. */
export function rememberGroupHash(group: GroupRatings, hash: string): void {
  hashes.set(group, hash);
}

/**
 * The samples of a group, for an engine in which its members are the rows from `firstRow` on.
 * @throws InputError for a rating outside 0 .. maximumRating when ratings are the labels.
 */
export function trainingSet(group: GroupRatings, settings: TrainingSettings, firstRow = 0): TrainingSet {
  if (modelOf(settings.model).samples === "points") return pointSet(group, settings, firstRow);
  return { kind: "pairs", users: rowsOf(group, firstRow), items: group.items };
}

/** The graph of the ratings of these groups over `users` users; a user is in one group at most. */
export function ratingGraph(groups: readonly GroupRatings[], users: number): Graph {
  const offsets = new Uint32Array(users + 1);
  for (const group of groups)
    group.members.forEach((user, row) => {
      offsets[user + 1] = group.offsets[row + 1] - group.offsets[row];
    });
  for (let user = 0; user < users; user++) offsets[user + 1] += offsets[user];
  const items = new Uint32Array(offsets[users]);
  for (const group of groups)
    group.members.forEach((user, row) => {
      items.set(group.items.subarray(group.offsets[row], group.offsets[row + 1]), offsets[user]);
    });
  return { offsets, items };
}

/** The row of each rating. */
function rowsOf(group: GroupRatings, firstRow: number): Uint32Array {
  const users = new Uint32Array(group.items.length);
  for (let r = 0; r < group.members.length; r++)
    users.fill(firstRow + r, group.offsets[r], group.offsets[r + 1]);
  return users;
}

/** The ratings of a group with their labels, whatever the model is trained on: as `trainingSet`. */
export function pointSet(group: GroupRatings, settings: TrainingSettings, firstRow = 0): PointSet {
  const n = group.items.length;
  const users = rowsOf(group, firstRow);
  const labels = new Float32Array(n);
  if (settings.label === "implicit") labels.fill(1);
  else
    for (let k = 0; k < n; k++) {
      labels[k] = group.ratings[k] / settings.maximumRating;
      if (!(labels[k] >= 0 && labels[k] <= 1)) refuse(group, k, settings.maximumRating);
    }
  return { users, items: group.items, labels, negatives: settings.negatives };
}

function refuse(group: GroupRatings, place: number, maximum: number): never {
  const row = group.offsets.findIndex((offset) => offset > place) - 1;
  throw new InputError(
    `rating ${group.ratings[place]} of user ${group.ids[row]}: with label "rating" it must be from 0 to ` +
      `maximumRating = ${maximum}; set maximumRating, or label "implicit"`,
  );
}
