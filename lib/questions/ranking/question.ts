/**
 * Does the paper's picture survive outside its own protocol? The same methods under RANKING: sampled negatives in
 * training, ranking of all items at test, T by validation. One S, learning and one request; C-SISA by both scorings.
 */

import { MODEL_NAMES } from "../../model/spec";
import { SYSTEM_NAMES, type SystemLabels, systemTrials } from "../presets";
import { type Profile, profileProtocol, seedsOfLong } from "../profile";
import { RANKING } from "../protocol";
import { type Finding, question } from "../question";
import { system } from "../system/job";
import type { SystemOutcome } from "../system/outcome";
import type { Planned } from "../trial";
import { type AnchorsOutcome, anchors } from "../utility/anchorsJob";
import { anchorTrials } from "../utility/rows";
import { curves, systems } from "./charts";
import { type EpochsOutcome, epochsJob } from "./epochsJob";
import { rankingRows } from "./rows";
import { epochs, numbers } from "./tables";

/** Epochs between two points of a curve. */
const EVERY = 5;
/** The seed whose training ratings choose T, for all seeds: those of the others would choose nearly the same. */
const SEED = 0;

/** Retrain's curves, from which T is read: whatever the profile makes small, they are whole. */
function curveTrials(profile: Profile, dataset: string): Planned<SystemLabels>[] {
  const whole = { epochs: RANKING.epochs, epochsBy: "given" } as const;
  const planned = systemTrials({
    job: epochsJob.name,
    dataset,
    protocol: profileProtocol(profile, dataset, "RANKING", whole),
    models: profile.name === "smoke" ? profile.models : MODEL_NAMES,
    systems: ["Retrain"],
    groups: [],
    requests: ["none"],
    seeds: [SEED],
  });
  return planned.map(({ trial, labels }) => ({ trial: { ...trial, settings: { every: EVERY } }, labels }));
}

/** The same systems under full ranking (preset RANKING). */
export const ranking = question({
  id: "ranking",
  title: "The same methods under full ranking with sampled negatives",
  paper: "beyond Section 4.4: the evaluation that the field uses today",
  notebook: "09_claims",
  jobs: [system, anchors, epochsJob],
  trials: (profile) =>
    profile.rankingDatasets.flatMap((dataset) => {
      const protocol = profileProtocol(profile, dataset, "RANKING");
      const seeds = seedsOfLong(profile);
      return [
        ...curveTrials(profile, dataset),
        ...anchorTrials(dataset, protocol, seeds),
        ...systemTrials({
          dataset,
          protocol,
          models: profile.models,
          systems: SYSTEM_NAMES,
          groups: [profile.ablationGroups],
          requests: ["none", "rand@5"],
          seeds,
        }),
      ];
    }),
  rows: (findings: readonly Finding<SystemOutcome | AnchorsOutcome | EpochsOutcome, SystemLabels>[]) =>
    findings.flatMap(rankingRows),
  tables: (rows) => ({ epochs: epochs(rows), numbers: numbers(rows) }),
  charts: (rows) => ({ curves: curves(rows), systems: systems(rows) }),
});
