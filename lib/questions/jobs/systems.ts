/** From a cell to the unlearning method that it names, with every setting of its protocol, and the context it runs in. */

import { performance } from "node:perf_hooks";
import { createEngine } from "../../engine/create";
import type { TrainingSettings } from "../../training/settings";
import { MemoryStore } from "../../training/store";
import { cSisa } from "../../unlearning/cSisa";
import type { GroupedMethod } from "../../unlearning/grouped";
import { laser, retrain } from "../../unlearning/laser";
import type { MethodContext } from "../../unlearning/method";
import type { PlanSettings } from "../../unlearning/planSettings";
import type { Cell, MethodName } from "../cell";
import type { Protocol } from "../protocol";
import { embedder } from "./workbench";

/** Cells that describe a system. */
export type SystemLike = Extract<Cell, { method: MethodName }>;

const GROUPING_OF = { "c-sisa": "rand", "l-rand": "rand", "l-bkm": "bkm", "l-cbkm": "cbkm" } as const;

/** The training settings of a protocol. */
export function trainingOf(
  protocol: Protocol,
  model: SystemLike["model"],
  seed: number,
): Partial<TrainingSettings> {
  const { engine, initialisation, epochs, batchSize, negatives, label, l2, learningRate } = protocol;
  return { model, engine, initialisation, epochs, batchSize, negatives, label, learningRate, l2, seed };
}

/** The plan settings of a protocol. */
export function planOf(
  protocol: Protocol,
  grouping: "rand" | "bkm" | "cbkm",
  groups: number,
  seed: number,
): Partial<PlanSettings> {
  const { order, balance, assignment, embedding, weights, word2vec } = protocol;
  return {
    groups,
    grouping,
    order,
    balance,
    assignment: grouping === "rand" ? "greedy" : assignment,
    embedding,
    weights,
    word2vec,
    seed,
  };
}

/** The method of a cell. @param scoring how C-SISA joins its shards */
export function methodFor(cell: SystemLike, scoring: "merged" | "own" = "merged"): GroupedMethod {
  const { method, protocol, model, groups, seed } = cell;
  const training = trainingOf(protocol, model, seed);
  if (method === "retrain") return retrain(training);
  const { epochsPerGroup, optimizer } = protocol;
  const { order, ...plan } = planOf(protocol, GROUPING_OF[method], groups, seed);
  if (method === "c-sisa")
    return cSisa({ ...plan, ...training, epochsPerGroup, scoring, start: protocol.cSisaStart });
  return laser({ ...plan, ...training, order, epochsPerGroup, optimizer });
}

/** A fresh context with a store in memory. */
export function contextFor(cell: Cell, signal: AbortSignal): MethodContext {
  return {
    store: new MemoryStore(),
    createEngine,
    clock: () => performance.now() / 1000,
    embed: embedder(cell),
    signal,
  };
}
