/** Small training sets with a known answer: blocks of users who like blocks of items. */

import type { Engine, PointSet, TrainingSet, TrainOptions } from "../../lib/engine/engine";
import { initialWeights } from "../../lib/model/initial";
import { MODEL_NAMES, type ModelName, type ModelSpec, modelOf } from "../../lib/model/spec";
import { Random } from "../../lib/random";

export const USERS = 30;
export const ITEMS = 24;
const BLOCKS = 3;

/** The models that engine simd computes. */
export const KERNEL_MODELS = MODEL_NAMES.filter((model) => modelOf(model).kernel);

export const liked = (user: number, item: number): boolean => user % BLOCKS === item % BLOCKS;

export interface Pairs {
  users: Uint32Array;
  items: Uint32Array;
}

/** Three of four pairs as samples, label 1 inside a block and 0 outside; the fourth is withheld. */
export function plantedBlocks(negatives = 0): { set: PointSet; withheld: Pairs } {
  const random = Random.stream(3, "planted");
  const shown: [number, number][] = [];
  const hidden: [number, number][] = [];
  for (let user = 0; user < USERS; user++)
    for (let item = 0; item < ITEMS; item++) (random.below(4) === 0 ? hidden : shown).push([user, item]);
  const columns = (pairs: [number, number][]) => ({
    users: Uint32Array.from(pairs, ([user]) => user),
    items: Uint32Array.from(pairs, ([, item]) => item),
  });
  const labels = Float32Array.from(shown, ([user, item]) => (liked(user, item) ? 1 : 0));
  return { set: { ...columns(shown), labels, negatives }, withheld: columns(hidden) };
}

/** A few samples that exercise repeats: `users` x `items`, labels in fifths. */
export function someSamples(users: number, items: number, count: number, negatives = 0): PointSet {
  const places = Random.stream(9, "samples").sample(users * items, Math.min(count, users * items));
  return {
    users: Uint32Array.from(places, (place) => Math.floor(place / items)),
    items: Uint32Array.from(places, (place) => place % items),
    labels: Float32Array.from(places, (place) => (1 + (place % 5)) / 5),
    negatives,
  };
}

/**
 * The samples as `model` takes them: points as they are; of pairs the items with a label above 0 are those
 * rated.
 */
export function setFor(model: ModelName, set: PointSet): TrainingSet {
  if (modelOf(model).samples === "points") return set;
  const rated = (ids: Uint32Array) => ids.filter((_, k) => set.labels[k] > 0);
  return { kind: "pairs", users: rated(set.users), items: rated(set.items) };
}

/**
 * Items of a catalogue in which every user has at least one that is not among `items`, where something must
 * be drawn.
 */
export const itemsFor = (model: ModelName, items: number): number =>
  modelOf(model).samples === "points" ? items : items + 1;

export function weightsFor(spec: ModelSpec, seed = 1, kind: "xavier" | "unit" = "xavier"): Float32Array {
  const ids = (count: number) => Array.from({ length: count }, (_, k) => `${k}`);
  return initialWeights(spec, kind, seed, ids(spec.users), ids(spec.items));
}

export const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

export function options(changes: Partial<TrainOptions> = {}): TrainOptions {
  return { batchSize: 64, adam: ADAM, stream: [1, "train"], epochs: 2, ...changes };
}

/** Trains and returns the mean loss of each epoch. */
export async function losses(engine: Engine, set: TrainingSet, changes: Partial<TrainOptions>) {
  const list: number[] = [];
  const onEpoch: TrainOptions["onEpoch"] = ({ loss }) => list.push(loss ?? Number.NaN);
  await engine.train(set, options({ trackLoss: true, onEpoch, ...changes }));
  return list;
}
