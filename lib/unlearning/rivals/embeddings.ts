/**
 * Where users and items lie when RecEraser partitions by them: the truncated singular value decomposition of the
 * user-centred ratings, C = U Sigma V^T. A user's row is that of U Sigma, an item's that of V Sigma, so that both weigh a
 * direction by what it explains. (Chen et al. pre-train a weighted matrix factorisation.)
 */

import type { Interactions } from "../../data/interactions";
import { embedUsers } from "../../hypergraph/embedding";
import type { MethodContext } from "../method";

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
  const { values } = await embed(data, { kind: "svd", dim, seed }, { signal: context.signal, onProgress });
  return { dim, users: values, items: itemRows(data, values, dim) };
}

/** V Sigma = C^T U: the sum over an item's raters of their centred rating times their row of U. */
function itemRows(data: Interactions, users: Float32Array, dim: number): Float32Array {
  const { offsets, columns, values } = data.byUser;
  const squares = new Float64Array(dim); // of the singular values
  for (let k = 0; k < users.length; k++) squares[k % dim] += users[k] * users[k];
  const inverse = squares.map((square) => (square > 0 ? 1 / Math.sqrt(square) : 0)); // 0: beyond the rank of C
  const sums = new Float64Array(data.itemIds.length * dim);
  for (let user = 0; user + 1 < offsets.length; user++) {
    const [from, to] = [offsets[user], offsets[user + 1]];
    let sum = 0;
    for (let k = from; k < to; k++) sum += values[k];
    const mean = sum / (to - from);
    for (let k = from; k < to; k++)
      for (let d = 0; d < dim; d++)
        sums[columns[k] * dim + d] += (values[k] - mean) * users[user * dim + d] * inverse[d];
  }
  return Float32Array.from(sums);
}
