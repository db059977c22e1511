/** Approximate methods: what they do to the weights, what they leave alone, and that they repeat and resume to the bit. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createSimdEngine } from "../../../lib/engine/simd";
import { InputError, StoppedError } from "../../../lib/errors";
import { modelSpec } from "../../../lib/model/spec";
import { complete } from "../../../lib/settings";
import { loadFloats } from "../../../lib/training/checkpoint";
import { groupRatings, trainingSet } from "../../../lib/training/groupRatings";
import { initialRest, initialRows, putRest, putRows } from "../../../lib/training/layout";
import { TRAINING } from "../../../lib/training/settings";
import { learn, open } from "../../../lib/unlearning/api";
import { fineTune } from "../../../lib/unlearning/approximate/fineTune";
import { summedGradient } from "../../../lib/unlearning/approximate/gradient";
import { gradientAscent } from "../../../lib/unlearning/approximate/gradientAscent";
import { parted } from "../../../lib/unlearning/approximate/ratings";
import { scif } from "../../../lib/unlearning/approximate/scif";
import { type Erasure, erasureOf, usersErasure } from "../../../lib/unlearning/erasure";
import type { GroupedMethod, GroupedSystem } from "../../../lib/unlearning/grouped";
import { retrain } from "../../../lib/unlearning/laser";
import type { MethodContext } from "../../../lib/unlearning/method";
import { world } from "../../training/world";
import { context, expectSameModel, TINY } from "../support";

const data = world();
const own = { ...TINY, epochs: 6 };
const home = mkdtempSync(join(tmpdir(), "erasable-approximate-"));
afterAll(() => rmSync(home, { recursive: true }));

const pair = (user: number, k = 0) => [user, data.byUser.columns[data.byUser.offsets[user] + k]] as const;
const SOME = erasureOf([5, 20], [pair(6), pair(9)]);

const METHODS: readonly (readonly [name: string, method: GroupedMethod])[] = [
  ["fine-tune", fineTune(own)],
  ["fine-tune, LightGCN", fineTune({ ...own, model: "lightgcn", label: "implicit" })],
  ["gradient-ascent", gradientAscent(own)],
  [
    "gradient-ascent, NMF, negatives",
    gradientAscent({ ...own, model: "nmf", label: "implicit", negatives: 2 }),
  ],
  ["scif", scif(own)],
  ["scif, BPR, and tuning", scif({ ...own, model: "bpr", label: "implicit", tuneEpochs: 1 })],
];

async function forgotten(method: GroupedMethod, erasure: Erasure, more: Partial<MethodContext> = {}) {
  const inside = context(more);
  const learned = await method.learn(data, inside);
  const store = inside.store.fork();
  const system = (await learned.without(erasure, { ...inside, store })) as GroupedSystem;
  const weights = (one: GroupedSystem, from: typeof store) =>
    [one.checkpoints[0].rest, one.checkpoints[0].rows[0]].map((blob) => loadFloats(from, blob));
  return { learned, system, before: weights(learned, inside.store), after: weights(system, store) };
}

describe.each(METHODS)("%s", (_name, method) => {
  it("learns what Retrain learns, forgets otherwise, and repeats to the bit", async () => {
    const { learned, system } = await forgotten(method, SOME);
    const { model, label, negatives } = method.training;
    expectSameModel(learned, await retrain({ ...own, model, label, negatives }).learn(data, context()));
    expect(system.guarantee).toBe("approximate");
    expect(system.ratingsOf(6).items).not.toContain(pair(6)[1]);
    expect(() => system.scoreItems(Uint32Array.of(5))).toThrow(/erased/);
    expectSameModel((await forgotten(method, SOME)).system, system);
  });

  it("forgets again from what it has become", async () => {
    const inside = context();
    const once = await (await method.learn(data, inside)).without(usersErasure([5]), inside);
    const twice = await once.without(usersErasure([20]), inside);
    expect([...twice.erased].sort()).toEqual([20, 5]);
    expect(twice.fingerprint).not.toBe(once.fingerprint);
  });
});

it("fine-tuning is training that goes on without the erased, and for no epoch it deletes rows alone", async () => {
  const none = await forgotten(fineTune({ ...own, tuneEpochs: 0 }), usersErasure([5]));
  expect(none.after[0]).toEqual(none.before[0]);
  expect(none.after[1].length).toBe(none.before[1].length - 16);
  expect(none.after[1].slice(0, 5 * 16)).toEqual(none.before[1].slice(0, 5 * 16));
  expect(none.after[1].slice(5 * 16)).toEqual(none.before[1].slice(6 * 16));
  const { system, after } = await forgotten(fineTune({ ...own, tuneEpochs: 3 }), usersErasure([5]));
  const [group] = system.partition.groups;
  const engine = createSimdEngine(modelSpec("dmf", group.members.length, data.itemIds.length));
  const flat = new Float32Array(engine.spec.size);
  putRest(engine.spec, flat, none.after[0]);
  putRows(engine.spec, flat, 0, none.after[1]);
  engine.load(flat);
  const { learningRate, beta1, beta2, epsilon } = method().training;
  const adam = { learningRate, beta1, beta2, epsilon };
  await engine.train(trainingSet(group, method().training), {
    batchSize: own.batchSize,
    adam,
    stream: [1, "tune"],
    epochs: 3,
  });
  putRest(engine.spec, flat, after[0]);
  putRows(engine.spec, flat, 0, after[1]);
  expect(engine.weights()).toEqual(flat);
  expect(system.cost.samples).toBe(3 * group.items.length);
});
const method = () => fineTune(own);

it("gradient ascent makes the loss of the erased larger, and leaves the rows of others as they were", async () => {
  const settings = { ...own, tuneEpochs: 0 };
  const { learned, system, before, after } = await forgotten(gradientAscent(settings), usersErasure([5]));
  expect(after[0]).not.toEqual(before[0]);
  expect(after[1].slice(0, 5 * 16)).toEqual(before[1].slice(0, 5 * 16));
  const { items, ratings } = learned.ratingsOf(5);
  // somebody of the same taste: what the erased said of these items is believed less
  const error = (one: GroupedSystem) => {
    const scores = one.predict(new Uint32Array(items.length).fill(7), items);
    return scores.reduce((sum, score, k) => sum + Math.abs(score - ratings[k] / 5), 0);
  };
  const far = await forgotten(gradientAscent({ ...settings, ascentRate: 0.05 }), usersErasure([5]));
  expect(error(far.system)).toBeGreaterThan(error(learned));
  expect(system.cost.samples).toBe(5 * items.length);
});

it("a step of gradient ascent is as long as it should be, and the row that goes has no part in that", async () => {
  const one = gradientAscent({ ...own, tuneEpochs: 0, ascentSteps: 1, ascentRate: 0.01 });
  const { before, after } = await forgotten(one, usersErasure([5]));
  let [length, moved] = [0, 0];
  before[0].forEach((value, k) => {
    const step = after[0][k] - value;
    if (step !== 0) length += value * value;
    moved += step * step;
  });
  expect(Math.sqrt(moved / length)).toBeCloseTo(0.01, 4);
});

it("scif moves embeddings of the items of the erased and of collaborators, and nothing else", async () => {
  const { learned, before, after } = await forgotten(scif({ ...own, collaborators: 2 }), usersErasure([5]));
  const rated = new Set(learned.ratingsOf(5).items);
  data.itemIds.forEach((_, item) => {
    const row = (rest: Float32Array) => rest.slice(16 * item, 16 * (item + 1));
    if (rated.has(item)) expect(row(after[0])).not.toEqual(row(before[0]));
    else expect(row(after[0])).toEqual(row(before[0]));
  });
  const shared = 16 * data.itemIds.length;
  expect(after[0].slice(shared)).toEqual(before[0].slice(shared));
  const rows = (all: Float32Array) =>
    Array.from({ length: all.length / 16 }, (_, k) => all.slice(16 * k, 16 * (k + 1)).join());
  const kept = rows(before[1]).filter((_, user) => user !== 5);
  expect(rows(after[1]).filter((row, k) => row !== kept[k])).toHaveLength(2);
});

it("scif goes towards where training without the erased would end: the loss of the rest is flatter there", async () => {
  const settings = { epochs: 2000, batchSize: 4096, learningRate: 0.01 }; // until the gradient of all is nearly 0
  const erasure = usersErasure([5]);
  const deleted = await forgotten(fineTune({ ...settings, tuneEpochs: 0 }), erasure);
  const moved = await forgotten(scif({ ...settings, collaborators: 0, radius: 0.005 }), erasure);
  const [group] = moved.system.partition.groups;
  const engine = createSimdEngine(modelSpec("dmf", group.members.length, data.itemIds.length));
  const table = engine.spec.tensors.find(({ kind }) => kind === "item")!;
  const steepness = async ([rest, rows]: Float32Array[]) => {
    const flat = new Float32Array(engine.spec.size);
    putRest(engine.spec, flat, rest);
    putRows(engine.spec, flat, 0, rows);
    const set = trainingSet(group, fineTune(settings).training);
    const { values } = await summedGradient(engine, flat, set, { stream: ["rest"], l2: 0 });
    return Math.hypot(...values.subarray(table.offset, table.offset + table.size));
  };
  expect(await steepness(moved.after)).toBeLessThan(0.9 * (await steepness(deleted.after)));
});

it("the gradient is that of the kernel, summed", async () => {
  const training = complete(TRAINING, own, "test");
  const all = Uint32Array.from(data.userIds.keys());
  const group = groupRatings(data, all);
  const engine = createSimdEngine(modelSpec("dmf", all.length, data.itemIds.length));
  const start = { model: "dmf", initialisation: "xavier", seed: 3, itemIds: data.itemIds } as const;
  const weights = new Float32Array(engine.spec.size);
  putRest(engine.spec, weights, initialRest(start));
  putRows(engine.spec, weights, 0, initialRows(start, data.userIds));
  const set = trainingSet(group, training);
  const { values, samples } = await summedGradient(engine, weights, set, { stream: ["x"], l2: 0.1 });
  engine.load(weights);
  const mean = engine.gradient(set, 0.1);
  expect(samples).toBe(group.items.length);
  values.forEach((value, k) => {
    expect(value).toBeCloseTo(samples * mean[k], 3);
  });
  expect(Math.max(...values)).toBeGreaterThan(0.01);
});

it("parts the ratings of a group, and no rating is in both parts or in none", () => {
  const group = groupRatings(data, Uint32Array.of(5, 6, 7));
  const { erased, rest } = parted(group, SOME);
  expect([...erased.offsets]).toEqual([0, group.offsets[1], group.offsets[1] + 1, group.offsets[1] + 1]);
  expect(erased.items.length + rest.items.length).toBe(group.items.length);
  expect(erased.items[group.offsets[1]]).toBe(pair(6)[1]);
  expect([...rest.offsets.slice(0, 2)]).toEqual([0, 0]);
});

it("is stopped while it tunes, and goes on to the same bits", async () => {
  const tuned = gradientAscent({ ...own, tuneEpochs: 6 });
  const { system: whole } = await forgotten(tuned, SOME);
  const inside = context();
  const learned = await tuned.learn(data, inside);
  const stop = new AbortController();
  const onProgress = ({ done }: { done: number }) => {
    if (done > 0.4) stop.abort();
  };
  const work = learned.without(SOME, { ...inside, signal: stop.signal, onProgress });
  await expect(work).rejects.toThrow(StoppedError);
  let epochs = 0;
  const rest = await learned.without(SOME, { ...inside, onProgress: () => epochs++ });
  expect(epochs).toBeLessThan(6);
  expectSameModel(rest, whole);
  expect(rest.cost.samples).toBe(whole.cost.samples);
  expect((await learned.without(SOME, inside)).cost.samples).toBe(0); // the store has it
});

it("lives in a folder, forgets there without a certificate, and keeps nothing of what was", async () => {
  const folder = join(home, "system");
  const system = await learn(data, { method: "scif", ...own, folder });
  const { certificate, deleted } = await system.forget(["u005"]);
  expect(certificate).toBeNull();
  expect(deleted.length).toBeGreaterThan(0);
  const { fingerprint } = system;
  await system.close();
  const again = await open(folder);
  expect([again.fingerprint, again.guarantee]).toEqual([fingerprint, "approximate"]);
  await again.close();
});

it("refuses graph models where the loss of the erased cannot be told from that of the others", () => {
  for (const make of [gradientAscent, scif])
    expect(() => make({ model: "lightgcn", label: "implicit" })).toThrow(/cannot take lightgcn/);
  expect(() => scif({ model: "lightgcn" })).toThrow(InputError);
});
