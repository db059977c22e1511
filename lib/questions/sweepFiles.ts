/**
 * The files of a sweep: plan.json says what there is to do, ID.json holds the trials of a chunk, chunks.txt the ids, one per
 * line, those that need a node for themselves last. Parts come to lie below parts/ID.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onDisk } from "../disk/diskError";
import { nodeFiles, writeAtomically } from "../disk/files";
import { InputError } from "../errors";
import { lineFiles } from "../runs/lines";
import { type DataIdentity, identify, keyOf } from "./plan";
import { PROFILE_NAMES, type ProfileName } from "./profile";
import type { Chunk } from "./sweep";

const FORMAT = "erasable sweep 2";

/** What plan.json says of a chunk. */
export type PlannedChunk = Omit<Chunk, "trials"> & { readonly trials: number };

export interface Sweep {
  readonly format: typeof FORMAT;
  /** file that starts the command line which made the plan, and which its jobs run */
  readonly program: string;
  readonly profile: ProfileName;
  readonly seconds: number;
  readonly chunks: readonly PlannedChunk[];
}

/** A chunk's file. */
export interface ChunkFile extends Chunk {
  readonly format: typeof FORMAT;
  readonly profile: ProfileName;
}

export const partsOf = (sweep: string): string => join(sweep, "parts");

/**
 * Writes a sweep into a folder that holds none, or the same one.
 * @throws InputError when another plan is there already; DiskError
 */
export function writeSweep(
  folder: string,
  {
    program,
    profile,
    chunks,
  }: { readonly program: string; readonly profile: ProfileName; readonly chunks: readonly Chunk[] },
): Sweep {
  const sweep: Sweep = {
    format: FORMAT,
    program,
    profile,
    seconds: chunks.reduce((sum, { seconds }) => sum + seconds, 0),
    chunks: chunks.map((chunk) => ({ ...chunk, trials: chunk.trials.length })),
  };
  const planFile = join(folder, "plan.json");
  if (existsSync(planFile)) {
    const ids = (plan: Sweep) => plan.chunks.map(({ id }) => id).join();
    if (ids(readSweep(folder)) !== ids(sweep))
      throw new InputError(`${folder} holds another plan already: take another folder with --out`);
  }
  nodeFiles.makeFolder(folder);
  const write = (name: string, text: string) =>
    writeAtomically(nodeFiles, join(folder, name), Buffer.from(text), 0o644);
  for (const chunk of chunks)
    write(`${chunk.id}.json`, JSON.stringify({ format: FORMAT, profile, ...chunk }));
  write("chunks.txt", chunks.map(({ id }) => `${id}\n`).join(""));
  write("plan.json", `${JSON.stringify(sweep, null, 1)}\n`); // the last: with it the sweep is whole
  return sweep;
}

/** Whether a folder holds a sweep. */
export const isSweep = (folder: string): boolean => existsSync(join(folder, "plan.json"));

/** @throws InputError when the folder holds no sweep of this version */
export const readSweep = (folder: string): Sweep =>
  parsed<Sweep>(join(folder, "plan.json"), "the plan of a sweep", "chunks");

const ANEW = 'Make it again with "npx erasable plan", in another folder';

/** @param list the member that holds the parts */
function parsed<T extends Sweep | ChunkFile>(file: string, what: string, list: keyof T & string): T {
  const text = onDisk("read", file, () => readFileSync(file, "utf8"));
  let value: Partial<T> | null;
  try {
    value = JSON.parse(text) as Partial<T> | null;
  } catch (error) {
    throw new InputError(`${file} is not ${what}: ${(error as Error).message}. ${ANEW}`);
  }
  if (value?.format !== FORMAT)
    throw new InputError(
      `${file} is not ${what} of this version ("format": ${JSON.stringify(value?.format)}, not "${FORMAT}"). ${ANEW}`,
    );
  if (!PROFILE_NAMES.includes(value.profile as ProfileName))
    throw new InputError(
      `${file}: "profile": ${JSON.stringify(value.profile)} is not one of ${PROFILE_NAMES.join(", ")}. ${ANEW}`,
    );
  if (!Array.isArray(value[list]) || value[list].length === 0)
    throw new InputError(`${file}: it holds no ${list}. ${ANEW}`);
  return value as T;
}

/**
 * Reads a chunk and holds it against this code and the data here, before anything is computed.
 * @throws InputError when its data set is not here or holds other ratings, when it was made by other code, or was edited
 */
export async function readChunk(file: string): Promise<ChunkFile> {
  const chunk = parsed<ChunkFile>(file, "a chunk of a sweep", "trials");
  const { id, dataset, data, trials } = chunk;
  const what = `chunk ${id} (${file})`;
  let identity: DataIdentity;
  try {
    identity = await identify(String(dataset));
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${what} needs ${dataset}: ${error.message}`);
    throw error;
  }
  if (identity.checksum !== data)
    throw new InputError(
      `${what} was planned on other ratings of ${dataset} (SHA-256 ${String(data).slice(0, 8)}..., here ` +
        `${identity.checksum.slice(0, 8)}...): bring the same files here, or plan again`,
    );
  const foreign = trials.find((one) => !isOurs(one, identity));
  if (foreign)
    throw new InputError(
      `${what} was made by other code than this, or edited (key ${String(foreign.key).slice(0, 8)}...): plan again with ` +
        `this code ("npx erasable plan")`,
    );
  return chunk;
}

/** Whether this code gives a trial its key; it does not where it has no such job, method or model. */
function isOurs({ key, trial }: Chunk["trials"][number], identity: DataIdentity): boolean {
  try {
    return keyOf(trial, identity) === key;
  } catch {
    return false;
  }
}

/** The keys of all trials of a sweep. @throws DiskError, InputError when the file of a chunk is not there, or no chunk */
export const plannedKeys = (folder: string, { chunks }: Sweep): string[] =>
  chunks.flatMap(({ id }) =>
    parsed<ChunkFile>(join(folder, `${id}.json`), "a chunk of a sweep", "trials").trials.map(
      ({ key }) => key,
    ),
  );

/**
 * The stores below the parts of a sweep that hold records or failures, by the ids of their chunks: a job that ended before
 * its first trial did leaves an empty one.
 */
export function partStores(folder: string, { profile, chunks }: Sweep): Map<string, string> {
  const known = new Set(chunks.map(({ id }) => id));
  const there = existsSync(partsOf(folder)) ? readdirSync(partsOf(folder)) : [];
  const stores = there
    .filter((id) => known.has(id))
    .map((id): [string, string] => [id, join(partsOf(folder), id, profile, "runs")]);
  return new Map(stores.filter(([, store]) => lineFiles(store, nodeFiles).length > 0).sort());
}
