/** The loss of both models in float64, sample by sample and as plain as can be: what gradients are tested against. */

import type { PointSet } from "../../lib/engine/engine";
import { EMBEDDING, HIDDEN, OUTPUT } from "../../lib/model/sizes";
import type { ModelSpec } from "../../lib/model/spec";

type Weights = Float64Array;

function tensors(spec: ModelSpec, weights: Weights): (name: string) => Float64Array {
  const views = new Map(
    spec.tensors.map(({ name, offset, size }) => [name, weights.subarray(offset, offset + size)]),
  );
  return (name) => views.get(name)!;
}

/** relu(W x + b), or W x + b when `linear`. */
function layer(x: ArrayLike<number>, w: ArrayLike<number>, b: ArrayLike<number>, linear = false): number[] {
  return Array.from(b, (bias, row) => {
    let sum = bias;
    for (let k = 0; k < x.length; k++) sum += w[row * x.length + k] * x[k];
    return linear ? sum : Math.max(0, sum);
  });
}

const row = (table: Float64Array, index: number, width: number) =>
  table.subarray(index * width, (index + 1) * width);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
};

function dmf(of: (name: string) => Float64Array, user: number, item: number): number {
  const tower = (side: string, index: number) => {
    const hidden = layer(row(of(`${side}_emb`), index, EMBEDDING), of(`${side}_fc1_w`), of(`${side}_fc1_b`));
    if (hidden.length !== HIDDEN) throw new Error("layer of the wrong size");
    return layer(hidden, of(`${side}_fc2_w`), of(`${side}_fc2_b`));
  };
  const a = tower("user", user);
  const b = tower("item", item);
  const norm = (x: number[]) => Math.max(Math.sqrt(dot(x, x)), 1e-8);
  return dot(a, b) / (norm(a) * norm(b));
}

function nmf(of: (name: string) => Float64Array, user: number, item: number): number {
  const p = row(of("user_gmf"), user, EMBEDDING);
  const q = row(of("item_gmf"), item, EMBEDDING);
  const both = [...row(of("user_mlp"), user, OUTPUT), ...row(of("item_mlp"), item, OUTPUT)];
  const hidden = layer(both, of("fc1_w"), of("fc1_b"));
  const features = [...Array.from(p, (value, k) => value * q[k]), ...hidden];
  return 1 / (1 + Math.exp(-layer(features, of("out_w"), of("out_b"), true)[0]));
}

/** Mean binary cross-entropy over `set` plus the ridge penalty, as protocol.md and engine.ts define them. */
export function loss(spec: ModelSpec, weights: Weights, set: PointSet, l2: number): number {
  const of = tensors(spec, weights);
  const n = set.users.length;
  let sum = 0;
  for (let s = 0; s < n; s++) {
    const [user, item, label] = [set.users[s], set.items[s], set.labels[s]];
    const raw = (spec.model === "dmf" ? dmf : nmf)(of, user, item);
    const p = Math.min(Math.max(raw, 1e-6), 1 - 1e-6);
    sum -= label * Math.log(p) + (1 - label) * Math.log(1 - p);
    for (const { name, kind, shape } of spec.tensors) {
      if (kind === "shared") continue;
      const values = row(of(name), kind === "user" ? user : item, shape[1]);
      sum += (l2 / 2) * dot(values, values);
    }
  }
  return sum / n;
}

/** dLoss / dWeight[place] by central differences. */
export function slope(spec: ModelSpec, weights: Weights, set: PointSet, l2: number, place: number): number {
  const step = 1e-6;
  const moved = Float64Array.from(weights);
  moved[place] = weights[place] + step;
  const above = loss(spec, moved, set, l2);
  moved[place] = weights[place] - step;
  return (above - loss(spec, moved, set, l2)) / (2 * step);
}
