import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createEngine, describeEngine } from "../../lib/engine/create";
import { adamStep, biasCorrections, LEAST_MOMENT } from "../../lib/engine/tfjsAdam";
import { NATIVE_FOLDER_VARIABLE, tfjsBackend } from "../../lib/engine/tfjsBackend";
import { MODEL_NAMES, modelSpec } from "../../lib/model/spec";
import { Random } from "../../lib/random";
import { options, setFor, someSamples, weightsFor } from "./planted";

describe("the backend of the tfjs engine", () => {
  it("starts without a word, and leaves the process's error handlers as they were", async () => {
    const words = [vi.spyOn(console, "log"), vi.spyOn(console, "warn"), vi.spyOn(console, "error")];
    const handlers = () =>
      ["uncaughtException", "unhandledRejection"].map((event) => process.listenerCount(event));
    const before = handlers();
    const engine = await createEngine("tfjs", modelSpec("dmf", 3, 3));
    engine.predict(Uint32Array.of(0), Uint32Array.of(0));
    engine.dispose();
    for (const word of words) expect(word).not.toHaveBeenCalled();
    expect(handlers()).toEqual(before);
    vi.restoreAllMocks();
  });

  it("is named by what really computes", async () => {
    const { id, name } = await tfjsBackend();
    expect(tf.getBackend()).toBe(id);
    const native = Boolean(process.env[NATIVE_FOLDER_VARIABLE]) || id === "tensorflow";
    expect(name).toMatch(native ? /^TensorFlow (CPU|GPU)$/ : /^TensorFlow\.js wasm$/);
    const engine = await createEngine("tfjs", modelSpec("nmf", 3, 3));
    expect(engine.backend).toBe(name);
    expect(engine.name).toBe("tfjs");
    engine.dispose();
    const line = await describeEngine("tfjs");
    expect(line).toMatch(/^tfjs engine: TensorFlow.* \d+\.\d+\.\d+/);
    expect(line).not.toContain("\n");
  });

  it("computes on its own backend also when another package has chosen a different one", async () => {
    const spec = modelSpec("dmf", 6, 5);
    const engine = await createEngine("tfjs", spec);
    engine.load(weightsFor(spec));
    const users = Uint32Array.of(1, 2);
    const before = engine.predict(users, users);
    await tf.setBackend("cpu");
    expect(engine.predict(users, users)).toEqual(before);
    expect(tf.getBackend()).toBe((await tfjsBackend()).id);
    engine.dispose();
  });

  describe("when a native package is named that cannot be used", () => {
    const kept = process.env[NATIVE_FOLDER_VARIABLE];
    beforeEach(() => vi.resetModules());
    afterEach(() => {
      if (kept === undefined) delete process.env[NATIVE_FOLDER_VARIABLE];
      else process.env[NATIVE_FOLDER_VARIABLE] = kept;
    });

    it.each([
      ["/nowhere/tfjs-node", /ERASABLE_TFJS_NODE: not installed/],
      ["@tensorflow/tfjs", /ERASABLE_TFJS_NODE is not the native package/],
    ])("%s: goes on and says why", async (folder, reason) => {
      process.env[NATIVE_FOLDER_VARIABLE] = folder;
      const again = await import("../../lib/engine/tfjsBackend.js");
      expect((await again.tfjsBackend()).refusals.join("; ")).toMatch(reason);
    });
  });
});

describe.each(MODEL_NAMES)("tensors of %s", (model) => {
  it("are as many after each epoch as after the first, and none are left behind", async () => {
    await tfjsBackend();
    const spec = modelSpec(model, 20, 15);
    const set = setFor(model, someSamples(20, 15, 150, 1));
    const before = tf.memory().numTensors;
    const engine = await createEngine("tfjs", spec);
    engine.load(weightsFor(spec));
    engine.load(weightsFor(spec));
    const counts: number[] = [];
    const onEpoch = () => {
      engine.predict(set.users, set.items);
      engine.weights();
      engine.moments();
      counts.push(tf.memory().numTensors);
    };
    await engine.train(set, options({ epochs: 5, trackLoss: true, l2: 0.1, onEpoch }));
    const held = 3 * spec.tensors.length + 3; // weights and moments; the graph's users, items and weights
    expect(counts).toEqual(new Array(5).fill(before + held));
    engine.scoreItems(Uint32Array.of(0, 1));
    engine.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("kernels that we put in place of the backend's", () => {
  const random = Random.stream(1, "kernels");
  const matrix = (height: number, width: number) =>
    tf.tensor2d(
      Float32Array.from({ length: height * width }, () => random.normal()),
      [height, width],
    );
  const at = (x: tf.Tensor2D) => {
    const values = x.dataSync();
    return (row: number, column: number) => values[row * x.shape[1] + column];
  };

  beforeEach(async () => {
    await tfjsBackend();
  });

  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])("product of matrices, transposed: %s, %s", (left, right) => {
    for (const [n, k, m] of [
      [1, 1, 1],
      [5, 7, 3],
      [33, 16, 65],
    ]) {
      const a = left ? matrix(k, n) : matrix(n, k);
      const b = right ? matrix(m, k) : matrix(k, m);
      const product: tf.Tensor2D = tf.matMul(a, b, left, right);
      expect(product.shape).toEqual([n, m]);
      const [x, y, z] = [at(a), at(b), at(product)];
      for (let row = 0; row < n; row++)
        for (let column = 0; column < m; column++) {
          let sum = 0;
          for (let j = 0; j < k; j++)
            sum += (left ? x(j, row) : x(row, j)) * (right ? y(column, j) : y(j, column));
          expect(Math.abs(z(row, column) - sum)).toBeLessThan(2e-5);
        }
      tf.dispose([a, b, product]);
    }
  });

  it("products in a batch and lookups of other shapes still go to the backend", () => {
    tf.tidy(() => {
      const stacked = tf.matMul(tf.ones<tf.Rank.R3>([2, 3, 4]), tf.ones<tf.Rank.R3>([2, 5, 4]), false, true);
      expect(stacked.shape).toEqual([2, 3, 5]);
      expect(stacked.dataSync().every((value) => value === 4)).toBe(true);
      const columns = tf.gather(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]), tf.tensor1d([2, 0], "int32"), 1);
      expect([...columns.dataSync()]).toEqual([3, 1, 6, 4]);
      const entries = tf.gather(tf.tensor1d([7, 8, 9]), tf.tensor1d([1, 1], "int32"));
      expect([...entries.dataSync()]).toEqual([8, 8]);
    });
  });

  it("rows are looked up, and their gradients added, where ids repeat and rows are left out", () => {
    tf.tidy(() => {
      const table = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
      const ids = tf.tensor1d([3, 1, 3, 3], "int32");
      expect([...tf.gather(table, ids).dataSync()]).toEqual([7, 8, 3, 4, 7, 8, 7, 8]);
      const gains = tf.tensor2d([1, 10, 2, 20, 3, 30, 4, 40], [4, 2]);
      const gradient = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(tf.gather(x, ids), gains)))(table);
      expect([...gradient.dataSync()]).toEqual([0, 0, 2, 20, 0, 0, 8, 80]);
      const sums = tf.unsortedSegmentSum(
        tf.tensor1d([1, 2, 3, 4], "int32"),
        tf.tensor1d([0, -1, 0, 2], "int32"),
        3,
      );
      expect([...sums.dataSync()]).toEqual([4, 0, 4]);
    });
  });
});

describe("Adam", () => {
  const settings = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

  it("corrects the bias of step t by 1 - beta^t, also when it goes on", () => {
    const corrections = biasCorrections(settings, 2);
    for (const t of [3, 4]) {
      const { stepSize, rootOfSecond } = corrections.next().value;
      expect(stepSize).toBeCloseTo(0.1 / (1 - 0.9 ** t), 14);
      expect(rootOfSecond).toBeCloseTo(Math.sqrt(1 - 0.999 ** t), 14);
    }
  });

  it("moves a weight by the learning rate in its first step, whatever the gradient's size, and none without one", async () => {
    await tfjsBackend();
    tf.tidy(() => {
      const zero = tf.zeros([3]);
      const state = { weight: tf.tensor1d([1, 1, 1]), m: zero, v: zero };
      const gradient = tf.tensor1d([1000, -0.001, 0]);
      const { weight } = adamStep(state, gradient, settings, biasCorrections(settings, 0).next().value);
      const [down, up, still] = weight.dataSync();
      expect(down).toBeCloseTo(0.9, 5);
      expect(up).toBeCloseTo(1.1, 4);
      expect(still).toBe(1);
    });
  });

  it("sets first moments that have all but died out to zero", async () => {
    await tfjsBackend();
    tf.tidy(() => {
      const m = tf.tensor1d([LEAST_MOMENT, -LEAST_MOMENT, 2 * LEAST_MOMENT, -1, 0]);
      const state = { weight: tf.ones([5]), m, v: tf.ones([5]) };
      const next = adamStep(state, tf.zeros([5]), settings, biasCorrections(settings, 9).next().value);
      const left = Array.from(next.m.dataSync(), (value) => value + 0); // -0 is 0
      expect(left.map((value) => value !== 0)).toEqual([false, false, true, true, false]);
      expect(left[3]).toBeCloseTo(-0.9, 6);
    });
  });
});
