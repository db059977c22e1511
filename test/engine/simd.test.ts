/**
 * What only the kernels promise: gradients to float64, scores equal to the bit, one result on every thread
 * and process.
 */

import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { createSimdEngine } from "../../lib/engine/simd";
import { Arena } from "../../lib/engine/simdMemory";
import { InputError } from "../../lib/errors";
import { modelSpec, tensorOf } from "../../lib/model/spec";
import { Random } from "../../lib/random";
import { edgesOf, samplesOf, slope } from "../model/reference64";
import { flat, PARITY_MODELS, parity, parityBatch, paritySpec } from "./parityFixture";
import { itemsFor, KERNEL_MODELS, options, setFor, someSamples, weightsFor } from "./planted";

describe.each(KERNEL_MODELS)("gradients of %s", (model) => {
  it.each([
    { what: "repeated users and items", users: 7, items: 5, n: 23, l2: 0 },
    { what: "one user", users: 1, items: 9, n: 9, l2: 0 },
    { what: "one item", users: 9, items: 1, n: 9, l2: 0 },
    { what: "one sample", users: 3, items: 3, n: 1, l2: 0 },
    { what: "a ridge penalty", users: 6, items: 6, n: 20, l2: 0.3 },
    { what: "more rows than a tile", users: 70, items: 67, n: 300, l2: 0 },
  ])("are those of float64 differences: $what", ({ users, items, n, l2 }) => {
    const spec = modelSpec(model, users, itemsFor(model, items));
    const set = setFor(model, someSamples(users, items, n));
    const [samples, edges] = [samplesOf(spec, set), edgesOf(set)];
    const weights = weightsFor(spec, 5, "unit");
    const engine = createSimdEngine(spec);
    engine.load(weights);
    const gradient = engine.gradient(set, l2);
    expect(engine.weights()).toEqual(weights);
    const exact = Float64Array.from(weights);
    const random = Random.stream(1, "places");
    let nonzero = 0;
    for (const { offset, size } of spec.tensors) {
      for (let trial = 0; trial < (n > 100 ? 40 : 120) / spec.tensors.length; trial++) {
        const place = offset + random.below(size);
        const expected = slope(spec, exact, samples, l2, edges, place);
        if (expected !== 0) nonzero++;
        expect(Math.abs(gradient[place] - expected)).toBeLessThan(2e-6 + 1e-4 * Math.abs(expected));
      }
    }
    expect(nonzero).toBeGreaterThan(10);
  });
});

describe("gradients are those of an independent PyTorch implementation", () => {
  const expectAlike = (gradient: Float32Array, expected: Float32Array) => {
    for (let k = 0; k < expected.length; k++)
      expect(Math.abs(gradient[k] - expected[k])).toBeLessThan(1e-6 + 1e-5 * Math.abs(expected[k]));
  };

  it.each(PARITY_MODELS)("%s", (model) => {
    const spec = paritySpec(model);
    const engine = createSimdEngine(spec);
    engine.load(flat(spec, parity.models[model].init));
    const expected = flat(spec, parity.models[model].float32.gradient_step1);
    expectAlike(engine.gradient(parityBatch(0)), expected);
  });
});

describe("scores", () => {
  it.each(KERNEL_MODELS)("%s: of pairs and of whole catalogues are equal to the bit", async (model) => {
    const [users, items] = [150, 61];
    const spec = modelSpec(model, users, items);
    const engine = createSimdEngine(spec);
    engine.load(weightsFor(spec, 2, "unit"));
    const everyone = Uint32Array.from({ length: users }, (_, user) => user);
    const pairs = () =>
      engine.predict(
        Uint32Array.from({ length: users * items }, (_, k) => Math.floor(k / items)),
        Uint32Array.from({ length: users * items }, (_, k) => k % items),
      );
    const before = engine.scoreItems(everyone);
    expect(before).toEqual(pairs());
    expect(engine.scoreItems(Uint32Array.of(149, 3)).slice(items)).toEqual(
      before.slice(3 * items, 4 * items),
    );
    await engine.train(setFor(model, someSamples(users, items, 500)), options({ epochs: 1 }));
    const after = engine.scoreItems(everyone);
    expect(after).not.toEqual(before);
    expect(after).toEqual(pairs());
  });

  it.each(KERNEL_MODELS)("%s: taken between epochs do not disturb a training", async (model) => {
    const spec = modelSpec(model, 20, 20);
    const set = setFor(model, someSamples(20, 20, 200, 1));
    const [quiet, watched] = [createSimdEngine(spec), createSimdEngine(spec)];
    for (const engine of [quiet, watched]) engine.load(weightsFor(spec));
    await quiet.train(set, options({ epochs: 4 }));
    const seen: Float32Array[] = [];
    const onEpoch = () => {
      seen.push(watched.scoreItems(Uint32Array.of(1)), watched.predict(Uint32Array.of(1), Uint32Array.of(7)));
    };
    await watched.train(set, options({ epochs: 4, onEpoch }));
    expect(watched.weights()).toEqual(quiet.weights());
    expect(seen).toHaveLength(8);
    expect(seen[0][7]).toBe(seen[1][0]);
    expect(seen[2]).not.toEqual(seen[0]);
  });

  it.each(KERNEL_MODELS)("%s: of more items than a block holds", (model) => {
    const items = 9001;
    const spec = modelSpec(model, 3, items);
    const engine = createSimdEngine(spec);
    engine.load(weightsFor(spec, 2, "unit"));
    const scores = engine.scoreItems(Uint32Array.of(2, 0));
    const some = Uint32Array.of(0, 8191, 8192, 9000);
    expect(Array.from(engine.predict(new Uint32Array(4).fill(2), some))).toEqual(
      Array.from(some, (item) => scores[item]),
    );
    expect(Array.from(engine.predict(new Uint32Array(4), some))).toEqual(
      Array.from(some, (item) => scores[items + item]),
    );
  });
});

describe("rows that Adam leaves out", () => {
  it.each(KERNEL_MODELS)("%s: stay as they are, and those with a loaded moment move", async (model) => {
    const spec = modelSpec(model, 4, 4);
    const one = setFor(model, {
      users: Uint32Array.of(1),
      items: Uint32Array.of(2),
      labels: Float32Array.of(1),
      negatives: 0,
    });
    const engine = createSimdEngine(spec);
    const start = weightsFor(spec);
    engine.load(start);
    await engine.train(one, options({ epochs: 1 }));
    const table = spec.tensors[0];
    const rowOf = (weights: Float32Array, user: number) =>
      tensorOf(spec, weights, table.name).slice(user * table.shape[1], (user + 1) * table.shape[1]);
    expect(rowOf(engine.weights(), 0)).toEqual(rowOf(start, 0));
    expect(rowOf(engine.weights(), 1)).not.toEqual(rowOf(start, 1));
    const moments = engine.moments();
    moments.m[table.offset] = 0.5; // of user 0
    moments.v[table.offset] = 0.25;
    engine.load(start, moments);
    await engine.train(one, options({ epochs: 1 }));
    expect(engine.weights()[table.offset]).not.toBe(start[table.offset]);
  });
});

describe("memory", () => {
  it("a model of Amazon Digital Music's unfiltered size fits, and trains", async () => {
    const spec = modelSpec("dmf", 478_235, 266_414);
    const engine = createSimdEngine(spec);
    const weights = Float32Array.from({ length: spec.size }, (_, k) => (((k * 7919) % 101) - 50) / 500);
    engine.load(weights);
    const set = {
      users: Uint32Array.of(0, 400_000, 478_234),
      items: Uint32Array.of(266_413, 7, 0),
      labels: Float32Array.of(1, 0.4, 0.2),
      negatives: 0,
    };
    expect((await engine.train(set, options({ epochs: 2 }))).steps).toBe(2);
    const moved = engine.weights();
    for (const [user, moves] of [
      [478_234, true],
      [477_000, false],
      [400_000, true],
    ] as const) {
      const row = (values: Float32Array) => values.slice(16 * user, 16 * user + 16);
      if (moves) expect(row(moved)).not.toEqual(row(weights));
      else expect(row(moved)).toEqual(row(weights));
    }
  });

  it("what cannot fit is refused", () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const arena = new Arena(memory, 1024);
    expect(() => arena.allocate(2 ** 33)).toThrow(/8\.0 GB are needed/);
    expect(() => arena.allocate(2 ** 33)).toThrow(InputError);
    expect(arena.allocate(100) % 64).toBe(0);
    expect(() => createSimdEngine(modelSpec("nmf", 2 ** 24, 2 ** 24))).toThrow(/4 GB at most/);
  });

  it("does not grow from one training to the next", async () => {
    const spec = modelSpec("dmf", 30, 24);
    const engine = createSimdEngine(spec);
    engine.load(weightsFor(spec));
    await engine.train(someSamples(30, 24, 600, 2), options());
    const view = engine as unknown as { arena: Arena };
    const top = view.arena.mark();
    for (let k = 0; k < 3; k++) await engine.train(someSamples(30, 24, 600 - k, 2), options());
    engine.scoreItems(Uint32Array.of(1));
    expect(view.arena.mark()).toBe(top);
  });
});

describe("the golden hash", () => {
  const script = join(__dirname, "golden.cjs");

  const golden = JSON.parse(readFileSync(join(__dirname, "../fixtures/engine-golden.json"), "utf8"));

  it("is met in a worker thread", async () => {
    const worker = new Worker(script, { workerData: "report" });
    const hashes = await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    expect(hashes).toEqual(golden.hashes);
  });

  it.each([
    { what: "as it comes" },
    { what: "without packing", env: { ERASABLE_REVECTORIZE: "off" } },
    { what: "with the optimising compiler alone", flags: ["--no-liftoff"] },
    { what: "with the baseline compiler alone", flags: ["--liftoff-only"] },
  ])("is met in another process, $what", async ({ env = {}, flags = [] }) => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, script], {
      env: { ...process.env, ...env },
    });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual(golden.hashes);
  });

  // environment.md, "Other versions of Node", says how to get them
  const others = (process.env.ERASABLE_NODES ?? "").split(delimiter).filter(Boolean);
  it.skipIf(others.length === 0)("is met on every version of Node that ERASABLE_NODES names", () => {
    for (const [node, packs] of others.flatMap((path) => ["on", "off"].map((set) => [path, set]))) {
      const env = { ...process.env, ERASABLE_REVECTORIZE: packs };
      const { stdout, stderr, status } = spawnSync(node, [script], { encoding: "utf8", env });
      expect([node, status, stderr]).toEqual([node, 0, ""]);
      expect(JSON.parse(stdout)).toEqual(golden.hashes);
    }
  });
});
