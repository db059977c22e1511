/** Every method, and every way of it that keeps other things on disk, as settings of `learn`: small, for tests of folders. */

import type { LearnSettings } from "../../lib/unlearning/api";

const trained: LearnSettings = { epochs: 3, batchSize: 32 };
const sharded: LearnSettings = { ...trained, groups: 3, grouping: "rand" };
const grouped: LearnSettings = { ...sharded, order: "random" };
const fold = { foldSteps: 6, foldRate: 0.05, foldRidge: 2 } as const;
const core: LearnSettings = { ...trained, method: "core-fold-in", corePercent: 40, ...fold };
const receraser: LearnSettings = { ...trained, method: "receraser", groups: 3, aggregationEpochs: 2 };

export const EVERY_METHOD: readonly (readonly [name: string, settings: LearnSettings])[] = [
  ["retrain", { ...trained, method: "retrain" }],
  ["laser", { ...grouped, method: "laser" }],
  ["laser, NMF, carried optimizer", { ...grouped, method: "laser", model: "nmf", optimizer: "carried" }],
  ["c-sisa", { ...sharded, method: "c-sisa" }],
  ["refresh", { ...grouped, method: "refresh", ...fold }],
  ["core-fold-in, no item step", { ...core, itemStep: "none" }],
  ["core-fold-in, item rows", { ...core, itemStep: "items", itemSteps: 6, itemRate: 0.05, itemRidge: 2 }],
  ["core-fold-in, item ridge", { ...core, itemStep: "ridge", itemLambda: 2 }],
  ["ease", { method: "ease", lambda: 5 }],
  ["gaussian", { method: "gaussian", rank: 4 }],
  ["receraser, users", { ...receraser, partition: "ubp" }],
  ["receraser, items", { ...receraser, partition: "ibp" }],
  ["receraser, interactions", { ...receraser, partition: "inbp" }],
  ["ultrare", { ...trained, method: "ultrare", groups: 3 }],
];
