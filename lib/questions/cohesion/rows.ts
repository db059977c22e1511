/** Cohesion of each group, and the test loss of a model trained on it alone. */

import type { Finding } from "../question";
import type { GroupLossOutcome } from "./job";

export interface Labels {
  readonly model: string;
}

/** One group. */
export interface CohesionRow extends Labels {
  readonly dataset: string;
  readonly seed: number;
  /** place in descending rho, from 1 */
  readonly place: number;
  readonly rho: number;
  readonly rhoRatings: number;
  readonly testLoss: number;
  readonly ratings: number;
}

/** A group of whose members nothing is held out has no test loss, and no row. */
export const cohesionRows = ({ trial, labels, outcome }: Finding<GroupLossOutcome, Labels>): CohesionRow[] =>
  outcome.testLoss
    .map((testLoss, index) => ({
      dataset: trial.dataset,
      model: labels.model,
      seed: trial.seed,
      place: index + 1,
      rho: outcome.rho[index],
      rhoRatings: outcome.rhoRatings[index],
      testLoss,
      ratings: outcome.ratings[index],
    }))
    .filter(({ testLoss }) => Number.isFinite(testLoss));
