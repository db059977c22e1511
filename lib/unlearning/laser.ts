/**
 * LASER (Section 3): a grouping and an order, as values, and one model trained sequentially on the groups. Unlearning is
 * training again under the plan without the erased data: it goes on behind the last checkpoint that did not see them,
 * or from the initial weights when the first group is hit, and then costs a full retraining.
 */

import { requireKnownKeys } from "../errors";
import { trainSequentially } from "../training/sequential";
import { epochsOfGroup, type TrainingSettings, trainingSettings } from "../training/settings";
import type { Json } from "../training/store";
import { type GroupedMethod, groupedMethod, reportTraining, startOf } from "./grouped";
import { makePlan, type PlanOptions, type PlanSettings, planSettings } from "./makePlan";

/** Settings of `laser`. */
export interface LaserSettings {
  /** groups, grouping, order: see makePlan.ts */
  readonly plan?: PlanOptions;
  readonly training?: Partial<TrainingSettings>;
}

/** LASER: groups trained in sequence, a checkpoint after each. */
export function laser(settings: LaserSettings = {}): GroupedMethod {
  requireKnownKeys(settings, ["plan", "training"], "laser");
  return sequentialMethod("laser", planSettings(settings.plan), settings.training);
}

export interface RetrainSettings {
  readonly training?: Partial<TrainingSettings>;
}

/** One group of everybody, so that its plan is the same for any data. */
const EVERYBODY = planSettings({ groups: 1, grouping: "rand", order: "random" });

/** Retrain (Section 4.2): every erasure trains from scratch. The reference M*_u; LASER with S = 1 is the same model. */
export function retrain(settings: RetrainSettings = {}): GroupedMethod {
  requireKnownKeys(settings, ["training"], "retrain");
  return sequentialMethod("retrain", EVERYBODY, settings.training);
}

function sequentialMethod(
  name: "laser" | "retrain",
  plan: PlanSettings,
  partialTraining: Partial<TrainingSettings> = {},
): GroupedMethod {
  const training = trainingSettings(partialTraining);
  return groupedMethod({
    name,
    settings: (name === "laser" ? { plan, training } : { training }) as unknown as Json,
    training,
    makePlan: (data, context) => makePlan(data, plan, context),
    async train(partition, context) {
      const { checkpoints, cost, trained } = await trainSequentially(
        {
          settings: training,
          epochs: epochsOfGroup(training, partition.groups.length),
          start: startOf(training, partition.itemIds),
          stream: [training.seed, "train"],
          groups: partition.groups,
        },
        { ...context, onProgress: reportTraining(context, "group") },
      );
      return { checkpoints, cost, trained: trained.map(({ position }) => position) };
    },
    models(_partition, checkpoints) {
      const last = checkpoints[checkpoints.length - 1];
      return { rows: last.rows, rests: [last.rest], combine: "mean" };
    },
  });
}
