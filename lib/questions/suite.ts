/**
 * The suite as notebooks and the command line see it: figures by name, the cells that a profile wants of them, running
 * what is missing, and reading what is there.
 */

import { join } from "node:path";
import { CATALOG } from "../data/catalog";
import { findDataset } from "../data/load";
import { InputError } from "../errors";
import { canonicalJson } from "../json";
import { type RunProgress, type RunSummary, runJobs } from "../runs/runner";
import { RunStore } from "../runs/store";
import type { Cell } from "./cell";
import { cellVersion } from "./cellVersion";
import * as figures from "./figures";
import type { Figure } from "./figures/figure";
import type { CellRecord } from "./outcome";
import { type DataIdentity, type ErasableRecord, HANDLER, identifyAll, planJobs } from "./plan";
import type { Profile } from "./profile";

/** Every figure of the suite, in the order of the notebooks. */
export const FIGURES: readonly Figure[] = [
  figures.partition,
  figures.efficiency,
  figures.utility,
  figures.seqtrain,
  figures.cohesion,
  figures.exactness,
  figures.membership,
  figures.poisoning,
  figures.sensitivity,
  figures.ranking,
  figures.beyond,
];

/** The figure of this name. @throws InputError naming the choices. */
export function figureNamed(id: string): Figure {
  const figure = FIGURES.find((candidate) => candidate.id === id);
  if (!figure)
    throw new InputError(`figure: "${id}" is not one of ${FIGURES.map((known) => known.id).join(", ")}`);
  return figure;
}

/** A profile as this machine can run it, and what had to be changed. */
export interface Available {
  readonly profile: Profile;
  /** A sentence for every output, when generated data stands where real data should. */
  readonly notice?: string;
}

/**
 * Leaves out the data sets that are not on this machine; when none of a list is left, generated ratings take its place,
 * under their own name.
 */
export function availableProfile(profile: Profile): Available {
  const here = (name: string) => {
    const entry = CATALOG.find((candidate) => candidate.name === name);
    return entry === undefined || findDataset(entry) !== undefined;
  };
  const some = (names: readonly string[]) => {
    const found = names.filter(here);
    return found.length > 0 ? found : ["synthetic"];
  };
  const changed = {
    ...profile,
    datasets: some(profile.datasets),
    rankingDatasets: some(profile.rankingDatasets),
  };
  const wanted = [...new Set([...profile.datasets, ...profile.rankingDatasets])];
  const missing = wanted.filter((name) => !here(name));
  if (missing.length === 0) return { profile };
  const synthetic = [...changed.datasets, ...changed.rankingDatasets].some(
    (name) => name === "synthetic" && !wanted.includes(name),
  );
  const notice =
    `Not on this machine: ${missing.join(", ")} (npx erasable data fetch NAME).` +
    (synthetic ? " Generated ratings are used instead: nothing here is evidence about real users." : "");
  return { profile: changed, notice };
}

/** All cells that some figures want of a profile, equal cells once. */
export function cellsOf(figures: readonly Figure[], profile: Profile): Cell[] {
  const byText = new Map<string, Cell>();
  for (const figure of figures)
    for (const cell of figure.cells(profile)) byText.set(canonicalJson(cell), cell);
  return [...byText.values()];
}

/** The run store of a profile below a results folder. */
export const openStore = (results: string, profile: Pick<Profile, "name">): RunStore<ErasableRecord> =>
  new RunStore<ErasableRecord>(join(results, profile.name, "runs"));

export interface ComputeOptions {
  readonly workers?: number;
  /** compute again what is there */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
}

/** Computes the cells that the store does not have: the shared ones over all workers, then those that run alone. */
export async function compute(
  cells: readonly Cell[],
  store: RunStore<ErasableRecord>,
  options: ComputeOptions = {},
): Promise<RunSummary[]> {
  const { shared, alone } = planJobs(cells, await identifyAll(cells));
  const { workers, force: replace, signal, onProgress } = options;
  const common = { handler: HANDLER, replace, signal, onProgress };
  const first = await runJobs(shared, store, { ...common, workers });
  if (first.stopped || first.storeError !== undefined) return [first];
  return [first, await runJobs(alone, store, { ...common, workers: 1 })];
}

/** Whether a record was made by the code that would make it today. */
export const isCurrent = ({ trial: cell, code }: ErasableRecord): boolean => code === cellVersion(cell);

/** Records of some cells, and whether they are those of this code and this data. */
export interface Found {
  readonly records: readonly CellRecord[];
  /** Versions of the code that made them, sorted. */
  readonly versions: readonly string[];
  /** Whether all are of this code and, where it is known, this data. */
  readonly current: boolean;
  /** Whether some are of other code. */
  readonly otherCode: boolean;
  /** Data sets whose records are of other ratings than those known here. */
  readonly otherData: readonly string[];
  /** Cells without any record. */
  readonly missing: number;
}

/**
 * The records of `cells`. Published results are shown without the data and after the code has moved on: then the cell
 * alone decides, `current` is false, and whoever shows them says by which code or of which data they were made.
 * @param data identities of data sets that are here (`identifyHere`); of the others any ratings are right
 */
export function findRecords(
  cells: readonly Cell[],
  store: RunStore<ErasableRecord>,
  data: ReadonlyMap<string, DataIdentity> = new Map(),
): Found {
  const isOfData = ({ trial: cell, data: checksum }: ErasableRecord) =>
    checksum === (data.get(cell.dataset)?.checksum ?? checksum);
  const fit = (record: ErasableRecord) => (isOfData(record) ? 2 : 0) + (isCurrent(record) ? 1 : 0);
  const byCell = new Map<string, ErasableRecord>();
  for (const record of store.records()) {
    const text = canonicalJson(record.trial);
    const known = byCell.get(text);
    if (known === undefined || fit(record) >= fit(known)) byCell.set(text, record);
  }
  const found = cells.flatMap((cell) => byCell.get(canonicalJson(cell)) ?? []);
  const otherCode = !found.every(isCurrent);
  const strange = found.filter((record) => !isOfData(record));
  const otherData = [...new Set(strange.map(({ trial: cell }) => cell.dataset))].sort();
  return {
    records: found,
    versions: [...new Set(found.map(({ code }) => code))].sort(),
    current: !otherCode && otherData.length === 0,
    otherCode,
    otherData,
    missing: cells.length - found.length,
  };
}
