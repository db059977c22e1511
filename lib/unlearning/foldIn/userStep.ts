/**
 * The user half-step of `coreFoldIn` that may follow a ridge correction of the items (ridge.ts). Items have
 * then learnt from all their raters and users have not heard of it: delta = (V'V + lambda I)^-1 V'e moves a
 * user in the space of the corrected item vectors v = (1, what the item's row gives + beta), e being what the
 * corrected model leaves of the own labels. It is worked out when the user is scored, from the own ratings
 * and the items as they are, and is not kept: there is nothing of it to forget, and an erasure has no work
 * with it. Alternating least squares, ended after one and a half rounds (Zhou et al. 2008).
 */

import { choice, real } from "../../settings";
import { solveInPlace } from "../additive/dense";
import { correction, type Features, LEAST_LAMBDA } from "./ridge";

export const USER_STEP = {
  userStep: choice(
    ["none", "ridge"],
    "none",
    "after itemStep ridge: whether users hear of it when they are scored",
  ),
  userLambda: real(LEAST_LAMBDA, 1e9, 10, "userStep ridge: lambda, in ratings"),
};

/** The corrected vectors of all items: items x (1 + outputs). */
export function itemVectors(itemOutputs: Float32Array, betas: Float32Array, items: number): Float64Array {
  const width = betas.length / items;
  const vectors = Float64Array.from(betas);
  for (let item = 0; item < items; item++) {
    vectors[item * width] = 1;
    for (let d = 1; d < width; d++) vectors[item * width + d] += itemOutputs[item * (width - 1) + d - 1];
  }
  return vectors;
}

/** A user's own ratings as the step sees them. */
export interface OwnSamples {
  readonly items: Uint32Array;
  readonly labels: Float32Array;
  /** the frozen model's predictions of these items */
  readonly predicted: Float64Array;
  readonly features: Features;
}

/** delta of one user. Float64Array, width; zeros without ratings. */
export function solveUser(
  { items, labels, predicted, features }: OwnSamples,
  vectors: Float64Array,
  betas: Float32Array,
  lambda: number,
): Float64Array {
  const width = features.length;
  const normal = new Float64Array(width * width); // its lower triangle
  const delta = new Float64Array(width);
  for (let d = 0; d < width; d++) normal[d * width + d] = lambda;
  items.forEach((item, k) => {
    const at = item * width;
    const left = labels[k] - predicted[k] - correction(features, betas, at);
    for (let i = 0; i < width; i++) {
      const v = vectors[at + i];
      delta[i] += v * left;
      for (let j = 0; j <= i; j++) normal[i * width + j] += v * vectors[at + j];
    }
  });
  solveInPlace(normal, delta, width);
  return delta;
}
