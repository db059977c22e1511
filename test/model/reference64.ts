/**
 * Eq. 1 and Eq. 2 once more, in plain float64 loops, sample after sample, so that the gradient of the TensorFlow.js
 * mathematics can be held against central differences. Nothing here is shared with lib/model but the layout.
 */

import type { ModelSpec } from "../../lib/model/spec";

export interface Sample {
  user: number;
  item: number;
  label: number;
}

/** Mean loss of samples, ridge penalty included; weights float64 in the layout of `spec`. */
export function loss64(spec: ModelSpec, weights: Float64Array, samples: readonly Sample[], l2 = 0): number {
  const offsets = new Map(spec.tensors.map((tensor) => [tensor.name, tensor]));
  const at = (name: string, k: number) => weights[offsets.get(name)!.offset + k];
  const row = (name: string, id: number) => {
    const width = offsets.get(name)!.shape[1];
    return Array.from({ length: width }, (_, j) => at(name, id * width + j));
  };
  const layer = (name: string, x: number[], relu: boolean) => {
    const [out, width] = offsets.get(`${name}_w`)!.shape;
    return Array.from({ length: out }, (_, o) => {
      const sum = x.reduce(
        (total, value, j) => total + value * at(`${name}_w`, o * width + j),
        at(`${name}_b`, o),
      );
      return relu ? Math.max(sum, 0) : sum;
    });
  };
  const dot = (x: number[], y: number[]) => x.reduce((total, value, j) => total + value * y[j], 0);
  const norm = (x: number[]) => Math.max(Math.sqrt(dot(x, x)), 1e-8);

  const predict = ({ user, item }: Sample): number => {
    if (spec.model === "dmf") {
      const a = layer("user_fc2", layer("user_fc1", row("user_emb", user), true), true);
      const b = layer("item_fc2", layer("item_fc1", row("item_emb", item), true), true);
      return dot(a, b) / (norm(a) * norm(b));
    }
    const items = row("item_gmf", item);
    const factors = row("user_gmf", user).map((value, j) => value * items[j]);
    const hidden = layer("fc1", [...row("user_mlp", user), ...row("item_mlp", item)], true);
    return 1 / (1 + Math.exp(-layer("out", [...factors, ...hidden], false)[0]));
  };
  const penalty = ({ user, item }: Sample): number =>
    spec.tensors
      .filter(({ kind }) => kind !== "shared")
      .map(({ name, kind }) => row(name, kind === "user" ? user : item))
      .reduce((total, x) => total + dot(x, x), 0);

  const losses = samples.map((sample) => {
    const p = Math.min(Math.max(predict(sample), 1e-6), 1 - 1e-6);
    const entropy = -(sample.label * Math.log(p) + (1 - sample.label) * Math.log(1 - p));
    return entropy + (l2 / 2) * penalty(sample);
  });
  return losses.reduce((total, value) => total + value, 0) / samples.length;
}
