/** The score of LightGCN (He et al. 2020, Eq. 3, 4 and 6). */

import * as tf from "@tensorflow/tfjs";
import { product, rows } from "../layers";
import type { GraphTensors, Weights } from "../tensors";

const LAYERS = 3;

/**
 * What one side receives over the edges: rows of the other side by `from`, summed at `to`; result `count x
 * k`.
 */
function receive(table: tf.Tensor, from: tf.Tensor1D, to: tf.Tensor1D, edges: GraphTensors, count: number) {
  return tf.unsortedSegmentSum(tf.mul(rows(table, from), edges.weights), to, count);
}

/** The mean of the embeddings and of what each layer makes of them: users x k, items x k. */
export function smoothed(weights: Weights, graph: GraphTensors): [tf.Tensor, tf.Tensor] {
  let [users, items]: tf.Tensor[] = [weights.user_emb, weights.item_emb];
  const [userCount, itemCount] = [users.shape[0], items.shape[0]];
  let [userSum, itemSum] = [users, items];
  for (let layer = 0; layer < LAYERS; layer++) {
    [users, items] = [
      receive(items, graph.items, graph.users, graph, userCount),
      receive(users, graph.users, graph.items, graph, itemCount),
    ];
    [userSum, itemSum] = [tf.add(userSum, users), tf.add(itemSum, items)];
  }
  return [tf.div(userSum, LAYERS + 1), tf.div(itemSum, LAYERS + 1)];
}

/** Ids `batch`; result `batch`, any number. */
export function lightgcn(
  weights: Weights,
  users: tf.Tensor1D,
  items: tf.Tensor1D,
  graph: GraphTensors,
): tf.Tensor1D {
  const [userRows, itemRows] = smoothed(weights, graph);
  return product(rows(userRows, users), rows(itemRows, items));
}
