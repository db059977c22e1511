/**
 * From cells to jobs: cells get the keys of their records, equal cells of several figures become one, and cells that
 * share a learning run become one job.
 */

import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CATALOG, isSyntheticName } from "../data/catalog";
import { checksum, ratingCount } from "../data/interactions";
import { findDataset, loadDataset } from "../data/load";
import { canonicalJson } from "../json";
import type { Job } from "../runs/handler";
import { recordKey, type StoredRecord } from "../runs/record";
import type { Cell } from "./cell";
import { cellVersion } from "./cellVersion";

/** A record of this suite. What the outcome holds depends on the kind of the cell: outcome.ts. */
export interface ErasableRecord extends StoredRecord {
  readonly trial: Cell;
  readonly timings: Readonly<Record<string, number>>;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly versions: Readonly<Record<string, string>>;
}

export interface CellTask {
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
  __filename.endsWith(".ts") ? "../dist/questions/jobs/index.js" : "jobs/index.js",
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
  const data = await loadDataset(dataset);
  const identity = { checksum: checksum(data), ratings: ratingCount(data) };
  identities.set(dataset, { state, identity });
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
  if (!entry) return [dataset];
  const folder = findDataset(entry);
  return folder === undefined ? [] : entry.ratings.map((file) => join(folder, file));
}

/** Identities of all data sets that the cells name. @throws InputError when one is not on this machine */
export async function identifyAll(cells: readonly Cell[]): Promise<Map<string, DataIdentity>> {
  const known = new Map<string, DataIdentity>();
  for (const name of datasetsOf(cells)) known.set(name, await identify(name));
  return known;
}

/**
 * Identities of those data sets of the cells that are on this machine.
 * @throws InputError when one is there and damaged
 */
export async function identifyHere(cells: readonly Cell[]): Promise<Map<string, DataIdentity>> {
  return identifyAll(cells.filter(({ dataset }) => isHere(dataset)));
}

function isHere(dataset: string): boolean {
  const files = filesOf(dataset);
  return isSyntheticName(dataset) || (files.length > 0 && files.every((file) => existsSync(file)));
}

/** Whether a data set's name is the path of a file of one's own. */
export const isOwnFile = (dataset: string): boolean =>
  !isSyntheticName(dataset) && !CATALOG.some((entry) => entry.name === dataset);

const datasetsOf = (cells: readonly Cell[]) => new Set(cells.map(({ dataset }) => dataset));

/** The key of a cell's record on this data and this code. */
export const keyOf = (cell: Cell, data: DataIdentity): string =>
  recordKey(cell, data.checksum, cellVersion(cell));

/** Cells that differ only in this are one job. */
const jobName = (cell: Cell): string =>
  canonicalJson(cell.kind === "system" || cell.kind === "beyond" ? { ...cell, request: undefined } : cell);

/**
 * The jobs of a list of cells, equal cells once. Timing jobs are told apart, for they must run alone.
 */
export function planJobs(
  cells: readonly Cell[],
  data: ReadonlyMap<string, DataIdentity>,
): { shared: Job<CellTask>[]; alone: Job<CellTask>[] } {
  const byName = new Map<string, Map<string, Cell>>();
  for (const cell of cells) {
    const name = jobName(cell);
    const members = byName.get(name) ?? new Map<string, Cell>();
    members.set(canonicalJson(cell), cell);
    byName.set(name, members);
  }
  const shared: Job<CellTask>[] = [];
  const alone: Job<CellTask>[] = [];
  for (const [name, members] of byName) {
    const list = [...members.values()];
    const identity = data.get(list[0].dataset) as DataIdentity;
    const job = {
      // equal costs run in the order of ids: by data set and seed, so that workers find their splits and embeddings
      id: `${list[0].dataset} ${String(list[0].seed).padStart(6, "0")} ${name} ${identity.checksum}`,
      wanted: list.map((cell) => ({ key: keyOf(cell, identity), trial: cell })),
      cost: list.reduce((sum, cell) => sum + estimate(cell, identity.ratings), 0),
      task: { data: identity.checksum },
    };
    (list[0].kind === "timing" ? alone : shared).push(job);
  }
  return { shared, alone };
}

/** Gradient samples that a cell will need, roughly; partitions and anchors count as little. */
function estimate({ kind, protocol }: Cell, ratings: number): number {
  const whole = ratings * protocol.trainShare * (1 + protocol.negatives) * protocol.epochs;
  const SHARE = {
    system: 1,
    timing: 2,
    exactness: 3,
    groupLoss: 1,
    partition: 0.02,
    anchors: 0.02,
    membership: 5,
    poisoning: 3,
    beyond: 1,
  } as const;
  return Math.round(whole * SHARE[kind]);
}
