/**
 * Training data laid out by group: what a grouped system (LASER, C-SISA, Retrain) remembers of the ratings,
 * and all that it needs for unlearning. Erasing makes a new partition that shares the untouched groups and
 * holds nothing of the erased data; written to a store, a group is two blobs, so an erasure rewrites the
 * touched groups alone.
 */

import { type Interactions, interactionsFrom, type Provenance } from "../data/interactions";
import { canonicalJson, sha256 } from "../json";
import {
  type GroupRatings,
  groupHash,
  groupRatings,
  lowerBound,
  rememberGroupHash,
  withoutErased,
} from "../training/groupRatings";
import { blobName, DamagedError, type EntryName, type Json, type Store } from "../training/store";
import type { Erasure } from "./erasure";
import { membersOf, type Plan, parsePlan, planText, withoutMembers } from "./plan";

export interface Partition {
  readonly provenance: Provenance;
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  readonly plan: Plan;
  /** in the order of the plan */
  readonly groups: readonly GroupRatings[];
  readonly erased: ReadonlySet<number>;
  /**
   * Uint32Array: the number that each user had when the system was learned. What is written uses these, so
   * that untouched groups need not be written again when the catalogue closes its gaps. Absent: the numbers
   * are still those.
   */
  readonly firstNumbers?: Uint32Array;
}

/** Lays `data` out as planned. @throws InputError when plan and data do not fit together. */
export function partitionOf(data: Interactions, plan: Plan): Partition {
  const groups = membersOf(plan, data).map((members) => groupRatings(data, members));
  const { provenance, userIds, itemIds } = data;
  return { provenance, userIds, itemIds, plan, groups, erased: new Set() };
}

/** The partition without the erased data. Untouched groups are the same objects. */
export function erasePartition(partition: Partition, erasure: Erasure): Partition {
  const ids = new Set([...erasure.users].map((user) => partition.userIds[user]));
  return {
    ...partition,
    plan: withoutMembers(partition.plan, ids),
    groups: partition.groups.map((group) => withoutErased(group, erasure)),
    erased: new Set([...partition.erased, ...erasure.users]),
  };
}

/** SHA-256 over the ratings, group by group. */
export function partitionHash({ groups, itemIds }: Partition): string {
  return sha256(canonicalJson({ items: sha256(JSON.stringify(itemIds)), groups: groups.map(groupHash) }));
}

/** Where a user stands: group and row; undefined for a user in no group. */
export function placeOf(partition: Partition, user: number): { group: number; row: number } | undefined {
  for (const [group, { members }] of partition.groups.entries()) {
    const row = lowerBound(members, user);
    if (members[row] === user) return { group, row };
  }
  return undefined;
}

/** A user's ratings: views, empty for a user in no group. */
export function ratingsOf(partition: Partition, user: number): { items: Uint32Array; ratings: Float32Array } {
  const place = placeOf(partition, user);
  if (!place) return { items: new Uint32Array(0), ratings: new Float32Array(0) };
  const { offsets, items, ratings } = partition.groups[place.group];
  const [from, to] = [offsets[place.row], offsets[place.row + 1]];
  return { items: items.subarray(from, to), ratings: ratings.subarray(from, to) };
}

/** All ratings over the whole catalogue (erased users have empty rows): what regrouping starts from. */
export function interactionsOf({ groups, userIds, itemIds, provenance }: Partition): Interactions {
  const total = groups.reduce((sum, group) => sum + group.items.length, 0);
  const columns = {
    users: new Uint32Array(total),
    items: new Uint32Array(total),
    ratings: new Float32Array(total),
  };
  let at = 0;
  for (const { members, offsets, items, ratings } of groups) {
    members.forEach((user, row) => {
      columns.users.fill(user, at + offsets[row], at + offsets[row + 1]);
    });
    columns.items.set(items, at);
    columns.ratings.set(ratings, at);
    at += items.length;
  }
  return interactionsFrom(columns, userIds, itemIds, provenance);
}

interface SavedGroup {
  readonly [key: string]: Json;
  /** blobs */
  readonly ids: string;
  readonly numbers: string;
  /** groupHash */
  readonly hash: string;
}

/** Blobs that a store has already of a group object: untouched groups are not written twice. */
const saved = new WeakMap<Store, WeakMap<GroupRatings, SavedGroup>>();

/** Forgets what a store has of partitions: for when blobs may have been deleted that one still names. */
export function forgetSaved(store: Store): void {
  saved.delete(store);
}

/**
 * Writes a partition: no id and no rating of an erased user is in it. What stays readable is where they
 * stood: users keep the numbers that they had among the sorted ids when the system was learned, so the gaps
 * tell how many were erased and between which of the ids that are left.
 */
export function savePartition(store: Store, partition: Partition): { root: Json; entries: EntryName[] } {
  const known = saved.get(store) ?? new WeakMap<GroupRatings, SavedGroup>();
  saved.set(store, known);
  const { firstNumbers } = partition;
  const first = (user: number) => (firstNumbers ? firstNumbers[user] : user);
  const groups = partition.groups.map((group) => {
    const blobs = known.get(group) ?? saveGroup(store, group, group.members.map(first));
    known.set(group, blobs);
    return blobs;
  });
  const placed = new Uint8Array(partition.userIds.length);
  for (const { members } of partition.groups) for (const user of members) placed[user] = 1;
  const cold = partition.userIds.flatMap((id, user) =>
    placed[user] || partition.erased.has(user) ? [] : [[first(user), id]],
  );
  const text = (value: string) => store.putBlob(Buffer.from(value, "utf8"));
  const { name, synthetic, steps } = partition.provenance;
  const root = {
    provenance: { name, synthetic, steps },
    groups,
    items: text(JSON.stringify(partition.itemIds)),
    cold: text(JSON.stringify(cold)),
    plan: text(planText(partition.plan)),
  };
  const blobs = [root.items, root.cold, root.plan, ...groups.flatMap(({ ids, numbers }) => [ids, numbers])];
  return { root, entries: blobs.map(blobName) };
}

function saveGroup(store: Store, group: GroupRatings, numbers: Uint32Array): SavedGroup {
  const { ids, offsets, items, ratings } = group;
  const lengths = Uint32Array.of(numbers.length, items.length);
  return {
    ids: store.putBlob(Buffer.from(JSON.stringify(ids), "utf8")),
    numbers: store.putBlob(lengths, numbers, offsets, items, ratings),
    hash: groupHash(group),
  };
}

/** The partition that `savePartition` wrote. The catalogue has closed the gaps that erased users left. */
export function loadPartition(store: Store, root: Json): Partition {
  const { provenance, groups, items, cold, plan } = root as unknown as {
    provenance: Provenance;
    groups: SavedGroup[];
    items: string;
    cold: string;
    plan: string;
  };
  const text = (hash: string) => Buffer.from(store.getBlob(hash)).toString("utf8");
  const coldUsers = JSON.parse(text(cold)) as [number, string][];
  const stored = groups.map((blobs) => loadGroup(store, blobs, text));
  // By first numbers, the catalogue has gaps where users were erased; closing them keeps the order.
  const withGaps: string[] = [];
  for (const [user, id] of coldUsers) withGaps[user] = id;
  for (const { members, ids } of stored)
    members.forEach((user, row) => {
      withGaps[user] = ids[row];
    });
  const firstNumbers = Uint32Array.from(Object.keys(withGaps), Number);
  const numbers = new Uint32Array(withGaps.length);
  firstNumbers.forEach((user, number) => {
    numbers[user] = number;
  });
  const known = new WeakMap<GroupRatings, SavedGroup>();
  saved.set(store, known);
  return {
    provenance,
    userIds: Array.from(firstNumbers, (user) => withGaps[user]),
    itemIds: JSON.parse(text(items)) as string[],
    plan: parsePlan(text(plan)),
    groups: stored.map((group, g) => {
      const renumbered = { ...group, members: group.members.map((user) => numbers[user]) };
      rememberGroupHash(renumbered, groups[g].hash);
      known.set(renumbered, groups[g]);
      return renumbered;
    }),
    erased: new Set(),
    firstNumbers,
  };
}

function loadGroup(store: Store, blobs: SavedGroup, text: (hash: string) => string): GroupRatings {
  const { buffer, byteLength } = store.getBlob(blobs.numbers);
  const words = new Uint32Array(buffer, 0, byteLength >>> 2);
  const [m, n] = words;
  if (words.length !== 3 + 2 * m + 2 * n)
    throw new DamagedError(`blob ${blobs.numbers} is not the ratings of a group`);
  const [members, offsets, items] = [2, 2 + m, 3 + 2 * m, 3 + 2 * m + n].map((from, part, ends) =>
    words.subarray(from, ends[part + 1]),
  );
  const ratings = new Float32Array(buffer, 4 * (3 + 2 * m + n), n);
  return { members, ids: JSON.parse(text(blobs.ids)) as string[], offsets, items, ratings };
}
