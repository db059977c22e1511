/**
 * What the shards' frozen models say of users and items: one vector for each row and each shard that has a say in it. DMF:
 * the normalised output of the shard's tower. NMF: the factors (the user's times the output layer's weights, so that their
 * product is what the output layer adds up) and the part of the hidden layer before its ReLU. BPR and LightGCN: the
 * embedding, smoothed over the graph of the shard's own ratings where the model has one.
 *
 * A shard that a row has no rating in has never moved it: there the row is as it was drawn, and the shard has no say
 * (`unseen: "mask"`), or attention is left to find out that it is worthless (`"attend"`, as in the authors' public code).
 * A row without any rating is what all shards make of its initial weights. Shards without ratings have no say in anything.
 */

import type { OutputLayer } from "../../model/model";
import { type ModelName, modelSpec, tensorOf } from "../../model/spec";
import { type Checkpoint, loadFloats } from "../../training/checkpoint";
import { type GroupRatings, ratingGraph } from "../../training/groupRatings";
import { initialRows, putRest, type Start, scatterRows } from "../../training/layout";
import type { Store } from "../../training/store";
import { FoldKernel, foldInOf } from "../foldIn/kernel";
import { itemRowsOf, wideRows } from "../foldIn/rows";
import type { Partition } from "../partition";
import { aggregationOf, partsOf, vectorWidth } from "./aggregationWeights";

export const UNSEEN = ["mask", "attend"] as const;
export type Unseen = (typeof UNSEEN)[number];

/** Vectors by row: those of row r are offsets[r] .. offsets[r + 1], of shards in ascending order. */
export interface Entries {
  /** Uint32Array, rows + 1 */
  readonly offsets: Uint32Array;
  /** Uint32Array, one per vector */
  readonly shards: Uint32Array;
  /** Float32Array, vectors x width */
  readonly vectors: Float32Array;
}

export interface ShardVectors {
  /** of the numbers of the catalogue; erased users have none */
  readonly users: Entries;
  readonly items: Entries;
  /** output layers of the shards that have learnt, for models that have one */
  readonly outputs: readonly OutputLayer[];
}

/** Reads the shards' models and applies them. `starts`: what each shard's initial weights are made from. */
export function shardVectors(
  partition: Partition,
  checkpoints: readonly Checkpoint[],
  starts: readonly Start[],
  unseen: Unseen,
  store: Store,
): ShardVectors {
  const { groups, itemIds, userIds, erased } = partition;
  const [{ model, embeddingSize }] = starts;
  const { vectors, outputLayer } = aggregationOf(model);
  const taught = taughtShards(groups);
  const width = vectorWidth({ model, embeddingSize });
  const say = (seen: Seen, exists: (row: number) => boolean) =>
    new EntryTable(width, seen, taught, unseen, exists);
  const users = say(seenUsers(partition), (user) => !erased.has(user));
  const items = say(seenItems(partition), () => true);
  const outputs: OutputLayer[] = [];
  for (const shard of taught) {
    const { rest, rows } = checkpoints[shard];
    const weights = loadFloats(store, rest);
    if (vectors) {
      const trained = { rest: weights, rows: loadFloats(store, rows[0]) };
      const tables = shardTables(partition, shard, trained, starts[shard], users.rowsOf(shard));
      vectors(ratingGraph([groups[shard]], userIds.length), tables.users, tables.items);
      users.put(shard, pickRows(tables.users, userIds.length, users.rowsOf(shard)));
      items.put(shard, pickRows(tables.items, itemIds.length, items.rowsOf(shard)));
      outputs.push(...(outputLayer ? [outputLayer(() => tables.items)] : []));
      continue;
    }
    const kernel = new FoldKernel(model, weights, itemIds.length);
    const own = users.rowsOf(shard);
    const wide = userRows(own, groups[shard], loadFloats(store, rows[0]), starts[shard], userIds);
    users.put(shard, kernel.outputs("user", wide));
    const itemRows = pickRows(
      itemRowsOf(model, weights, itemIds.length),
      itemIds.length,
      items.rowsOf(shard),
    );
    items.put(shard, withOwnFactors(model, itemRows, kernel.outputs("item", itemRows)));
    if (outputLayer) {
      const spec = modelSpec(model, 1, itemIds.length);
      const whole = new Float32Array(spec.size);
      putRest(spec, whole, weights);
      outputs.push(outputLayer((name) => tensorOf(spec, whole, name)));
    }
  }
  return { users, items, outputs };
}

/** Both tables of a shard: rows of its members as they were trained, of the others among `users` as they were drawn. */
function shardTables(
  { groups, userIds, itemIds }: Partition,
  shard: number,
  trained: { readonly rest: Float32Array; readonly rows: Float32Array },
  start: Start,
  users: Uint32Array,
): Record<"users" | "items", Float32Array> {
  const spec = modelSpec(start.model, userIds.length, itemIds.length, start.embeddingSize);
  const flat = new Float32Array(spec.size);
  putRest(spec, flat, trained.rest);
  const { members } = groups[shard];
  const own = new Set(members);
  const others = users.filter((user) => !own.has(user));
  scatterRows(
    spec,
    flat,
    others,
    initialRows(
      start,
      Array.from(others, (user) => userIds[user]),
    ),
  );
  scatterRows(spec, flat, members, trained.rows);
  const table = (side: "user" | "item") =>
    tensorOf(spec, flat, spec.tensors.find(({ kind }) => kind === side)?.name ?? "");
  return { users: table("user"), items: table("item") };
}

/** Shards with ratings; all of them when none has any. */
export function taughtShards(groups: readonly GroupRatings[]): number[] {
  const all = groups.map((_, shard) => shard);
  const taught = all.filter((shard) => groups[shard].items.length > 0);
  return taught.length > 0 ? taught : all;
}

/** Which shards have ratings of which rows: a flag a pair. */
class Seen {
  private readonly flags: Uint8Array;

  constructor(
    readonly rows: number,
    private readonly shards: number,
  ) {
    this.flags = new Uint8Array(rows * shards);
  }

  mark(row: number, shard: number): void {
    this.flags[row * this.shards + shard] = 1;
  }

  has(row: number, shard: number): boolean {
    return this.flags[row * this.shards + shard] === 1;
  }
}

function seenUsers({ groups, userIds }: Partition): Seen {
  const seen = new Seen(userIds.length, groups.length);
  for (const [shard, { members, offsets }] of groups.entries())
    members.forEach((user, row) => {
      if (offsets[row + 1] > offsets[row]) seen.mark(user, shard);
    });
  return seen;
}

function seenItems({ groups, itemIds }: Partition): Seen {
  const seen = new Seen(itemIds.length, groups.length);
  for (const [shard, { items }] of groups.entries()) for (const item of items) seen.mark(item, shard);
  return seen;
}

/** Entries under way: who has a say is known, and the vectors come in shard by shard. */
class EntryTable implements Entries {
  readonly offsets: Uint32Array;
  readonly shards: Uint32Array;
  readonly vectors: Float32Array;

  constructor(
    private readonly width: number,
    seen: Seen,
    taught: readonly number[],
    unseen: Unseen,
    exists: (row: number) => boolean,
  ) {
    this.offsets = new Uint32Array(seen.rows + 1);
    const list: number[] = [];
    for (let row = 0; row < seen.rows; row++) {
      if (exists(row)) {
        const own = taught.filter((shard) => seen.has(row, shard));
        list.push(...(own.length > 0 && unseen === "mask" ? own : taught));
      }
      this.offsets[row + 1] = list.length;
    }
    this.shards = Uint32Array.from(list);
    this.vectors = new Float32Array(list.length * width);
  }

  /** Rows in which a shard has a say, ascending. */
  rowsOf(shard: number): Uint32Array {
    const { offsets, shards } = this;
    const rows: number[] = [];
    for (let row = 0; row + 1 < offsets.length; row++)
      for (let e = offsets[row]; e < offsets[row + 1]; e++) if (shards[e] === shard) rows.push(row);
    return Uint32Array.from(rows);
  }

  /** Takes the vectors of those rows. */
  put(shard: number, vectors: Float32Array): void {
    let at = 0;
    this.shards.forEach((own, e) => {
      if (own !== shard) return;
      this.vectors.set(vectors.subarray(at, at + this.width), e * this.width);
      at += this.width;
    });
  }
}

/** Wide rows of `users` in a shard: trained for its members, as they were drawn for others. */
function userRows(
  users: Uint32Array,
  group: GroupRatings,
  narrow: Float32Array,
  start: Start,
  userIds: readonly string[],
): Float32Array {
  const rowOf = new Map(Array.from(group.members, (user, row) => [user, row]));
  const others = users.filter((user) => !rowOf.has(user));
  const ids = Array.from(others, (user) => userIds[user]);
  const trained = wideRows(start.model, narrow);
  const drawn = wideRows(start.model, initialRows(start, ids));
  const width = foldInOf(start.model).row;
  const rows = new Float32Array(users.length * width);
  let next = 0; // of the others
  users.forEach((user, k) => {
    const row = rowOf.get(user);
    const [from, at] = row === undefined ? [drawn, next++] : [trained, row];
    rows.set(from.subarray(at * width, (at + 1) * width), k * width);
  });
  return rows;
}

/** The rows of a table of `count` rows that are listed. */
function pickRows(table: Float32Array, count: number, rows: Uint32Array): Float32Array {
  const width = table.length / count;
  const picked = new Float32Array(rows.length * width);
  rows.forEach((row, k) => {
    picked.set(table.subarray(row * width, (row + 1) * width), k * width);
  });
  return picked;
}

/** Items keep their factors as they are where an output layer weighs them, since those of the users have been weighed. */
function withOwnFactors(model: ModelName, wide: Float32Array, outputs: Float32Array): Float32Array {
  if (!aggregationOf(model).outputLayer) return outputs;
  const [factors] = partsOf({ model });
  const { row, output } = foldInOf(model);
  for (let r = 0; r * row < wide.length; r++)
    outputs.set(wide.subarray(r * row, r * row + factors), r * output);
  return outputs;
}
