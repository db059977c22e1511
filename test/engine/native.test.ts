/**
 * Native TensorFlow under the tfjs engine, where the variable ERASABLE_TFJS_NODE names a built tfjs-node
 * (environment.md, "tfjs-node without its download"): everything else in this folder then runs on it too.
 * Without the variable these tests are skipped, and counted as skipped.
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createEngine } from "../../lib/engine/create";
import type { Engine } from "../../lib/engine/engine";
import { NATIVE_FOLDER_VARIABLE, tfjsBackend } from "../../lib/engine/tfjsBackend";
import { MODEL_NAMES, type ModelName, modelSpec } from "../../lib/model/spec";
import { largestDifference } from "./parityFixture";
import { options, setFor, someSamples, weightsFor } from "./planted";

const root = join(__dirname, "../..");
const folder = process.env[NATIVE_FOLDER_VARIABLE];
/**
 * Largest absolute difference of a weight after 50 Adam steps, as between simd and tfjs (agreement.test.ts).
 */
const TOLERANCE = 5e-5;

/** What the compiled package trains in a process of its own without the native folder, so on WebAssembly. */
function onWebAssembly(model: ModelName): { backend: string; weights: number[] } {
  const script = `
    const erasable = require("erasable");
    const { job, weights, set } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
    const spec = erasable.modelSpec(job.model, job.users, job.items);
    (async () => {
      const engine = await erasable.createEngine("tfjs", spec);
      engine.load(Float32Array.from(weights));
      const typed = { ...set, users: Uint32Array.from(set.users), items: Uint32Array.from(set.items) };
      if (set.labels) typed.labels = Float32Array.from(set.labels);
      await engine.train(typed, job.options);
      console.log(JSON.stringify({ backend: engine.backend, weights: Array.from(engine.weights()) }));
    })();`;
  const { spec, set, training } = world(model);
  const plain = {
    ...set,
    users: [...set.users],
    items: [...set.items],
    labels: set.kind === "pairs" ? undefined : [...set.labels],
  };
  const job = { model, users: spec.users, items: spec.items, options: training };
  const { [NATIVE_FOLDER_VARIABLE]: _, ...env } = process.env;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["-e", script], {
    cwd: root,
    env,
    input: JSON.stringify({ job, weights: [...weightsFor(spec)], set: plain }),
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** 50 steps: 5 epochs of 10 batches, the last batch of each a short one. */
function world(model: ModelName) {
  const spec = modelSpec(model, 40, 30);
  return {
    spec,
    set: setFor(model, someSamples(40, 30, 475, 1)),
    training: options({ batchSize: 99, epochs: 5 }),
  };
}

describe.skipIf(!folder)(`native TensorFlow (skipped unless ${NATIVE_FOLDER_VARIABLE} names it)`, () => {
  const made: Engine[] = [];
  afterAll(() => {
    for (const engine of made) engine.dispose();
  });

  it("is what the tfjs engine computes on", async () => {
    const { id, name, refusals } = await tfjsBackend();
    expect(id).toBe("tensorflow");
    expect(name).toMatch(/^TensorFlow (CPU|GPU)$/);
    expect(refusals).toEqual([]);
  });

  it.each(MODEL_NAMES)("%s: gives the weights that WebAssembly gives, after 50 steps", async (model) => {
    const { spec, set, training } = world(model);
    const engine = await createEngine("tfjs", spec);
    made.push(engine);
    engine.load(weightsFor(spec));
    expect((await engine.train(set, training)).steps).toBe(50);
    const there = onWebAssembly(model);
    expect(there.backend).toBe("TensorFlow.js wasm");
    expect(largestDifference(engine.weights(), there.weights)).toBeLessThan(TOLERANCE);
    expect(largestDifference(engine.weights(), weightsFor(spec))).toBeGreaterThan(100 * TOLERANCE);
  });
});

describe("scripts/native-tfjs.mjs", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(root, "scripts/native-tfjs.mjs"), ...args], { encoding: "utf8" });

  it("says what it needs", () => {
    const { status, stdout, stderr } = run();
    expect(status).not.toBe(0);
    expect(stdout + stderr).toMatch(/--python\s+an interpreter that has tensorflow/);
  });

  it("names an interpreter without TensorFlow, and builds nothing", () => {
    // this Node is an interpreter of the kind that has none
    const { status, stdout, stderr } = run("--python", process.execPath);
    expect(status).not.toBe(0);
    expect(stdout + stderr).toMatch(/has no tensorflow: run .* pip install tensorflow-cpu/);
  });
});
