/**
 * From options to trials: every option but `--method` changes what the profile sweeps, so values that it
 * does not have can be asked for. `--preset` and `--set` are overrides of the profile; what a question
 * varies itself (the order in seqtrain, the settings in sensitivity) stays as it varies it. Then trials
 * that are not of the models, methods and requests named are left out. A trial without such a member (a
 * partition has no model) is left out too, except anchors, which belong beside every result of their split.
 */

import { filledCore } from "../data/core";
import { rowLengths } from "../data/describe";
import { holdsRatings, type Interactions } from "../data/interactions";
import { isHere, isOwnFile, loadDataset, readOwnFile } from "../data/load";
import { accountText } from "../data/reading/ratings";
import { parseReference, referenceTo } from "../data/reference";
import { InputError } from "../errors";
import { canonicalJson } from "../json";
import { namesPeople, withTags } from "../questions/people";
import { type DataIdentity, type ErasableRecord, identify, identifyAs } from "../questions/plan";
import { type Profile, profileNamed } from "../questions/profile";
import { PAPER, PRESETS, type Protocol, parseOverrides, protocol } from "../questions/protocol";
import { type Question, trialsOf } from "../questions/question";
import { QUESTIONS, questionNamed } from "../questions/questions";
import { availableProfile, distinctTrials, requireReal } from "../questions/suite";
import type { Planned, Trial } from "../questions/trial";
import type { RunStore } from "../runs/store";
import { shellWord } from "../shell";
import { resultsStore, type SelectionOptions } from "./options";
import { say } from "./output";
import { readingKeys } from "./ratings";

export interface Selection {
  readonly questions: readonly Question[];
  readonly profile: Profile;
  readonly store: RunStore<ErasableRecord>;
  /** The wanted trials of a question, as it labels them. */
  planned(question: Question): Planned[];
  /** The wanted trials of some questions, each once; default: of all that were named. */
  trials(questions?: readonly Question[]): Trial[];
}

/**
 * @param ids names of questions; none means all
 * @param substitute whether data sets that are not here are left out, and generated ratings may take their
 * place: for commands that compute, not for those that show what is recorded
 */
export async function select(
  ids: readonly string[],
  given: SelectionOptions,
  substitute: boolean,
): Promise<Selection> {
  const questions = ids.length === 0 ? QUESTIONS : ids.map(questionNamed);
  const named = profileNamed(given.profile);
  const { core: k = PAPER.core } = sweep(named, given).overrides;
  const options = { ...given, dataset: await readFiles(given, k) };
  const wanted = sweep(named, options);
  const store = resultsStore(options.results, wanted);
  if (substitute) requireReal(wanted.name, wanted.datasets);
  const { profile, notice } =
    options.dataset || !(substitute || nothingRecorded(store, wanted))
      ? { profile: wanted, notice: undefined }
      : availableProfile(wanted);
  if (notice !== undefined) say(notice);
  const tagged = await tags(options.request ?? [], profile);
  const planned = (question: Question) =>
    question
      .trials(profile)
      .filter((one) => isWanted(one, options))
      .map(tagged);
  const trials = (of: readonly Question[] = questions) =>
    distinctTrials(of.flatMap((question) => trialsOf(planned(question))));
  if (trials().length === 0)
    throw new InputError(
      `no trials: nothing that ${questions.map(({ id }) => id).join(", ")} of profile ` +
        `${profile.name} asks for fits these options`,
    );
  return { questions, profile, store, planned, trials };
}

/**
 * Reads the files of the user's own among the data sets, and says what they were taken for. Their names
 * come back with the way in which they are read, for trials and worker threads; whether they hold pairs
 * alone decides the protocol.
 * @throws InputError when one cannot be read, or nothing is left of it in the k-core
 */
async function readFiles(options: SelectionOptions, k: number): Promise<readonly string[] | undefined> {
  const [reading] = readingKeys(options);
  const names: string[] = [];
  for (const name of options.dataset ?? []) {
    if (!isOwnFile(name)) {
      names.push(name);
      continue;
    }
    const { path, settings } = parseReference(name);
    const { data, readout } = await readOwnFile(name, reading);
    say(accountText(readout));
    requireTwo(filledCore(data, k));
    const whole = referenceTo(path, {
      ...settings,
      ...reading,
      ...(holdsRatings(data) ? {} : { implicit: true }),
    });
    identifyAs(whole, data);
    names.push(whole);
  }
  const foreign = Object.keys(reading)[0];
  if (foreign !== undefined && !names.some(isOwnFile))
    throw new InputError(`--${foreign}: this is for a file of your own, named by --dataset`);
  return options.dataset && names;
}

/** @throws InputError where nobody has a rating to learn from and another one to hold out */
function requireTwo({ byUser, provenance }: Interactions): void {
  if (rowLengths(byUser).some((length) => length > 1)) return;
  throw new InputError(
    `${provenance.name}: nobody has two ratings, so none can be held out to measure with; ` +
      `learn takes such ratings: npx erasable learn ${shellWord(provenance.name)} --system my-system`,
  );
}

/** What puts tags in the place of people that requests name: records and tables name nobody. @throws InputError */
async function tags(requests: readonly string[], { datasets }: Profile): Promise<(one: Planned) => Planned> {
  const texts = new Map<string, string>();
  const key = (dataset: string, request: string) => canonicalJson([dataset, request]);
  for (const request of requests.filter(namesPeople))
    for (const dataset of datasets)
      texts.set(key(dataset, request), withTags(request, await loadDataset(dataset)));
  return ({ trial, labels }) => {
    const { dataset, request } = trial;
    return namesPeople(request)
      ? { trial: { ...trial, request: texts.get(key(dataset, request)) }, labels }
      : { trial, labels };
  };
}

/** Published records are shown without the data, so a profile that has some is taken as it is. */
const nothingRecorded = (store: RunStore<ErasableRecord>, { name, datasets }: Profile): boolean =>
  name !== "paper" && // which nothing stands in for
  !store.records().some(({ trial }) => datasets.includes(trial.dataset));

function sweep(profile: Profile, options: SelectionOptions): Profile {
  const { dataset, groups, seeds, request, model } = options;
  return {
    ...profile,
    overrides: { ...profile.overrides, ...protocolChange(options, profile) },
    ...(dataset && { datasets: dataset, rankingDatasets: dataset }),
    ...(model && { models: model }),
    ...(groups && {
      groups,
      ablationGroups: groups.includes(profile.ablationGroups) ? profile.ablationGroups : Math.max(...groups),
    }),
    ...(seeds && { seeds, longSeeds: seeds.length }),
    ...(request && { requests: request.filter((name) => name !== "none") }),
  };
}

/**
 * @param model, method, request those that are wanted; a method by its own name or by that of the paper's
 * system
 */
function isWanted({ trial, labels }: Planned, { model, method, request }: SelectionOptions): boolean {
  if (trial.job === "anchors") return true;
  const { system } = labels as { readonly system?: string };
  const fits = (chosen: readonly string[] | undefined, names: readonly (string | undefined)[]) =>
    chosen === undefined || names.some((name) => name !== undefined && chosen.includes(name));
  return (
    fits(model, [trial.system?.model]) &&
    fits(method, [trial.system?.method, system?.toLowerCase()]) &&
    fits(request, [trial.request])
  );
}

function protocolChange({ preset, set = [] }: SelectionOptions, profile: Profile): Partial<Protocol> {
  const change = { ...(preset ? presetFields(PRESETS[preset], profile) : {}), ...parseOverrides(set) };
  protocol("PAPER", "", change); // checks it before any data set is looked at
  return change;
}

/** The fields in which the presets differ, unless the profile sets them itself. */
function presetFields(preset: Protocol, { overrides }: Profile): Partial<Protocol> {
  const differ = (Object.keys(PAPER) as (keyof Protocol)[]).filter(
    (field) => new Set(Object.values(PRESETS).map((other) => other[field])).size > 1 && !(field in overrides),
  );
  return Object.fromEntries(differ.map((field) => [field, preset[field]]));
}

/** Checksums of the data sets of some trials, of those that are on this machine. */
export async function identities(trials: readonly Trial[]): Promise<Map<string, DataIdentity>> {
  const known = new Map<string, DataIdentity>();
  for (const name of new Set(trials.map(({ dataset }) => dataset)))
    if (isHere(name)) known.set(name, await identify(name));
  return known;
}
