/**
 * `dmf`: Deep Matrix Factorization, Eq. 1 (Xue et al., "Deep matrix factorization models for recommender
 * systems", 2017): an embedding and a tower of two layers for users, likewise for items, and the cosine of
 * what comes out of them.
 */

import type { Model, TensorEntry } from "../model";
import { EMBEDDING, HIDDEN, OUTPUT } from "../sizes";
import { FrozenDmf } from "./frozen";

/** Parts of a side's tower, in order. */
const PARTS = ["fc1_w", "fc1_b", "fc2_w", "fc2_b"] as const;

const tower = (side: "user" | "item"): TensorEntry[] => [
  [`${side}_fc1_w`, [HIDDEN, EMBEDDING], "shared"],
  [`${side}_fc1_b`, [HIDDEN], "shared"],
  [`${side}_fc2_w`, [OUTPUT, HIDDEN], "shared"],
  [`${side}_fc2_b`, [OUTPUT], "shared"],
];

export const dmf: Model = {
  title: "Deep Matrix Factorization",
  embeddingSizes: [EMBEDDING],
  embeddingScale: 0.01,
  samples: "points",
  graph: false,
  tensors: ({ users, items }) => [
    ["user_emb", [users, EMBEDDING], "user"],
    ["item_emb", [items, EMBEDDING], "item"],
    ...tower("user"),
    ...tower("item"),
  ],
  forward: async () => (await import("./forward.js")).dmf,
  // x, h, active, a, scale, ga, gx of train_dmf.ts
  kernel: { name: "train_dmf", slotBytes: () => [64, 256, 8, 128, 4, 128, 64], gradients: [6] },
  foldIn: {
    row: EMBEDDING,
    output: OUTPUT,
    bind(kernel, place, tensor) {
      const towerOf = (side: string) => place(...PARTS.map((part) => tensor(`${side}_${part}`)));
      const at = { user: towerOf("user"), item: towerOf("item") };
      return (side) => kernel.setDmf(at[side]);
    },
    predictor: () => (_row, output, itemOutputs, at) => {
      let sum = 0;
      for (let d = 0; d < output.length; d++) sum += output[d] * itemOutputs[at + d];
      return sum;
    },
    frozen: (items, tensor) => new FrozenDmf(items, tensor),
  },
  aggregation: { parts: () => [OUTPUT] },
};
