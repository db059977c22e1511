/** A pushed item and the whole system before, during and after an attack. */

import type { ShillingAttack } from "../attacks/shilling";
import type { SystemLabels } from "../presets";
import type { Finding } from "../question";
import type { PoisoningOutcome, PoisoningStage } from "./job";

export interface Labels extends SystemLabels {
  readonly attack: ShillingAttack;
}

export const STAGES = ["clean", "poisoned", "unlearned"] as const;

export interface PoisoningRow extends PoisoningStage {
  readonly dataset: string;
  readonly model: string;
  /** "L-CBKM" ... */
  readonly system: string;
  readonly groups: number;
  readonly seed: number;
  readonly attack: string;
  readonly stage: (typeof STAGES)[number];
  /** mean rank as a share of the catalogue, in %: 0 is the top */
  readonly rankPercent: number;
  /** gradient samples that this stage cost: learning anew, learning with the fake users, unlearning them */
  readonly samples: number;
  /** whether the unlearned system is the clean one in every bit */
  readonly identical: boolean;
  readonly fakes: number;
}

export function poisoningRows({
  trial,
  labels: { model, system, groups, attack },
  outcome,
}: Finding<PoisoningOutcome, Labels>): PoisoningRow[] {
  const { freshSamples: clean, learnSamples: poisoned, unlearnSamples: unlearned } = outcome;
  const { identical, fakes, items } = outcome;
  const cost = { clean, poisoned, unlearned };
  const base = { dataset: trial.dataset, model, system, groups, seed: trial.seed, attack, identical, fakes };
  return STAGES.map((stage) => ({
    ...base,
    stage,
    ...outcome[stage],
    rankPercent: (100 * (outcome[stage].meanRank - 1)) / items,
    samples: cost[stage],
  }));
}
