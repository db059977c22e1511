/** The score of BPR matrix factorisation (Rendle et al. 2009, Section 4.3.1): the product of two rows. */

import type * as tf from "@tensorflow/tfjs";
import { product, rows } from "../layers";
import type { Weights } from "../tensors";

/** Ids `batch`; result `batch`, any number. */
export function bpr(weights: Weights, users: tf.Tensor1D, items: tf.Tensor1D): tf.Tensor1D {
  return product(rows(weights.user_emb, users), rows(weights.item_emb, items));
}
