import { describe, expect, it } from "vitest";
import { adjustedRandIndex, sizeStatistics, workOf } from "../../lib/cohesion/agreement";
import { InputError, StoppedError } from "../../lib/errors";
import { type Grouping, groupUsers } from "../../lib/grouping/group";
import { groupSizes } from "../../lib/grouping/points";
import type { GroupingSettings } from "../../lib/grouping/settings";
import type { UserSpace } from "../../lib/grouping/space";
import { dense, permutation, permuted, planted, plantedRatings, ratingTable, sparse, stream } from "./spaces";

const METHODS = ["random", "kmeans", "gaussianMixture", "labelPropagation"] as const;
const BALANCES = ["none", "users", "ratings"] as const;
const combinations = METHODS.flatMap((method) => BALANCES.map((balance) => [method, balance] as const));

const table = ratingTable(50, 18, 0.3, stream("group"));
const loads = table.map((row) => row.filter((x) => x > 0).length);
const spaces: [string, UserSpace][] = [
  ["dense", dense(planted(50, 5, 4, stream("group", "dense")).rows)],
  ["sparse", sparse(table)],
];

/** Every user in exactly one group, lists and labels say the same, sizes are as promised. */
function checkPartition(found: Grouping, users: number, work: readonly number[]): void {
  const { groups, balance, method } = found.settings;
  expect(found.labels.length).toBe(users);
  expect(found.groups.length).toBe(groups);
  const seen = new Uint8Array(users);
  found.groups.forEach((members, label) => {
    members.forEach((user, k) => {
      expect(found.labels[user]).toBe(label);
      if (k > 0) expect(user).toBeGreaterThan(members[k - 1]);
      seen[user]++;
    });
  });
  expect(seen.every((times) => times === 1)).toBe(true);
  const sizes = groupSizes(found.labels, groups);
  if (balance === "users") expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  if (method !== "random") expect(Math.min(...sizes)).toBeGreaterThan(0);
  if (balance === "ratings") {
    const done = workOf(found.groups, work);
    expect(Math.max(...done) - Math.min(...done)).toBeLessThanOrEqual(Math.max(...work));
  }
}

describe.each(combinations)("%s balanced by %s", (method, balance) => {
  const group = (space: UserSpace, more: Partial<GroupingSettings> = {}, work: readonly number[] = loads) =>
    groupUsers(space, { method, balance, groups: 4, maxPasses: 30, ...more }, { loads: work });

  it.each(spaces)("partitions %s users, the same for the same seed", async (_, space) => {
    const found = await group(space);
    checkPartition(found, 50, loads);
    expect((await group(space)).labels).toEqual(found.labels);
    expect(found.inertia).toBeGreaterThan(0);
  });

  it.each([1, 3, 7, 49, 50])("S = %i of 50 users", async (groups) => {
    for (const [, space] of spaces) checkPartition(await group(space, { groups }), 50, loads);
  });

  it("refuses more groups than users", async () => {
    await expect(group(spaces[0][1], { groups: 51 })).rejects.toThrow(/51 groups are more than the 50 users/);
  });

  it("handles duplicate rows and rows that are all equal", async () => {
    const twins = sparse(Array.from({ length: 20 }, (_, i) => [i % 2 === 0 ? 5 : 0, 3, i % 2 === 0 ? 0 : 4]));
    const equal = dense(Array.from({ length: 20 }, () => [1, -2, 3]));
    const empty = sparse(Array.from({ length: 20 }, () => [0, 0, 0]));
    const work = Array.from({ length: 20 }, (_, i) => i % 3);
    for (const space of [twins, equal, empty]) {
      for (const groups of [1, 3, 20]) checkPartition(await group(space, { groups }, work), 20, work);
    }
  });

  it("with ids, the numbering of the users changes nothing", async () => {
    const ids = table.map((_, i) => `user ${i}`);
    const order = permutation(50, stream("ids", method, balance));
    const rows = { dense: planted(50, 5, 4, stream("group", "dense")).rows, sparse: table };
    for (const kind of ["dense", "sparse"] as const) {
      const space = kind === "dense" ? dense(rows.dense) : sparse(rows.sparse);
      const moved =
        kind === "dense" ? dense(permuted(rows.dense, order)) : sparse(permuted(rows.sparse, order));
      const settings = { method, balance, groups: 4, maxPasses: 30 };
      const here = await groupUsers(space, settings, { loads, ids });
      const there = await groupUsers(moved, settings, {
        loads: permuted(loads, order),
        ids: permuted(ids, order),
      });
      expect(Array.from(there.labels)).toEqual(permuted(Array.from(here.labels), order));
      expect(there.inertia).toBe(here.inertia);
    }
  });
});

describe("planted communities", () => {
  it.each(["greedy", "transport"] as const)("are recovered by balanced k-means (%s)", async (assignment) => {
    const even = planted(120, 6, 8, stream("planted", 1), true);
    const inEmbedding = await groupUsers(dense(even.rows), { groups: 6, assignment, restarts: 5 });
    expect(adjustedRandIndex(inEmbedding.labels, even.classes)).toBe(1);
    const rated = plantedRatings(120, 4, stream("planted", 2));
    const inRatings = await groupUsers(sparse(rated.rows), { groups: 4, assignment, restarts: 5 });
    expect(adjustedRandIndex(inRatings.labels, rated.classes)).toBeGreaterThan(0.95);
  });

  it.each(["gaussianMixture", "labelPropagation"] as const)(
    "are recovered by balanced %s",
    async (method) => {
      const even = planted(120, 6, 8, stream("planted", 1), true);
      const found = await groupUsers(dense(even.rows), { method, groups: 6, restarts: 5 });
      expect(adjustedRandIndex(found.labels, even.classes)).toBe(1);
    },
  );

  it("are not found by random grouping", async () => {
    const even = planted(120, 6, 8, stream("planted", 1), true);
    const found = await groupUsers(dense(even.rows), { method: "random", groups: 6 });
    expect(Math.abs(adjustedRandIndex(found.labels, even.classes))).toBeLessThan(0.1);
  });

  it("of unequal size: plain k-means keeps them, balanced by users splits them", async () => {
    const uneven = planted(150, 5, 8, stream("planted", 3));
    const plain = await groupUsers(dense(uneven.rows), { groups: 5, balance: "none", restarts: 5 });
    expect(adjustedRandIndex(plain.labels, uneven.classes)).toBe(1);
    expect(sizeStatistics(groupSizes(plain.labels, 5)).imbalance).toBeGreaterThan(1.5);
    const balanced = await groupUsers(dense(uneven.rows), { groups: 5, restarts: 5 });
    expect(adjustedRandIndex(balanced.labels, uneven.classes)).toBeLessThan(0.9);
    expect(balanced.inertia).toBeGreaterThan(plain.inertia as number);
  });
});

describe("random grouping", () => {
  it("needs no rows: only a number of users", async () => {
    const found = await groupUsers({ kind: "none", count: 10 }, { method: "random", groups: 3 });
    checkPartition(found, 10, []);
    expect(found.inertia).toBeUndefined();
    await expect(groupUsers({ kind: "none", count: 10 }, { method: "kmeans", groups: 3 })).rejects.toThrow(
      /needs dense or sparse/,
    );
  });

  it("differs by seed, and every user is as likely to be in every group", async () => {
    const draws = 600;
    const counts = new Float64Array(7 * 3);
    for (let seed = 0; seed < draws; seed++) {
      const { labels } = await groupUsers({ kind: "none", count: 7 }, { method: "random", groups: 3, seed });
      labels.forEach((label, user) => {
        counts[user * 3 + label]++;
      });
    }
    // sizes 3, 2, 2; each cell is binomial
    for (let user = 0; user < 7; user++) {
      [3 / 7, 2 / 7, 2 / 7].forEach((p, label) => {
        const error = Math.sqrt(draws * p * (1 - p));
        expect(Math.abs(counts[user * 3 + label] - draws * p)).toBeLessThan(4.5 * error);
      });
    }
  });
});

describe("settings", () => {
  const space = spaces[1][1];
  const refused: [string, object, RegExp][] = [
    ["an unknown key", { group: 3 }, /unknown key "group".*groups/],
    ["an unknown method", { method: "dbscan" }, /"dbscan" is not one of kmeans, random/],
    ["an unknown balance", { balance: "items" }, /none, users, ratings/],
    ["no group", { groups: 0 }, /grouping: groups: 0/],
    ["half a group", { groups: 2.5 }, /2.5/],
    ["no pass", { maxPasses: 0 }, /maxPasses/],
    ["no restart", { restarts: 0 }, /restarts/],
    ["a word for a switch", { ceiling: "yes" }, /ceiling: the text "yes"/],
    ["literal with another balance", { literal: true, balance: "ratings" }, /literal/],
    ["literal without a host", { literal: true, method: "random" }, /literal/],
    ["literal with other sizes", { literal: true, ceiling: false }, /literal/],
    ["literal with another start", { literal: true, clusterStart: "host" }, /literal/],
    ["a ceiling for ratings", { ceiling: true, balance: "ratings" }, /ceiling/],
    ["transport of unequal loads", { assignment: "transport", balance: "ratings" }, /transport/],
    ["transport of nothing", { assignment: "transport", balance: "none" }, /transport/],
    ["a random allocation of a plain method", { clusterStart: "random", balance: "none" }, /clusterStart/],
  ];

  it.each(refused)("refuse %s", async (_, settings, message) => {
    const attempt = groupUsers(space, settings as Partial<GroupingSettings>);
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toBeInstanceOf(InputError);
  });

  it("loads: needed in a space without ratings, counted in one with them", async () => {
    await expect(groupUsers(spaces[0][1], { balance: "ratings", groups: 3 })).rejects.toThrow(/option loads/);
    const counted = await groupUsers(space, { balance: "ratings", groups: 3 });
    const given = await groupUsers(space, { balance: "ratings", groups: 3 }, { loads });
    expect(counted.labels).toEqual(given.labels);
    await expect(groupUsers(space, { balance: "ratings", groups: 3 }, { loads: [1] })).rejects.toThrow(
      /1 loads/,
    );
    const negative = loads.map((load, i) => (i === 4 ? -load - 1 : load));
    await expect(groupUsers(space, { balance: "ratings", groups: 3 }, { loads: negative })).rejects.toThrow(
      /load of user 4/,
    );
  });

  it("ids: one a user, none twice", async () => {
    await expect(groupUsers(space, { groups: 3 }, { ids: ["a"] })).rejects.toThrow(/1 ids for 50 users/);
    const ids = table.map((_, i) => `${i % 49}`);
    await expect(groupUsers(space, { groups: 3 }, { ids })).rejects.toThrow(/id 0 occurs twice/);
  });

  it("the printed ceiling keeps every group at or below ceil(N / S), and none empty", async () => {
    for (const assignment of ["greedy", "transport"] as const) {
      const { labels } = await groupUsers(space, { groups: 8, ceiling: true, assignment });
      const sizes = groupSizes(labels, 8);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(7);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
    }
  });
});

describe("long runs", () => {
  it("report and stop", async () => {
    for (const method of ["kmeans", "gaussianMixture", "labelPropagation"] as const) {
      const stop = new AbortController();
      let reports = 0;
      const run = groupUsers(
        spaces[0][1],
        { method, groups: 4, restarts: 50 },
        {
          signal: stop.signal,
          onProgress({ done }) {
            expect(done).toBeGreaterThanOrEqual(0);
            expect(done).toBeLessThanOrEqual(1);
            if (++reports === 3) stop.abort();
          },
        },
      );
      await expect(run).rejects.toBeInstanceOf(StoppedError);
      expect(reports).toBe(3);
    }
  });
});
