/**
 * A question of ours: which settings, open in the paper or against it, make its picture appear. One setting at a time
 * around PAPER, then the few that matter together (variants.ts); the comparisons are LASER against C-SISA, the groupings
 * against one another, and the order of the groups. Two of the settings are what version 2 of this suite corrected.
 */

import type { ColumnTable } from "arquero";
import { heatChart } from "../../report/heatChart";
import { datasetTitle } from "../labels";
import { SYSTEM_NAMES, systemTrials } from "../presets";
import { type Profile, profileProtocol, seedsOfLong } from "../profile";
import type { Protocol } from "../protocol";
import { type Finding, question, type View } from "../question";
import { system } from "../system/job";
import type { SystemOutcome } from "../system/outcome";
import type { Planned } from "../trial";
import { COMPARISONS, compared } from "./comparisons";
import { type Labels, sensitivityRows } from "./rows";
import { choices, corrections, differences, type Options, ofMetric, turns } from "./tables";
import { VARIANTS } from "./variants";

const SEEDS = 3;

/** What the comparisons may be made by. */
const METRICS = [
  ...["labCode", "testOnly"].flatMap((family) =>
    ["NDCG", "HR"].flatMap((metric) => [10, 5, 20].map((cut) => `${family} ${metric}@${cut}`)),
  ),
  "test loss",
];

/** Trials of every variant: a system that does not read the changed setting is one trial of several variants. */
const trials = (profile: Profile): Planned<Labels>[] =>
  VARIANTS.flatMap(({ name: variant, change }) => {
    const dataset = profile.datasets[0];
    const protocol = profileProtocol(profile, dataset, "PAPER", change);
    const sweep = (one: Protocol, systems: typeof SYSTEM_NAMES | readonly ["L-CBKM"]) =>
      systemTrials({
        dataset,
        protocol: one,
        models: profile.models,
        systems,
        groups: [profile.ablationGroups],
        requests: ["none"],
        seeds: seedsOfLong(profile, SEEDS),
      }).map(({ trial, labels }) => ({ trial, labels: { ...labels, variant, order: one.order } }));
    const reversed = { ...protocol, order: "hardToEasy" as const };
    // an order by ratings has no reverse here
    return [...sweep(protocol, SYSTEM_NAMES), ...(change.order ? [] : sweep(reversed, ["L-CBKM"]))];
  });

/** All differences as a field of colours, a panel per model. */
function map(rows: ColumnTable, view: View<Options>) {
  const own = ofMetric(rows, view);
  const cells = compared(own).map(({ model, variant, key, mean }) => ({
    panel: model.toUpperCase(),
    variant,
    compared: COMPARISONS.find((one) => one.key === key)?.label ?? key,
    difference: mean,
  }));
  if (cells.length === 0) return [];
  return [
    {
      name: "sensitivity-map",
      caption: `What one setting does, as a map: differences in ${view.options.metric}, ${datasetTitle(own[0].dataset)}`,
      alt: "A field for each setting and comparison, coloured by the difference, one panel per model.",
      chart: heatChart(cells, {
        x: "compared",
        y: "variant",
        value: "difference",
        valueTitle: `difference in ${view.options.metric}`,
        digits: 3,
        neutral: 0,
        panelColumns: "panel",
        height: 480,
        xTitle: "",
        yTitle: "",
      }),
    },
  ];
}

/** The main comparisons under each setting. */
export const sensitivity = question({
  id: "sensitivity",
  title: "Which setting makes the paper's picture appear",
  paper: "around Section 4.2",
  notebook: "09_claims",
  jobs: [system],
  options: { metric: "labCode NDCG@10" },
  allowed: { metric: METRICS },
  trials,
  rows: (findings: readonly Finding<SystemOutcome, Labels>[]) => findings.flatMap(sensitivityRows),
  tables: (rows, view) => ({
    choices: choices(rows, view),
    differences: differences(rows, view),
    turns: turns(rows, view),
    corrections: corrections(rows, view),
  }),
  charts: (rows, view) => ({ map: map(rows, view) }),
});
