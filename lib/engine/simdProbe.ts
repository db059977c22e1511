/**
 * A small training through every hot function of a kernel: more rows than a tile, odd numbers of rows, a last
 * batch that is smaller, a penalty. The engine holds a packed kernel against the plain one on it
 * (kernels/instantiate.ts).
 */

import { type ModelSpec, modelOf, modelSpec } from "../model/spec";
import type { AdamSettings, TrainingSet } from "./engine";

const USERS = 79;
const ITEMS = 67;

export interface ProbeCase {
  readonly spec: ModelSpec;
  readonly weights: Float32Array;
  readonly set: TrainingSet;
  readonly adam: AdamSettings;
  readonly batchSize: number;
  readonly epochs: number;
}

/** The case of a model. */
export function probeCase(model: ModelSpec["model"]): ProbeCase {
  const spec = modelSpec(model, USERS, ITEMS);
  const users: number[] = [];
  const items: number[] = [];
  for (let pair = 0; pair < USERS * ITEMS; pair++) {
    if ((pair * 7919) % 13 > 1) continue;
    users.push(Math.floor(pair / ITEMS));
    items.push(pair % ITEMS);
  }
  const rated = { users: Uint32Array.from(users), items: Uint32Array.from(items) };
  const labels = Float32Array.from(users, (_, k) => ((k * 31) % 11) / 10);
  return {
    spec,
    weights: Float32Array.from({ length: spec.size }, (_, k) => (((k * 7919) % 1009) - 504) / 2520),
    set:
      modelOf(model).samples === "pairs"
        ? { kind: "pairs", ...rated }
        : { kind: "points", ...rated, labels, negatives: 1 },
    adam: { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    batchSize: 301,
    epochs: 2,
  };
}
