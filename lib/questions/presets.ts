/**
 * The paper's systems (Section 4.2) by name, as values of a protocol: each holds those fields of the protocol that it reads,
 * so that Retrain under another order of groups is the same trial and computed once. And sweeps over them.
 */

import type { ModelName } from "../model/spec";
import { specOf } from "../unlearning/methods";
import { GROUPINGS, needsEmbedding, type PlanSettings } from "../unlearning/planSettings";
import type { Profile } from "./profile";
import { epochsUnder, type PresetName, type Protocol } from "./protocol";
import { LEARNING, type Planned, type Search, type Settings, type SystemSettings, type Trial } from "./trial";

/** The systems of Section 4.2. The L- systems are LASER with random, BKM and CBKM grouping. */
export const SYSTEM_NAMES = ["Retrain", "C-SISA", "L-Rand", "L-BKM", "L-CBKM"] as const;
/** Name of a system of the paper, as tables show it. */
export type SystemName = (typeof SYSTEM_NAMES)[number];

const MADE_OF: Readonly<Record<SystemName, { readonly method: string; readonly grouping?: string }>> = {
  Retrain: { method: "retrain" },
  "C-SISA": { method: "c-sisa", grouping: "rand" },
  "L-Rand": { method: "laser", grouping: "rand" },
  "L-BKM": { method: "laser", grouping: "bkm" },
  "L-CBKM": { method: "laser", grouping: "cbkm" },
};

/** Fields of a plan that only an embedding of users, or a clustering, reads. */
const OF_EMBEDDING = ["embedding", "weights", "word2vec"] as const satisfies (keyof Protocol)[];
const OF_CLUSTERING = ["assignment"] as const satisfies (keyof Protocol)[];

/** The fields of a protocol that a method has as settings, without those that its grouping and its order do not read. */
function fieldsOf(method: string, protocol: Protocol, own: Settings): string[] {
  const spec = specOf(method);
  const declared = Object.keys(protocol).filter((field) => Object.hasOwn(spec, field));
  if (!Object.hasOwn(spec, "grouping")) return declared;
  const plan = { ...protocol, ...(own as Pick<PlanSettings, "grouping">) };
  const ordered = Object.hasOwn(spec, "order") ? plan : { ...plan, order: "random" as const };
  const idle: readonly string[] = [
    ...(needsEmbedding(ordered) ? [] : OF_EMBEDDING),
    ...(GROUPINGS[plan.grouping].method === "random" ? OF_CLUSTERING : []),
  ];
  return declared.filter((field) => !idle.includes(field));
}

/** What a system is of, beside its method and settings. */
interface SystemOf {
  /** needed where a validation split of it chose T */
  readonly dataset?: string;
  readonly model?: ModelName;
  readonly search?: Search;
}

/**
 * A system under a protocol: the protocol's fields that it reads, and what it sets itself. So Retrain under another order of
 * groups is the same system.
 */
export function systemUnder(
  protocol: Protocol,
  method: string,
  own: Settings = {},
  { dataset, model, search }: SystemOf = {},
): SystemSettings {
  const fields = fieldsOf(method, protocol, own);
  if (protocol.epochsBy === "validation" && model && dataset === undefined)
    throw new Error("systemUnder: what a validation split chose goes by data set");
  const epochs = model ? epochsUnder(protocol, dataset ?? "", model) : protocol.epochs;
  const shared = Object.entries({ ...protocol, epochs }).filter(([field]) => fields.includes(field));
  return {
    method,
    ...(model ? { model } : {}),
    settings: { ...Object.fromEntries(shared), ...own },
    ...(search && search.length > 0 ? { search } : {}),
  };
}

/** A system of the paper. @param groups S; Retrain has none @param dataset where a validation split of it chose T */
export function presetSystem(
  name: SystemName,
  protocol: Protocol,
  model: ModelName,
  groups: number,
  dataset?: string,
): SystemSettings {
  const { method, grouping } = MADE_OF[name];
  const own: Settings = grouping === undefined ? {} : { grouping, groups };
  return systemUnder(protocol, method, own, { dataset, model });
}

/** What a protocol says of data and evaluation. */
export const dataOf = ({ core, trainShare }: Protocol): Trial["data"] => ({ core, trainShare });
export const evaluationOf = ({ label, metrics, labCodeTies }: Protocol): Trial["evaluation"] => ({
  label,
  metrics,
  ...(labCodeTies === "mean" ? {} : { labCodeTies }),
});

/** What tables call the trial of a system. */
export interface SystemLabels {
  readonly preset: PresetName;
  readonly model: string;
  readonly system: string;
  /** S; 1 for Retrain */
  readonly groups: number;
}

export interface SystemSweep {
  readonly dataset: string;
  readonly protocol: Protocol;
  readonly models: readonly ModelName[];
  readonly systems: readonly SystemName[];
  readonly groups: readonly number[];
  readonly requests: readonly string[];
  readonly seeds: readonly number[];
  /** default "system" */
  readonly job?: string;
}

/** A trial for each combination; Retrain knows no S and appears once with S = 1. */
export function systemTrials(sweep: SystemSweep): Planned<SystemLabels>[] {
  const { dataset, protocol, job = "system" } = sweep;
  const planned: Planned<SystemLabels>[] = [];
  for (const seed of sweep.seeds)
    for (const model of sweep.models)
      for (const system of sweep.systems)
        for (const groups of system === "Retrain" ? [1] : sweep.groups)
          for (const request of sweep.requests)
            planned.push({
              trial: {
                job,
                dataset,
                data: dataOf(protocol),
                evaluation: evaluationOf(protocol),
                system: presetSystem(system, protocol, model, groups, dataset),
                request,
                seed,
              },
              labels: { preset: presetOf(protocol), model, system, groups },
            });
  return planned;
}

/** Which preset a protocol is a variant of. */
export const presetOf = ({ label }: Pick<Protocol, "label">): PresetName =>
  label === "implicit" ? "RANKING" : "PAPER";

/** Learning, and the profile's requests. */
export const allRequests = (profile: Profile): readonly string[] => [LEARNING, ...profile.requests];
