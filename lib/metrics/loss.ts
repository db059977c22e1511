/** Binary cross-entropy (Section 2.3), of which the test loss is the mean over held-out ratings. */

import { log } from "../numeric";
import { HIGHEST_RATING } from "./lists";

/** Predictions are held this far from 0 and 1, so that no logarithm diverges (protocol section 2). */
const CLIP = 1e-6;

/** Binary cross-entropy of one prediction. @param label in [0, 1] */
export function crossEntropy(label: number, prediction: number): number {
  const p = Math.min(Math.max(prediction, CLIP), 1 - CLIP);
  return -(label * log(p) + (1 - label) * log(1 - p));
}

/** The sum over some ratings. @param label what a prediction is held against: r / 5, or 1 */
export function lossOf(label: "rating" | "implicit", ratings: Float32Array, scores: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < ratings.length; k++)
    sum += crossEntropy(label === "rating" ? ratings[k] / HIGHEST_RATING : 1, scores[k]);
  return sum;
}
