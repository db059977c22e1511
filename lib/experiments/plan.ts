/**
 * From cells to jobs: cells get the keys of their records, equal cells of several figures become one, and cells that
 * share a learning run become one job.
 */

import { join } from "node:path";
import { checksum, type Interactions, ratingCount } from "../data/interactions";
import { canonicalJson } from "../json";
import { codeVersion } from "../version";
import type { Cell } from "./cell";
import type { Job } from "./handler";
import { rawData } from "./jobs/workbench";
import { recordKey, type StoredRecord } from "./record";

/** A record of this suite. What the outcome holds depends on the kind of the cell: outcome.ts. */
export interface ErasableRecord extends StoredRecord {
  readonly cell: Cell;
  readonly outcome: object;
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
  __filename.endsWith(".ts") ? "../dist/experiments/jobs/index.js" : "jobs/index.js",
);

const identities = new WeakMap<Interactions, DataIdentity>();

/** Checksum and size of a data set. @throws InputError when it is not on this machine. */
export async function identify(dataset: string): Promise<DataIdentity> {
  const data = await rawData(dataset);
  let identity = identities.get(data);
  if (!identity) {
    identity = { checksum: checksum(data), ratings: ratingCount(data) };
    identities.set(data, identity);
  }
  return identity;
}

/** Identities of all data sets that the cells name. */
export async function identifyAll(cells: readonly Cell[]): Promise<Map<string, DataIdentity>> {
  const names = new Set(cells.map(({ dataset }) => dataset));
  const known = new Map<string, DataIdentity>();
  for (const name of names) known.set(name, await identify(name));
  return known;
}

/** The key of a cell's record on this data and this code. */
export const keyOf = (cell: Cell, data: DataIdentity): string =>
  recordKey(cell, data.checksum, codeVersion(cell.kind));

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
      wanted: list.map((cell) => ({ key: keyOf(cell, identity), cell })),
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
