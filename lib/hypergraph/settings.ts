/**
 * The settings of the user embedding (Appendix A, Algorithms 1 and 3), each declared once: those of a plan
 * and of the functions of this room are the same. Where the paper is silent the default is gensim's (Rehurek
 * and Sojka 2010), but for `word2vecSample`, which is 0 and not 0.001: users are the words, and every user's
 * walks are wanted. On MovieLens 1M no user comes near the share where thinning begins (2.6 times the
 * threshold).
 */

import { choice, flag, real, SEED, type SettingsOf, whole } from "../settings";

/** The collaborative embedding, and two controls of the same shape. */
export const EMBEDDING_KINDS = ["collaborative", "svd", "noise"] as const;

/** Readings of Appendix A. */
export const HYPERGRAPH = {
  hyperedgeOrder: whole(2, 1000, 4, "l of Definition 1: users joined by a path of fewer than l vertices"),
  includeSelf: flag(true, "whether a user's hyperedge holds the user"),
  weights: choice(
    ["shared", "overall"],
    "shared",
    "w(i, j) of Appendix A.2: mean rating of j over the items shared with i, or over all",
  ),
  representation: choice(["auto", "bitsets", "items", "mixed"], "auto", "how incidence is kept"),
};

/** Walks of Algorithm 3. */
export const WALK = {
  walks: whole(1, 10_000, 4, "rep of Algorithm 3, walks that start at each user"),
  walkSteps: whole(0, 10_000, 8, "dep of Algorithm 3, steps of a walk"),
};

/** Word2Vec on user sequences (Appendix A.4). */
export const WORD2VEC = {
  dimensions: whole(1, 4096, 16, "M of Appendix A.4, length of an embedding row"),
  word2vec: choice(["cbow", "skipgram"], "cbow", "mode of Word2Vec, Appendix A.4"),
  window: whole(1, 1000, 5, "most words on each side in Word2Vec"),
  word2vecNegatives: whole(1, 1000, 5, "noise words per prediction in Word2Vec"),
  word2vecEpochs: whole(1, 10_000, 5, "epochs of Word2Vec"),
  word2vecRate: real(0, 10, 0.025, "learning rate of Word2Vec at its first sentence"),
  word2vecLeastRate: real(0, 10, 0.0001, "what that falls to, linearly"),
  word2vecSample: real(0, 1, 0, "share of all tokens above which Word2Vec thins a user out; 0 keeps all"),
};

/** An embedding, from the hypergraph to Word2Vec. */
export const EMBEDDING = {
  embedding: choice(EMBEDDING_KINDS, "collaborative", "the user embedding; svd and noise are controls"),
  ...HYPERGRAPH,
  ...WALK,
  ...WORD2VEC,
};
/** The same for an embedding by itself: the seed of a method is that of its embedding. */
export const WHOLE_EMBEDDING = { ...EMBEDDING, seed: SEED };
export type EmbeddingSettings = SettingsOf<typeof WHOLE_EMBEDDING>;
