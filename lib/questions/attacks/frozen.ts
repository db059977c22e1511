/**
 * What an attacker holds of a model after a user's own row is gone: item tables and shared layers (Eq. 1 and 2). A user is
 * folded in again: a new row, begun like any other, is fitted to the user's ratings by Adam while all else stays frozen. Had the
 * model been trained on these very ratings, its items have met this user, and they should fit better than those of a
 * model that has not. Float64 with +, -, *, / and sqrt and the portable exp and log: the same bits everywhere.
 */

import { EMBEDDING, HIDDEN, type ModelName, modelSpec, OUTPUT, tensorOf } from "../../model/spec";
import { exp } from "../../numeric";
import { putRest } from "../../training/layout";

const CLIP = 1e-6; // as in training (protocol section 2)
const ADAM = { rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, steps: 30 } as const;

/** Its slope in the prediction; none where the prediction is clipped. */
const slope = (label: number, p: number) => (p <= CLIP || p >= 1 - CLIP ? 0 : (p - label) / (p * (1 - p)));

export interface FrozenModel {
  /** floats of a user's row */
  readonly width: number;
  /** Predictions of a row for some items: Float64Array, items.length. */
  predict(row: Float64Array, items: ArrayLike<number>): Float64Array;
  /** The gradient of the mean cross-entropy of these items in the row: Float64Array, width. */
  gradient(row: Float64Array, items: ArrayLike<number>, labels: ArrayLike<number>): Float64Array;
}

/** @param rest item tables and shared layers, as a checkpoint holds them */
export function frozenModel(model: ModelName, items: number, rest: Float32Array): FrozenModel {
  const spec = modelSpec(model, 1, items);
  const weights = new Float32Array(spec.size);
  putRest(spec, weights, rest);
  const tensor = (name: string) => Float64Array.from(tensorOf(spec, weights, name));
  return model === "dmf" ? new FrozenDmf(items, tensor) : new FrozenNmf(items, tensor);
}

/**
 * A row fitted to a user's samples.
 * @param start Float64Array, model.width; not all zero, where a tower without biases has no slope
 * @returns Float64Array, model.width
 */
export function foldIn(
  model: FrozenModel,
  start: Float64Array,
  items: ArrayLike<number>,
  labels: ArrayLike<number>,
): Float64Array {
  const { rate, beta1, beta2, epsilon, steps } = ADAM;
  const row = start.slice();
  const m = new Float64Array(model.width);
  const v = new Float64Array(model.width);
  let [power1, power2] = [1, 1];
  for (let step = 0; step < steps; step++) {
    const gradient = model.gradient(row, items, labels);
    power1 *= beta1;
    power2 *= beta2;
    for (let d = 0; d < row.length; d++) {
      m[d] = beta1 * m[d] + (1 - beta1) * gradient[d];
      v[d] = beta2 * v[d] + (1 - beta2) * gradient[d] * gradient[d];
      row[d] -= (rate * (m[d] / (1 - power1))) / (Math.sqrt(v[d] / (1 - power2)) + epsilon);
    }
  }
  return row;
}

type Tensors = (name: string) => Float64Array;

/** y = W x + b, optionally with ReLU. W is row-major, out x in. */
function linear(w: Float64Array, b: Float64Array, x: Float64Array, relu: boolean): Float64Array {
  const y = new Float64Array(b.length);
  for (let o = 0; o < y.length; o++) {
    let sum = b[o];
    for (let i = 0; i < x.length; i++) sum += w[o * x.length + i] * x[i];
    y[o] = relu && sum < 0 ? 0 : sum;
  }
  return y;
}

/** The gradient in x of a layer whose output y (after ReLU) has the gradient g. */
function backward(w: Float64Array, y: Float64Array, g: Float64Array, width: number): Float64Array {
  const back = new Float64Array(width);
  for (let o = 0; o < y.length; o++) {
    if (y[o] <= 0) continue;
    for (let i = 0; i < width; i++) back[i] += w[o * width + i] * g[o];
  }
  return back;
}

const dot = (a: Float64Array, b: Float64Array, at = 0): number => {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[at + k];
  return sum;
};
const norm = (a: Float64Array): number => Math.max(Math.sqrt(dot(a, a)), 1e-8);

class FrozenDmf implements FrozenModel {
  readonly width = EMBEDDING;
  private readonly w1: Float64Array;
  private readonly b1: Float64Array;
  private readonly w2: Float64Array;
  private readonly b2: Float64Array;
  /** unit vectors out of the item tower, items x 32 */
  private readonly units: Float64Array;

  constructor(items: number, tensor: Tensors) {
    [this.w1, this.b1] = [tensor("user_fc1_w"), tensor("user_fc1_b")];
    [this.w2, this.b2] = [tensor("user_fc2_w"), tensor("user_fc2_b")];
    const side = ["item_fc1_w", "item_fc1_b", "item_fc2_w", "item_fc2_b"].map(tensor);
    const table = tensor("item_emb");
    this.units = new Float64Array(items * OUTPUT);
    for (let i = 0; i < items; i++) {
      const hidden = linear(side[0], side[1], table.subarray(i * EMBEDDING, (i + 1) * EMBEDDING), true);
      const out = linear(side[2], side[3], hidden, true);
      const length = norm(out);
      for (let k = 0; k < OUTPUT; k++) this.units[i * OUTPUT + k] = out[k] / length;
    }
  }

  private tower(row: Float64Array) {
    const hidden = linear(this.w1, this.b1, row, true);
    const out = linear(this.w2, this.b2, hidden, true);
    return { hidden, out, length: norm(out) };
  }

  predict(row: Float64Array, items: ArrayLike<number>): Float64Array {
    const { out, length } = this.tower(row);
    return Float64Array.from(items, (item) => dot(out, this.units, item * OUTPUT) / length);
  }

  gradient(row: Float64Array, items: ArrayLike<number>, labels: ArrayLike<number>): Float64Array {
    const { hidden, out, length } = this.tower(row);
    const { units } = this;
    const inOut = new Float64Array(OUTPUT);
    let along = 0; // the gradient of a cosine has no part along the vector itself
    for (let s = 0; s < items.length; s++) {
      const at = items[s] * OUTPUT;
      const p = dot(out, units, at) / length;
      const g = slope(labels[s], p) / items.length / length;
      for (let k = 0; k < OUTPUT; k++) inOut[k] += g * units[at + k];
      along += g * p;
    }
    for (let k = 0; k < OUTPUT; k++) inOut[k] -= (along / length) * out[k];
    return backward(this.w1, hidden, backward(this.w2, out, inOut, HIDDEN), EMBEDDING);
  }
}

class FrozenNmf implements FrozenModel {
  /** first the factors, then the perceptron's part */
  readonly width = EMBEDDING + OUTPUT;
  private readonly factors: Float64Array; // items x 16, times their output weights
  private readonly parts: Float64Array; // items x 32: W_item i + b
  private readonly user: Float64Array; // 32 x 32: W_user
  private readonly out: Float64Array;
  private readonly bias: number;

  constructor(items: number, tensor: Tensors) {
    this.out = tensor("out_w");
    this.bias = tensor("out_b")[0];
    this.factors = tensor("item_gmf").map((value, k) => value * this.out[k % EMBEDDING]);
    const w = tensor("fc1_w"); // 32 x (32 of the user, 32 of the item)
    const half = (from: number) =>
      Float64Array.from(
        { length: OUTPUT * OUTPUT },
        (_, k) => w[Math.floor(k / OUTPUT) * 2 * OUTPUT + from + (k % OUTPUT)],
      );
    this.user = half(0);
    const [item, b, table] = [half(OUTPUT), tensor("fc1_b"), tensor("item_mlp")];
    this.parts = new Float64Array(items * OUTPUT);
    for (let i = 0; i < items; i++)
      this.parts.set(linear(item, b, table.subarray(i * OUTPUT, (i + 1) * OUTPUT), false), i * OUTPUT);
  }

  private score(row: Float64Array, own: Float64Array, item: number): number {
    let z = this.bias;
    for (let k = 0; k < EMBEDDING; k++) z += row[k] * this.factors[item * EMBEDDING + k];
    for (let k = 0; k < OUTPUT; k++) {
      const h = own[k] + this.parts[item * OUTPUT + k];
      if (h > 0) z += h * this.out[EMBEDDING + k];
    }
    return 1 / (1 + exp(-z));
  }

  private own(row: Float64Array): Float64Array {
    return linear(this.user, new Float64Array(OUTPUT), row.subarray(EMBEDDING), false);
  }

  predict(row: Float64Array, items: ArrayLike<number>): Float64Array {
    const own = this.own(row);
    return Float64Array.from(items, (item) => this.score(row, own, item));
  }

  gradient(row: Float64Array, items: ArrayLike<number>, labels: ArrayLike<number>): Float64Array {
    const own = this.own(row);
    const gradient = new Float64Array(this.width);
    const inOwn = new Float64Array(OUTPUT);
    for (let s = 0; s < items.length; s++) {
      const item = items[s];
      const p = this.score(row, own, item);
      const g = (slope(labels[s], p) * p * (1 - p)) / items.length;
      for (let k = 0; k < EMBEDDING; k++) gradient[k] += g * this.factors[item * EMBEDDING + k];
      for (let k = 0; k < OUTPUT; k++)
        if (own[k] + this.parts[item * OUTPUT + k] > 0) inOwn[k] += g * this.out[EMBEDDING + k];
    }
    for (let o = 0; o < OUTPUT; o++)
      for (let i = 0; i < OUTPUT; i++) gradient[EMBEDDING + i] += this.user[o * OUTPUT + i] * inOwn[o];
    return gradient;
  }
}
