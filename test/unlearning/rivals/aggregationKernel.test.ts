/** The kernel of RecEraser's aggregation: its gradient and its scores against float64, and what every trainer must keep. */

import { describe, expect, it } from "vitest";
import type { TrainingSet } from "../../../lib/engine/engine";
import { InputError } from "../../../lib/errors";
import { MODEL_NAMES, type ModelName, modelOf } from "../../../lib/model/spec";
import { Random } from "../../../lib/random";
import { AggregationKernel } from "../../../lib/unlearning/rivals/aggregationKernel";
import {
  type AggregationShape,
  aggregationTensors,
  attentionWidth,
  startingWeights,
  vectorWidth,
} from "../../../lib/unlearning/rivals/aggregationWeights";
import type { Entries } from "../../../lib/unlearning/rivals/entries";
import { aggregate64, loss64, type Pair, predict64 } from "./reference64";

const SHARDS = 3;
const ADAM = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

const MODELS = MODEL_NAMES.filter((model) => modelOf(model).aggregation);

/** Rows with one, two or all of the shards; DMF's vectors are not negative and of length 1. */
function someEntries(model: ModelName, rows: number, seed: number): Entries {
  const random = Random.stream(seed, "entries");
  const width = vectorWidth({ model });
  const offsets = [0];
  const shards: number[] = [];
  for (let row = 0; row < rows; row++) {
    const count = 1 + random.below(SHARDS);
    shards.push(...random.sample(SHARDS, count));
    offsets.push(shards.length);
  }
  const vectors = Float32Array.from({ length: shards.length * width }, () => random.normal() / 4);
  if (model === "dmf")
    for (let e = 0; e < shards.length; e++) {
      const vector = vectors.subarray(e * width, (e + 1) * width);
      vector.forEach((value, k) => {
        vector[k] = Math.abs(value);
      });
      const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
      vector.forEach((value, k) => {
        vector[k] = value / norm;
      });
    }
  return { offsets: Uint32Array.from(offsets), shards: Uint32Array.from(shards), vectors };
}

const outputsOf = (model: ModelName) =>
  Array.from({ length: SHARDS }, (_, s) => {
    const random = Random.stream(s, "output");
    const hidden = Float32Array.from({ length: model === "nmf" ? 32 : 0 }, () => random.normal() / 2);
    return { hidden, constant: random.normal() };
  });

/** Starting weights with every number moved. */
function someWeights(shape: AggregationShape): Float32Array {
  const random = Random.stream(3, "weights");
  return startingWeights(shape, 1, outputsOf(shape.model)).map((value) => value + 0.1 * random.normal());
}

const PAIRS: Pair[] = [
  { user: 0, item: 1, label: 0.2 },
  { user: 0, item: 2, label: 1 },
  { user: 1, item: 2, label: 0.6 },
  { user: 2, item: 0, label: 0.8 },
  { user: 2, item: 2, label: 0.4 },
  { user: 4, item: 3, label: 0.6 },
  { user: 4, item: 5, label: 1 },
];
const setOf = (pairs: readonly Pair[]): TrainingSet => ({
  users: Uint32Array.from(pairs, ({ user }) => user),
  items: Uint32Array.from(pairs, ({ item }) => item),
  labels: Float32Array.from(pairs, ({ label }) => label),
  negatives: 0,
});

describe.each(MODELS)("the aggregation of %s", (model) => {
  const shape = { model, shards: SHARDS };
  const tensors = aggregationTensors(shape);
  const users = someEntries(model, 5, 1);
  const items = someEntries(model, 6, 2);
  const kernelWith = (weights: Float32Array) => {
    const kernel = new AggregationKernel(shape, users, items);
    kernel.load(weights);
    return kernel;
  };

  it("has the gradient that central differences in float64 give", () => {
    const weights = someWeights(shape);
    const gradient = kernelWith(weights).gradient(setOf(PAIRS));
    const moved = Float64Array.from(weights);
    const at = () => loss64(shape, tensors, moved, users, items, PAIRS);
    const h = 1e-6;
    for (const { name, offset, size } of tensors) {
      const few = size > 64;
      const places = few
        ? Random.stream(1, name).sample(size, 64)
        : Uint32Array.from({ length: size }, (_, k) => k);
      let most = 0;
      for (const k of places) {
        const kept = moved[offset + k];
        moved[offset + k] = kept + h;
        const above = at();
        moved[offset + k] = kept - h;
        const slope = (above - at()) / (2 * h);
        moved[offset + k] = kept;
        most = Math.max(most, Math.abs(slope));
        expect(Math.abs(gradient[offset + k] - slope), `${name}[${k}]`).toBeLessThan(
          2e-6 + 1e-4 * Math.abs(slope),
        );
      }
      if (name !== "out_b") expect(most, name).toBeGreaterThan(1e-5); // no tensor is tested on zeros alone
    }
  });

  it("scores, and gives shares to shards, as the formula does", () => {
    const weights = someWeights(shape);
    const kernel = kernelWith(weights);
    const wide = Float64Array.from(weights);
    const table = kernel.scoreItems(Uint32Array.of(4, 0, 2));
    [4, 0, 2].forEach((user, k) => {
      for (let item = 0; item < 6; item++) {
        const raw = predict64(shape, tensors, wide, users, items, { user, item });
        const clipped = Math.min(Math.max(raw, 1e-6), 1 - 1e-6);
        expect(Math.abs(table[k * 6 + item] - clipped)).toBeLessThan(2e-6);
      }
    });
    for (const [side, entries, rows] of [
      ["user", users, 5],
      ["item", items, 6],
    ] as const) {
      const shares = kernel.attention(
        side,
        Uint32Array.from({ length: rows }, (_, row) => row),
      );
      for (let row = 0; row < rows; row++) {
        const expected = new Array<number>(SHARDS).fill(0);
        aggregate64(shape, tensors, wide, side, entries, row).shares.forEach((share, j) => {
          expected[entries.shards[entries.offsets[row] + j]] = share;
        });
        expected.forEach((share, s) => {
          expect(Math.abs(shares[row * SHARDS + s] - share)).toBeLessThan(1e-6);
        });
      }
    }
  });

  it("gives pairs the bits of the whole row", () => {
    const kernel = kernelWith(someWeights(shape));
    const table = kernel.scoreItems(Uint32Array.of(0, 1, 2, 3, 4));
    const pairs = Array.from({ length: 30 }, (_, k) => 29 - k);
    const scores = kernel.predict(
      Uint32Array.from(pairs, (k) => Math.floor(k / 6)),
      Uint32Array.from(pairs, (k) => k % 6),
    );
    expect([...scores].reverse()).toEqual([...table]);
  });

  const train = (kernel: AggregationKernel, more: object = {}) =>
    kernel.train(setOf(PAIRS), { batchSize: 3, adam: ADAM, stream: [1, "x"], epochs: 30, ...more });

  it("learns, and scores what it learnt", async () => {
    const kernel = kernelWith(startingWeights(shape, 1, outputsOf(shape.model)));
    const before = kernel.predict(Uint32Array.of(0), Uint32Array.of(1))[0];
    const losses: number[] = [];
    const onEpoch = ({ loss }: { loss: number | undefined }) => void losses.push(loss!);
    const result = await train(kernel, { epochs: 200, trackLoss: true, onEpoch });
    expect(result).toMatchObject({ finished: true, samples: 200 * PAIRS.length, steps: 600 });
    expect(losses.at(-1)!).toBeLessThan(losses[0] - 0.05);
    const after = kernel.predict(Uint32Array.of(0), Uint32Array.of(1))[0];
    expect(after).toBeLessThan(before);
    const start = Float64Array.from(kernel.weights());
    expect(losses.at(-1)!).toBeCloseTo(loss64(shape, tensors, start, users, items, PAIRS), 1);
  });

  it("is stopped and goes on to the same bits, also from what was saved", async () => {
    const whole = kernelWith(someWeights(shape));
    await train(whole);
    const stop = new AbortController();
    const first = kernelWith(someWeights(shape));
    const cut = await train(first, {
      signal: stop.signal,
      onEpoch: ({ epoch }: { epoch: number }) => epoch === 11 && stop.abort(),
    });
    expect(cut).toMatchObject({ finished: false, position: { epoch: 12, batch: 0 } });
    const second = new AggregationKernel(shape, users, items);
    second.load(first.weights(), first.moments());
    const rest = await train(second, { from: cut.position });
    expect(rest.samples + cut.samples).toBe(30 * PAIRS.length);
    expect([...second.weights()]).toEqual([...whole.weights()]);
  });

  it("draws negatives, and trains on them", async () => {
    const [one, other] = [0, 2].map((negatives) => ({ ...setOf(PAIRS), negatives }));
    const kernels = [kernelWith(someWeights(shape)), kernelWith(someWeights(shape))];
    const options = { batchSize: 5, adam: ADAM, stream: [1], epochs: 2 };
    expect((await kernels[0].train(one, options)).samples).toBe(14);
    expect((await kernels[1].train(other, options)).samples).toBe(42);
    expect([...kernels[0].weights()]).not.toEqual([...kernels[1].weights()]);
  });

  it("refuses what does not fit", async () => {
    const kernel = kernelWith(someWeights(shape));
    expect(() => kernel.load(new Float32Array(3))).toThrow(InputError);
    expect(() => kernel.predict(Uint32Array.of(5), Uint32Array.of(0))).toThrow(/users\[0\]: 5/);
    expect(() => kernel.predict(Uint32Array.of(0), Uint32Array.of(0, 1))).toThrow(/1 users and 2 items/);
    await expect(train(kernel, { batchSize: 0 })).rejects.toThrow(/batchSize/);
    const broken = { ...users, shards: users.shards.map(() => SHARDS) };
    expect(() => new AggregationKernel(shape, broken, items)).toThrow(InputError);
    const short = { ...users, vectors: users.vectors.subarray(1) };
    expect(() => new AggregationKernel(shape, short, items)).toThrow(/do not fit/);
  });
});

it("widths: half as many units of attention as floats", () => {
  for (const model of MODELS) expect(attentionWidth({ model }) * 2).toBe(vectorWidth({ model }));
});
