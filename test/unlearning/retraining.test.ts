/** Which groups an erasure trains again, what a stopped one goes on with, and that LASER with one group is Retrain. */

import { afterAll, expect, it } from "vitest";
import { withoutUsers } from "../../lib/data/interactions";
import { StoppedError } from "../../lib/errors";
import { usersErasure } from "../../lib/unlearning/erasure";
import type { GroupedSystem } from "../../lib/unlearning/grouped";
import { parseRequest, resolveRequest } from "../../lib/unlearning/request";
import { world } from "../training/world";
import {
  context,
  expectSameModel,
  KEY,
  learnAndUnlearn,
  tinyCSisa,
  tinyLaser,
  tinyRetrain,
  unlearn,
} from "./support";

const data = world();
const systems: { dispose(): void }[] = [];
afterAll(() => {
  for (const system of systems) system.dispose();
});
const kept = <S extends { dispose(): void }>(system: S): S => {
  systems.push(system);
  return system;
};
const inGroup = (position: number) => (system: GroupedSystem) =>
  usersErasure(system.partition.groups[position].members.slice(0, 1));

it("LASER, stopped behind a group that was emptied, goes on where it was, to the same bits", async () => {
  const method = tinyLaser({ epochs: 6 });
  const stream = context();
  const before = await method.learn(data, stream);
  const erasure = usersErasure(before.partition.groups[0].members);
  const stopping = new AbortController();
  const onProgress = ({ text }: { text: string }) => {
    if (/epoch 2 of/.test(text)) stopping.abort();
  };
  const stopped = unlearn(before, erasure, { ...stream, signal: stopping.signal, onProgress }, { key: KEY });
  await expect(stopped).rejects.toThrow(StoppedError);
  const { system } = await unlearn(before, erasure, stream, { key: KEY });
  const plan = system.plan ?? undefined;
  const fresh = await method.learn(withoutUsers(data, [...erasure.users]), context(), { plan });
  expectSameModel(kept(system), kept(fresh));
});

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
    const { system } = await learnAndUnlearn(tinyLaser(), data, erasure);
    kept(system);
    if (text.startsWith("last-group")) expect(system.trained).toEqual([3]);
  }
});
