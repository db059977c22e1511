/**
 * The state of a group whose training was stopped: weights, Adam's moments and the position, in the store
 * under a key made from that of the checkpoint it was to become. The random streams need no state: an epoch
 * opens its own by name.
 */

import type { Engine, Moments, Position } from "../engine/engine";
import { sha256 } from "../json";
import { blobName, DamagedError, type EntryName, floatsOf, type Json, recordName, type Store } from "./store";

interface Partial {
  readonly blob: string;
  readonly step: number;
  readonly position: Position;
  readonly backend: string;
  /** gradient samples and steps of the group so far */
  readonly samples: number;
  readonly steps: number;
}

export interface Interrupted {
  readonly weights: Float32Array;
  readonly moments: Moments;
  readonly position: Position;
  readonly samples: number;
  readonly steps: number;
}

/** What has a state to save: an engine, or whatever else trains by steps of Adam. */
export type Trainable = Pick<Engine, "backend" | "weights" | "moments"> & {
  readonly spec: { readonly size: number };
};

const partialKey = (checkpointKey: string) => sha256(`interrupted before ${checkpointKey}`);

/** Saves where `engine` stands, in place of what was saved before. */
export function putPartial(
  store: Store,
  checkpointKey: string,
  engine: Trainable,
  at: Pick<Interrupted, "position" | "samples" | "steps">,
): void {
  const { m, v, step } = engine.moments();
  const blob = store.putBlob(engine.weights(), m, v);
  deletePartial(store, checkpointKey, blob);
  const { position, samples, steps } = at;
  const partial = { blob, step, position: { ...position }, backend: engine.backend, samples, steps };
  store.putRecord(partialKey(checkpointKey), partial as Json);
}

/** What was saved, or undefined; also when another backend saved it, since its bits are not this one's. */
export function getPartial(store: Store, checkpointKey: string, engine: Trainable): Interrupted | undefined {
  const partial = store.getRecord(partialKey(checkpointKey)) as Partial | undefined;
  if (partial === undefined || partial.backend !== engine.backend) return undefined;
  const floats = floatsOf(store.getBlob(partial.blob));
  const { size } = engine.spec;
  if (floats.length !== 3 * size) throw new DamagedError(`blob ${partial.blob}: not a state of this model`);
  const [weights, m, v] = [0, 1, 2].map((part) => floats.subarray(part * size, (part + 1) * size));
  const { position, samples, steps } = partial;
  return { weights, moments: { m, v, step: partial.step }, position, samples, steps };
}

/** Names of the entries that hold it; none when nothing was saved. */
export function partialEntries(store: Store, checkpointKey: string): EntryName[] {
  const key = partialKey(checkpointKey);
  const partial = store.getRecord(key) as Partial | undefined;
  return partial === undefined ? [] : [recordName(key), blobName(partial.blob)];
}

/** Removes what was saved but the blob `keep`. The record goes first: it never names a blob that is gone. */
export function deletePartial(store: Store, checkpointKey: string, keep = ""): void {
  store.delete(partialEntries(store, checkpointKey).filter((name) => name !== blobName(keep)));
}
