/**
 * Figures 8 and 13: test loss of a model trained on each of S = 8 groups alone, in descending order of cohesion. Theorem
 * 1: the covariance between the groups' utility e^-L and the prior that cohesion gives, from the same numbers.
 */

import { exp } from "../../numeric";
import { recordsOf } from "../outcome";
import { profileProtocol } from "../profile";
import type { Figure } from "./figure";

export interface CohesionRow {
  readonly dataset: string;
  readonly model: string;
  readonly seed: number;
  /** place in descending rho, from 1 */
  readonly place: number;
  readonly rho: number;
  readonly rhoRatings: number;
  readonly testLoss: number;
  readonly ratings: number;
}

/** Figures 8 and 13: cohesion of each group, and the test loss of a model trained on it alone. */
export const cohesion: Figure<CohesionRow> = {
  id: "cohesion",
  title: "Cohesion of a group against its test loss",
  paper: "Figures 8 and 13, Theorem 1",
  notebook: "07_cohesion_validation",
  cells: (profile) =>
    profile.datasets.flatMap((dataset) =>
      profile.seeds.flatMap((seed) =>
        profile.models.map((model) => ({
          kind: "groupLoss" as const,
          dataset,
          protocol: profileProtocol(profile, dataset),
          model,
          groups: profile.ablationGroups,
          seed,
        })),
      ),
    ),
  rows: (records) =>
    recordsOf(records, "groupLoss").flatMap(({ trial: cell, outcome }) =>
      outcome.testLoss.map((testLoss, index) => ({
        dataset: cell.dataset,
        model: cell.model,
        seed: cell.seed,
        place: index + 1,
        rho: outcome.rho[index],
        rhoRatings: outcome.rhoRatings[index],
        testLoss,
        ratings: outcome.ratings[index],
      })),
    ),
};

/**
 * Theorem 1 (Eq. 6, in full Eq. 12-16) on measured groups: U = mean of e^-L, p proportional to rho and summing to 1.
 * As printed, U_p = U + Cov holds only with Cov as a sum over groups, not a mean: both are returned.
 */
export function theoremOne(rho: readonly number[], loss: readonly number[]) {
  const S = rho.length;
  const total = rho.reduce((sum, value) => sum + value, 0);
  const prior = rho.map((value) => value / total);
  const gain = loss.map((value) => exp(-value));
  const utility = gain.reduce((sum, value) => sum + value, 0) / S;
  const withPrior = gain.reduce((sum, value, g) => sum + value * prior[g], 0);
  const covarianceSum = gain.reduce((sum, value, g) => sum + (value - utility) * (prior[g] - 1 / S), 0);
  return { utility, withPrior, covarianceSum, covarianceMean: covarianceSum / S };
}
