/**
 * The suite as notebooks and the command line see it: the trials that a profile wants of some questions,
 * running what is missing, and reading what is there.
 */

import { join } from "node:path";
import { isSyntheticName } from "../data/catalog";
import { isHere } from "../data/load";
import { InputError } from "../errors";
import { canonicalJson } from "../json";
import { type RunProgress, type RunSummary, runJobs } from "../runs/runner";
import { RunStore } from "../runs/store";
import { type DataIdentity, type ErasableRecord, HANDLER, identifyAll, planJobs } from "./plan";
import { type Profile, profileNamed } from "./profile";
import type { Finding } from "./question";
import type { Planned, Trial } from "./trial";
import { trialVersion } from "./trialVersion";

/** A profile as this machine can run it, and what had to be changed. */
export interface Available {
  readonly profile: Profile;
  /** A sentence for every output, when generated data stands where real data should. */
  readonly notice?: string;
}

/** The profile that is evidence about real users. */
const REAL = "paper";

const fetchHint = (names: readonly string[]): string =>
  names.map((name) => `npx erasable data fetch ${name}`).join(", ");

/**
 * Nothing is computed on generated ratings in the name of profile paper.
 * @throws InputError naming the generated set, and the command that fetches real ones
 */
export function requireReal(profile: Profile["name"], datasets: readonly string[]): void {
  const generated = profile === REAL ? datasets.find(isSyntheticName) : undefined;
  if (generated !== undefined)
    throw new InputError(
      `profile ${REAL} computes on real ratings alone, and "${generated}" is generated. Fetch real ones ` +
        `(${fetchHint(profileNamed(REAL).datasets)}), or take profile smoke`,
    );
}

/**
 * Leaves out the data sets that are not on this machine. When none is left, generated ratings take their
 * place under their own name, but never in profile paper.
 * @throws InputError when profile paper has no data set here, naming the commands that fetch them
 */
export function availableProfile(profile: Profile): Available {
  const some = (names: readonly string[]) => {
    const found = names.filter(isHere);
    return found.length > 0 || profile.name === REAL ? found : ["synthetic"];
  };
  const changed = {
    ...profile,
    datasets: some(profile.datasets),
    rankingDatasets: some(profile.rankingDatasets),
  };
  const wanted = [...new Set([...profile.datasets, ...profile.rankingDatasets])];
  const missing = wanted.filter((name) => !isHere(name));
  if (missing.length === 0) return { profile };
  if (changed.datasets.length === 0)
    throw new InputError(
      `profile ${profile.name} needs real ratings, and none of ${profile.datasets.join(", ")} is on this machine. ` +
        `Fetch them: ${fetchHint(profile.datasets)}; or set ERASABLE_DATA to a folder that holds them`,
    );
  const synthetic = [...changed.datasets, ...changed.rankingDatasets].some(
    (name) => name === "synthetic" && !wanted.includes(name),
  );
  const notice =
    `Not on this machine: ${missing.join(", ")} (npx erasable data fetch NAME).` +
    (synthetic ? " Generated ratings are used instead: nothing here is evidence about real users." : "");
  return { profile: changed, notice };
}

/** The run store of a profile below a results folder. */
export const openStore = (results: string, profile: Pick<Profile, "name">): RunStore<ErasableRecord> =>
  new RunStore<ErasableRecord>(join(results, profile.name, "runs"));

/** Equal trials once, in order of first appearance. */
export const distinctTrials = (trials: readonly Trial[]): Trial[] => [
  ...new Map(trials.map((trial) => [canonicalJson(trial), trial])).values(),
];

export interface ComputeOptions {
  readonly workers?: number;
  /** compute again what is there */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
}

/**
 * Computes the trials that the store does not have: the shared ones over all workers, then those that run
 * alone.
 */
export async function compute(
  trials: readonly Trial[],
  store: RunStore<ErasableRecord>,
  options: ComputeOptions = {},
): Promise<RunSummary[]> {
  const { shared, alone } = planJobs(trials, await identifyAll(trials));
  const { workers, force: replace, signal, onProgress } = options;
  const common = { handler: HANDLER, replace, signal, onProgress };
  const first = await runJobs(shared, store, { ...common, workers });
  if (first.stopped || first.storeError !== undefined) return [first];
  return [first, await runJobs(alone, store, { ...common, workers: 1 })];
}

/** Whether a record was made by the code that would make it today. */
export const isCurrent = ({ trial, code }: ErasableRecord): boolean => code === trialVersion(trial);

/** Records of some trials, and whether they are those of this code and this data. */
export interface Found {
  readonly records: readonly ErasableRecord[];
  /** Versions of the code that made them, sorted. */
  readonly versions: readonly string[];
  /** Whether all are of this code and, where it is known, this data. */
  readonly current: boolean;
  /** Whether some are of other code. */
  readonly otherCode: boolean;
  /** Data sets whose records are of other ratings than those known here. */
  readonly otherData: readonly string[];
  /** Trials without any record. */
  readonly missing: number;
}

/**
 * The records of `trials`. Published results are shown without the data and after the code has moved on:
 * then the trial alone decides, `current` is false, and whoever shows them says by which code or of which
 * data they were made.
 * @param trials each of them once
 * @param data identities of data sets that are here (`identifyHere`); of the others any ratings are right
 */
export function findRecords(
  trials: readonly Trial[],
  store: RunStore<ErasableRecord>,
  data: ReadonlyMap<string, DataIdentity> = new Map(),
): Found {
  const isOfData = ({ trial, data: checksum }: ErasableRecord) =>
    checksum === (data.get(trial.dataset)?.checksum ?? checksum);
  const fit = (record: ErasableRecord) => (isOfData(record) ? 2 : 0) + (isCurrent(record) ? 1 : 0);
  const byTrial = new Map<string, ErasableRecord>();
  for (const record of store.records()) {
    const text = canonicalJson(record.trial);
    const known = byTrial.get(text);
    if (known === undefined || fit(record) >= fit(known)) byTrial.set(text, record);
  }
  const found = trials.flatMap((trial) => byTrial.get(canonicalJson(trial)) ?? []);
  const otherCode = !found.every(isCurrent);
  const strange = found.filter((record) => !isOfData(record));
  const otherData = [...new Set(strange.map(({ trial }) => trial.dataset))].sort();
  return {
    records: found,
    versions: [...new Set(found.map(({ code }) => code))].sort(),
    current: !otherCode && otherData.length === 0,
    otherCode,
    otherData,
    missing: trials.length - found.length,
  };
}

/** What records say of planned trials; nothing of those that have none. A record may answer several. */
export function findingsOf(planned: readonly Planned[], records: readonly ErasableRecord[]): Finding[] {
  const byTrial = new Map(records.map((record) => [canonicalJson(record.trial), record]));
  return planned.flatMap(({ trial, labels }) => {
    const record = byTrial.get(canonicalJson(trial));
    return record ? [{ trial, labels, outcome: record.outcome, timings: record.timings }] : [];
  });
}
