/** C9 and C13: cohesion as difficulty. */

import { spearman } from "../../statistics/correlation";
import { type Claim, grouped } from "../verdicts/verdict";
import type { CohesionRow } from "./rows";
import { theoremOne } from "./theoremOne";

/** The groups of each model and seed, model by model. */
const byModel = (rows: readonly CohesionRow[]): (readonly CohesionRow[])[][] =>
  [...grouped(rows, (row) => `${row.dataset}|${row.model}`).values()].map((same) => [
    ...grouped(same, ({ seed }) => String(seed)).values(),
  ]);

/** One case per data set and model: a number of each seed's groups. */
const cases = (rows: readonly CohesionRow[], value: (groups: readonly CohesionRow[]) => number) =>
  byModel(rows).map((seeds) => ({
    dataset: seeds[0][0].dataset,
    name: seeds[0][0].model,
    effects: seeds.map((groups) => ({ seed: groups[0].seed, value: value(groups) })),
  }));

const rhoOf = (groups: readonly CohesionRow[]) => groups.map(({ rho }) => rho);
const lossOf = (groups: readonly CohesionRow[]) => groups.map(({ testLoss }) => testLoss);

export const C9: Claim<CohesionRow> = {
  id: "C9",
  place: "Figures 8 and 13",
  statement: "Test loss grows as cohesion falls, for DMF and NMF (S = 8, each group from scratch)",
  rule: "reproduced if Spearman's correlation of rho and test loss is below 0 with its whole interval over seeds, for both models on every data set",
  effect: "minus the Spearman correlation of rho and test loss over the groups",
  needs: 1,
  compare: (rows) => cases(rows, (groups) => -spearman(rhoOf(groups), lossOf(groups))),
};

export const C13: Claim<CohesionRow> = {
  id: "C13",
  place: "Equation 6, Theorem 1",
  statement: "U_p = U + Cov[U, p], with Cov > 0 on the measured groups",
  rule: "the identity is checked by a test (it holds with Cov as a sum over groups); reproduced if that covariance is above 0 with its whole interval, for both models on every data set",
  effect: "sum over groups of (e^-L - mean)(p - 1/S), p proportional to rho",
  needs: 1,
  compare: (rows) => cases(rows, (groups) => theoremOne(rhoOf(groups), lossOf(groups)).covarianceSum),
};
