/**
 * `nmf`: Neural Matrix Factorization, Eq. 2 (He et al., "Neural collaborative filtering", 2017): a
 * generalised matrix factorization and a perceptron, each with embeddings of its own, joined by one sigmoid
 * unit.
 */

import { exp } from "../../numeric";
import type { Model } from "../model";
import { EMBEDDING, OUTPUT } from "../sizes";
import { FrozenNmf } from "./frozen";

const FACTORS = EMBEDDING;
const HIDDEN = OUTPUT; // units of the perceptron's layer, and floats of each embedding that it reads

export const nmf: Model = {
  title: "Neural Matrix Factorization",
  embeddingSizes: [EMBEDDING],
  embeddingScale: 0.01,
  samples: "points",
  graph: false,
  tensors: ({ users, items }) => [
    ["user_gmf", [users, FACTORS], "user"],
    ["item_gmf", [items, FACTORS], "item"],
    ["user_mlp", [users, HIDDEN], "user"],
    ["item_mlp", [items, HIDDEN], "item"],
    ["fc1_w", [HIDDEN, 2 * HIDDEN], "shared"],
    ["fc1_b", [HIDDEN], "shared"],
    ["out_w", [1, FACTORS + HIDDEN], "shared"],
    ["out_b", [1], "shared"],
  ],
  forward: async () => (await import("./forward.js")).nmf,
  // factors, embedding, part, and their gradients of train_nmf.ts
  kernel: { name: "train_nmf", slotBytes: () => [64, 128, 128, 64, 64, 128, 128], gradients: [4, 6] },
  foldIn: {
    row: FACTORS + HIDDEN,
    output: FACTORS + HIDDEN,
    bind(kernel, place, tensor) {
      const w = place(tensor("fc1_w"));
      const bias = place(tensor("fc1_b"));
      const factors = place(tensor("out_w"), tensor("out_b"));
      const zeros = place(new Float32Array(HIDDEN));
      return (side) =>
        side === "user" ? kernel.setNmf(w, bias, factors) : kernel.setNmf(w + 4 * HIDDEN, zeros, factors);
    },
    predictor(tensor) {
      const [weights, bias] = [tensor("out_w").slice(FACTORS), tensor("out_b")[0]];
      return (row, output, itemOutputs, at) => {
        let sum = 0;
        // the items' factors are weighed by the output layer already
        for (let d = 0; d < FACTORS; d++) sum += row[d] * itemOutputs[at + d];
        for (let d = FACTORS; d < output.length; d++) {
          const z = output[d] + itemOutputs[at + d];
          if (z > 0) sum += z * weights[d - FACTORS];
        }
        return 1 / (1 + exp(-(sum + bias)));
      };
    },
    frozen: (items, tensor) => new FrozenNmf(items, tensor),
  },
  aggregation: {
    parts: () => [FACTORS, HIDDEN],
    outputLayer: (tensor) => ({
      hidden: tensor("out_w").slice(FACTORS, FACTORS + HIDDEN),
      constant: tensor("out_b")[0],
    }),
  },
};
