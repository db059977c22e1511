/**
 * From trials to jobs of the runner: trials get the keys of their records, equal trials of several questions become one,
 * and trials that share a learning become one job.
 */

import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CATALOG, isSyntheticName } from "../data/catalog";
import { checksum, type Interactions, ratingCount } from "../data/interactions";
import { findDataset, loadDataset } from "../data/load";
import { parseReference } from "../data/reference";
import { canonicalJson } from "../json";
import type { Job } from "../runs/handler";
import { recordKey, type StoredRecord } from "../runs/record";
import { jobOf } from "./questions";
import { candidatesOf } from "./system/search";
import type { Trial } from "./trial";
import { trialVersion } from "./trialVersion";

/** A record of this suite. What the outcome holds, the trial's job says. */
export interface ErasableRecord extends StoredRecord {
  readonly trial: Trial;
  readonly timings: Readonly<Record<string, number>>;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly versions: Readonly<Record<string, string>>;
}

export interface TrialTask {
  /** checksum of the ratings */
  readonly data: string;
}

/** A data set as the keys of records name it. */
export interface DataIdentity {
  readonly checksum: string;
  readonly ratings: number;
}

/** The compiled module that workers load. */
export const HANDLER = join(
  __dirname,
  __filename.endsWith(".ts") ? "../dist/questions/handler.js" : "handler.js",
);

/** What was found for a data set, and for which state of its files. */
const identities = new Map<string, { readonly state: string; readonly identity: DataIdentity }>();

/**
 * Checksum and size of a data set. Its files are read again only when one has another size or time of change.
 * @throws InputError when it is not on this machine
 */
export async function identify(dataset: string): Promise<DataIdentity> {
  const state = stateOf(dataset);
  const known = identities.get(dataset);
  if (known?.state === state) return known.identity;
  return identifyAs(dataset, await loadDataset(dataset));
}

/** The same of a data set that has been read just now. */
export function identifyAs(dataset: string, data: Interactions): DataIdentity {
  const identity = { checksum: checksum(data), ratings: ratingCount(data) };
  identities.set(dataset, { state: stateOf(dataset), identity });
  return identity;
}

/** Path, size and time of change of the files that a data set is read from; generated sets have none. */
function stateOf(dataset: string): string {
  return filesOf(dataset)
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false });
      return `${resolve(file)} ${stat?.size} ${stat?.mtimeMs}\n`;
    })
    .join("");
}

function filesOf(dataset: string): string[] {
  if (isSyntheticName(dataset)) return [];
  const entry = CATALOG.find(({ name }) => name === dataset);
  if (!entry) return [parseReference(dataset).path];
  const folder = findDataset(entry);
  return folder === undefined ? [] : entry.ratings.map((file) => join(folder, file));
}

/** Identities of all data sets that the trials name. @throws InputError when one is not on this machine */
export async function identifyAll(trials: readonly Trial[]): Promise<Map<string, DataIdentity>> {
  const known = new Map<string, DataIdentity>();
  for (const name of new Set(trials.map(({ dataset }) => dataset))) known.set(name, await identify(name));
  return known;
}

/**
 * Identities of those data sets of the trials that are on this machine.
 * @throws InputError when one is there and damaged
 */
export async function identifyHere(trials: readonly Trial[]): Promise<Map<string, DataIdentity>> {
  return identifyAll(trials.filter(({ dataset }) => isHere(dataset)));
}

function isHere(dataset: string): boolean {
  const files = filesOf(dataset);
  return isSyntheticName(dataset) || (files.length > 0 && files.every((file) => existsSync(file)));
}

/** The key of a trial's record on this data and this code. */
export const keyOf = (trial: Trial, data: DataIdentity): string =>
  recordKey(trial, data.checksum, trialVersion(trial));

/** Trials that differ only in this are one job. */
const jobName = (trial: Trial): string =>
  canonicalJson(jobOf(trial.job).joins ? { ...trial, request: undefined } : trial);

/**
 * The jobs of a list of trials, equal trials once. Those that must run alone are told apart.
 */
export function planJobs(
  trials: readonly Trial[],
  data: ReadonlyMap<string, DataIdentity>,
): { shared: Job<TrialTask>[]; alone: Job<TrialTask>[] } {
  const byName = new Map<string, Map<string, Trial>>();
  for (const trial of trials) {
    const name = jobName(trial);
    const members = byName.get(name) ?? new Map<string, Trial>();
    members.set(canonicalJson(trial), trial);
    byName.set(name, members);
  }
  const shared: Job<TrialTask>[] = [];
  const alone: Job<TrialTask>[] = [];
  for (const [name, members] of byName) {
    const list = [...members.values()];
    const identity = data.get(list[0].dataset) as DataIdentity;
    const job = {
      // equal costs run in the order of ids: by data set and seed, so that workers find their splits and embeddings
      id: `${list[0].dataset} ${String(list[0].seed).padStart(6, "0")} ${name} ${identity.checksum}`,
      wanted: list.map((trial) => ({ key: keyOf(trial, identity), trial })),
      cost: list.reduce((sum, trial) => sum + estimatedSamples(trial, identity.ratings), 0),
      task: { data: identity.checksum },
    };
    (jobOf(list[0].job).alone ? alone : shared).push(job);
  }
  return { shared, alone };
}

/** What a trial of a job without training counts as, in epochs. */
const SOME_EPOCHS = 50;

/** How often a trial learns its system: once, and once for each candidate of its search. */
export const learningsOf = ({ system }: Trial): number =>
  1 + (system?.search ? candidatesOf(system.search) : 0);

/** Gradient samples that a trial will need, roughly. @param ratings of its data set */
export function estimatedSamples(trial: Trial, ratings: number): number {
  const { job, data, system } = trial;
  const { epochs = SOME_EPOCHS, negatives = 0 } = (system?.settings ?? {}) as Record<string, number>;
  const samples = ratings * data.trainShare * (1 + negatives) * epochs * learningsOf(trial);
  return Math.round(samples * jobOf(job).work);
}
