/** The other motive of unlearning (Section 1): a pushed item before, during and after a shilling attack, and what it cost. */

import { SHILLING_ATTACKS, type ShillingAttack } from "../attacks/shilling";
import { type SystemLabels, systemTrials } from "../presets";
import { profileProtocol } from "../profile";
import { type Finding, question } from "../question";
import { type PoisoningOutcome, type PoisoningStage, poisoningJob } from "./job";

interface Labels extends SystemLabels {
  readonly attack: ShillingAttack;
}

export interface PoisoningRow extends PoisoningStage {
  readonly dataset: string;
  readonly model: string;
  /** "L-CBKM" ... */
  readonly system: string;
  readonly groups: number;
  readonly seed: number;
  readonly attack: string;
  readonly stage: "clean" | "poisoned" | "unlearned";
  /** mean rank as a share of the catalogue, in %: 0 is the top */
  readonly rankPercent: number;
  /** gradient samples that this stage cost */
  readonly samples: number;
  readonly identical: boolean;
  readonly fakes: number;
}

const SEEDS = 3;

/** A pushed item, and its way back when the fake users are unlearned. */
export const poisoning = question({
  id: "poisoning",
  title: "Shilling attacks and their unlearning",
  paper: "Section 1 (active unlearning)",
  notebook: "08_completeness",
  jobs: [poisoningJob],
  trials: (profile) =>
    systemTrials({
      job: poisoningJob.name,
      dataset: profile.datasets[0],
      protocol: profileProtocol(profile, profile.datasets[0]),
      models: profile.models.slice(0, 1),
      systems: ["Retrain", "C-SISA", "L-CBKM"],
      groups: [profile.ablationGroups],
      requests: ["rand@5"],
      seeds: profile.seeds.slice(0, profile.name === "smoke" ? 2 : SEEDS),
    }).flatMap(({ trial, labels }) =>
      SHILLING_ATTACKS.map((attack) => ({
        trial: { ...trial, settings: { attack } },
        labels: { ...labels, attack },
      })),
    ),
  rows: (findings: readonly Finding<PoisoningOutcome, Labels>[]): PoisoningRow[] =>
    findings.flatMap(({ trial, labels: { model, system, groups, attack }, outcome }) =>
      (["clean", "poisoned", "unlearned"] as const).map((stage) => ({
        dataset: trial.dataset,
        model,
        system,
        groups,
        seed: trial.seed,
        attack,
        stage,
        ...outcome[stage],
        rankPercent: (100 * (outcome[stage].meanRank - 1)) / outcome.items,
        samples: {
          clean: outcome.freshSamples,
          poisoned: outcome.learnSamples,
          unlearned: outcome.unlearnSamples,
        }[stage],
        identical: outcome.identical,
        fakes: outcome.fakes,
      })),
    ),
});
