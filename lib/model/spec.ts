/**
 * A model as data: which tensors it has, of which shape, and where each stands in one flat Float32Array.
 * Every engine, checkpoint and certificate reads this one layout. The tensors themselves are listed in the
 * model's own folder.
 */

import { InputError, requireInteger } from "../errors";
import { type ModelName, modelOf } from "./models";

export { MODEL_NAMES, type ModelName, modelOf } from "./models";

/** One tensor of a model. */
export interface TensorSpec {
  readonly name: string;
  /** row-major; linear weights are [out][in] */
  readonly shape: readonly number[];
  /** where it begins in the flat weights, in floats */
  readonly offset: number;
  readonly size: number;
  /**
   * `user` and `item`: an embedding table with one row per user or item; `shared`: every sample uses all of
   * it.
   */
  readonly kind: "user" | "item" | "shared";
}

/** A model as data: its tensors and where they stand in the weights. */
export interface ModelSpec {
  readonly model: ModelName;
  readonly users: number;
  readonly items: number;
  readonly embeddingSize: number;
  readonly tensors: readonly TensorSpec[];
  /** floats in the whole model */
  readonly size: number;
  /** where the shared tensors begin, in floats: behind all tables */
  readonly shared: number;
}

/**
 * The width of embeddings that a model has, or the one asked for. @throws InputError when the model has no
 * such width.
 */
export function embeddingSizeOf(model: ModelName, wanted?: number): number {
  const { embeddingSizes } = modelOf(model);
  const size = wanted ?? embeddingSizes[0];
  if (!embeddingSizes.includes(size))
    throw new InputError(`embeddingSize: ${size}; model ${model} has ${embeddingSizes.join(", ")}`);
  return size;
}

/**
 * The layout of a model over `users` x `items`.
 * @param wanted width of an embedding; default: the model's
 * @throws InputError for an unknown model, a width that it does not have, or a count that is not a positive
 *   integer.
 */
export function modelSpec(model: ModelName, users: number, items: number, wanted?: number): ModelSpec {
  const embeddingSize = embeddingSizeOf(model, wanted);
  requireInteger(users, 1, 2 ** 31, "users");
  requireInteger(items, 1, 2 ** 31, "items");
  let offset = 0;
  const entries = modelOf(model).tensors({ users, items, embeddingSize });
  const tensors = entries.map(([name, shape, kind]): TensorSpec => {
    const size = shape.reduce((product, length) => product * length, 1);
    const tensor = { name, shape, kind, offset, size };
    offset += size;
    return tensor;
  });
  const shared = tensors.find(({ kind }) => kind === "shared")?.offset ?? offset;
  return { model, users, items, embeddingSize, tensors, size: offset, shared };
}

/** The tensor of this name, as a view (no copy) into flat weights. */
export function tensorOf(spec: ModelSpec, weights: Float32Array, name: string): Float32Array {
  const tensor = spec.tensors.find((candidate) => candidate.name === name);
  if (!tensor) throw new Error(`model ${spec.model} has no tensor ${name}`);
  return weights.subarray(tensor.offset, tensor.offset + tensor.size);
}
