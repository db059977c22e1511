/**
 * A model's weights in the parts that unlearning cares for: the rows of each group of users, and the rest
 * (item tables and shared layers). A group's rows change only while that group is trained, so consecutive
 * checkpoints share them; an erased user's row is simply not a member of any part. The flat layout itself is
 * lib/model/spec.ts.
 */

import { type Initialisation, initialWeights } from "../model/initial";
import { type ModelName, type ModelSpec, modelSpec, type TensorSpec } from "../model/spec";

const isUser = (tensor: TensorSpec) => tensor.kind === "user";

/** Floats of one user in all user tensors together. */
export function rowWidth(spec: ModelSpec): number {
  return spec.tensors.filter(isUser).reduce((sum, tensor) => sum + tensor.shape[1], 0);
}

/** Everything that is not a user row, in the order of the layout: a copy. */
export function restOf(spec: ModelSpec, weights: Float32Array): Float32Array {
  const rest = new Float32Array(spec.size - spec.users * rowWidth(spec));
  let at = 0;
  for (const { kind, offset, size } of spec.tensors) {
    if (kind === "user") continue;
    rest.set(weights.subarray(offset, offset + size), at);
    at += size;
  }
  return rest;
}

/** The rows of users first .. first + count - 1: tensor after tensor, each count x width; a copy. */
export function rowsOf(spec: ModelSpec, weights: Float32Array, first: number, count: number): Float32Array {
  const rows = new Float32Array(count * rowWidth(spec));
  let at = 0;
  for (const { offset, shape } of spec.tensors.filter(isUser)) {
    const from = offset + first * shape[1];
    rows.set(weights.subarray(from, from + count * shape[1]), at);
    at += count * shape[1];
  }
  return rows;
}

/** Writes `rest` into flat weights: the inverse of `restOf`. */
export function putRest(spec: ModelSpec, weights: Float32Array, rest: Float32Array): void {
  let at = 0;
  for (const { kind, offset, size } of spec.tensors) {
    if (kind === "user") continue;
    weights.set(rest.subarray(at, at + size), offset);
    at += size;
  }
}

/** Flat weights with `rest` in its place and zeros for every user: Float32Array, spec.size. */
export function withRest(spec: ModelSpec, rest: Float32Array): Float32Array {
  const weights = new Float32Array(spec.size);
  putRest(spec, weights, rest);
  return weights;
}

/** Writes rows into flat weights, for users first, first + 1, ...: the inverse of `rowsOf`. */
export function putRows(spec: ModelSpec, weights: Float32Array, first: number, rows: Float32Array): void {
  const count = rows.length / rowWidth(spec);
  let at = 0;
  for (const { offset, shape } of spec.tensors.filter(isUser)) {
    weights.set(rows.subarray(at, at + count * shape[1]), offset + first * shape[1]);
    at += count * shape[1];
  }
}

/** Writes row r of `rows` to user `numbers[r]`. */
export function scatterRows(
  spec: ModelSpec,
  weights: Float32Array,
  numbers: Uint32Array,
  rows: Float32Array,
): void {
  let at = 0;
  for (const { offset, shape } of spec.tensors.filter(isUser)) {
    const width = shape[1];
    for (let r = 0; r < numbers.length; r++, at += width)
      for (let d = 0; d < width; d++) weights[offset + numbers[r] * width + d] = rows[at + d];
  }
}

/** What fresh weights are made from. */
export interface Start {
  readonly model: ModelName;
  /** floats of an embedding; default: the model's */
  readonly embeddingSize?: number;
  readonly initialisation: Initialisation;
  readonly seed: number;
  readonly itemIds: readonly string[];
}

const NOBODY = ["0"]; // a layout has at least one row; these are not used

/** Initial item tables and shared layers. */
export function initialRest(start: Start): Float32Array {
  const spec = modelSpec(start.model, 1, start.itemIds.length, start.embeddingSize);
  return restOf(spec, initialWeights(spec, start.initialisation, start.seed, NOBODY, start.itemIds));
}

/** Initial rows of these users: a function of the seed and each user's own id alone. */
export function initialRows(start: Start, ids: readonly string[]): Float32Array {
  if (ids.length === 0) return new Float32Array(0);
  const spec = modelSpec(start.model, ids.length, 1, start.embeddingSize);
  return rowsOf(spec, initialWeights(spec, start.initialisation, start.seed, ids, NOBODY), 0, ids.length);
}
