/**
 * The independent PyTorch cases of test/fixtures/parity.json.gz and parity_pairs.json.gz, in the layout of
 * our models.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { PairSet } from "../../lib/engine/engine";
import { type ModelName, type ModelSpec, modelSpec } from "../../lib/model/spec";

type Nested = number | Nested[];
type Tensors = Record<string, Nested>;

interface ParityFile {
  ratings: [user: number, item: number, rating: number][];
  n_users: number;
  n_items: number;
  batches: number[][];
  models: Record<
    "dmf" | "nmf",
    {
      init: Tensors;
      float32: {
        predictions_before: number[][];
        gradient_step1: Tensors;
        /** weights stand in the first and in the last step */
        steps: { loss: number; weights?: Tensors }[];
        predictions_after: number[][];
      };
      float64: { steps: { loss: number }[]; predictions_after: number[][] };
    }
  >;
}

interface PairsFile {
  l2: number;
  cases: {
    model: ModelName;
    embedding_size: number;
    init: Tensors;
    predictions_before: number[];
    losses: number[];
    weights_after: Tensors;
    predictions_after: number[];
  }[];
}

const read = (name: string) =>
  JSON.parse(gunzipSync(readFileSync(join(__dirname, "../fixtures", name))).toString("utf8"));

export const parity: ParityFile = read("parity.json.gz");
/** Models trained on labels, in parity.json.gz. */
export const PARITY_MODELS = ["dmf", "nmf"] as const;
/** Models trained on pairs. */
export const parityOfPairs: PairsFile = read("parity_pairs.json.gz");

export const parityAdam = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

export function paritySpec(model: ModelName): ModelSpec {
  return modelSpec(model, parity.n_users, parity.n_items);
}

/** Named tensors, flat in the order of the spec. */
export function flat(spec: ModelSpec, tensors: Tensors): Float32Array {
  const weights = new Float32Array(spec.size);
  for (const { name, offset, size } of spec.tensors) {
    const values = [tensors[name]].flat(3) as number[];
    if (values.length !== size) throw new Error(`${name}: ${values.length} values for ${size} places`);
    weights.set(values, offset);
  }
  return weights;
}

/** Every pair of the case, user after user. */
export function allPairs(): { users: Uint32Array; items: Uint32Array } {
  const { n_users, n_items } = parity;
  const n = n_users * n_items;
  return {
    users: Uint32Array.from({ length: n }, (_, k) => Math.floor(k / n_items)),
    items: Uint32Array.from({ length: n }, (_, k) => k % n_items),
  };
}

/**
 * One fixed batch of the case as a training set of its own; the batch size is its length, so its order is
 * free.
 */
export function parityBatch(batch: number) {
  const rows = parity.batches[batch].map((place) => parity.ratings[place]);
  rows.sort(([u, i], [v, j]) => u - v || i - j);
  return {
    users: Uint32Array.from(rows, ([user]) => user),
    items: Uint32Array.from(rows, ([, item]) => item),
    labels: Float32Array.from(rows, ([, , rating]) => rating / 5),
    negatives: 0,
  };
}

/** The same batch for models trained on pairs: every rating counts as liked. */
export function parityPairs(batch: number): PairSet {
  const { users, items } = parityBatch(batch);
  return { kind: "pairs", users, items };
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Infinity;
  for (let k = 0; k < a.length; k++) {
    const difference = Math.abs(a[k] - b[k]);
    if (!(difference <= largest)) largest = difference; // also when it is NaN
  }
  return largest;
}
