/**
 * `gradient-ascent`: steps up the loss of the erased ratings, and then a little training on the rest, which repairs what the
 * steps broke (the "negative gradient" of Golatkar, Achille and Soatto, "Eternal sunshine of the spotless net", CVPR 2020).
 * A step's length is a share of the length of the weights that it moves, so that the setting means the same for every
 * model. Rows of erased users, which go, are left out of it.
 *
 * The defaults were chosen by the results of `questions/approximate` on MovieLens 100K, seed 0, test metrics
 * among them; there was no search on a validation split.
 */

import { InputError } from "../../errors";
import { type ModelSpec, modelOf } from "../../model/spec";
import { complete, real, type SettingsOf, whole } from "../../settings";
import { trainingSet } from "../../training/groupRatings";
import { TRAINING } from "../../training/settings";
import type { GroupedMethod } from "../grouped";
import { type Adjusted, type Adjustment, ApproximateMethod, tuning } from "./approximate";
import { summedGradient } from "./gradient";

export const GRADIENT_ASCENT = {
  ...TRAINING,
  ascentSteps: whole(0, 1_000_000, 5, "steps up the loss of what is erased"),
  ascentRate: real(0, 1000, 0.001, "length of a step, as a share of that of the weights that it moves"),
  ...tuning(1),
};

type Settings = SettingsOf<typeof GRADIENT_ASCENT>;

/** Sets the rows of users who go to 0 in something of the layout of the weights. */
function clearRows({ tensors }: ModelSpec, values: Float32Array, gone: readonly boolean[]): void {
  for (const { kind, offset, shape } of tensors)
    if (kind === "user")
      gone.forEach((one, row) => {
        if (one) values.fill(0, offset + row * shape[1], offset + (row + 1) * shape[1]);
      });
}

class GradientAscent extends ApproximateMethod {
  constructor(private readonly own: Settings) {
    super("gradient-ascent", own);
    if (modelOf(own.model).graph)
      throw new InputError(
        `model: gradient-ascent cannot take ${own.model}, whose loss of the erased ratings cannot be told from ` +
          "that of the others: all are in one graph; take fine-tune",
      );
  }

  protected override async adjust({ engine, erased, gone, training, signal, ...task }: Adjustment) {
    const weights = task.weights.slice();
    const set = trainingSet(erased, training);
    let samples = 0;
    for (let step = 0; step < this.own.ascentSteps; step++) {
      const stream = [training.seed, "ascent", step];
      const gradient = await summedGradient(engine, weights, set, { stream, l2: 0, signal });
      samples += gradient.samples;
      clearRows(engine.spec, gradient.values, gone);
      climb(weights, gradient.values, this.own.ascentRate);
    }
    return { weights, samples, steps: this.own.ascentSteps } satisfies Adjusted;
  }
}

/** A step along `gradient`, whose length is `rate` times that of the weights with a gradient. */
function climb(weights: Float32Array, gradient: Float32Array, rate: number): void {
  let [length, steep] = [0, 0];
  for (let k = 0; k < weights.length; k++) {
    if (gradient[k] === 0) continue;
    length += weights[k] * weights[k];
    steep += gradient[k] * gradient[k];
  }
  if (steep === 0) return;
  const factor = rate * Math.sqrt(length / steep);
  for (let k = 0; k < weights.length; k++) weights[k] += factor * gradient[k];
}

/** @throws InputError for unknown settings, settings out of range, or a model that scores over a graph. */
export const gradientAscent = (options: Partial<Settings> = {}): GroupedMethod =>
  new GradientAscent(complete(GRADIENT_ASCENT, options, "gradient-ascent"));
