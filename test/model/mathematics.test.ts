import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { graphTensors } from "../../lib/engine/tfjs";
import { tfjsBackend } from "../../lib/engine/tfjsBackend";
import { initialWeights } from "../../lib/model/initial";
import { loss, ridge } from "../../lib/model/objective";
import {
  MODEL_NAMES,
  type ModelName,
  type ModelSpec,
  modelOf,
  modelSpec,
  tensorOf,
} from "../../lib/model/spec";
import type { Forward } from "../../lib/model/tensors";
import { Random } from "../../lib/random";
import { edgesOf, loss64, type Sample, slope } from "./reference64";

const USERS = 4;
const ITEMS = 3;
// user 0 twice, item 2 in four samples, item 0 never
const SAMPLES: Sample[] = [
  { user: 0, item: 1, label: 0.2 },
  { user: 0, item: 2, label: 1 },
  { user: 1, item: 2, label: 0.6 },
  { user: 2, item: 2, label: 0 },
  { user: 3, item: 2, label: 0.8 },
];
const ids = (count: number) => Array.from({ length: count }, (_, k) => `${k}`);

function someWeights(spec: ModelSpec, seed = 5): Float32Array {
  return initialWeights(spec, "unit", seed, ids(spec.users), ids(spec.items));
}

const edges = edgesOf({
  kind: "pairs",
  users: Uint32Array.from(SAMPLES, ({ user }) => user),
  items: Uint32Array.from(SAMPLES, ({ item }) => item),
});
const forwards = new Map<ModelName, Forward>();

/** As the model takes them. */
const samplesFor = (model: ModelName): Sample[] =>
  modelOf(model).samples === "points"
    ? SAMPLES
    : SAMPLES.map(({ user, item }) => ({ user, item, other: 3 - item }));

/** Loss and flat gradient by automatic differentiation. */
function autodiff(spec: ModelSpec, flat: Float32Array, samples: Sample[], l2 = 0) {
  return tf.tidy(() => {
    const pairs = samples[0].other !== undefined;
    const ids = (list: (number | undefined)[]) => tf.tensor1d(list as number[], "int32");
    const items = samples.map(({ item }) => item);
    const batch = {
      users: ids(samples.map(({ user }) => user)),
      items: ids(pairs ? [...items, ...samples.map(({ other }) => other)] : items),
      labels: tf.tensor1d(samples.map(({ label = 1 }) => label)),
    };
    const offsets = new Uint32Array(spec.users + 1);
    if (spec.users === USERS) offsets.set([0, 2, 3, 4, 5]);
    const graph = graphTensors(spec, {
      offsets,
      items: Uint32Array.from(spec.users === USERS ? items : []),
    });
    const tensors = spec.tensors.map(({ name, shape }) =>
      tf.tensor(tensorOf(spec, flat, name).slice(), [...shape]),
    );
    const { value, grads } = tf.valueAndGrads((...list: tf.Tensor[]) => {
      const weights = Object.fromEntries(spec.tensors.map(({ name }, k) => [name, list[k]]));
      const fit = loss(spec, forwards.get(spec.model)!, weights, batch, graph);
      return tf.add(fit, tf.mul(l2, ridge(spec, weights, batch)));
    })(tensors);
    const gradient = new Float32Array(spec.size);
    spec.tensors.forEach(({ offset }, k) => {
      gradient.set(grads[k].dataSync(), offset);
    });
    return { loss: value.dataSync()[0], gradient };
  });
}

beforeAll(async () => {
  await tfjsBackend();
  for (const model of MODEL_NAMES) forwards.set(model, (await modelOf(model).forward()) as Forward);
});

describe.each(MODEL_NAMES)("%s in TensorFlow.js", (model) => {
  const spec = modelSpec(model, USERS, ITEMS);
  const samples = samplesFor(model);

  it.each([0, 0.3])("has the gradient that central differences in float64 give, l2 = %s", (l2) => {
    const flat = someWeights(spec);
    const { loss: mean, gradient } = autodiff(spec, flat, samples, l2);
    const weights = Float64Array.from(flat);
    expect(mean).toBeCloseTo(loss64(spec, weights, samples, l2, edges), 5);
    // every embedding and bias; of each shared matrix, 60 places drawn at random
    const places = spec.tensors.flatMap(({ name, offset, size, kind, shape }) => {
      const few = kind === "shared" && shape.length === 2 && size > 60;
      const inside = few
        ? Random.stream(1, name).sample(size, 60)
        : Uint32Array.from({ length: size }, (_, k) => k);
      return Array.from(inside, (k) => offset + k);
    });
    for (const place of places) {
      const expected = slope(spec, weights, samples, l2, edges, place);
      expect(Math.abs(gradient[place] - expected)).toBeLessThan(1e-6 + 2e-5 * Math.abs(expected));
    }
  });

  it("gives rows that are not in the batch no gradient", () => {
    const { gradient } = autodiff(spec, someWeights(spec), samples, 0.3);
    for (const tensor of spec.tensors.filter(({ kind }) => kind === "item"))
      expect(
        tensorOf(spec, gradient, tensor.name)
          .subarray(0, tensor.shape[1])
          .every((g) => g === 0),
      ).toBe(true);
  });
});

describe("dmf at its edges", () => {
  const spec = modelSpec("dmf", 1, 1);
  const sample = [{ user: 0, item: 0, label: 0.6 }];

  it("a tower that its ReLU silences predicts 1e-6 and has no gradient, not NaN", () => {
    const flat = someWeights(spec);
    tensorOf(spec, flat, "user_fc2_w").fill(0);
    tensorOf(spec, flat, "user_fc2_b").fill(-1);
    const { loss, gradient } = autodiff(spec, flat, sample);
    expect(loss).toBeCloseTo(-0.6 * Math.log(1e-6), 4);
    expect(gradient.every((g) => g === 0)).toBe(true);
  });

  it("equal directions predict 1 - 1e-6 and have no gradient", () => {
    const flat = someWeights(spec);
    for (const side of ["user", "item"]) {
      tensorOf(spec, flat, `${side}_fc2_w`).fill(0);
      tensorOf(spec, flat, `${side}_fc2_b`).fill(0.25); // 32 of them: a norm that float32 holds exactly enough
    }
    const { loss, gradient } = autodiff(spec, flat, sample);
    expect(Math.abs(loss + 0.4 * Math.log(1e-6))).toBeLessThan(0.03); // 1 - p has one digit of float32
    expect(gradient.every((g) => g === 0)).toBe(true);
  });
});

describe("nmf at its edges", () => {
  it.each([60, -60])("an output of %s is clipped and has no gradient", (bias) => {
    const spec = modelSpec("nmf", 1, 1);
    const flat = someWeights(spec);
    tensorOf(spec, flat, "out_b").fill(bias);
    const { loss, gradient } = autodiff(spec, flat, [{ user: 0, item: 0, label: 0.5 }]);
    expect(Math.abs(loss + 0.5 * Math.log(1e-6))).toBeLessThan(0.03);
    expect(gradient.every((g) => g === 0)).toBe(true);
  });
});
