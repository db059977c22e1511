/**
 * RecEraser's three partitions (Chen et al. 2022, Section 4.1): `ubp` of users, `ibp` of items, `inbp` of interactions. A
 * shard is the ratings of its users, of its items, or its ratings, kept as any group of ratings is; under the last two a
 * user's ratings lie in several shards. What a plan lists follows: ids of users, ids of items, or, for each user of a
 * shard, the ids of user and items as a JSON list.
 */

import type { Interactions } from "../../data/interactions";
import { InputError } from "../../errors";
import type { Control } from "../../grouping/passes";
import { Random } from "../../random";
import { type GroupRatings, withoutErased } from "../../training/groupRatings";
import type { Erasure } from "../erasure";
import type { MethodContext } from "../method";
import { erasePartition, type Partition, partitionOf } from "../partition";
import { type Plan, ratedUsers } from "../plan";
import { type AnchorSettings, partitionPairs, partitionRows, type Rows } from "./anchors";
import { embedRatings } from "./embeddings";

export const PARTITIONS = ["ubp", "ibp", "inbp"] as const;
export type PartitionName = (typeof PARTITIONS)[number];

export interface PartitionSettings {
  readonly partition: PartitionName;
  /** K; with fewer points than shards the last shards stay empty */
  readonly groups: number;
  /** length of an embedding row */
  readonly dimensions: number;
  /** passes of Algorithm 1 at most */
  readonly maxPasses: number;
  readonly seed: number;
}

/** The plan of `data`. Only users and items with ratings take part. @throws StoppedError when the signal fires. */
export async function shardPlan(
  data: Interactions,
  settings: PartitionSettings,
  context: Pick<MethodContext, "embed" | "signal" | "onProgress">,
): Promise<Plan> {
  const { partition, groups, dimensions, maxPasses, seed } = settings;
  const plan = { settings: { ...settings } };
  const lists: string[][] = Array.from({ length: groups }, () => []);
  if (data.byUser.columns.length === 0) return { ...plan, groups: lists };
  const control: Control = {
    signal: context.signal,
    onProgress: ({ done }) => context.onProgress?.({ stage: "plan", done, text: "plan: partition" }),
  };
  const embedding = await embedRatings(data, dimensions, seed, context);
  const rows = (values: Float32Array): Rows => ({ values, dim: dimensions });
  const anchored = (count: number): AnchorSettings => ({ shards: Math.min(groups, count), maxPasses });

  if (partition !== "inbp") {
    const [ids, all, numbers] =
      partition === "ubp"
        ? [data.userIds, embedding.users, ratedUsers(data)]
        : [data.itemIds, embedding.items, ratedItems(data)];
    const own = rows(pickRows(all, dimensions, numbers));
    const names = Array.from(numbers, (number) => ids[number]);
    const count = anchored(names.length);
    const labels = await partitionRows(own, firstAnchors(names, count.shards, seed), count, control);
    labels.forEach((shard, row) => {
      lists[shard].push(names[row]);
    });
    return { ...plan, groups: lists };
  }
  const pairs = { users: usersOfPlaces(data), items: data.byUser.columns };
  const names = Array.from(
    pairs.users,
    (user, k) => `${data.userIds[user]}\n${data.itemIds[pairs.items[k]]}`,
  );
  const count = anchored(names.length);
  const first = firstAnchors(names, count.shards, seed);
  const labels = await partitionPairs(
    rows(embedding.users),
    rows(embedding.items),
    pairs,
    first,
    count,
    control,
  );
  for (const [shard, { ids, offsets, items }] of groupsOf(data, labels, groups).entries())
    ids.forEach((id, row) => {
      const own = items.subarray(offsets[row], offsets[row + 1]);
      lists[shard].push(JSON.stringify([id, ...Array.from(own, (item) => data.itemIds[item])]));
    });
  return { ...plan, groups: lists };
}

/** Lays `data` out as planned. @throws InputError when plan and data do not fit together. */
export function layOutShards(data: Interactions, plan: Plan, partition: PartitionName): Partition {
  if (partition === "ubp") return partitionOf(data, plan);
  const labels = partition === "ibp" ? shardsOfItems(data, plan) : shardsOfPairs(data, plan);
  const { provenance, userIds, itemIds } = data;
  const groups = groupsOf(data, labels, plan.groups.length);
  return { provenance, userIds, itemIds, plan, groups, erased: new Set() };
}

/** The layout without the erased data. Untouched shards are the same objects. */
export function eraseShards(partition: Partition, erasure: Erasure, by: PartitionName): Partition {
  if (by === "ubp") return erasePartition(partition, erasure);
  const groups = partition.groups.map((group) => withoutEmptyRows(withoutErased(group, erasure)));
  return {
    ...partition,
    groups,
    plan: by === "ibp" ? partition.plan : planWithout(partition, groups),
    erased: new Set([...partition.erased, ...erasure.users]),
  };
}

/** The plan of interactions, of what is left. */
function planWithout({ plan, groups: before, itemIds }: Partition, groups: readonly GroupRatings[]): Plan {
  const lists = groups.map((group, shard) => {
    if (group === before[shard]) return plan.groups[shard];
    const { ids, offsets, items } = group;
    return ids.map((id, row) => {
      const own = items.subarray(offsets[row], offsets[row + 1]);
      return JSON.stringify([id, ...Array.from(own, (item) => itemIds[item])]);
    });
  });
  return { settings: plan.settings, groups: lists };
}

/** A member of a shard of items or interactions is whoever has a rating in it. */
function withoutEmptyRows(group: GroupRatings): GroupRatings {
  const { members, ids, offsets } = group;
  const rows = Array.from(members, (_, row) => row).filter((row) => offsets[row + 1] > offsets[row]);
  if (rows.length === members.length) return group;
  return {
    ...group,
    members: Uint32Array.from(rows, (row) => members[row]),
    ids: rows.map((row) => ids[row]),
    offsets: Uint32Array.of(0, ...rows.map((row) => offsets[row + 1])),
  };
}

/** Items with at least one rating, ascending. */
function ratedItems({ byItem: { offsets }, itemIds }: Interactions): Uint32Array {
  return Uint32Array.from(itemIds, (_, item) => item).filter((item) => offsets[item + 1] > offsets[item]);
}

/** The user of each stored rating, in the order of `byUser`. */
function usersOfPlaces({ byUser: { offsets, columns }, userIds }: Interactions): Uint32Array {
  const users = new Uint32Array(columns.length);
  userIds.forEach((_, user) => {
    users.fill(user, offsets[user], offsets[user + 1]);
  });
  return users;
}

function pickRows(values: Float32Array, dim: number, rows: Uint32Array): Float32Array {
  const picked = new Float32Array(rows.length * dim);
  rows.forEach((row, k) => {
    picked.set(values.subarray(row * dim, (row + 1) * dim), k * dim);
  });
  return picked;
}

/** K of the named points at random: by a draw of each name's own, so that nobody's coming or going moves another's. */
function firstAnchors(names: readonly string[], count: number, seed: number): Uint32Array {
  const family = Random.stream(seed, "anchors");
  const draws = Float64Array.from(names, (name) => family.fork(name).uniform());
  const order = Uint32Array.from(names, (_, row) => row).sort((a, b) => draws[a] - draws[b] || a - b);
  return order.slice(0, count);
}

/** Ratings by shard: `labels` has the shard of each, in the order of `byUser`. */
function groupsOf(data: Interactions, labels: ArrayLike<number>, shards: number): GroupRatings[] {
  const { offsets, columns, values } = data.byUser;
  const made = Array.from({ length: shards }, () => ({
    members: [] as number[],
    ends: [0],
    items: [] as number[],
    ratings: [] as number[],
  }));
  for (let user = 0; user + 1 < offsets.length; user++) {
    for (let k = offsets[user]; k < offsets[user + 1]; k++) {
      const { items, ratings } = made[labels[k]];
      items.push(columns[k]);
      ratings.push(values[k]);
    }
    for (const { members, ends, items } of made) {
      if (items.length === ends[ends.length - 1]) continue;
      members.push(user);
      ends.push(items.length);
    }
  }
  return made.map(({ members, ends, items, ratings }) => ({
    members: Uint32Array.from(members),
    ids: members.map((user) => data.userIds[user]),
    offsets: Uint32Array.from(ends),
    items: Uint32Array.from(items),
    ratings: Float32Array.from(ratings),
  }));
}

/** The shard of each rating when items are planned. */
function shardsOfItems({ byUser, itemIds }: Interactions, plan: Plan): Uint32Array {
  const shardOf = new Map<string, number>();
  for (const [shard, ids] of plan.groups.entries())
    for (const id of ids) {
      if (shardOf.has(id)) throw new InputError(`plan: item ${id} stands in more than one shard`);
      shardOf.set(id, shard);
    }
  return byUser.columns.map((item) => {
    const shard = shardOf.get(itemIds[item]);
    if (shard === undefined) throw new InputError(`plan: item ${itemIds[item]} has ratings but no shard`);
    return shard;
  });
}

/** The shard of each rating when interactions are planned. */
function shardsOfPairs({ byUser, userIds, itemIds }: Interactions, plan: Plan): Uint32Array {
  const users = new Map(userIds.map((id, user) => [id, user]));
  const items = new Map(itemIds.map((id, item) => [id, item]));
  const labels = new Uint32Array(byUser.columns.length);
  const placed = new Uint8Array(byUser.columns.length);
  for (const [shard, list] of plan.groups.entries())
    for (const [id, ...own] of list.map(parsePairs)) {
      const user = users.get(id) ?? -1;
      for (const item of own) {
        const place = placeOfPair(byUser, user, items.get(item) ?? -1);
        if (place < 0) throw new InputError(`plan: item ${item} of user ${id} is not in the data`);
        if (placed[place]++)
          throw new InputError(`plan: item ${item} of user ${id} stands in more than one shard`);
        labels[place] = shard;
      }
    }
  const missing = placed.indexOf(0);
  if (missing >= 0) {
    const user = byUser.offsets.findIndex((offset) => offset > missing) - 1;
    throw new InputError(
      `plan: item ${itemIds[byUser.columns[missing]]} of user ${userIds[user]} has no shard`,
    );
  }
  return labels;
}

function parsePairs(text: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (Array.isArray(value) && value.length > 1 && value.every((id) => typeof id === "string")) return value;
  throw new InputError(`plan: ${text.slice(0, 60)} is not a list of a user and items`);
}

/** Where a rating stands in `byUser`, or -1. */
function placeOfPair({ offsets, columns }: Interactions["byUser"], user: number, item: number): number {
  if (user < 0) return -1;
  const place = columns.subarray(offsets[user], offsets[user + 1]).indexOf(item);
  return place < 0 ? -1 : offsets[user] + place;
}
