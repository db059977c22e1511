/**
 * `bpr`: matrix factorisation under the criterion of Rendle, Freudenthaler, Gantner and Schmidt-Thieme, "BPR:
 * Bayesian personalized ranking from implicit feedback", 2009: the score is the product of a user's and an
 * item's embedding.
 *
 * Differences from the paper:
 *  1. Adam on batches takes the place of stochastic gradient steps on single triples.
 *  2. An epoch takes every rating once, with one item drawn for it; the paper draws triples with replacement.
 *  3. One penalty for all rows (setting `l2`), as the mean over the batch of half the squares of the three
 *     rows of a sample; no bias of the items.
 */

import { type Model, NO_LAYER } from "../model";

export const bpr: Model = {
  title: "BPR matrix factorisation",
  embeddingSizes: [16, 32, 64, 128],
  embeddingScale: 0.1,
  samples: "pairs",
  graph: false,
  tensors: ({ users, items, embeddingSize }) => [
    ["user_emb", [users, embeddingSize], "user"],
    ["item_emb", [items, embeddingSize], "item"],
  ],
  forward: async () => (await import("./forward.js")).bpr,
  // rows and their gradients
  kernel: { name: "train_bpr", slotBytes: (size) => [4 * size, 4 * size], gradients: [1] },
  aggregation: { parts: (size) => [size], outputLayer: () => NO_LAYER, vectors: () => {} },
};
