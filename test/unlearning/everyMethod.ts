/** Every exact method, and every way of it that keeps other things, as settings of `learn`: small, for tests of exactness and of folders. */

import type { Json } from "../../lib/training/store";
import type { LearnSettings } from "../../lib/unlearning/api";
import type { MethodFrame, SystemFrame } from "../../lib/unlearning/frame";
import { METHOD_NAMES, METHODS, methodOf } from "../../lib/unlearning/methods";

const trained: LearnSettings = { epochs: 2, batchSize: 32 };
const sharded: LearnSettings = { ...trained, groups: 3, grouping: "rand" };
const grouped: LearnSettings = { ...sharded, order: "random" };
const fold = { foldSteps: 6, foldRate: 0.05, foldRidge: 2 } as const;
const items = { itemStep: "items", itemSteps: 6, itemRate: 0.05, itemRidge: 2 } as const;
const ridge = { itemStep: "ridge", itemLambda: 2 } as const;
const negatives = (count: number) => ({ label: "implicit", negatives: count }) as const;

const laser: LearnSettings = { ...grouped, method: "laser" };
const retrain: LearnSettings = { ...trained, method: "retrain" };
const cSisa: LearnSettings = { ...sharded, method: "c-sisa" };
const refresh: LearnSettings = { ...grouped, ...fold, method: "refresh" };
const core: LearnSettings = { ...trained, ...fold, method: "core-fold-in", corePercent: 40 };
const active = { core: "activity", coreRatings: 8 } as const;
const coreAls: LearnSettings = { ...trained, method: "core-als", corePercent: 40, alsRidge: 2 };
const receraser: LearnSettings = { ...trained, method: "receraser", groups: 3, aggregationEpochs: 2 };
const ultrare: LearnSettings = { ...trained, method: "ultrare", groups: 3 };

const bpr = { model: "bpr", label: "implicit" } as const;
const lightgcn = { model: "lightgcn", label: "implicit" } as const;

type List = readonly (readonly [name: string, settings: LearnSettings])[];

/** These go through every request, every step on disk, and kills. */
export const EVERY_METHOD: List = [
  ["retrain", retrain],
  ["laser", laser],
  ["laser, NMF, carried optimizer", { ...laser, model: "nmf", optimizer: "carried" }],
  ["laser, CBKM, hard to easy", { ...laser, grouping: "cbkm", order: "hardToEasy" }],
  ["laser, LightGCN", { ...laser, ...lightgcn }],
  ["c-sisa", cSisa],
  ["c-sisa, own, NMF", { ...cSisa, scoring: "own", model: "nmf" }],
  ["refresh", refresh],
  ["core-fold-in, no item step", { ...core, itemStep: "none" }],
  ["core-fold-in, item rows", { ...core, ...items }],
  ["core-fold-in, item ridge", { ...core, ...ridge }],
  ["core-als, LightGCN", { ...coreAls, ...lightgcn }],
  ["ease", { method: "ease", lambda: 5 }],
  ["gaussian", { method: "gaussian", shrinkage: 5, rank: 4 }],
  ["item-knn", { method: "item-knn", neighbours: 4, shrinkage: 2 }],
  ["receraser, users", { ...receraser, partition: "ubp" }],
  ["receraser, items", { ...receraser, partition: "ibp" }],
  ["receraser, interactions", { ...receraser, partition: "inbp", unseen: "attend" }],
  ["ultrare", ultrare],
];

/** Other settings, one or two at a time: these go through one erasure of every kind at once. */
export const VARIANTS: List = [
  ["laser, NMF", { ...laser, model: "nmf" }],
  ["laser, carried optimizer", { ...laser, optimizer: "carried" }],
  ["laser, groups of equal ratings", { ...laser, balance: "ratings" }],
  ["laser, BKM, easy to hard", { ...laser, grouping: "bkm", order: "easyToHard" }],
  [
    "laser, BKM by rho of the embedding",
    { ...laser, grouping: "bkm", order: "easyToHard", cohesionSpace: "embedding" },
  ],
  ["laser, by ratings", { ...laser, order: "ratingsDescending" }],
  ["laser, divided epochs", { ...laser, epochs: 7, epochsPerGroup: "divided" }],
  ["laser, sampled negatives", { ...laser, ...negatives(2) }],
  ["laser, NMF, sampled negatives", { ...laser, ...negatives(1), model: "nmf" }],
  ["laser, ridge penalty", { ...laser, l2: 0.01 }],
  ["laser, unit start", { ...laser, initialisation: "unit" }],
  ["laser, literal start", { ...laser, initialisation: "literal" }],
  ["laser, TensorFlow.js", { ...laser, engine: "tfjs", epochs: 1 }],
  ["laser, TensorFlow.js, NMF", { ...laser, engine: "tfjs", model: "nmf", epochs: 1 }],
  ["retrain, NMF", { ...retrain, model: "nmf" }],
  ["retrain, BPR", { ...retrain, ...bpr }],
  ["retrain, LightGCN", { ...retrain, ...lightgcn }],
  ["laser, BPR", { ...laser, ...bpr, l2: 0.01 }],
  ["laser, BPR, carried optimizer", { ...laser, ...bpr, optimizer: "carried" }],
  ["laser, LightGCN, carried optimizer", { ...laser, ...lightgcn, optimizer: "carried" }],
  ["laser, LightGCN of 64, ridge penalty", { ...laser, ...lightgcn, embeddingSize: 64, l2: 0.01 }],
  ["c-sisa, merged, BPR", { ...cSisa, ...bpr }],
  ["c-sisa, own, BPR", { ...cSisa, ...bpr, scoring: "own" }],
  ["c-sisa, merged, LightGCN", { ...cSisa, ...lightgcn }],
  ["c-sisa, own, LightGCN", { ...cSisa, ...lightgcn, scoring: "own" }],
  ["ultrare, BPR", { ...ultrare, ...bpr }],
  ["ultrare, LightGCN", { ...ultrare, ...lightgcn }],
  ["c-sisa, shared start", { ...cSisa, start: "shared" }],
  ["c-sisa, sampled negatives", { ...cSisa, ...negatives(2) }],
  ["refresh, NMF", { ...refresh, model: "nmf" }],
  ["core-fold-in, item rows, NMF", { ...core, ...items, model: "nmf" }],
  ["core-fold-in, item ridge, NMF", { ...core, ...ridge, model: "nmf" }],
  ["core-fold-in, item ridge, user step", { ...core, ...ridge, userStep: "ridge" }],
  [
    "core-fold-in, all steps, NMF, negatives",
    { ...core, ...ridge, ...negatives(1), userStep: "ridge", userLambda: 2, model: "nmf" },
  ],
  ["core-fold-in by activity, item rows", { ...core, ...items, ...active }],
  ["core-fold-in by activity, item ridge", { ...core, ...ridge, ...active }],
  ["core-fold-in, item rows, negatives", { ...core, ...items, ...negatives(2), l2: 0.01 }],
  ["core-fold-in, item ridge, negatives", { ...core, ...ridge, ...negatives(1) }],
  ["core-als by activity, three sweeps", { ...coreAls, ...lightgcn, ...active, sweeps: 3 }],
  ["core-als, BPR of 64", { ...coreAls, ...bpr, embeddingSize: 64, unobserved: 0.1 }],
  ["ease, implicit", { method: "ease", label: "implicit", lambda: 5 }],
  ["item-knn, implicit", { method: "item-knn", label: "implicit", neighbours: 3, shrinkage: 0 }],
  ["receraser, users, NMF, all shards attend", { ...receraser, unseen: "attend", model: "nmf" }],
  ["receraser, items, shared start", { ...receraser, partition: "ibp", start: "shared" }],
  ["receraser, items, NMF, negatives", { ...receraser, ...negatives(1), partition: "ibp", model: "nmf" }],
  [
    "receraser, interactions, NMF, negatives",
    { ...receraser, ...negatives(2), partition: "inbp", model: "nmf" },
  ],
  ["receraser, users, BPR", { ...receraser, ...bpr }],
  [
    "receraser, users, BPR of 64, all shards attend",
    { ...receraser, ...bpr, embeddingSize: 64, unseen: "attend" },
  ],
  ["receraser, users, LightGCN", { ...receraser, ...lightgcn }],
  ["receraser, items, LightGCN", { ...receraser, ...lightgcn, partition: "ibp" }],
  ["receraser, interactions, LightGCN", { ...receraser, ...lightgcn, partition: "inbp", unseen: "attend" }],
  ["receraser, one shard", { ...receraser, groups: 1 }],
  ["ultrare, NMF, shared start", { ...ultrare, start: "shared", model: "nmf" }],
  ["ultrare, negatives", { ...ultrare, ...negatives(2) }],
];

/** Names of the methods that call themselves exact. */
export const EXACT_METHODS = METHOD_NAMES.filter((name) => METHODS[name].exact);

/** The method that `learn` would make of such settings. */
export const methodFrom = ({ method = "laser", ...settings }: LearnSettings): MethodFrame<SystemFrame> =>
  methodOf(method, settings as Json) as MethodFrame<SystemFrame>;
