/**
 * Figures 8 and 13: test loss of a model trained on each of S = 8 groups alone, in descending order of cohesion. Theorem
 * 1: the covariance between the groups' utility e^-L and the prior that cohesion gives, from the same numbers.
 */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { lineChart } from "../../report/lineChart";
import { scatterChart } from "../../report/pointChart";
import { columns } from "../../report/table";
import { spearman } from "../../statistics/correlation";
import { paperFigure } from "../labels";
import { dataOf, systemUnder } from "../presets";
import { type Profile, profileProtocol } from "../profile";
import { type Finding, question } from "../question";
import { titled } from "../shown";
import { MEAN, overSeeds } from "../summary";
import type { Planned } from "../trial";
import { C9, C13 } from "./claims";
import { type GroupLossOutcome, groupLoss } from "./job";
import { cohesionRows, type Labels } from "./rows";
import { theoremOne } from "./theoremOne";

function trials(profile: Profile): Planned<Labels>[] {
  const own = { grouping: "cbkm", groups: profile.ablationGroups, start: "shared", scoring: "own" };
  return profile.datasets.flatMap((dataset) => {
    const protocol = profileProtocol(profile, dataset);
    return profile.seeds.flatMap((seed) =>
      profile.models.map((model) => ({
        trial: {
          job: groupLoss.name,
          dataset,
          data: dataOf(protocol),
          system: systemUnder(protocol, "c-sisa", own, { model }),
          seed,
        },
        labels: { model },
      })),
    );
  });
}

const PANEL = { panelColumns: "data", panelRows: "panel", yTitle: "test loss (nats)" } as const;

/** The paper's own form: groups in descending order of rho, the first the most cohesive. */
const figures8And13 = (rows: ColumnTable) => ({
  name: "cohesion-loss",
  caption: `${paperFigure("Figures 8 (DMF) and 13 (NMF)", rows.array("dataset") as string[])}test loss of each group's own model (mean over seeds, 95 % interval)`,
  alt: "Test loss against the place of the group in descending cohesion, a panel per model and data set.",
  chart: lineChart(overSeeds(titled(rows), ["data", "panel", "place"], "testLoss"), {
    ...PANEL,
    x: "place",
    ...MEAN,
    xTitle: "group, in descending order of cohesion",
  }),
});

/** Every group of every seed as a point: the spread that a mean hides. */
const scatter = (rows: ColumnTable) => ({
  name: "cohesion-scatter",
  caption: "Test loss of each group against its cohesion in the embedding, one point per group and seed",
  alt: "Scatter of test loss against cohesion.",
  chart: scatterChart(titled(rows), {
    ...PANEL,
    x: "rho",
    y: "testLoss",
    xTitle: "cohesion (embedding space)",
    xScale: "log10",
  }),
});

/** Numbers of the groups of one training, side by side. */
const OF_GROUPS = ["rho", "rhoRatings", "ratings", "testLoss"] as const;
type Groups = Readonly<Record<(typeof OF_GROUPS)[number], number[]>>;

/** One row per data set, model and seed, with the numbers of its groups. */
const byTraining = (rows: ColumnTable): ColumnTable =>
  titled(rows)
    .groupby("data", "panel", "seed")
    .rollup(Object.fromEntries(OF_GROUPS.map((column) => [column, aq.op.array_agg(column)])));

/** Candidates for a measure of difficulty, against the same losses. */
const CANDIDATES = {
  "rho in the embedding": "rho",
  "rho in the rating rows": "rhoRatings",
  "number of ratings": "ratings",
} as const;

interface Ends {
  readonly low: number;
  readonly high: number;
}

/** Correlations of some trainings; groups that are alike in a measure have none with it. */
const correlations = (rows: ColumnTable) => ({
  name: "cohesion-spearman",
  caption:
    "Spearman correlation of three measures with the test loss of the groups (negative: the larger, the easier; mean over seeds ± standard deviation, 95 % interval)",
  within: ["data", "panel"],
  rows: overSeeds(
    byTraining(rows)
      .derive(
        Object.fromEntries(
          Object.entries(CANDIDATES).map(([label, column]) => [
            label,
            aq.escape((groups: Groups) => spearman(groups[column], groups.testLoss)),
          ]),
        ),
      )
      .fold(Object.keys(CANDIDATES), { as: ["candidate", "r"] })
      .filter((row: { r: number }) => aq.op.is_finite(row.r)),
    ["data", "panel", "candidate"],
    "r",
  )
    // no correlation lies beyond 1
    .derive({
      low: (row: Ends) => aq.op.greatest(-1, row.low),
      high: (row: Ends) => aq.op.least(1, row.high),
    })
    .objects(),
  columns: [
    ...columns({ data: "Data", panel: "Model", candidate: "Measure" }),
    { key: "mean", error: "std", label: "Correlation", digits: 2, best: "lowest" as const },
    ...columns({ low: "Low", high: "High" }, { digits: 2 }),
  ],
});

/** Theorem 1 on the measured groups; the identity U_p = U + Cov is checked by a test. */
function theorem(rows: ColumnTable) {
  type Sides = ReturnType<typeof theoremOne>;
  const of = (side: keyof Sides) => aq.escape((row: { sides: Sides }) => row.sides[side]);
  const own = byTraining(rows)
    .derive({ sides: aq.escape(({ rho, testLoss }: Groups) => theoremOne(rho, testLoss)) })
    .derive({ utility: of("utility"), withPrior: of("withPrior"), covariance: of("covarianceSum") });
  const means = own
    .groupby("data", "panel")
    .rollup({ utility: aq.op.mean("utility"), withPrior: aq.op.mean("withPrior") });
  return {
    name: "cohesion-theorem",
    caption:
      "Theorem 1: utility without and with the prior that cohesion gives, and their difference, the covariance of exp(-loss) with the prior",
    rows: overSeeds(own, ["data", "panel"], "covariance").assign(means).objects(),
    columns: [
      ...columns({ data: "Data", panel: "Model" }),
      ...columns({ utility: "U", withPrior: "U_p" }, { digits: 5 }),
      { key: "mean", error: "std", label: "Cov (sum over groups)", digits: 6 },
      ...columns({ low: "Low", high: "High" }, { digits: 6 }),
    ],
  };
}

/** Figures 8 and 13: cohesion of each group, and the test loss of a model trained on it alone. */
export const cohesion = question({
  id: "cohesion",
  title: "Cohesion of a group against its test loss",
  paper: "Figures 8 and 13, Theorem 1",
  notebook: "07_cohesion_validation",
  jobs: [groupLoss],
  trials,
  rows: (findings: readonly Finding<GroupLossOutcome, Labels>[]) => findings.flatMap(cohesionRows),
  tables: (rows) => ({ correlations: correlations(rows), theorem: theorem(rows) }),
  charts: (rows) => ({ loss: figures8And13(rows), scatter: scatter(rows) }),
  claims: [C9, C13],
});
