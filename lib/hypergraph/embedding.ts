/**
 * The user embedding that CBKM groups by (Algorithm 1): hypergraph, random walks, Word2Vec. Two control
 * embeddings of the same shape stand beside it, so that what is owed to the collaborative embedding can be
 * told from what any embedding would give: `svd` (16 singular directions of the user-centred ratings) and
 * `noise` (Gaussian with the collaborative embedding's mean and covariance).
 */

import type { Interactions } from "../data/interactions";
import { InputError } from "../errors";
import { complete, pick } from "../settings";
import { canonicalOrder } from "./canonical";
import { buildHypergraph } from "./hypergraph";
import { matchingNoise } from "./noise";
import type { WorkOptions } from "./pause";
import { type EmbeddingSettings, HYPERGRAPH, WALK, WHOLE_EMBEDDING, WORD2VEC } from "./settings";
import { truncatedSvd } from "./svd";
import { randomWalks } from "./walk";
import { checkedWord2Vec, word2vec } from "./word2vec";

/** A row of numbers for each user. */
export interface UserEmbedding {
  readonly kind: EmbeddingSettings["embedding"];
  /** M, the length of a row */
  readonly dim: number;
  /** Float32Array, users x dim, row-major, in the numbering of the ratings */
  readonly values: Float32Array;
}

/**
 * Embeds the users of the training ratings. The row of a user does not depend on how users and items are
 * numbered.
 * @throws InputError for an unknown or impossible setting; StoppedError when `signal` is raised.
 */
export async function embedUsers(
  train: Interactions,
  settings: Partial<EmbeddingSettings>,
  options: WorkOptions = {},
): Promise<UserEmbedding> {
  const full = complete(WHOLE_EMBEDDING, settings, "embedding");
  const { embedding: kind, dimensions: dim, seed } = full;
  if (train.byUser.columns.length === 0)
    throw new InputError("embedding: there are no ratings to learn from");

  const { data, userRank } = canonicalOrder(train);
  let values: Float32Array;
  if (kind === "svd") values = (await truncatedSvd(data, dim, seed, options)).embedding;
  else {
    values = await collaborativeVectors(data, full, options);
    if (kind === "noise") values = matchingNoise(values, dim, data.userIds, seed);
  }
  return { kind, dim, values: inOrder(values, dim, userRank) };
}

/** Algorithm 1, on ratings in canonical order. */
async function collaborativeVectors(
  data: Interactions,
  settings: EmbeddingSettings,
  options: WorkOptions,
): Promise<Float32Array> {
  const { seed } = settings;
  // before the first minute of work, not after it
  const learning = checkedWord2Vec({ ...pick(WORD2VEC, settings), seed });
  const graph = await buildHypergraph(data, pick(HYPERGRAPH, settings), options);
  const walks = await randomWalks(graph, { ...pick(WALK, settings), seed }, options);
  return word2vec(walks, data.userIds, learning, options);
}

/** Row rank[u] of `rows` becomes row u. */
function inOrder(rows: Float32Array, dim: number, rank: Uint32Array): Float32Array {
  const result = new Float32Array(rows.length);
  for (let u = 0; u < rank.length; u++)
    result.set(rows.subarray(rank[u] * dim, (rank[u] + 1) * dim), u * dim);
  return result;
}
