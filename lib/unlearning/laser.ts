/**
 * LASER (Section 3): a grouping and an order, as values, and one model trained sequentially on the groups. Unlearning is
 * training again under the plan without the erased data: it goes on behind the last checkpoint that did not see them,
 * or from the initial weights when the first group is hit, and then costs a full retraining.
 */

import { complete, pick, type SettingsOf } from "../settings";
import { trainSequentially } from "../training/sequential";
import { epochsOfGroup, SEQUENCE, TRAINING, trainingOf } from "../training/settings";
import { type GroupedMethod, groupedMethod, reportTraining, startOf } from "./grouped";
import { makePlan } from "./makePlan";
import { PLAN, type PlanSettings } from "./planSettings";

export const LASER = { ...PLAN, ...TRAINING, ...SEQUENCE };
export const RETRAIN = TRAINING;

/** LASER: groups trained in sequence, a checkpoint after each. @throws InputError for unknown settings. */
export function laser(options: Partial<SettingsOf<typeof LASER>> = {}): GroupedMethod {
  const settings = complete(LASER, options, "laser");
  return sequentialMethod("laser", settings, settings, { ...pick(PLAN, settings), seed: settings.seed });
}

/**
 * Retrain (Section 4.2): every erasure trains from scratch. The reference M*_u; LASER with S = 1 is the same model. It has
 * one group of everybody, so that its plan is the same for any data. @throws InputError for unknown settings.
 */
export function retrain(options: Partial<SettingsOf<typeof RETRAIN>> = {}): GroupedMethod {
  const settings = complete(RETRAIN, options, "retrain");
  const sequence = complete(SEQUENCE, {}, "retrain");
  const everybody = { groups: 1, grouping: "rand", order: "random" } as const;
  return sequentialMethod("retrain", settings, { ...settings, ...sequence }, everybody);
}

function sequentialMethod(
  name: "laser" | "retrain",
  settings: SettingsOf<typeof TRAINING>,
  training: SettingsOf<typeof TRAINING & typeof SEQUENCE>,
  plan: Partial<PlanSettings>,
): GroupedMethod {
  return groupedMethod({
    name,
    settings,
    training: trainingOf(settings),
    makePlan: (data, context) => makePlan(data, plan, context),
    async train(partition, context) {
      const { checkpoints, cost, trained } = await trainSequentially(
        {
          settings: trainingOf(settings),
          epochs: epochsOfGroup(training, partition.groups.length),
          carried: training.optimizer === "carried",
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
