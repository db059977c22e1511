/**
 * Figures 8 and 13: test loss of a model trained on each of S = 8 groups alone, in descending order of cohesion. Theorem
 * 1: the covariance between the groups' utility e^-L and the prior that cohesion gives, from the same numbers.
 */

import { dataOf, systemUnder } from "../presets";
import { profileProtocol } from "../profile";
import { type Finding, question } from "../question";
import { C9, C13 } from "./claims";
import { type GroupLossOutcome, groupLoss } from "./job";
import { cohesionRows, type Labels } from "./rows";

/** Figures 8 and 13: cohesion of each group, and the test loss of a model trained on it alone. */
export const cohesion = question({
  id: "cohesion",
  title: "Cohesion of a group against its test loss",
  paper: "Figures 8 and 13, Theorem 1",
  notebook: "07_cohesion_validation",
  jobs: [groupLoss],
  trials: (profile) =>
    profile.datasets.flatMap((dataset) => {
      const protocol = profileProtocol(profile, dataset);
      const own = { grouping: "cbkm", groups: profile.ablationGroups, start: "shared", scoring: "own" };
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
    }),
  rows: (findings: readonly Finding<GroupLossOutcome, Labels>[]) => findings.flatMap(cohesionRows),
  claims: [C9, C13],
});
