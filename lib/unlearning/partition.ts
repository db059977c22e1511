/**
 * Training data laid out by group: what a grouped system (LASER, C-SISA, Retrain) remembers of the ratings, and all that
 * it needs for unlearning. Erasing makes a new partition that shares the untouched groups and holds nothing of the
 * erased data; written to a store, a group is two blobs, so an erasure rewrites the touched groups alone.
 */

import { type Interactions, interactionsFrom, type Provenance } from "../data/interactions";
import { canonicalJson, sha256 } from "../json";
import { type GroupRatings, groupHash, groupRatings, withoutErased } from "../training/groupRatings";
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
    const row = binarySearch(members, user);
    if (row >= 0) return { group, row };
  }
  return undefined;
}

function binarySearch(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value ? low : -1;
}

/** A user's ratings: views, empty for a user in no group. */
export function ratingsOf(partition: Partition, user: number): { items: Uint32Array; ratings: Float32Array } {
  const place = placeOf(partition, user);
  if (!place) return { items: new Uint32Array(0), ratings: new Float32Array(0) };
  const { offsets, items, ratings } = partition.groups[place.group];
  const [from, to] = [offsets[place.row], offsets[place.row + 1]];
  return { items: items.subarray(from, to), ratings: ratings.subarray(from, to) };
}

/** All ratings as interactions over the whole catalogue (erased users have empty rows): what regrouping starts from. */
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
  readonly ids: string;
  readonly numbers: string;
}

/** Blobs that a store has already of a group object: untouched groups are not written twice. */
const saved = new WeakMap<Store, WeakMap<GroupRatings, SavedGroup>>();

/** Writes a partition; erased users leave no trace in it. */
export function savePartition(store: Store, partition: Partition): { root: Json; entries: EntryName[] } {
  const known = saved.get(store) ?? new WeakMap<GroupRatings, SavedGroup>();
  saved.set(store, known);
  const groups = partition.groups.map((group) => {
    const blobs = known.get(group) ?? saveGroup(store, group);
    known.set(group, blobs);
    return blobs;
  });
  const placed = new Set(partition.groups.flatMap((group) => Array.from(group.members)));
  const cold = partition.userIds.flatMap((id, user) =>
    placed.has(user) || partition.erased.has(user) ? [] : [[user, id]],
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

function saveGroup(store: Store, { ids, members, offsets, items, ratings }: GroupRatings): SavedGroup {
  const lengths = Uint32Array.of(members.length, items.length);
  return {
    ids: store.putBlob(Buffer.from(JSON.stringify(ids), "utf8")),
    numbers: store.putBlob(lengths, members, offsets, items, ratings),
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
  const catalogue = [
    ...coldUsers,
    ...stored.flatMap((group) =>
      Array.from(group.members, (user, r): [number, string] => [user, group.ids[r]]),
    ),
  ].sort((a, b) => a[0] - b[0]);
  const renumbered = new Map(catalogue.map(([old], user) => [old, user]));
  return {
    provenance,
    userIds: catalogue.map(([, id]) => id),
    itemIds: JSON.parse(text(items)) as string[],
    plan: parsePlan(text(plan)),
    groups: stored.map((group) => ({
      ...group,
      members: group.members.map((old) => renumbered.get(old)!),
    })),
    erased: new Set(),
  };
}

function loadGroup(store: Store, blobs: SavedGroup, text: (hash: string) => string): GroupRatings {
  const bytes = store.getBlob(blobs.numbers);
  const words = new Uint32Array(bytes.slice().buffer);
  const [m, n] = words;
  if (words.length !== 2 + m + (m + 1) + 2 * n)
    throw new DamagedError(`blob ${blobs.numbers} is not the ratings of a group`);
  const members = words.slice(2, 2 + m);
  const offsets = words.slice(2 + m, 3 + 2 * m);
  const items = words.slice(3 + 2 * m, 3 + 2 * m + n);
  const ratings = new Float32Array(words.slice(3 + 2 * m + n).buffer);
  return { members, ids: JSON.parse(text(blobs.ids)) as string[], offsets, items, ratings };
}
