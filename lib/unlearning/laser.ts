/**
 * LASER (Section 3): a grouping and an order, as values, and one model trained sequentially on the groups.
 * Unlearning is training again under the plan without the erased data: it goes on behind the last checkpoint
 * that did not see them, or from the initial weights when the first group is hit, and then costs a full
 * retraining.
 */

import type { Interactions } from "../data/interactions";
import { complete, pick, type SettingsOf } from "../settings";
import { SEQUENCE, TRAINING, type TrainingSettings, trainingOf } from "../training/settings";
import { GroupedMethod, lastModel, trainInSequence } from "./grouped";
import { makePlan } from "./makePlan";
import type { MethodContext } from "./method";
import type { Partition } from "./partition";
import { PLAN, type PlanSettings } from "./planSettings";

export const LASER = { ...PLAN, ...TRAINING, ...SEQUENCE };
export const RETRAIN = TRAINING;

class Sequential extends GroupedMethod {
  override readonly training: TrainingSettings;
  override readonly models = lastModel;

  constructor(
    override readonly name: "laser" | "retrain",
    override readonly settings: TrainingSettings,
    private readonly sequence: SettingsOf<typeof SEQUENCE>,
    private readonly planned: Partial<PlanSettings>,
  ) {
    super();
    this.training = trainingOf(settings);
  }

  protected override makePlan(data: Interactions, context: MethodContext) {
    return makePlan(data, this.planned, context);
  }

  protected override train(partition: Partition, context: MethodContext) {
    return trainInSequence({ ...this.training, ...this.sequence }, partition, context);
  }
}

/** LASER: groups trained in sequence, a checkpoint after each. @throws InputError for unknown settings. */
export function laser(options: Partial<SettingsOf<typeof LASER>> = {}): GroupedMethod {
  const settings = complete(LASER, options, "laser");
  const plan = { ...pick(PLAN, settings), seed: settings.seed };
  return new Sequential("laser", settings, pick(SEQUENCE, settings), plan);
}

/**
 * Retrain (Section 4.2): every erasure trains from scratch. The reference M*_u; LASER with S = 1 is the same
 * model. It has one group of everybody, so that its plan is the same for any data. @throws InputError for
 * unknown settings.
 */
export function retrain(options: Partial<SettingsOf<typeof RETRAIN>> = {}): GroupedMethod {
  const settings = complete(RETRAIN, options, "retrain");
  const everybody = { groups: 1, grouping: "rand", order: "random" } as const;
  return new Sequential("retrain", settings, complete(SEQUENCE, {}, "retrain"), everybody);
}
