/**
 * Figure 4: running time of unlearning 5 % of the users of the last group with Retrain, C-SISA (shards in parallel, and
 * their total work) and L-CBKM, for DMF. Seconds come from trials that run alone; gradient samples are exact.
 */

import { type SystemLabels, systemTrials } from "../presets";
import { profileProtocol } from "../profile";
import { type Finding, question } from "../question";
import { C1, C2 } from "./claims";
import { type TimingOutcome, timing } from "./job";
import { expected, samples, seconds, table } from "./outputs";
import { efficiencyRows } from "./rows";

/** Section 4.3 erases 5 % of the users of the last group; Retrain and C-SISA erase the same number of their users. */
const REQUEST = "last-group@5";

/** Figure 4: seconds and gradient samples of one unlearning. */
export const efficiency = question({
  id: "efficiency",
  title: "Cost of unlearning against the number of groups",
  paper: "Figure 4",
  notebook: "04_efficiency",
  jobs: [timing],
  trials: (profile) =>
    profile.datasets.flatMap((dataset) =>
      systemTrials({
        job: timing.name,
        dataset,
        protocol: profileProtocol(profile, dataset),
        models: ["dmf"],
        systems: ["Retrain", "C-SISA", "L-CBKM"],
        groups: profile.groups,
        requests: [REQUEST],
        seeds: profile.seeds,
      }),
    ),
  rows: (findings: readonly Finding<TimingOutcome, SystemLabels>[]) => findings.flatMap(efficiencyRows),
  options: { randomUsers: [1, 5, 25] as readonly number[] },
  tables: (rows, { profile }) => ({ numbers: table(rows, profile.groups) }),
  charts: (rows, { profile, options }) => ({
    seconds: seconds(rows, profile.groups),
    samples: samples(rows, profile.groups),
    expected: expected(options.randomUsers),
  }),
  claims: [C1, C2],
});
