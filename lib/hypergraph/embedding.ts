/**
 * The user embedding that CBKM groups by (Algorithm 1): hypergraph, random walks, Word2Vec. Two control embeddings of
 * the same shape stand beside it, so that what is owed to the collaborative embedding can be told from what any
 * embedding would give: `svd` (16 singular directions of the user-centred ratings) and `noise` (Gaussian with the
 * collaborative embedding's mean and covariance).
 */

import type { Interactions } from "../data/interactions";
import { InputError, requireInteger, requireKnownKeys, requireOneOf } from "../errors";
import { canonicalOrder } from "./canonical";
import { buildHypergraph, type HypergraphSettings } from "./hypergraph";
import { matchingNoise } from "./noise";
import type { WorkOptions } from "./pause";
import { truncatedSvd } from "./svd";
import { randomWalks, type WalkSettings, walkSettings } from "./walk";
import { type Word2VecMode, type Word2VecSettings, word2vec, word2vecSettings } from "./word2vec";

/** The collaborative embedding and its two controls. */
export const EMBEDDING_KINDS = ["collaborative", "svd", "noise"] as const;
/** Name of an embedding. */
export type EmbeddingKind = (typeof EMBEDDING_KINDS)[number];

/** A row of numbers for each user. */
export interface UserEmbedding {
  readonly kind: EmbeddingKind;
  /** M, the length of a row */
  readonly dim: number;
  /** Float32Array, users x dim, row-major, in the numbering of the ratings */
  readonly values: Float32Array;
}

/** Settings of an embedding, from the hypergraph to Word2Vec. */
export interface EmbeddingSettings
  extends HypergraphSettings,
    WalkSettings,
    Omit<Word2VecSettings, "mode" | "seed"> {
  /** Default `collaborative`. */
  readonly kind?: EmbeddingKind;
  /** Mode of Word2Vec. Default `cbow`. */
  readonly word2vec?: Word2VecMode;
}

const HYPERGRAPH_KEYS = ["order", "includeSelf", "weights", "representation"] as const;
const WALK_KEYS = ["rep", "dep"] as const;
const WORD2VEC_KEYS = [
  "dim",
  "window",
  "negatives",
  "epochs",
  "learningRate",
  "minLearningRate",
  "sample",
] as const;
const KEYS = ["kind", "seed", "word2vec", ...HYPERGRAPH_KEYS, ...WALK_KEYS, ...WORD2VEC_KEYS];

/**
 * Embeds the users of the training ratings. The row of a user does not depend on how users and items are numbered.
 * @throws InputError for an unknown or impossible setting; StoppedError when `signal` is raised.
 */
export async function embedUsers(
  train: Interactions,
  settings: EmbeddingSettings,
  options: WorkOptions = {},
): Promise<UserEmbedding> {
  requireKnownKeys(settings, KEYS, "embedding");
  const kind = requireOneOf(settings.kind ?? "collaborative", EMBEDDING_KINDS, "embedding: kind");
  const dim = requireInteger(settings.dim ?? 16, 1, 4096, "embedding: dim");
  if (!Number.isSafeInteger(settings.seed))
    throw new InputError(`embedding: seed: ${String(settings.seed)} is not a whole number`);
  if (train.byUser.columns.length === 0)
    throw new InputError("embedding: there are no ratings to learn from");

  const { data, userRank } = canonicalOrder(train);
  let values: Float32Array;
  if (kind === "svd") values = (await truncatedSvd(data, dim, settings.seed, options)).embedding;
  else {
    values = await collaborativeVectors(data, settings, options);
    if (kind === "noise") values = matchingNoise(values, dim, data.userIds, settings.seed);
  }
  return { kind, dim, values: inOrder(values, dim, userRank) };
}

/** Algorithm 1, on ratings in canonical order. */
async function collaborativeVectors(
  data: Interactions,
  settings: EmbeddingSettings,
  options: WorkOptions,
): Promise<Float32Array> {
  // checked before the first minute of work, not after it
  const walking = walkSettings({ ...pick(settings, WALK_KEYS), seed: settings.seed });
  const learning = word2vecSettings({
    ...pick(settings, WORD2VEC_KEYS),
    mode: settings.word2vec,
    seed: settings.seed,
  });
  const graph = await buildHypergraph(data, pick(settings, HYPERGRAPH_KEYS), options);
  const walks = await randomWalks(graph, walking, options);
  return word2vec(walks, data.userIds, learning, options);
}

/** The members of `settings` that `keys` names. */
function pick<T extends object, K extends keyof T>(settings: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, settings[key]])) as Pick<T, K>;
}

/** Row rank[u] of `rows` becomes row u. */
function inOrder(rows: Float32Array, dim: number, rank: Uint32Array): Float32Array {
  const result = new Float32Array(rows.length);
  for (let u = 0; u < rank.length; u++)
    result.set(rows.subarray(rank[u] * dim, (rank[u] + 1) * dim), u * dim);
  return result;
}
