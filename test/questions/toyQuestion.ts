/** A question of nobody's, for tests: how many of the first ten recommendations are right, by a metric of nobody's. */

import type { ColumnTable } from "arquero";
import { type SystemLabels, systemTrials } from "../../lib/questions/presets";
import { profileProtocol } from "../../lib/questions/profile";
import { type Finding, question } from "../../lib/questions/question";
import { MEAN, overSeeds } from "../../lib/questions/summary";
import { system } from "../../lib/questions/system/job";
import type { SystemOutcome } from "../../lib/questions/system/outcome";
import { systemRows } from "../../lib/questions/system/rows";
import { barChart } from "../../lib/report/barChart";
import { columns } from "../../lib/report/table";

export const PRECISION = "fullRank Precision@10";

const bySystem = (rows: ColumnTable) => overSeeds(rows, ["system"]);

export const toy = question({
  id: "toy",
  title: "Right recommendations among the first ten",
  paper: "of nobody",
  notebook: "05_utility",
  jobs: [system],
  trials: (profile) =>
    systemTrials({
      dataset: profile.datasets[0],
      protocol: profileProtocol(profile, profile.datasets[0], "PAPER", { metrics: "all", epochs: 1 }),
      models: ["dmf"],
      systems: ["Retrain", "C-SISA"],
      groups: [2],
      requests: ["none", "rand@5"],
      seeds: [0, 1],
    }),
  rows: (findings: readonly Finding<SystemOutcome, SystemLabels>[]) =>
    findings.flatMap(systemRows).filter(({ metric }) => metric === PRECISION),
  tables: (rows) => ({
    numbers: {
      name: "toy-precision",
      caption: "Right among ten",
      rows: bySystem(rows),
      columns: [
        ...columns({ system: "Method" }),
        { key: "mean", error: "std", label: "Precision", digits: 3 },
        ...columns({ n: "Values" }),
      ],
    },
  }),
  charts: (rows) => ({
    precision: {
      name: "toy-precision",
      caption: "Right among ten (95 % interval)",
      alt: "A bar per method.",
      chart: barChart(bySystem(rows), { x: "system", ...MEAN, yTitle: "precision" }),
    },
  }),
});
