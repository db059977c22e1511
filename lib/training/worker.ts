/**
 * What runs in a worker thread (see pool.ts): trains one run, and hands back what that leaves in a store of
 * its own, finished or stopped; the other side keeps it. The port carries progress out, and the wish to stop
 * in.
 */

import type { MessagePort } from "node:worker_threads";
import { createEngine } from "../engine/create";
import { StoppedError } from "../errors";
import { type SequentialResult, type SequentialRun, trainSequentially } from "./sequential";
import { MemoryStore } from "./store";

/** Blobs and records of a store. */
export type Entries = ReturnType<MemoryStore["contents"]>;

export interface WorkerTask {
  readonly run: SequentialRun;
  /** what the parent's store has of the run already */
  readonly entries: Entries;
  readonly port: MessagePort;
}

export interface WorkerResult {
  readonly entries: Entries;
  readonly result?: SequentialResult;
  /** what ended it without one */
  readonly error?: { readonly name: string; readonly message: string };
}

export default async function work({ run, entries, port }: WorkerTask): Promise<WorkerResult> {
  const store = new MemoryStore();
  for (const blob of entries.blobs) store.putBlob(blob);
  for (const [key, content] of entries.records) store.putRecord(key, content);
  const abort = new AbortController();
  port.on("message", () => abort.abort()); // the only message there is: stop
  const clock = () => performance.now() / 1000;
  const onProgress = (progress: object) => port.postMessage(progress);
  try {
    const context = { store, createEngine, clock, signal: abort.signal, onProgress };
    const result = await trainSequentially(run, context);
    return { entries: store.contents(), result };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const kind = error instanceof StoppedError ? "StoppedError" : name;
    return { entries: store.contents(), error: { name: kind, message } };
  } finally {
    port.close();
  }
}
