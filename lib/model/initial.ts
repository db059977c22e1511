/**
 * Initial weights (Section 4.2; the readings are protocol.md's). Each embedding row is drawn from a stream of
 * its own, named by the original id of its user or item: a model built without some users starts, row for
 * row, from the same bits as one built with them. Without that no two independent systems could ever be
 * compared bit for bit.
 */

import { requireOneOf } from "../errors";
import { Random } from "../random";
import { modelOf } from "./models";
import type { ModelSpec, TensorSpec } from "./spec";

/** The three readings of Section 4.2's sentence on initialisation. */
export const INITIALISATIONS = ["xavier", "literal", "unit"] as const;
/**
 * `xavier`: embeddings N(0, 0.01^2) (or the model's own spread), linear layers Xavier-uniform, zero bias.
 * `literal`: every weight N(0, 0.01^2). `unit`: embeddings N(0, 1), linear layers as in `xavier`.
 */
export type Initialisation = (typeof INITIALISATIONS)[number];

const SMALL = 0.01; // the standard deviation of Section 4.2

/**
 * Fresh weights in the layout of `spec`.
 * @param userIds original ids, one per user row; `itemIds` likewise
 * @returns Float32Array, spec.size
 */
export function initialWeights(
  spec: ModelSpec,
  initialisation: Initialisation,
  seed: number,
  userIds: readonly string[],
  itemIds: readonly string[],
): Float32Array {
  requireOneOf(initialisation, INITIALISATIONS, "initialisation");
  const weights = new Float32Array(spec.size);
  for (const tensor of spec.tensors) {
    const target = weights.subarray(tensor.offset, tensor.offset + tensor.size);
    const stream = Random.stream(seed, "init", tensor.name);
    if (tensor.kind === "shared") fillShared(target, tensor, stream, initialisation);
    else {
      const ids = tensor.kind === "user" ? userIds : itemIds;
      const scale = scaleOf(initialisation, modelOf(spec.model).embeddingScale);
      const width = tensor.shape[1];
      for (let row = 0; row < tensor.shape[0]; row++)
        fillNormal(target.subarray(row * width, (row + 1) * width), stream.fork(ids[row]), scale);
    }
  }
  return weights;
}

const scaleOf = (initialisation: Initialisation, own: number): number =>
  ({ xavier: own, literal: SMALL, unit: 1 })[initialisation];

function fillNormal(target: Float32Array, random: Random, scale: number): void {
  for (let i = 0; i < target.length; i++) target[i] = scale * random.normal();
}

/** Matrices by Glorot and Bengio 2010: uniform on +-sqrt(6 / (in + out)); a bias stays zero. */
function fillShared(
  target: Float32Array,
  tensor: TensorSpec,
  random: Random,
  initialisation: Initialisation,
): void {
  if (initialisation === "literal") fillNormal(target, random, SMALL);
  else if (tensor.shape.length === 2) {
    const bound = Math.sqrt(6 / (tensor.shape[0] + tensor.shape[1]));
    for (let i = 0; i < target.length; i++) target[i] = bound * (2 * random.uniform() - 1);
  }
}
