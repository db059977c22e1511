/** Two models of nobody's, for tests: one is trained on pairs, the other scores over the graph of ratings. */

import * as tf from "@tensorflow/tfjs";
import { rows } from "../../lib/model/layers";
import type { Model } from "../../lib/model/model";
import { registerModel } from "../../lib/model/models";
import type { Forward } from "../../lib/model/tensors";

const common = { embeddingSizes: [16], embeddingScale: 0.1 } as const;

/** A product of embeddings and a bias of the item, trained on pairs. */
const pairs: Model = {
  ...common,
  title: "toy trained on pairs",
  samples: "pairs",
  graph: false,
  tensors: ({ users, items, embeddingSize }) => [
    ["user_emb", [users, embeddingSize], "user"],
    ["item_emb", [items, embeddingSize], "item"],
    ["item_bias", [items, 1], "item"],
  ],
  forward: async (): Promise<Forward> => (weights, users, items) => {
    const products = tf.mul(rows(weights.user_emb, users), rows(weights.item_emb, items)); // batch x 16
    return tf.add<tf.Tensor1D>(tf.sum(products, 1), tf.squeeze(rows(weights.item_bias, items), [1]));
  },
};

/** A user is the sum of the items rated; trained on points. */
const graph: Model = {
  ...common,
  title: "toy over a graph",
  samples: "points",
  graph: true,
  tensors: ({ users, items, embeddingSize }) => [
    ["user_bias", [users, 1], "user"],
    ["item_emb", [items, embeddingSize], "item"],
    ["out_b", [1], "shared"],
  ],
  forward: async (): Promise<Forward> => (weights, users, items, edges) => {
    const sent = tf.mul(rows(weights.item_emb, edges.items), edges.weights); // edges x 16
    const count = weights.user_bias.shape[0];
    const sums = tf.unsortedSegmentSum(sent, edges.users, count) as tf.Tensor2D; // users x 16
    const products = tf.mul(rows(sums, users), rows(weights.item_emb, items)); // batch x 16
    const bias = tf.add(tf.squeeze(rows(weights.user_bias, users), [1]), weights.out_b); // batch
    return tf.sigmoid(tf.add<tf.Tensor1D>(tf.sum(products, 1), bias));
  },
};

export const TOY_PAIRS = registerModel("toy-pairs", pairs);
export const TOY_GRAPH = registerModel("toy-graph", graph);
