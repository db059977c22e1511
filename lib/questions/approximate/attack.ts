/**
 * A membership attack that any model of one group is open to: the attacker knows some people's ratings and holds the item
 * tables and shared layers, gives each of them a fresh row, fits the rows to the ratings with all else frozen, and looks
 * how well they fit. What was trained on fits better than what was not; so do the erased, as long as the model remembers.
 * A model of pairs fits well where rated items score above the mean of all. A graph is that of these ratings alone.
 */

import type { Engine } from "../../engine/engine";
import { crossEntropy } from "../../metrics/loss";
import { type ModelSpec, modelOf, modelSpec } from "../../model/spec";
import { exp, log } from "../../numeric";
import { mean } from "../../statistics/statistics";
import { loadFloats } from "../../training/checkpoint";
import { type GroupRatings, pointSet, ratingGraph, trainingSet } from "../../training/groupRatings";
import { initialRows, putRest, putRows } from "../../training/layout";
import type { TrainingSettings } from "../../training/settings";
import { summedGradient } from "../../unlearning/approximate/gradient";
import { startOf } from "../../unlearning/grouped";
import type { MethodContext } from "../../unlearning/method";
import type { Kept } from "./distances";

const STEPS = 40;
const RATE = 0.03;
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/** How well each member of `group` fits into a model: higher for "was trained on". */
export async function fits(
  { system, store }: Kept,
  group: GroupRatings,
  training: TrainingSettings,
  { createEngine, signal }: Pick<MethodContext, "createEngine" | "signal">,
): Promise<number[]> {
  const { model, embeddingSize } = training;
  const spec = modelSpec(model, group.members.length, system.itemIds.length, embeddingSize);
  const engine = await createEngine(training.engine, spec);
  try {
    const weights = new Float32Array(spec.size);
    putRest(spec, weights, loadFloats(store, system.checkpoints[0].rest));
    putRows(spec, weights, 0, initialRows(startOf(training, system.itemIds), group.ids));
    await fitRows(engine, weights, group, training, signal);
    engine.load(weights);
    engine.setGraph(ratingGraph([{ ...group, members: numbered(group) }], spec.users));
    return modelOf(model).samples === "pairs" ? margins(engine, group) : losses(engine, group, training);
  } finally {
    engine.dispose();
  }
}

const numbered = ({ members }: GroupRatings) => Uint32Array.from(members.keys());

/** Steps of Adam on the rows of users alone. */
async function fitRows(
  engine: Engine,
  weights: Float32Array,
  group: GroupRatings,
  training: TrainingSettings,
  signal?: AbortSignal,
): Promise<void> {
  const places = userPlaces(engine.spec);
  const [m, v] = [new Float64Array(places.length), new Float64Array(places.length)];
  const set = trainingSet(group, training);
  for (let step = 1; step <= STEPS; step++) {
    const work = { stream: [training.seed, "attack", step], l2: 0, signal };
    const { values } = await summedGradient(engine, weights, set, work);
    places.forEach((place, k) => {
      m[k] = BETA1 * m[k] + (1 - BETA1) * values[place];
      v[k] = BETA2 * v[k] + (1 - BETA2) * values[place] ** 2;
      const [first, second] = [m[k] / (1 - BETA1 ** step), v[k] / (1 - BETA2 ** step)];
      weights[place] -= (RATE * first) / (Math.sqrt(second) + EPSILON);
    });
  }
}

/** Where the rows of users stand in the weights. */
const userPlaces = ({ tensors }: ModelSpec): number[] =>
  tensors.flatMap(({ kind, offset, size }) =>
    kind === "user" ? Array.from({ length: size }, (_, k) => offset + k) : [],
  );

/** Minus the mean cross-entropy of a member's ratings. */
function losses(engine: Engine, group: GroupRatings, training: TrainingSettings): number[] {
  const { users, items, labels } = pointSet(group, training);
  const predicted = engine.predict(users, items);
  return byMember(group, (k) => -crossEntropy(labels[k], predicted[k]));
}

/** Mean of ln sigmoid(score of a rated item - mean score of all). */
function margins(engine: Engine, group: GroupRatings): number[] {
  const { items } = engine.spec;
  const scores = engine.scoreItems(numbered(group));
  const level = Array.from(group.members, (_, row) => mean(scores.subarray(row * items, (row + 1) * items)));
  return byMember(group, (k, row) => -log(1 + exp(level[row] - scores[row * items + group.items[k]])));
}

/** The mean over each member's ratings. */
const byMember = ({ members, offsets }: GroupRatings, of: (k: number, row: number) => number): number[] =>
  Array.from(members, (_, row) =>
    mean(Array.from({ length: offsets[row + 1] - offsets[row] }, (_, k) => of(offsets[row] + k, row))),
  );
