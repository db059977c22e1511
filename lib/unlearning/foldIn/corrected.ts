/**
 * Scores with a correction by item: the model's score plus <features of the user, beta of the item>, and plus
 * <delta of the user, vector of the item> where users take their half-step; kept within [1e-6, 1 - 1e-6] as
 * the model's own are. Features are the integers of ridge.ts: what the statistics were made of.
 */

import type { Scorer } from "../../metrics/evaluate";
import { correction, type Features, fixedFeatures } from "./ridge";

const LEAST = 1e-6;

/** The half-step of a user (userStep.ts): <delta, vector of the item> is added; vectors are items x width. */
export interface Move {
  readonly delta: Float64Array;
  readonly vectors: Float64Array;
}

interface Corrected {
  readonly features: Features;
  readonly move: Move | undefined;
}

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
    private readonly moveOf?: (user: number, features: Features) => Move,
  ) {
    this.width = betas.length / items;
  }

  predict(users: Uint32Array, items: Uint32Array): Float32Array {
    const scores = this.model.predict(users, items);
    const known = new Map<number, Corrected>();
    for (let k = 0; k < users.length; k++) {
      const own = known.get(users[k]) ?? this.corrected(users[k]);
      known.set(users[k], own);
      scores[k] = this.correct(scores[k], own, items[k]);
    }
    return scores;
  }

  scoreItems(users: Uint32Array): Float32Array {
    const scores = this.model.scoreItems(users);
    users.forEach((user, row) => {
      const own = this.corrected(user);
      for (let item = 0, at = row * this.items; item < this.items; item++, at++)
        scores[at] = this.correct(scores[at], own, item);
    });
    return scores;
  }

  private corrected(user: number): Corrected {
    const features = fixedFeatures(this.outputsOf(user));
    return { features, move: this.moveOf?.(user, features) };
  }

  private correct(score: number, { features, move }: Corrected, item: number): number {
    const at = item * this.width;
    let sum = score + correction(features, this.betas, at);
    if (move) for (let d = 0; d < this.width; d++) sum += move.delta[d] * move.vectors[at + d];
    return Math.max(LEAST, Math.min(1 - LEAST, sum));
  }
}
