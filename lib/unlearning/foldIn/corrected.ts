/**
 * Scores with a correction by item: the model's score plus <features of the user, beta of the item>, kept within
 * [1e-6, 1 - 1e-6] as the model's own are. Features are the integers of ridge.ts: what the statistics were made of.
 */

import type { Scorer } from "../../metrics/evaluate";
import { correction, type Features, fixedFeatures } from "./ridge";

const LEAST = 1e-6;

export class CorrectedScorer implements Scorer {
  private readonly width: number;

  /**
   * @param outputsOf what a user's row gives to a prediction
   * @param betas items x (1 + outputs)
   */
  constructor(
    private readonly model: Scorer,
    private readonly outputsOf: (user: number) => Float32Array,
    private readonly betas: Float32Array,
    private readonly items: number,
  ) {
    this.width = betas.length / items;
  }

  predict(users: Uint32Array, items: Uint32Array): Float32Array {
    const scores = this.model.predict(users, items);
    const known = new Map<number, Features>();
    for (let k = 0; k < users.length; k++) {
      const features = known.get(users[k]) ?? this.features(users[k]);
      known.set(users[k], features);
      scores[k] = this.correct(scores[k], features, items[k]);
    }
    return scores;
  }

  scoreItems(users: Uint32Array): Float32Array {
    const scores = this.model.scoreItems(users);
    users.forEach((user, row) => {
      const features = this.features(user);
      for (let item = 0, at = row * this.items; item < this.items; item++, at++)
        scores[at] = this.correct(scores[at], features, item);
    });
    return scores;
  }

  private features(user: number): Features {
    return fixedFeatures(this.outputsOf(user));
  }

  private correct(score: number, features: Features, item: number): number {
    const sum = score + correction(features, this.betas, item * this.width);
    return Math.max(LEAST, Math.min(1 - LEAST, sum));
  }
}
