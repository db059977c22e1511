/**
 * `lightgcn`: He, Deng, Wang, Li, Zhang and Wang, "LightGCN: simplifying and powering graph convolution
 * network for recommendation", 2020. Embeddings are smoothed over the bipartite graph of the ratings, three
 * layers deep, and the score is the product of the smoothed rows; trained on pairs as `bpr` is, with the
 * penalty on the embeddings themselves.
 *
 * What the graph is when a model must be able to forget:
 *  - Training goes by the graph of the ratings that it may see. A group of LASER, and a shard of C-SISA, has
 *    a graph of its own users alone: degrees and neighbours say nothing of anybody else.
 *  - LASER carries the items' embeddings from group to group, as it does with every model; a user's embedding
 *    is trained with the user's own group and then stands.
 *  - Scores are read from the graph of all ratings that the system has at that time (unlearning/ensemble.ts),
 *    with the embeddings of the last checkpoint: it may have seen all of these users. Nothing is trained on
 *    that graph, so forgetting a user takes their edges out and leaves the groups before theirs as they are,
 *    to the bit.
 *  - C-SISA `merged` does so with the items of each shard in turn and takes the mean; `own` scores a user by
 *    the items and over the graph of the user's own shard.
 *  - So LASER stays behind its Retrain (MovieLens 100K, seed 0, S = 8, rate .005: fullRank NDCG@10 .237 and .267), in every
 *    order; groups that make as many steps as Retrain (batches of 128) close the gap on Amazon Digital Music (.1055 and
 *    .1058) and not there. Training a group over the ratings of the groups before it as well would be as exact; it is not
 *    done.
 *  - RecEraser's attention is given what each shard makes of its embeddings over the graph of its own
 *    ratings.
 *
 * Differences from the paper: one item is drawn per rating and epoch; no dropout (nor has the paper any).
 */

import { type Model, NO_LAYER } from "../model";
import { smooth } from "./smooth";

export const lightgcn: Model = {
  title: "LightGCN",
  embeddingSizes: [16, 32, 64, 128],
  embeddingScale: 0.1, // as in the authors' public code
  samples: "pairs",
  graph: true,
  tensors: ({ users, items, embeddingSize }) => [
    ["user_emb", [users, embeddingSize], "user"],
    ["item_emb", [items, embeddingSize], "item"],
  ],
  forward: async () => (await import("./forward.js")).lightgcn,
  // rows and their gradients; smoothing spreads them over all rows
  kernel: { name: "train_lightgcn", slotBytes: (size) => [4 * size, 4 * size], gradients: "dense" },
  aggregation: { parts: (size) => [size], outputLayer: () => NO_LAYER, vectors: smooth },
};
