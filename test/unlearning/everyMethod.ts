/** Every method, and every way of it that keeps other things on disk, as settings of `learn`: small, for tests of folders. */

import type { LearnSettings } from "../../lib/unlearning/api";

const trained: LearnSettings = { epochs: 3, batchSize: 32 };
const grouped: LearnSettings = { ...trained, groups: 3, grouping: "rand", order: "random" };
const fold = { steps: 6, learningRate: 0.05, ridge: 2 };
const core: LearnSettings = { ...trained, method: "core-fold-in", core: { percent: 40 }, fold };
const receraser: LearnSettings = { ...trained, method: "receraser", groups: 3, aggregationEpochs: 2 };

export const EVERY_METHOD: readonly (readonly [name: string, settings: LearnSettings])[] = [
  ["retrain", { ...trained, method: "retrain" }],
  ["laser", { ...grouped, method: "laser" }],
  ["laser, NMF, carried optimizer", { ...grouped, method: "laser", model: "nmf", optimizer: "carried" }],
  ["c-sisa", { ...grouped, method: "c-sisa" }],
  ["refresh", { ...grouped, method: "refresh", fold }],
  ["core-fold-in, no item step", { ...core, itemStep: "none" }],
  ["core-fold-in, item rows", { ...core, itemStep: { kind: "items", fit: fold } }],
  ["core-fold-in, item ridge", { ...core, itemStep: { kind: "ridge", lambda: 2 } }],
  ["ease", { method: "ease", lambda: 5 }],
  ["gaussian", { method: "gaussian", rank: 4 }],
  ["receraser, users", { ...receraser, partition: "ubp" }],
  ["receraser, items", { ...receraser, partition: "ibp" }],
  ["receraser, interactions", { ...receraser, partition: "inbp" }],
  ["ultrare", { ...trained, method: "ultrare", groups: 3 }],
];
