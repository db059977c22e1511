/** Goal G1: an unlearned system is, bit for bit, one that never saw the erased data. For every method and setting. */

import { afterAll, describe, expect, it } from "vitest";
import { selectRatings, withoutUsers } from "../../lib/data/interactions";
import { StoppedError } from "../../lib/errors";
import { type Erasure, erasureOf, usersErasure } from "../../lib/unlearning/erasure";
import type { GroupedMethod, GroupedSystem } from "../../lib/unlearning/grouped";
import type { System } from "../../lib/unlearning/method";
import { parseRequest, resolveRequest } from "../../lib/unlearning/request";
import { unlearn } from "../../lib/unlearning/unlearn";
import { fileOf, world } from "../training/world";
import {
  context,
  expectSameModel,
  KEY,
  learnAndUnlearn,
  tinyCSisa,
  tinyLaser,
  tinyRecEraser,
  tinyRetrain,
  tinyUltraRe,
} from "./support";

const data = world();
const systems: System[] = [];
afterAll(() => {
  for (const system of systems) system.dispose();
});
const kept = <S extends System>(system: S): S => {
  systems.push(system);
  return system;
};

/** Unlearns, learns afresh without the erased data under the plan that is left, and compares. */
async function expectExact(method: GroupedMethod, erasure: (system: GroupedSystem) => Erasure) {
  const result = await learnAndUnlearn(method, data, erasure);
  const { users, ratings } = result.erasure;
  const remaining = selectRatings(
    data,
    (user, place) => !users.has(user) && !ratings.get(user)?.has(data.byUser.columns[place]),
    "remaining",
  );
  const plan = result.system.plan ?? undefined;
  const fresh = kept(await method.learn(remaining, context(), { plan }));
  expectSameModel(kept(result.system), fresh);
  expect(result.system.dataHash).toBe(fresh.dataHash);
  expect(result.system.fingerprint).not.toBe(result.before.fingerprint);
  return { ...result, fresh };
}

const inGroup =
  (position: number, count = 1) =>
  (system: GroupedSystem) =>
    usersErasure(system.partition.groups[position].members.slice(0, count));

const BPR = { model: "bpr", label: "implicit" } as const;
const LIGHTGCN = { model: "lightgcn", label: "implicit" } as const;

/** These go through everything. */
const METHODS: [name: string, method: GroupedMethod][] = [
  ["laser", tinyLaser()],
  ["laser, NMF, carried optimizer", tinyLaser({ model: "nmf", optimizer: "carried" })],
  ["laser, CBKM, hard to easy", tinyLaser({ grouping: "cbkm", order: "hardToEasy" })],
  ["retrain", tinyRetrain()],
  ["c-sisa, merged", tinyCSisa()],
  ["c-sisa, own, NMF", tinyCSisa({ scoring: "own", model: "nmf" })],
  ["receraser, users", tinyRecEraser()],
  ["receraser, items, NMF", tinyRecEraser({ partition: "ibp", model: "nmf" })],
  ["receraser, interactions", tinyRecEraser({ partition: "inbp", unseen: "attend" })],
  ["ultrare", tinyUltraRe()],
  ["laser, LightGCN", tinyLaser(LIGHTGCN)],
];

/** Other settings, one at a time, go through one erasure of every kind at once. */
const VARIANTS: [name: string, method: GroupedMethod][] = [
  ["laser, NMF", tinyLaser({ model: "nmf" })],
  ["laser, carried optimizer", tinyLaser({ optimizer: "carried" })],
  ["laser, groups of equal ratings", tinyLaser({ balance: "ratings" })],
  ["laser, BKM, easy to hard", tinyLaser({ grouping: "bkm", order: "easyToHard" })],
  ["laser, by ratings", tinyLaser({ order: "ratingsDescending" })],
  ["laser, divided epochs", tinyLaser({ epochs: 7, epochsPerGroup: "divided" })],
  ["laser, sampled negatives", tinyLaser({ label: "implicit", negatives: 2 })],
  ["laser, NMF, sampled negatives", tinyLaser({ model: "nmf", label: "implicit", negatives: 1 })],
  ["laser, ridge penalty", tinyLaser({ l2: 0.01 })],
  ["laser, unit start", tinyLaser({ initialisation: "unit" })],
  ["laser, literal start", tinyLaser({ initialisation: "literal" })],
  ["retrain, NMF", tinyRetrain({ model: "nmf" })],
  ["retrain, BPR", tinyRetrain(BPR)],
  ["retrain, LightGCN", tinyRetrain(LIGHTGCN)],
  ["laser, BPR", tinyLaser({ ...BPR, l2: 0.01 })],
  ["laser, BPR, carried optimizer", tinyLaser({ ...BPR, optimizer: "carried" })],
  ["laser, LightGCN, carried optimizer", tinyLaser({ ...LIGHTGCN, optimizer: "carried" })],
  ["laser, LightGCN of 64, ridge penalty", tinyLaser({ ...LIGHTGCN, embeddingSize: 64, l2: 0.01 })],
  ["c-sisa, merged, BPR", tinyCSisa(BPR)],
  ["c-sisa, own, BPR", tinyCSisa({ ...BPR, scoring: "own" })],
  ["c-sisa, merged, LightGCN", tinyCSisa(LIGHTGCN)],
  ["c-sisa, own, LightGCN", tinyCSisa({ ...LIGHTGCN, scoring: "own" })],
  ["ultrare, BPR", tinyUltraRe({ ...BPR, negatives: 1 })],
  ["ultrare, LightGCN", tinyUltraRe({ ...LIGHTGCN, negatives: 1 })],
  ["c-sisa, shared start", tinyCSisa({ start: "shared" })],
  ["c-sisa, sampled negatives", tinyCSisa({ label: "implicit", negatives: 2 })],
  ["receraser, users, NMF, all shards attend", tinyRecEraser({ unseen: "attend", model: "nmf" })],
  ["receraser, items, shared start", tinyRecEraser({ partition: "ibp", start: "shared" })],
  [
    "receraser, interactions, NMF, sampled negatives",
    tinyRecEraser({ partition: "inbp", model: "nmf", label: "implicit", negatives: 2 }),
  ],
  ["receraser, one shard", tinyRecEraser({ groups: 1 })],
  ["ultrare, NMF, shared start", tinyUltraRe({ start: "shared", model: "nmf" })],
  ["ultrare, sampled negatives", tinyUltraRe({ label: "implicit", negatives: 2 })],
];

const pair = (user: number, k = 0) => [user, data.byUser.columns[data.byUser.offsets[user] + k]] as const;

describe.each(VARIANTS)("%s: unlearned equals never seen", (_name, method) => {
  it("for users and ratings, also over a file that never had them, also after regrouping", async () => {
    const erasure = () => erasureOf([5, 20], [pair(6), pair(9)]);
    const { system } = await expectExact(method, erasure);
    const remaining = fileOf(data, (user) => user !== 5 && user !== 20);
    const gone = new Map([6, 9].map((user) => [data.userIds[user], pair(user)[1]]));
    const file = selectRatings(
      remaining,
      (user, place) => gone.get(remaining.userIds[user]) !== remaining.byUser.columns[place],
      "without two ratings",
    );
    const plan = system.plan ?? undefined;
    expectSameModel(system, kept(await method.learn(file, context(), { plan })));
    const { system: regrouped } = await learnAndUnlearn(method, data, erasure, { regroup: true });
    expectSameModel(kept(regrouped), kept(await method.learn(file, context())));
  });
});

describe.each(METHODS)("%s: unlearned equals never seen", (_name, method) => {
  const last = (system: GroupedSystem) => system.partition.groups.length - 1;

  it("for a user of the first, a middle and the last group", async () => {
    await expectExact(method, inGroup(0));
    await expectExact(method, (system) => inGroup(last(system) >> 1)(system));
    await expectExact(method, (system) => inGroup(last(system))(system));
  });

  it("for users of several groups, and for a whole group", async () => {
    await expectExact(method, () => usersErasure([1, 4, 8, 15, 16, 23]));
    await expectExact(method, (system) => {
      const { members } = system.partition.groups[Math.min(1, last(system))];
      return usersErasure(members.length === data.userIds.length ? members.slice(1) : members);
    });
  });

  it("for all users but one", async () => {
    const { system } = await expectExact(method, () =>
      usersErasure(data.userIds.map((_, u) => u).filter((u) => u !== 7)),
    );
    expect(system.ratingsOf(7).items.length).toBeGreaterThan(0);
  });

  it("for single ratings (E2), alone and together with users", async () => {
    const pair = (user: number, k = 0) => [user, data.byUser.columns[data.byUser.offsets[user] + k]] as const;
    await expectExact(method, () => erasureOf([], [pair(3), pair(3, 2), pair(10)]));
    await expectExact(method, () => erasureOf([5], [pair(6), pair(5)]));
    const all = data.byUser.columns.slice(data.byUser.offsets[3], data.byUser.offsets[4]);
    const { system } = await expectExact(method, () =>
      erasureOf(
        [],
        Array.from(all, (item) => [3, item]),
      ),
    );
    expect(system.scoreItems(Uint32Array.of(3))).toHaveLength(data.itemIds.length); // still a user
  });

  it("for a stream of ten requests as for one batch", async () => {
    const users = [2, 3, 5, 7, 11, 13, 17, 19, 20, 22];
    const stream = context();
    let system: System = await method.learn(data, stream);
    for (const user of users)
      ({ system } = await unlearn(system, usersErasure([user]), stream, { key: KEY }));
    const { system: batch } = await expectExact(method, () => usersErasure(users));
    expectSameModel(kept(system), batch);
    expect([...stream.store.list().keys()].sort()).toEqual([...new Set(system.entries())].sort());
  });

  it("for groups that are emptied one after the other, and a user of the next behind each", async () => {
    const stream = context();
    let system: System = await method.learn(data, stream);
    const [first, second = [], third = []] = (system as GroupedSystem).partition.groups.map(({ members }) =>
      Array.from(members),
    );
    const gone = new Set<number>();
    for (const users of [first, second.slice(0, 1), second, third.slice(0, 1)]) {
      const request = users.filter((user) => !gone.has(user));
      if (request.length === 0 || gone.size + request.length === data.userIds.length) continue;
      for (const user of request) gone.add(user);
      ({ system } = await unlearn(system, usersErasure(request), stream, { key: KEY }));
      const plan = system.plan ?? undefined;
      expectSameModel(system, kept(await method.learn(withoutUsers(data, [...gone]), context(), { plan })));
    }
    kept(system);
  });

  it("for a file that never had the users, with other user numbers", async () => {
    const gone = new Set([0, 9, 14]);
    const { system } = await learnAndUnlearn(method, data, () => usersErasure(gone));
    const file = fileOf(data, (user) => !gone.has(user));
    const fresh = kept(await method.learn(file, context(), { plan: system.plan ?? undefined }));
    expectSameModel(kept(system), fresh);
    expect(system.dataHash).toBe(fresh.dataHash);
  });

  it("when groups and order are made anew, also without a plan given", async () => {
    const gone = [1, 6, 12];
    const { system } = await learnAndUnlearn(method, data, () => usersErasure(gone), { regroup: true });
    const fresh = kept(await method.learn(withoutUsers(data, gone), context()));
    expectSameModel(kept(system), fresh);
    expect(system.plan?.groups).toEqual(fresh.plan?.groups);
    expect(system.guarantee).toBe("exact");
    const file = fileOf(data, (user) => !gone.includes(user));
    expectSameModel(system, kept(await method.learn(file, context())));
  });
});

describe("LASER, stopped while it trains behind a group that was emptied", () => {
  it("goes on where it was, to the same bits", async () => {
    const method = tinyLaser({ epochs: 6 });
    const stream = context();
    const before = await method.learn(data, stream);
    const erasure = usersErasure(before.partition.groups[0].members);
    const stopping = new AbortController();
    const onProgress = ({ text }: { text: string }) => {
      if (/epoch 2 of/.test(text)) stopping.abort();
    };
    const stopped = unlearn(
      before,
      erasure,
      { ...stream, signal: stopping.signal, onProgress },
      { key: KEY },
    );
    await expect(stopped).rejects.toThrow(StoppedError);
    const { system } = await unlearn(before, erasure, stream, { key: KEY });
    const plan = system.plan ?? undefined;
    const fresh = await method.learn(withoutUsers(data, [...erasure.users]), context(), { plan });
    expectSameModel(kept(system), kept(fresh));
  });
});

describe("a system that is saved, unlearned without a folder and saved again", () => {
  it.each(METHODS)("%s: names nothing that is not in the store", async (_name, method) => {
    const stream = context();
    const before = await method.learn(data, stream);
    before.save();
    const { system } = await unlearn(before, usersErasure([3]), stream, { key: KEY });
    const { root, entries } = kept(system).save();
    const stored = stream.store.list();
    expect(entries.filter((name) => !stored.has(name))).toEqual([]);
    expectSameModel(kept(await method.restore(root, stream)), system);
  });
});

describe("the TensorFlow.js engine", () => {
  it.each(["dmf", "nmf"] as const)("forgets to the bit as well, %s", async (model) => {
    await expectExact(tinyLaser({ engine: "tfjs", model, epochs: 1 }), inGroup(2));
  });
});

describe("which groups are trained again", () => {
  it("LASER: from the first one hit, in training order", async () => {
    for (const position of [0, 1, 2, 3]) {
      const { system, before } = await learnAndUnlearn(tinyLaser(), data, inGroup(position));
      expect(system.trained).toEqual([0, 1, 2, 3].slice(position));
      const { checkpoints } = kept(system) as GroupedSystem;
      checkpoints.forEach((checkpoint, k) => {
        if (k < position) expect(checkpoint).toEqual(before.checkpoints[k]);
        else expect(checkpoint.key).not.toBe(before.checkpoints[k].key);
      });
      const ratings = system.cost.samples / 2;
      const groups = (system as GroupedSystem).partition.groups.slice(position);
      expect(ratings).toBe(groups.reduce((sum, group) => sum + group.items.length, 0));
    }
  });

  it("C-SISA: only those hit", async () => {
    const erasure = (system: GroupedSystem) =>
      usersErasure([...inGroup(1)(system).users, ...inGroup(3)(system).users]);
    const { system, before } = await learnAndUnlearn(tinyCSisa(), data, erasure);
    expect(system.trained).toEqual([1, 3]);
    const { checkpoints } = kept(system) as GroupedSystem;
    for (const shard of [0, 2]) expect(checkpoints[shard]).toEqual(before.checkpoints[shard]);
    for (const shard of [1, 3]) expect(checkpoints[shard].key).not.toBe(before.checkpoints[shard].key);
    const work = system.cost;
    const ratings = [1, 3].map((shard) => (system as GroupedSystem).partition.groups[shard].items.length);
    expect(work.samples).toBe(2 * (ratings[0] + ratings[1]));
    expect(work.parallelSamples).toBe(2 * Math.max(...ratings));
  });

  it("LASER with one group is Retrain", async () => {
    const one = kept(await tinyLaser({ groups: 1 }).learn(data, context()));
    expectSameModel(one, kept(await tinyRetrain().learn(data, context())));
    expect(one.guarantee).toBe("exact");
  });

  it("rand@K, top@K and last-group@K alike", async () => {
    for (const text of ["rand@20", "top@20", "last-group@50"]) {
      const erasure = (system: GroupedSystem) =>
        resolveRequest(parseRequest(text), data, 1, system.partition.groups.at(-1)?.members);
      const { system } = await expectExact(tinyLaser(), erasure);
      if (text.startsWith("last-group")) expect(system.trained).toEqual([3]);
    }
  });
});
