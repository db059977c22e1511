/**
 * Where users and items lie when RecEraser partitions by them: the truncated singular value decomposition of the
 * user-centred ratings, C = U Sigma V^T, half of Sigma on either side: P = U Sigma^1/2 and Q = V Sigma^1/2 are what a matrix
 * factorisation with equal and small penalties on both comes to. (Chen et al. pre-train a weighted matrix factorisation.)
 */

import type { Interactions } from "../../data/interactions";
import { embedUsers } from "../../hypergraph/embedding";
import type { MethodContext } from "../method";

/** A squared singular value below this share of the largest is rounding of float32: beyond the rank of C. */
const NEGLIGIBLE = 1e-12;

export interface RatingEmbedding {
  readonly dim: number;
  /** Float32Array, users x dim, row-major */
  readonly users: Float32Array;
  /** Float32Array, items x dim, row-major */
  readonly items: Float32Array;
}

/** @throws InputError when there are no ratings; StoppedError. */
export async function embedRatings(
  data: Interactions,
  dim: number,
  seed: number,
  context: Pick<MethodContext, "embed" | "signal" | "onProgress">,
): Promise<RatingEmbedding> {
  const onProgress = ({ done }: { done: number }) =>
    context.onProgress?.({ stage: "plan", done, text: "plan: embedding" });
  const embed = context.embed ?? embedUsers;
  const { values } = await embed(
    data,
    { embedding: "svd", dimensions: dim, seed },
    { signal: context.signal, onProgress },
  );
  const squares = new Float64Array(dim); // of the singular values, for `values` is U Sigma
  for (let k = 0; k < values.length; k++) squares[k % dim] += values[k] * values[k];
  const least = NEGLIGIBLE * squares.reduce((most, square) => Math.max(most, square), 0);
  const inverseRoots = squares.map((square) => (square > least ? 1 / Math.sqrt(Math.sqrt(square)) : 0));
  const users = values.map((value, k) => value * inverseRoots[k % dim]);
  return { dim, users, items: itemRows(data, users, inverseRoots) };
}

/** V Sigma^1/2 = C^T U Sigma^-1/2 = C^T P Sigma^-1: over an item's raters, their centred rating times their row of P. */
function itemRows(data: Interactions, users: Float32Array, inverseRoots: Float64Array): Float32Array {
  const { offsets, columns, values } = data.byUser;
  const dim = inverseRoots.length;
  const sums = new Float64Array(data.itemIds.length * dim);
  for (let user = 0; user + 1 < offsets.length; user++) {
    const [from, to] = [offsets[user], offsets[user + 1]];
    let sum = 0;
    for (let k = from; k < to; k++) sum += values[k];
    const mean = sum / (to - from);
    for (let k = from; k < to; k++)
      for (let d = 0; d < dim; d++) sums[columns[k] * dim + d] += (values[k] - mean) * users[user * dim + d];
  }
  return Float32Array.from(sums, (sum, k) => sum * inverseRoots[k % dim] * inverseRoots[k % dim]);
}
