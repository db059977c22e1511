/** RecEraser's balanced partitions: capacities, Algorithm 1 against a literal reading of it, plans and their errors. */

import { describe, expect, it } from "vitest";
import { selectRatings, withoutUsers } from "../../../lib/data/interactions";
import { StoppedError } from "../../../lib/errors";
import { Random } from "../../../lib/random";
import { erasureOf, usersErasure } from "../../../lib/unlearning/erasure";
import type { Partition } from "../../../lib/unlearning/partition";
import { parsePlan, planText } from "../../../lib/unlearning/plan";
import { partitionPairs, partitionRows } from "../../../lib/unlearning/rivals/anchors";
import { embedRatings } from "../../../lib/unlearning/rivals/embeddings";
import {
  eraseShards,
  layOutShards,
  PARTITIONS,
  type PartitionName,
  type PartitionSettings,
  shardPlan,
} from "../../../lib/unlearning/rivals/partitions";
import { fileOf, world } from "../../training/world";

const data = world({ users: 50, items: 30 });
const settings = (partition: PartitionName, more: Partial<PartitionSettings> = {}): PartitionSettings => ({
  partition,
  groups: 4,
  dimensions: 6,
  maxPasses: 50,
  seed: 1,
  ...more,
});
const ratingsIn = ({ groups }: Partition) =>
  groups.flatMap(({ ids, offsets, items, ratings }) =>
    ids.flatMap((id, row) =>
      Array.from(
        items.subarray(offsets[row], offsets[row + 1]),
        (item, k) => `${id} ${item} ${ratings[offsets[row] + k]}`,
      ),
    ),
  );
const allRatings = ratingsIn({
  groups: [
    {
      members: Uint32Array.from(data.userIds.keys()),
      ids: data.userIds,
      offsets: data.byUser.offsets,
      items: data.byUser.columns,
      ratings: data.byUser.values,
    },
  ],
} as unknown as Partition);

describe.each(PARTITIONS)("%s", (by) => {
  it("puts each user, item or rating into one shard, and fills none above the ceiling", async () => {
    for (const groups of [1, 2, 4, 7]) {
      const plan = await shardPlan(data, settings(by, { groups }), {});
      const partition = layOutShards(data, plan, by);
      expect(partition.groups).toHaveLength(groups);
      expect(ratingsIn(partition).sort()).toEqual([...allRatings].sort());
      const counts = { ubp: 50, ibp: 30, inbp: allRatings.length };
      const sizes = partition.groups.map(({ members, items }) => {
        if (by === "ubp") return members.length;
        return by === "ibp" ? new Set(items).size : items.length;
      });
      expect(sizes.reduce((a, b) => a + b)).toBe(counts[by]);
      for (const size of sizes) {
        expect(size).toBeLessThanOrEqual(Math.ceil(counts[by] / groups));
        expect(size).toBeGreaterThan(0);
      }
    }
  });

  it("is the same whatever else is in the catalogue, and after a trip through text", async () => {
    const gone = [0, 11, 49];
    const emptied = await shardPlan(withoutUsers(data, gone), settings(by), {});
    const file = await shardPlan(
      fileOf(data, (user) => !gone.includes(user)),
      settings(by),
      {},
    );
    expect(emptied.groups).toEqual(file.groups);
    expect(parsePlan(planText(emptied)).groups).toEqual(emptied.groups);
    const other = await shardPlan(withoutUsers(data, gone), settings(by, { seed: 2 }), {});
    expect(other.groups).not.toEqual(emptied.groups);
  });

  it("keeps tastes together: fewer ratings across than chance leaves", async () => {
    const plan = await shardPlan(data, settings(by, { groups: 2 }), {});
    const { groups } = layOutShards(data, plan, by);
    // users and items of either half of the world like each other: ratings of 4 and 5 inside a half
    const halves = groups.map(({ members, offsets, items, ratings }) => {
      const counts = [0, 0];
      members.forEach((user, row) => {
        for (let k = offsets[row]; k < offsets[row + 1]; k++)
          if (ratings[k] >= 4) counts[by === "ibp" ? items[k] % 2 : user % 2]++;
      });
      return Math.max(...counts) / (counts[0] + counts[1]);
    });
    expect(Math.min(...halves)).toBeGreaterThan(0.8);
  });

  it("erases as if laid out without, and leaves untouched shards alone", async () => {
    const plan = await shardPlan(data, settings(by), {});
    const partition = layOutShards(data, plan, by);
    const item = data.byUser.columns[data.byUser.offsets[7]];
    const erasure = erasureOf([3, 20], [[7, item]]);
    const rest = eraseShards(partition, erasure, by);
    const remaining = selectRatings(
      data,
      (user, place) => !erasure.users.has(user) && !(user === 7 && data.byUser.columns[place] === item),
      "remaining",
    );
    const fresh = layOutShards(remaining, parsePlan(planText(rest.plan)), by);
    expect(rest.groups).toEqual(fresh.groups);
    expect(planText(rest.plan)).not.toContain(data.userIds[3]);
    const users = new Set([3, 7, 20]);
    for (const [shard, group] of partition.groups.entries())
      if (!group.members.some((user) => users.has(user))) expect(rest.groups[shard]).toBe(group);
    const all = eraseShards(partition, usersErasure(data.userIds.keys()), by);
    expect(all.groups.map(({ items }) => items.length)).toEqual([0, 0, 0, 0]);
  });

  it("has empty shards when there is too little for all, and none without ratings", async () => {
    const few = fileOf(data, (user) => user < 1);
    const one = await shardPlan(few, settings(by, { groups: 40 }), {});
    const filled = one.groups.filter((ids) => ids.length > 0).length;
    expect(filled).toBe(by === "ubp" ? 1 : few.byUser.columns.length);
    const nothing = withoutUsers(data, data.userIds.keys());
    const none = await shardPlan(nothing, settings(by), {});
    expect(none.groups).toEqual([[], [], [], []]);
    expect(ratingsIn(layOutShards(nothing, none, by))).toEqual([]);
  });

  it("stops on the signal", async () => {
    const stop = AbortSignal.abort();
    await expect(shardPlan(data, settings(by), { signal: stop })).rejects.toThrow(StoppedError);
  });

  it("refuses plans of other data", async () => {
    const { groups } = await shardPlan(data, settings(by), {});
    const plan = (lists: readonly (readonly string[])[]) =>
      layOutShards(data, { settings: null, groups: lists }, by);
    expect(() => plan([groups[0], groups[0], groups[2], groups[3]])).toThrow(/more than one/);
    expect(() => plan(groups.slice(1))).toThrow(/no (group|shard)/);
    if (by !== "ubp") return;
    expect(() => plan([...groups, ["nobody"]])).toThrow(/nobody/);
  });
});

it("inbp refuses a plan that is no list of pairs, or names a rating that is not there", () => {
  const plan = (text: string) => layOutShards(data, { settings: null, groups: [[text]] }, "inbp");
  for (const text of ["u000", "[]", '["u000"]', '["u000",3]', '{"u000":[]}'])
    expect(() => plan(text)).toThrow(/not a list of a user and items/);
  expect(() => plan('["u000","nothing"]')).toThrow(/nothing of user u000 is not in the data/);
  expect(() => plan('["nobody","i000"]')).toThrow(/of user nobody is not in the data/);
});

describe("Algorithm 1", () => {
  const random = Random.stream(4, "points");
  const rows = (count: number, dim: number) => ({
    values: Float32Array.from({ length: count * dim }, () => random.normal()),
    dim,
  });
  const users = rows(23, 3);
  const items = rows(17, 3);
  const rowOf = ({ values, dim }: typeof users, row: number) =>
    Array.from(values.subarray(row * dim, (row + 1) * dim));
  const square = (x: number[], y: number[]) => x.reduce((sum, value, d) => sum + (value - y[d]) ** 2, 0);

  /** Every pair sorted, as printed: `distance` of a point to an anchor, `mean` of a shard's points. */
  function literal<Anchor>(
    count: number,
    anchors: Anchor[],
    distance: (point: number, anchor: Anchor) => number,
    mean: (points: number[]) => Anchor,
  ): number[] {
    const full = Math.ceil(count / anchors.length);
    let labels: number[] = [];
    for (;;) {
      const pairs = Array.from({ length: count }, (_, point) =>
        anchors.map((anchor, shard) => ({ point, shard, d: distance(point, anchor) })),
      ).flat();
      pairs.sort((a, b) => a.d - b.d || a.point - b.point || a.shard - b.shard);
      const next: number[] = [];
      const sizes = anchors.map(() => 0);
      for (const { point, shard } of pairs)
        if (next[point] === undefined && sizes[shard] < full) {
          next[point] = shard;
          sizes[shard]++;
        }
      if (next.every((shard, point) => shard === labels[point])) return next;
      labels = next;
      anchors = anchors.map((_, shard) => mean(next.flatMap((own, point) => (own === shard ? [point] : []))));
    }
  }
  const meanOf = (list: number[][]) =>
    list[0].map((_, d) => list.reduce((sum, x) => sum + x[d], 0) / list.length);

  it("of rows is the printed one", async () => {
    const anchors = Uint32Array.of(3, 8, 15);
    const labels = await partitionRows(users, anchors, { shards: 3, maxPasses: 100 }, {});
    const expected = literal(
      23,
      Array.from(anchors, (row) => rowOf(users, row)),
      (row, anchor) => square(rowOf(users, row), anchor),
      (members) => meanOf(members.map((row) => rowOf(users, row))),
    );
    expect([...labels]).toEqual(expected);
  });

  it("of pairs is the printed one, distances of both multiplied", async () => {
    const pairs = {
      users: Uint32Array.from({ length: 90 }, () => random.below(23)),
      items: Uint32Array.from({ length: 90 }, () => random.below(17)),
    };
    const anchors = Uint32Array.of(11, 40, 77, 80);
    const labels = await partitionPairs(users, items, pairs, anchors, { shards: 4, maxPasses: 100 }, {});
    const both = (pair: number) => [rowOf(users, pairs.users[pair]), rowOf(items, pairs.items[pair])];
    const expected = literal(
      90,
      Array.from(anchors, both),
      (pair, [user, item]) => square(both(pair)[0], user) * square(both(pair)[1], item),
      (members) => [0, 1].map((side) => meanOf(members.map((pair) => both(pair)[side]))),
    );
    expect([...labels]).toEqual(expected);
  });
});

it("embeddings of users and items give the centred ratings back when every direction is kept", async () => {
  const small = world({ users: 12, items: 8 });
  const { users, items, dim } = await embedRatings(small, 8, 1, {});
  const { offsets, columns, values } = small.byUser;
  for (let user = 0; user < 12; user++) {
    const own = values.subarray(offsets[user], offsets[user + 1]);
    const mean = own.reduce((a, b) => a + b) / own.length;
    const centred = new Array<number>(8).fill(0);
    own.forEach((rating, k) => {
      centred[columns[offsets[user] + k]] = rating - mean;
    });
    centred.forEach((expected, item) => {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += users[user * dim + d] * items[item * dim + d];
      expect(sum).toBeCloseTo(expected, 4);
    });
  }
});
