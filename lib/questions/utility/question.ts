/**
 * Figures 5, 6, 10 and 11: NDCG@10 and HR@10 of Retrain, C-SISA and LASER's three groupings against S, after learning
 * and after each request; with the group-module ablation of Section 4.5, which reads the same numbers.
 */

import { FAMILIES, LAB_CODE } from "../metricRows";
import { allRequests, SYSTEM_NAMES, systemTrials } from "../presets";
import { profileProtocol } from "../profile";
import { question } from "../question";
import { system } from "../system/job";
import { anchors } from "./anchorsJob";
import { figures, others } from "./charts";
import { C3, C4, C5, C6, C7 } from "./claims";
import { anchorTrials, type UtilityFinding, utilityRows } from "./rows";
import { anchors as anchorTable, differences, numbers, scale, scoring } from "./tables";

/** Figures 5, 6, 10 and 11: every metric of every system. */
export const utility = question({
  id: "utility",
  title: "Utility of learning and unlearning against the number of groups",
  paper: "Figures 5, 6, 10, 11",
  notebook: "05_utility",
  jobs: [system, anchors],
  trials: (profile) =>
    profile.datasets.flatMap((dataset) => {
      const protocol = profileProtocol(profile, dataset);
      return [
        ...anchorTrials(dataset, protocol, profile.seeds),
        ...systemTrials({
          dataset,
          protocol,
          models: profile.models,
          systems: SYSTEM_NAMES,
          groups: profile.groups,
          requests: allRequests(profile),
          seeds: profile.seeds,
        }),
      ];
    }),
  rows: (findings: readonly UtilityFinding[]) => findings.flatMap(utilityRows),
  options: LAB_CODE,
  allowed: FAMILIES,
  tables: (rows, view) => ({
    anchors: anchorTable(rows, view),
    numbers: numbers(rows, view),
    differences: differences(rows, view),
    scoring: scoring(rows, view),
    scale: scale(rows, view),
  }),
  charts: (rows, view) => ({ figures: figures(rows, view), others: others(rows, view) }),
  claims: [C3, C4, C5, C6, C7],
});
