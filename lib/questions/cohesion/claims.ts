/** C9 and C13: cohesion as difficulty. */

import { spearman } from "../../statistics/correlation";
import { type Case, type Claim, grouped } from "../verdicts/verdict";
import { effectOf, plain } from "../verdicts/words";
import type { CohesionRow } from "./rows";
import { theoremOne } from "./theoremOne";

const rhoOf = (groups: readonly CohesionRow[]) => groups.map(({ rho }) => rho);
const lossOf = (groups: readonly CohesionRow[]) => groups.map(({ testLoss }) => testLoss);

/** One case per data set and model: a number of each seed's groups. */
const casesOf = (
  rows: readonly CohesionRow[],
  says: Case["says"],
  value: (groups: readonly CohesionRow[]) => number,
): Case[] =>
  [...grouped(rows, (row) => `${row.dataset}|${row.model}`).values()].map((same) => ({
    dataset: same[0].dataset,
    name: same[0].model,
    unit: same[0].model,
    effects: [...grouped(same, ({ seed }) => String(seed)).values()]
      .map((groups) => ({ seed: groups[0].seed, value: value(groups) }))
      .filter((effect) => !Number.isNaN(effect.value)), // groups of one loss have no order
    says,
  }));

export const C9: Claim<CohesionRow> = {
  id: "C9",
  place: "Figures 8 and 13",
  statement: "Test loss grows as cohesion falls, for DMF and NMF (S = 8, each group from scratch)",
  rule: "a case is a model; it holds if Spearman's correlation of rho and test loss over the groups is below 0, with the whole interval over seeds",
  covers: "all",
  cases: (rows) => casesOf(rows, { below: 0 }, (groups) => spearman(rhoOf(groups), lossOf(groups))),
  sentence: (found) =>
    `cohesion and test loss correlate by ${plain(effectOf(found, "dmf"))} for DMF and ${plain(effectOf(found, "nmf"))} for NMF`,
};

export const C13: Claim<CohesionRow> = {
  id: "C13",
  place: "Equation 6, Theorem 1",
  statement: "U_p = U + Cov[U, p], with Cov > 0 on the measured groups",
  rule: "the identity is held by a test (with Cov as a sum over groups); a case is a model; it holds if that covariance is above 0, with the whole interval over seeds",
  covers: "all",
  cases: (rows) =>
    casesOf(rows, { above: 0 }, (groups) => theoremOne(rhoOf(groups), lossOf(groups)).covarianceSum),
  sentence: (found) =>
    `the covariance of utility and cohesion is ${plain(effectOf(found, "dmf"), DIGITS)} for DMF and ${plain(effectOf(found, "nmf"), DIGITS)} for NMF`,
};

const DIGITS = 5;
