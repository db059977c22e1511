/**
 * The two models as data: which tensors they have, of which shape, and where each stands in one flat Float32Array.
 * Every engine, checkpoint and certificate reads this one layout. Mathematics: dmf.ts, nmf.ts. Section 2.3 of LASER.
 */

import { requireInteger, requireOneOf } from "../errors";

/** Deep Matrix Factorization and Neural Matrix Factorization. */
export const MODEL_NAMES = ["dmf", "nmf"] as const;
/** `dmf`: Deep Matrix Factorization, Eq. 1 (Xue et al. 2017). `nmf`: Neural Matrix Factorization, Eq. 2 (He et al. 2017). */
export type ModelName = (typeof MODEL_NAMES)[number];

/** Sizes of Section 4.2: embedding 16, layers (64, 32). */
export const EMBEDDING = 16;
export const HIDDEN = 64;
export const OUTPUT = 32;

/** One tensor of a model. */
export interface TensorSpec {
  readonly name: string;
  /** row-major; linear weights are [out][in] */
  readonly shape: readonly number[];
  /** where it begins in the flat weights, in floats */
  readonly offset: number;
  readonly size: number;
  /** `user` and `item`: an embedding table with one row a user or item; `shared`: every sample uses all of it. */
  readonly kind: "user" | "item" | "shared";
}

/** A model as data: its tensors and where they stand in the weights. */
export interface ModelSpec {
  readonly model: ModelName;
  readonly users: number;
  readonly items: number;
  readonly tensors: readonly TensorSpec[];
  /** floats in the whole model */
  readonly size: number;
}

/** Tensors of a tower (DMF), in order. */
const tower = (side: "user" | "item") =>
  [
    [`${side}_fc1_w`, [HIDDEN, EMBEDDING], "shared"],
    [`${side}_fc1_b`, [HIDDEN], "shared"],
    [`${side}_fc2_w`, [OUTPUT, HIDDEN], "shared"],
    [`${side}_fc2_b`, [OUTPUT], "shared"],
  ] as const;

/**
 * The layout of a model over `users` x `items`.
 * @throws InputError for an unknown model or a count that is not a positive integer.
 */
export function modelSpec(model: ModelName, users: number, items: number): ModelSpec {
  requireOneOf(model, MODEL_NAMES, "model");
  requireInteger(users, 1, 2 ** 31, "users");
  requireInteger(items, 1, 2 ** 31, "items");
  const list: readonly (readonly [string, readonly number[], TensorSpec["kind"]])[] =
    model === "dmf"
      ? [
          ["user_emb", [users, EMBEDDING], "user"],
          ["item_emb", [items, EMBEDDING], "item"],
          ...tower("user"),
          ...tower("item"),
        ]
      : [
          ["user_gmf", [users, EMBEDDING], "user"],
          ["item_gmf", [items, EMBEDDING], "item"],
          ["user_mlp", [users, OUTPUT], "user"],
          ["item_mlp", [items, OUTPUT], "item"],
          ["fc1_w", [OUTPUT, 2 * OUTPUT], "shared"],
          ["fc1_b", [OUTPUT], "shared"],
          ["out_w", [1, EMBEDDING + OUTPUT], "shared"],
          ["out_b", [1], "shared"],
        ];
  let offset = 0;
  const tensors = list.map(([name, shape, kind]): TensorSpec => {
    const size = shape.reduce((product, length) => product * length, 1);
    const tensor = { name, shape, kind, offset, size };
    offset += size;
    return tensor;
  });
  return { model, users, items, tensors, size: offset };
}

/** The tensor of this name, as a view (no copy) into flat weights. */
export function tensorOf(spec: ModelSpec, weights: Float32Array, name: string): Float32Array {
  const tensor = spec.tensors.find((candidate) => candidate.name === name);
  if (!tensor) throw new Error(`model ${spec.model} has no tensor ${name}`);
  return weights.subarray(tensor.offset, tensor.offset + tensor.size);
}
