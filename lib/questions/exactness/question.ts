/** Goal G1: the weights after an erasure against those of a fresh run without the erased users, bit for bit. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { CATALOG } from "../../data/catalog";
import { columns } from "../../report/table";
import { SYSTEM_NAMES, systemTrials } from "../presets";
import { type Profile, profileProtocol, seedsOfLong } from "../profile";
import { type Finding, question } from "../question";
import { titled } from "../shown";
import { C14 } from "./claims";
import { type ExactnessOutcome, exactnessJob } from "./job";
import { exactnessRow, type Labels } from "./rows";

/** Three seeds where a trial takes minutes, all of them where it takes seconds. */
const LARGE = { ratings: 500_000, seeds: 3 };

function seedsOf(profile: Profile, dataset: string): readonly number[] {
  const entry = CATALOG.find(({ name }) => name === dataset);
  return seedsOfLong(profile, (entry?.core5.ratings ?? 0) > LARGE.ratings ? LARGE.seeds : undefined);
}

/** Unlearning under the partition that is there, and with groups made anew by those who stay (Retrain has none). */
const KINDS = [
  { regroup: false, systems: SYSTEM_NAMES, requests: ["rand@5", "top@5", "edge@5", "last-group@5"] },
  { regroup: true, systems: SYSTEM_NAMES.filter((name) => name !== "Retrain"), requests: ["rand@5"] },
];

/** Sums over the requests and seeds of each system. */
const bits = (rows: ColumnTable) => ({
  name: "completeness-bits",
  caption: "How many weights differ between the unlearned system and a fresh run without the erased users",
  within: ["data", "panel"],
  rows: titled(rows)
    .groupby("data", "panel", "system", "groups", "regroup")
    .rollup({
      n: aq.op.count(),
      weights: aq.op.sum("parameters"),
      after: aq.op.sum("differing"),
      before: aq.op.sum("differingBefore"),
    })
    .objects(),
  columns: [
    ...columns({
      data: "Data",
      panel: "Model",
      system: "Method",
      groups: "S",
      regroup: "Groups made anew",
      n: "Unlearnings",
    }),
    ...columns({ weights: "Weights", after: "Differ after", before: "Differed before" }, { digits: 0 }),
  ],
});

/** Goal G1: unlearned weights against those of a fresh run, bit by bit. */
export const exactness = question({
  id: "exactness",
  title: "Unlearned weights against a fresh run",
  paper: "Goal G1 (Section 2.2)",
  notebook: "08_completeness",
  jobs: [exactnessJob],
  trials: (profile) =>
    profile.datasets.flatMap((dataset) =>
      KINDS.flatMap(({ regroup, systems, requests }) =>
        systemTrials({
          job: exactnessJob.name,
          dataset,
          protocol: profileProtocol(profile, dataset),
          models: profile.models,
          systems,
          groups: [profile.ablationGroups],
          requests,
          seeds: seedsOf(profile, dataset),
        }).map(({ trial, labels }) => ({
          trial: regroup ? { ...trial, settings: { regroup } } : trial,
          labels: { ...labels, regroup },
        })),
      ),
    ),
  rows: (findings: readonly Finding<ExactnessOutcome, Labels>[]) => findings.map(exactnessRow),
  tables: (rows) => ({ bits: bits(rows) }),
  claims: [C14],
});
