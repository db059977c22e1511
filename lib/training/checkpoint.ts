/**
 * Checkpoints of SeqTrain (Section 3.3, "finally saves these models"). A checkpoint's key is the hash of
 * everything that made it: settings, code version, catalogue of items, and the groups up to and including its
 * own, in order. So a checkpoint that saw a user cannot be found by a run without that user, and one that did
 * not is found by itself: restarting from the last clean checkpoint is nothing but looking for the longest
 * known chain of keys. Code of another version finds none of them: an erasure after an update trains from
 * scratch, rather than mix the bits of two programs.
 *
 * A checkpoint is a record (JSON) that names blobs: item tables and shared layers; the rows of each group
 * trained so far; with a carried optimizer, Adam's moments. Users of later groups are not in it: their rows
 * are still initial.
 */

import { InputError } from "../errors";
import { canonicalJson, sha256 } from "../json";
import { codeVersion } from "../version";
import { type GroupRatings, groupHash } from "./groupRatings";
import type { Start } from "./layout";
import type { TrainingSettings } from "./settings";
import { blobName, DamagedError, type EntryName, floatsOf, type Json, recordName, type Store } from "./store";

/** The state after a group: its name, and the blobs that hold its weights. */
export interface Checkpoint {
  readonly key: string;
  /** place of its group in the training order, from 0 */
  readonly position: number;
  /** what computed it: `Engine.backend` */
  readonly backend: string;
  /** blob of the item tables and shared layers */
  readonly rest: string;
  /** blobs of the user rows, one per group, positions 0 .. position */
  readonly rows: readonly string[];
  /** carried optimizer only: blob of m and v of all the above, and the number of Adam steps */
  readonly moments: { readonly blob: string; readonly step: number } | null;
  /** gradient samples and Adam steps of this group's training */
  readonly samples: number;
  readonly steps: number;
}

/** What a run of sequential training is, but for the ratings. */
export interface RunIdentity {
  readonly settings: TrainingSettings;
  /** epochs of each group, resolved */
  readonly epochs: number;
  /** whether Adam's moments are carried on from group to group; default: it is created anew for each */
  readonly carried?: boolean;
  /** what the initial weights are made from */
  readonly start: Start;
  /** path of the random streams; a group's stream is [...stream, position] */
  readonly stream: readonly (string | number)[];
}

const FORMAT = "erasable checkpoint, format 1";

/** The keys of the checkpoints of a run, one per group. */
export function checkpointKeys(run: RunIdentity, groups: readonly GroupRatings[]): string[] {
  const { epochs: _, ...settings } = run.settings; // `run.epochs` is what they come to for a group
  let key = sha256(
    canonicalJson({
      format: FORMAT,
      code: codeVersion("training", `models/${settings.model}`),
      settings,
      epochs: run.epochs,
      carried: run.carried ?? false,
      initialSeed: run.start.seed,
      items: sha256(JSON.stringify(run.start.itemIds)),
      stream: run.stream,
    }),
  );
  return groups.map((group, position) => {
    key = sha256(canonicalJson({ before: key, position, group: groupHash(group) }));
    return key;
  });
}

export function putCheckpoint(store: Store, checkpoint: Checkpoint): void {
  store.putRecord(checkpoint.key, checkpoint as unknown as Json);
}

/** The checkpoint of this key, or undefined. @throws DamagedError when its record is not a checkpoint. */
export function getCheckpoint(store: Store, key: string): Checkpoint | undefined {
  const record = store.getRecord(key) as Partial<Checkpoint> | undefined;
  if (record === undefined) return undefined;
  const sound =
    record.key === key &&
    typeof record.rest === "string" &&
    record.rows?.length === Number(record.position) + 1;
  if (!sound) throw new DamagedError(`record ${key} is not the checkpoint it is named as`);
  return record as Checkpoint;
}

/** As `getCheckpoint`, for one that must be there. */
export function requireCheckpoint(store: Store, key: string): Checkpoint {
  const checkpoint = getCheckpoint(store, key);
  if (!checkpoint) throw new DamagedError(`checkpoint ${key} is missing`);
  return checkpoint;
}

/** A blob of floats, verified. Float32Array, a copy. */
export function loadFloats(store: Store, hash: string): Float32Array {
  return floatsOf(store.getBlob(hash));
}

/** Every entry that a checkpoint needs. */
export function checkpointEntries(checkpoint: Checkpoint): EntryName[] {
  const blobs = [checkpoint.rest, ...checkpoint.rows];
  if (checkpoint.moments) blobs.push(checkpoint.moments.blob);
  return [recordName(checkpoint.key), ...blobs.map(blobName)];
}

/** SHA-256 that stands for the model after this checkpoint: every weight of it, and nothing else. */
export function modelHash(checkpoint: Checkpoint): string {
  return sha256(canonicalJson({ rest: checkpoint.rest, rows: checkpoint.rows }));
}

/** What keeping checkpoints costs. */
export interface BytesKept {
  /** bytes that each checkpoint adds to those before it */
  readonly perGroup: readonly number[];
  readonly total: number;
}

/** Bytes of a chain of checkpoints in `store`; a blob that several share counts once, for the first. */
export function bytesKept(store: Store, checkpoints: readonly Checkpoint[]): BytesKept {
  const sizes = store.list();
  const counted = new Set<EntryName>();
  const perGroup = checkpoints.map((checkpoint) => {
    let bytes = 0;
    for (const name of checkpointEntries(checkpoint)) {
      if (counted.has(name)) continue;
      counted.add(name);
      bytes += sizes.get(name) ?? 0;
    }
    return bytes;
  });
  return { perGroup, total: perGroup.reduce((sum, bytes) => sum + bytes, 0) };
}

/** The backend of checkpoints before which no group had a rating: nothing has been computed. */
export const NO_BACKEND = "none";

/** Refuses to go on from a checkpoint that another device computed: its bits are not this one's. */
export function requireBackend(checkpoint: Checkpoint, backend: string): void {
  if (checkpoint.backend !== NO_BACKEND && checkpoint.backend !== backend)
    throw new InputError(
      `checkpoint ${checkpoint.key}: computed by ${checkpoint.backend}, and this is ${backend}; ` +
        "weights of both cannot be mixed in one system. Use the same engine, or learn anew",
    );
}
