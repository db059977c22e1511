/** Goal G1: the weights after an erasure against those of a fresh run without the erased users, bit for bit. */

import type { ColumnTable } from "arquero";
import * as aq from "arquero";
import { datasetTitle } from "../labels";
import { SYSTEM_NAMES, type SystemLabels, systemTrials } from "../presets";
import { profileProtocol } from "../profile";
import { type Finding, question } from "../question";
import { C14 } from "./claims";
import { type ExactnessOutcome, exactnessJob } from "./job";
import { type ExactnessRow, exactnessRow } from "./rows";

/** Sums over the requests of each system. */
const bits = (rows: ColumnTable) => ({
  name: "completeness-bits",
  caption: "Weights of the unlearned system that differ from those of a run without the erased users",
  within: ["data", "model"],
  rows: rows
    .derive({
      data: aq.escape((row: ExactnessRow) => datasetTitle(row.dataset)),
      model: aq.escape((row: ExactnessRow) => row.model.toUpperCase()),
    })
    .groupby("data", "model", "system", "groups")
    .rollup({
      n: aq.op.count(),
      weights: aq.op.sum("parameters"),
      after: aq.op.sum("differing"),
      before: aq.op.sum("differingBefore"),
    })
    .objects(),
  columns: [
    { key: "data", label: "Data" },
    { key: "model", label: "Model" },
    { key: "system", label: "Method" },
    { key: "groups", label: "S" },
    { key: "n", label: "Requests" },
    { key: "weights", label: "Weights", digits: 0 },
    { key: "after", label: "Differ after", digits: 0 },
    { key: "before", label: "Differed before", digits: 0 },
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
  tables: (rows) => ({ bits: bits(rows) }),
  claims: [C14],
});
