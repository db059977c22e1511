/**
 * What a notebook says: `await ask(questions.seqtrain, { signal })`. Shows the records that are there,
 * computes those that are not, and says what must be said beside them: generated data, missing data sets,
 * records of older code or of other data.
 */

import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { isOwnFile } from "../data/load";
import { InputError, requireKnownKeys, requireOneOf, StoppedError } from "../errors";
import { currentProfile, describeRun, outputFolder, resultsFolder, suiteRoot } from "../report/context";
import { showFinding } from "../report/finding";
import { progress } from "../report/progress";
import { showMarkdown } from "../report/show";
import { RunStore } from "../runs/store";
import { shellWord } from "../shell";
import { type Answer, answerOf } from "./answer";
import { Durations } from "./duration";
import { datasetTitle } from "./labels";
import { fitted, STAND_IN, standIn } from "./ownFile";
import { type DataIdentity, type ErasableRecord, identifyAll, identifyHere, keyOf } from "./plan";
import { type Profile, profileNamed } from "./profile";
import { type Charts, type Question, type Tables, trialsOf } from "./question";
import {
  availableProfile,
  compute,
  distinctTrials,
  type Found,
  findingsOf,
  findRecords,
  requireReal,
} from "./suite";
import type { Trial } from "./trial";

/** How a notebook asks a question. */
export interface AskOptions<Options extends object = object> {
  /** Changes to the profile: `{ seeds: [0, 1], groups: [4] }`. */
  readonly change?: Partial<Profile>;
  /**
   * In place of the profile's data sets: one of them, another of the catalogue, a file of one's own; "":
   * the profile's.
   */
  readonly dataset?: string;
  /** What the question lets choose about its tables and charts. */
  readonly options?: Partial<Options>;
  /** false: what it found does not stand under the notebook's title, where it is one of many */
  readonly finding?: boolean;
  /** compute again what is there */
  readonly force?: boolean;
  readonly workers?: number;
  readonly signal?: AbortSignal;
}

/** The answer, and what must be said beside it. */
export interface Asked<Row extends object, T extends Tables, C extends Charts> extends Answer<Row, T, C> {
  /** Sentences that were shown; empty when there was nothing to say. */
  readonly notices: readonly string[];
}

/** The profile of this session as this machine can run it, with the notebook's changes. */
export function sessionProfile(change: Partial<Profile> = {}): { profile: Profile; notices: string[] } {
  const { seeds } = change;
  const wanted = { ...profileNamed(currentProfile()), ...(seeds && { longSeeds: seeds.length }), ...change };
  // Published records are shown without the data, so a profile that has them is taken as it is.
  const store = sessionStore();
  const recorded = new Set(store.records().map(({ trial }) => trial.dataset));
  if (wanted.datasets.some((name) => recorded.has(name))) return { profile: wanted, notices: [] };
  const { profile, notice } = availableProfile(wanted);
  return { profile, notices: notice === undefined ? [] : [notice] };
}

/** The profile whose records are committed. */
const PUBLISHED = "paper";

/** Whether nothing may be computed: `ERASABLE_RECORDS=only`. @throws InputError for another value */
function recordsOnly(): boolean {
  const { ERASABLE_RECORDS: text } = process.env;
  return text !== undefined && text !== "" && requireOneOf(text, ["only"], "ERASABLE_RECORDS") === "only";
}

/**
 * The records of this session. What it computes beside published ones goes to a store of its own, above
 * them.
 */
function sessionStore(): RunStore<ErasableRecord> {
  const [published, own] = [resultsFolder(), outputFolder()].map((folder) => join(folder, "runs"));
  return new RunStore(own, own === published ? {} : { beneath: [published] });
}

/**
 * The answer to a question in the profile of this session. What the run store lacks is computed, with
 * progress shown; the notices are shown too, and the tables and charts from here on are described as made
 * of its rows. With
 * `ERASABLE_RECORDS=only` nothing is computed.
 * @throws InputError when none is recorded and nothing may be computed; where some are, a notice says how many are not
 * @throws Error listing the first failures when trials could not be computed; everything that could is kept.
 * @throws StoppedError when the signal fires.
 */
export async function ask<Row extends object, T extends Tables, C extends Charts, Options extends object>(
  question: Question<Row, T, C, Options>,
  options: AskOptions<Options> = {},
): Promise<Asked<Row, T, C>> {
  const { dataset } = options;
  requireKnownKeys(options.options ?? {}, Object.keys(question.options), `${question.id}: options`);
  for (const [name, value] of Object.entries(options.options ?? {}))
    if (name in question.allowed) requireOneOf(value, question.allowed[name], name);
  const data = dataset ? { datasets: [dataset], rankingDatasets: [dataset] } : {};
  const session = sessionProfile({ ...options.change, ...data });
  const isOwn = dataset !== undefined && dataset !== "" && isOwnFile(dataset);
  const own = isOwn ? await fitted(dataset, session.profile) : { ...session, notices: [] };
  const { profile } = own;
  const notices = [...session.notices, ...own.notices];
  const planned = question.trials(profile);
  const trials = distinctTrials(trialsOf(planned));
  const store = sessionStore();
  let found = await findHere(trials, store);
  // Only published results are shown as they are when code or data have moved on: others cost little to
  // make anew, as do those of a file of one's own.
  const outdated = profile.name === PUBLISHED ? found.otherData.some(isOwnFile) : !found.current;
  if (recordsOnly()) notices.push(...lacking(question, profile, trials, found));
  else if (found.missing > 0 || outdated || options.force) {
    requireReal(
      profile.name,
      trials.map(({ dataset }) => dataset),
    );
    try {
      const lost = await computeMissing(question.title, trials, store, { ...options, partly: isOwn });
      notices.push(...lost);
    } finally {
      store.close(); // another process may then write
    }
    found = await findHere(trials, store);
  }
  notices.push(...outdatedNotices(question, profile, found));
  const answer = answerOf(question, findingsOf(planned, found.records), profile, options.options);
  if (isOwn && answer.rows.length === 0) {
    showMarkdown`> ${standIn(datasetTitle(dataset), notices.join(" ") || "no trial gives a number")}`;
    return ask(question, { ...options, dataset: STAND_IN });
  }
  describeRun(answer.run);
  if (options.finding !== false) showFinding(answer.finding);
  for (const notice of notices) showMarkdown`> ${notice}`;
  return { ...answer, notices };
}

/**
 * The command that computes what a notebook asks for, to paste: files of one's own are named, and a results folder that is
 * not the suite's.
 */
function runCommand(id: string, { name, datasets }: Profile): string {
  const own = datasets.filter(isOwnFile);
  const results = resolve(process.env.ERASABLE_RESULTS ?? join(suiteRoot(), "results"));
  return [
    `npx erasable run ${id} --profile ${name}`,
    ...(own.length > 0 ? [`--dataset ${shellWord(own.join(","))}`] : []),
    ...(results === join(suiteRoot(), "results") ? [] : [`--results ${shellWord(results)}`]),
  ].join(" ");
}

/** What is said where nothing may be computed. @throws InputError when nothing is recorded */
function lacking(
  { id, title }: Question,
  profile: Profile,
  trials: readonly Trial[],
  found: Found,
): string[] {
  if (found.missing === 0) return [];
  const lack =
    `${title}: ${found.missing} of ${trials.length} results are not recorded ` +
    `("${runCommand(id, profile)}" computes them)`;
  if (found.records.length === 0) throw new InputError(lack);
  return [`${lack}. What is shown here is of the others.`];
}

/** A version by its name, several by their number: each method has one of its own. */
const versionsText = (versions: readonly string[]): string =>
  versions.length === 1 ? `code version ${versions[0]}` : `other code (${versions.length} versions)`;

function outdatedNotices({ id }: Question, profile: Profile, found: Found): string[] {
  const anew = `would make them anew ("${runCommand(id, profile)}").`;
  const notices: string[] = [];
  if (found.otherCode)
    notices.push(`These records were made by ${versionsText(found.versions)}; this code ${anew}`);
  if (found.otherData.length > 0)
    notices.push(
      `Records of ${found.otherData.map(datasetTitle).join(", ")} shown here were made of other ratings than those on ` +
        `this machine, which ${anew}`,
    );
  return notices;
}

/**
 * The records of the trials, held against the data on this machine. Data sets without a record are not read
 * for it.
 */
async function findHere(trials: readonly Trial[], store: RunStore<ErasableRecord>): Promise<Found> {
  const recorded = new Set(store.records().map(({ trial }) => trial.dataset));
  return findRecords(
    trials,
    store,
    await identifyHere(trials.filter(({ dataset }) => recorded.has(dataset))),
  );
}

/** Seconds that the trials which the store lacks will take, by its records or by a rate; loads the data. */
async function expectedSeconds(
  trials: readonly Trial[],
  store: RunStore<ErasableRecord>,
  { workers = availableParallelism(), force }: AskOptions,
): Promise<number> {
  const data = await identifyAll(trials);
  const lacks = (trial: Trial) => force || !store.has(keyOf(trial, data.get(trial.dataset) as DataIdentity));
  const ratings = new Map([...data].map(([name, identity]) => [name, identity.ratings]));
  const durations = new Durations(store.records(), ratings);
  const seconds = trials.filter(lacks).reduce((sum, trial) => sum + durations.of(trial).seconds, 0);
  return seconds / workers;
}

/**
 * @returns what was lost, as sentences, where a part is enough (`partly`)
 * @throws StoppedError when the signal fires; Error listing the first failures
 */
async function computeMissing(
  title: string,
  trials: readonly Trial[],
  store: RunStore<ErasableRecord>,
  options: AskOptions & { readonly partly: boolean },
): Promise<readonly string[]> {
  const expected = await expectedSeconds(trials, store, options);
  const shown = progress(title, { total: 100, unit: "%", expected });
  const summaries = await compute(trials, store, {
    workers: options.workers,
    force: options.force,
    signal: options.signal,
    onProgress: ({ done, total, waiting }) =>
      shown.update((100 * done) / total, waiting ? `waiting: ${waiting}` : `${done} of ${total} runs`),
  });
  // The summaries decide: with `force` the store has an older record of what was not computed.
  const storeError = summaries.find((summary) => summary.storeError !== undefined)?.storeError;
  if (storeError !== undefined) throw new Error(`${title}: ${storeError}. Run this cell again to go on.`);
  if (summaries.some(({ stopped }) => stopped))
    throw new StoppedError(
      `${title}: stopped; what was finished is kept. Run this cell again to ${options.force ? "compute all of it again" : "go on"}.`,
    );
  const failures = summaries.flatMap((summary) => summary.failures);
  if (failures.length > 0) {
    const reasons = [...new Set(failures.map(({ error }) => error))].slice(0, 3).join("; ");
    const lost = `${title}: ${failures.length} of ${trials.length} trials failed: ${reasons}.`;
    if (!options.partly) throw new Error(`${lost} Run this cell again to go on.`);
    shown.done(`${trials.length - failures.length} results`);
    return [failures.length === trials.length ? lost : `${lost} What is shown is of the others.`];
  }
  shown.done(`${trials.length} results`);
  return [];
}
