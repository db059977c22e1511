/** Goal G1: the weights after an erasure against those of a fresh run without the erased users, bit for bit. */

import { SYSTEM_NAMES, type SystemLabels, systemTrials } from "../presets";
import { profileProtocol } from "../profile";
import { type Finding, question } from "../question";
import { C14 } from "./claims";
import { type ExactnessOutcome, exactnessJob } from "./job";
import { exactnessRow } from "./rows";

/** Goal G1: unlearned weights against those of a fresh run, bit by bit. */
export const exactness = question({
  id: "exactness",
  title: "Unlearned weights against a fresh run",
  paper: "Goal G1 (Section 2.2)",
  notebook: "08_completeness",
  jobs: [exactnessJob],
  trials: (profile) =>
    profile.datasets.flatMap((dataset) =>
      systemTrials({
        job: exactnessJob.name,
        dataset,
        protocol: profileProtocol(profile, dataset),
        models: profile.models,
        systems: SYSTEM_NAMES,
        groups: [profile.ablationGroups],
        requests: ["rand@5", "top@5", "last-group@5"],
        seeds: profile.seeds.slice(0, 1),
      }),
    ),
  rows: (findings: readonly Finding<ExactnessOutcome, SystemLabels>[]) => findings.map(exactnessRow),
  claims: [C14],
});
