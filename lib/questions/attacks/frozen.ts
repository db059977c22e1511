/**
 * What an attacker holds of a model after a user's own row is gone: item tables and shared layers (Eq. 1 and 2). A user is
 * folded in again: a new row, begun like any other, is fitted to the user's ratings by Adam while all else stays frozen. Had the
 * model been trained on these very ratings, its items have met this user, and they should fit better than those of a
 * model that has not. Float64 with +, -, *, / and sqrt and the portable exp and log: the same bits everywhere.
 */

import type { FrozenModel } from "../../model/frozen";
import { requirePart } from "../../model/models";
import { type ModelName, modelSpec, tensorOf } from "../../model/spec";
import { putRest } from "../../training/layout";

const ADAM = { rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, steps: 30 } as const;

/** @param rest item tables and shared layers, as a checkpoint holds them */
export function frozenModel(model: ModelName, items: number, rest: Float32Array): FrozenModel {
  const spec = modelSpec(model, 1, items);
  const weights = new Float32Array(spec.size);
  putRest(spec, weights, rest);
  const tensor = (name: string) => Float64Array.from(tensorOf(spec, weights, name));
  return requirePart(model, "foldIn", "membership attacks").frozen(items, tensor);
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
