/** Test loss: mean binary cross-entropy (Section 2.3) over held-out pairs, overall and by group of users. */

import { InputError } from "../errors";
import { log } from "../numeric";
import { HIGHEST_RATING } from "./ranking";

const CLIP = 1e-6; // predictions are held this far from 0 and 1, so that no logarithm diverges (protocol section 2)

/** Binary cross-entropy of one prediction. @param label in [0, 1] */
export function crossEntropy(label: number, prediction: number): number {
  const p = Math.min(Math.max(prediction, CLIP), 1 - CLIP);
  return -(label * log(p) + (1 - label) * log(1 - p));
}

/** Adds up the loss user by user, overall and by group. */
export class LossSums {
  pairs = 0;
  private sum = 0;
  private readonly groupSums: Float64Array;
  private readonly groupPairs: Float64Array;

  constructor(
    private readonly label: "rating" | "implicit",
    private readonly groups?: ArrayLike<number>,
    groupCount = 0,
  ) {
    this.groupSums = new Float64Array(groupCount);
    this.groupPairs = new Float64Array(groupCount);
  }

  add(user: number, ratings: Float32Array, scores: Float32Array): void {
    let sum = 0;
    for (let k = 0; k < ratings.length; k++)
      sum += crossEntropy(this.label === "rating" ? ratings[k] / HIGHEST_RATING : 1, scores[k]);
    this.sum += sum;
    this.pairs += ratings.length;
    if (!this.groups) return;
    const group = this.groups[user];
    if (!(group >= 0 && group < this.groupSums.length))
      throw new InputError(`evaluate: group ${group} of user ${user} is not one of ${this.groupSums.length}`);
    this.groupSums[group] += sum;
    this.groupPairs[group] += ratings.length;
  }

  means(): { loss: number; lossByGroup?: (number | null)[] } {
    const loss = this.sum / this.pairs;
    if (!this.groups) return { loss };
    const lossByGroup = Array.from(this.groupSums, (sum, g) =>
      this.groupPairs[g] ? sum / this.groupPairs[g] : null,
    );
    return { loss, lossByGroup };
  }
}
