/** The other motive of unlearning (Section 1): a pushed item before, during and after a shilling attack, and what it cost. */

import { type MethodName, SHILLING_ATTACKS } from "../cell";
import { type PoisoningStage, recordsOf } from "../outcome";
import { profileProtocol } from "../profile";
import { systemCells } from "./cells";
import type { Figure } from "./figure";

export interface PoisoningRow extends PoisoningStage {
  readonly dataset: string;
  readonly model: string;
  readonly method: MethodName;
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
export const poisoning: Figure<PoisoningRow> = {
  id: "poisoning",
  title: "Shilling attacks and their unlearning",
  paper: "Section 1 (active unlearning)",
  notebook: "08_completeness",
  cells: (profile) =>
    systemCells({
      dataset: profile.datasets[0],
      protocol: profileProtocol(profile, profile.datasets[0]),
      models: profile.models.slice(0, 1),
      methods: ["retrain", "c-sisa", "l-cbkm"],
      groups: [profile.ablationGroups],
      requests: ["rand@5"],
      seeds: profile.seeds.slice(0, profile.name === "smoke" ? 2 : SEEDS),
    }).flatMap((cell) => SHILLING_ATTACKS.map((attack) => ({ ...cell, kind: "poisoning" as const, attack }))),
  rows: (records) =>
    recordsOf(records, "poisoning").flatMap(({ trial: cell, outcome }) =>
      (["clean", "poisoned", "unlearned"] as const).map((stage) => ({
        dataset: cell.dataset,
        model: cell.model,
        method: cell.method,
        groups: cell.groups,
        seed: cell.seed,
        attack: cell.attack,
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
};
