/** Made-up groups to rank correlations and Theorem 1. */

import * as aq from "arquero";
import { expect, it } from "vitest";
import { theoremOne } from "../../../lib/questions/cohesion/theoremOne";
import { profileNamed } from "../../../lib/questions/profile";
import { questions } from "../../../lib/questions/questions";

const { cohesion } = questions;
const profile = profileNamed("smoke");
const view = { profile, options: {} };
/** Loss falls with rho in the embedding, rises with rho in the ratings, and knows nothing of size. */
const findings = cohesion.trials({ ...profile, models: ["nmf"], seeds: [0, 1] }).map((one) => ({
  ...one,
  outcome: {
    rho: [4, 3, 2, 1],
    rhoRatings: [1, 2, 3, 4],
    testLoss: [0.1, 0.2, 0.3, 0.4 + one.trial.seed],
    trainLoss: [0, 0, 0, 0],
    ratings: [2, 4, 1, 3],
  },
  timings: {},
}));
const rows = aq.from(cohesion.rows(findings));

it("correlates each measure of difficulty with the losses, over the groups of a seed", () => {
  const { correlations } = cohesion.tables(rows, view);
  expect(correlations.rows).toMatchObject([
    { panel: "NMF", candidate: "rho in the embedding", mean: -1, n: 2 },
    { candidate: "rho in the rating rows", mean: 1, n: 2 },
    { candidate: "number of ratings", mean: 0, n: 2 },
  ]);
});

it("leaves out groups without a held-out rating, and correlations that do not exist", () => {
  const [one] = findings;
  const outcome = { ...one.outcome, ratings: [3, 3, 3, 3], testLoss: [0.1, 0.2, 0.3, Number.NaN] };
  const found = cohesion.rows([{ ...one, outcome }]);
  expect(found.map(({ place }) => place)).toEqual([1, 2, 3]);
  const { correlations } = cohesion.tables(aq.from(found), view);
  expect(correlations.rows).toMatchObject([
    { candidate: "rho in the embedding" },
    { candidate: "rho in the rating rows" },
  ]);
  expect(correlations.rows).toHaveLength(2);
  const alike = cohesion.rows([{ ...one, outcome: { ...outcome, testLoss: [0.1, 0.1, 0.1, 0.1] } }]);
  expect(cohesion.tables(aq.from(alike), view).correlations.rows).toEqual([]);
});

it("holds utility with and without the prior side by side", () => {
  const sides = findings.map(({ outcome }) => theoremOne(outcome.rho, outcome.testLoss));
  const [line] = cohesion.tables(rows, view).theorem.rows as Record<string, number>[];
  const half = (of: (one: (typeof sides)[0]) => number) => (of(sides[0]) + of(sides[1])) / 2;
  expect(line.utility).toBeCloseTo(
    half((one) => one.utility),
    12,
  );
  expect(line.withPrior).toBeCloseTo(
    half((one) => one.withPrior),
    12,
  );
  expect(line.mean).toBeCloseTo(line.withPrior - line.utility, 12);
});
