/**
 * What a notebook says: `await figureResults(utility, { progress })`. Shows the records that are there, computes those
 * that are not, and knows what must be said beside them: generated data, missing data sets, records of older code or of
 * other data.
 */

import { basename, join } from "node:path";
import { CATALOG, isSyntheticName } from "../data/catalog";
import { InputError, requireOneOf, StoppedError } from "../errors";
import { currentProfile, resultsFolder } from "../report/context";
import { progress } from "../report/progress";
import type { RunDescription } from "../report/provenance";
import { RunStore } from "../runs/store";
import type { Cell } from "./cell";
import type { Figure } from "./figures/figure";
import type { CellRecord } from "./outcome";
import { type ErasableRecord, identifyHere, isOwnFile } from "./plan";
import { type Profile, profileNamed } from "./profile";
import { availableProfile, compute, type Found, findRecords } from "./suite";

/** How a notebook asks for a figure. */
export interface SessionOptions {
  /** Changes to the profile: `{ seeds: [0, 1], groups: [4] }`. */
  readonly change?: Partial<Profile>;
  /** In place of the profile's data sets: one of them, another of the catalogue, a file of one's own; "": the profile's. */
  readonly dataset?: string;
  /** compute again what is there */
  readonly force?: boolean;
  readonly workers?: number;
  readonly signal?: AbortSignal;
}

/** A figure's rows, and what must be said beside them. */
export interface FigureResults<Row extends object> {
  readonly profile: Profile;
  readonly rows: readonly Row[];
  readonly records: readonly CellRecord[];
  /** For `describeRun`: which data and seeds the rows are made of. */
  readonly run: RunDescription;
  /** Sentences that belong beside the results; empty when there is nothing to say. */
  readonly notices: readonly string[];
}

/** The profile of this session as this machine can run it, with the notebook's changes. */
export function sessionProfile(change: Partial<Profile> = {}): { profile: Profile; notices: string[] } {
  const wanted = { ...profileNamed(currentProfile()), ...change };
  // Published records are shown without the data, so a profile that has them is taken as it is.
  const store = new RunStore<ErasableRecord>(runsFolder());
  const recorded = new Set(store.records().map(({ trial: cell }) => cell.dataset));
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

const runsFolder = () => join(resultsFolder(), "runs");

/**
 * The rows of a figure in the profile of this session. What the run store lacks is computed, with progress shown.
 * With `ERASABLE_RECORDS=only` nothing is computed.
 * @throws InputError when none is recorded and nothing may be computed; where some are, a notice says how many are not
 * @throws Error listing the first failures when cells could not be computed; everything that could is kept.
 * @throws StoppedError when the signal fires.
 */
export async function figureResults<Row extends object>(
  figure: Figure<Row>,
  options: SessionOptions = {},
): Promise<FigureResults<Row>> {
  const { dataset } = options;
  const data = dataset ? { datasets: [dataset], rankingDatasets: [dataset] } : {};
  const { profile, notices } = sessionProfile({ ...options.change, ...data });
  const cells = figure.cells(profile);
  const store = new RunStore<ErasableRecord>(runsFolder());
  let found = await findHere(cells, store);
  // Only published results are shown as they are when code or data have moved on: others cost little to make anew, as do
  // those of a file of one's own.
  const outdated = profile.name === PUBLISHED ? found.otherData.some(isOwnFile) : !found.current;
  if (recordsOnly()) {
    if (found.missing > 0) {
      const lack =
        `${figure.title}: ${found.missing} of ${cells.length} results are not recorded ` +
        `("npx erasable run ${figure.id} --profile ${profile.name}" computes them)`;
      if (found.records.length === 0) throw new InputError(lack);
      notices.push(`${lack}. What is shown here is of the others.`);
    }
  } else if (found.missing > 0 || outdated || options.force) {
    try {
      await computeMissing(figure.title, cells, store, options);
    } finally {
      store.close(); // another process may then write
    }
    found = await findHere(cells, store);
  }
  const anew = `would make them anew ("npx erasable run ${figure.id} --profile ${profile.name}").`;
  if (found.otherCode)
    notices.push(`These records were made by code version ${found.versions.join(", ")}; this code ${anew}`);
  if (found.otherData.length > 0)
    notices.push(
      `Records of ${found.otherData.map(datasetTitle).join(", ")} shown here were made of other ratings than those on ` +
        `this machine, which ${anew}`,
    );
  return { profile, rows: figure.rows(found.records), records: found.records, run: describe(cells), notices };
}

/** The records of the cells, held against the data on this machine. Data sets without a record are not read for it. */
async function findHere(cells: readonly Cell[], store: RunStore<ErasableRecord>): Promise<Found> {
  const recorded = new Set(store.records().map(({ trial: cell }) => cell.dataset));
  return findRecords(cells, store, await identifyHere(cells.filter(({ dataset }) => recorded.has(dataset))));
}

/** @throws StoppedError when the signal fires; Error listing the first failures */
async function computeMissing(
  title: string,
  cells: readonly Cell[],
  store: RunStore<ErasableRecord>,
  options: SessionOptions,
): Promise<void> {
  const shown = progress(title, { unit: "M gradient samples" });
  const summaries = await compute(cells, store, {
    workers: options.workers,
    force: options.force,
    signal: options.signal,
    onProgress: ({ done, total, samples, waiting }) =>
      shown.update(samples / 1e6, waiting ? `waiting: ${waiting}` : `${done} of ${total} runs`),
  });
  // The summaries decide: with `force` the store has an older record of what was not computed.
  const storeError = summaries.find((summary) => summary.storeError !== undefined)?.storeError;
  if (storeError !== undefined) throw new Error(`${title}: ${storeError}. Run the cell again to go on.`);
  if (summaries.some(({ stopped }) => stopped))
    throw new StoppedError(
      `${title}: stopped; what was finished is kept. Run the cell again to ${options.force ? "compute all of it again" : "go on"}.`,
    );
  const failures = summaries.flatMap((summary) => summary.failures);
  if (failures.length > 0) {
    const reasons = [...new Set(failures.map(({ error }) => error))].slice(0, 3).join("; ");
    throw new Error(
      `${title}: ${failures.length} of ${cells.length} cells failed: ${reasons}. Run the cell again to go on.`,
    );
  }
  shown.done(`${cells.length} results`);
}

/** What the cells are made of. */
function describe(cells: readonly Cell[]): RunDescription {
  const names = [...new Set(cells.map(({ dataset }) => dataset))];
  return {
    data: names.map((name) => ({ name, synthetic: isSyntheticName(name) })),
    seeds: [...new Set(cells.map(({ seed }) => seed))].sort((a, b) => a - b),
  };
}

/**
 * "MovieLens 1M" for "ml-1m": short enough for the head of a panel, so without what the catalogue says in brackets. A file
 * of one's own goes by its name, without its folder.
 */
export function datasetTitle(name: string): string {
  if (isSyntheticName(name)) return `${name} (generated)`;
  const entry = CATALOG.find((candidate) => candidate.name === name);
  return entry ? entry.title.replace(/ \(.*\)$/, "") : basename(name);
}
