/**
 * A trial: one experiment as plain JSON that holds only what decides its result, so that equal trials of several questions
 * are computed once. Its canonical JSON, the checksum of the data and the version of the code make the key of its record.
 * What tables call it (a name, a panel, the setting that was varied) is not in it: a question plans it with labels.
 */

import type { ModelName } from "../model/spec";
import type { Json } from "../training/store";

/** Settings by name. */
export interface Settings {
  readonly [name: string]: Json;
}

/**
 * What is searched on a validation split: the settings as they are, and stage by stage some changes to the best so far.
 */
export type Search = readonly (readonly Settings[])[];

/** A recommender: a method of `learn` with its settings, all but model and seed. */
export interface SystemSettings {
  readonly method: string;
  /** absent for methods that train no model */
  readonly model?: ModelName;
  readonly settings: Settings;
  readonly search?: Search;
}

/** What is trained on, and what is held out. */
export interface DataSettings {
  readonly core: number;
  readonly trainShare: number;
}

/** What is measured. */
export interface EvaluationSettings {
  readonly label: "rating" | "implicit";
  readonly metrics: "ownItems" | "all";
  /** only where it is not the mean over all orders */
  readonly labCodeTies?: "listed";
}

/** One experiment. Which of the members from `evaluation` on it has, its job decides. */
export interface Trial {
  /** name of the job that runs it */
  readonly job: string;
  readonly dataset: string;
  readonly data: DataSettings;
  readonly seed: number;
  readonly evaluation?: EvaluationSettings;
  readonly system?: SystemSettings;
  /** "none" (learning alone), "rand@5", "random-user" ...: unlearning/request.ts */
  readonly request?: string;
  /** what only this job has */
  readonly settings?: Settings;
}

/** The request of a trial that only learns. */
export const LEARNING = "none";

/** A trial, and what the question that asks for it calls it. */
export interface Planned<Labels extends object = object> {
  readonly trial: Trial;
  readonly labels: Labels;
}

/** "system ml-1m dmf laser cbkm S=8 rand@5 seed 0": a trial in a message. */
export function describeTrial({ job, dataset, system, settings, request, seed }: Trial): string {
  const own: Settings = { ...system?.settings, ...settings };
  return [
    job,
    dataset,
    system?.model,
    system?.method,
    own.grouping,
    own.groups === undefined ? undefined : `S=${String(own.groups)}`,
    own.attack,
    request,
    `seed ${seed}`,
  ]
    .filter((part) => part !== undefined)
    .join(" ");
}
