/**
 * Worker threads that train independent runs side by side, such as the shards of C-SISA. A run's result is a function of
 * its input alone, so where it was computed does not show in the bits. A stop is passed on, and what the worker had is
 * kept, so stopped work goes on later here or there.
 */

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { Worker } from "node:worker_threads";
import { InputError, requireInteger, StoppedError } from "../errors";
import { checkpointEntries, checkpointKeys, getCheckpoint } from "./checkpoint";
import { deletePartial, partialEntries } from "./partial";
import type { SequentialResult, SequentialRun, TrainingContext } from "./sequential";
import { DamagedError, type EntryName, type Store } from "./store";
import type { Entries, FromWorker, ToWorker } from "./worker";

/** Threads that train. */
export interface WorkerPool {
  readonly size: number;
  /** `trainSequentially` in a worker; `createEngine` and `clock` are the worker's own. Runs wait for a free worker. */
  train(
    run: SequentialRun,
    context: Omit<TrainingContext, "createEngine" | "clock">,
  ): Promise<SequentialResult>;
  /** Ends the workers. Runs that are still under way are rejected. */
  close(): Promise<void>;
}

/** The compiled worker, whether this file runs from lib/training or from lib/dist/training. */
function workerFile(): string {
  const parent = join(__dirname, "..");
  const file = join(basename(parent) === "dist" ? __dirname : join(parent, "dist", "training"), "worker.js");
  if (!existsSync(file)) throw new Error(`training pool: ${file} is missing; run "npm run build"`);
  return file;
}

/** A pool of `size` worker threads. They do not keep the process alive. */
export function createWorkerPool(size: number): WorkerPool {
  requireInteger(size, 1, 1024, "workers");
  const file = workerFile();
  const idle: Worker[] = [];
  const waiting: ((worker: Worker) => void)[] = [];
  const all = new Set<Worker>();
  let closed = false;
  const release = (worker: Worker) => {
    const next = waiting.shift();
    if (next) next(worker);
    else idle.push(worker);
  };
  const start = () => {
    const worker = new Worker(file);
    worker.unref();
    all.add(worker);
    return worker;
  };
  const acquire = async (): Promise<Worker> => {
    if (closed) throw new InputError("training pool: it is closed");
    const worker = idle.pop();
    if (worker) return worker;
    if (all.size < size) return start();
    return new Promise((resolve) => waiting.push(resolve));
  };
  return {
    size,
    async train(run, context) {
      const worker = await acquire();
      worker.ref();
      try {
        const result = await trainIn(worker, run, context);
        worker.unref();
        release(worker);
        return result;
      } catch (error) {
        if (error instanceof LostWorker) {
          all.delete(worker);
          if (waiting.length > 0 && !closed) waiting.shift()?.(start());
        } else {
          worker.unref();
          release(worker);
        }
        throw error;
      }
    },
    async close() {
      closed = true;
      await Promise.all([...all].map((worker) => worker.terminate()));
      all.clear();
      idle.length = 0;
    },
  };
}

class LostWorker extends Error {}

function trainIn(
  worker: Worker,
  run: SequentialRun,
  { store, signal, onProgress }: Omit<TrainingContext, "createEngine" | "clock">,
): Promise<SequentialResult> {
  return new Promise((resolve, reject) => {
    const stop = () => worker.postMessage({ kind: "stop" } satisfies ToWorker);
    const settle = (finish: () => void) => {
      worker.off("message", hear).off("error", fail).off("exit", leave);
      signal?.removeEventListener("abort", stop);
      finish();
    };
    const fail = (error: Error) => settle(() => reject(new LostWorker(`training worker: ${error.message}`)));
    const leave = (code: number) =>
      settle(() => reject(new LostWorker(`training worker ended with ${code}`)));
    const hear = (message: FromWorker) => {
      if (message.kind === "progress") {
        onProgress?.(message.progress);
        return;
      }
      settle(() => {
        try {
          keep(store, run, message.entries);
          if (message.result) resolve(message.result);
          else reject(revived(message.error));
        } catch (error) {
          reject(error);
        }
      });
    };
    worker.on("message", hear).on("error", fail).on("exit", leave);
    if (signal?.aborted) {
      settle(() => reject(new StoppedError("training stopped before it began")));
      return;
    }
    signal?.addEventListener("abort", stop, { once: true });
    worker.postMessage({ kind: "train", run, entries: known(store, run) } satisfies ToWorker);
  });
}

/** What the store has of a run: its checkpoints, and the group that was stopped. */
function known(store: Store, run: SequentialRun): Entries {
  const names = new Set<EntryName>();
  for (const key of checkpointKeys(run, run.groups)) {
    const checkpoint = getCheckpoint(store, key);
    for (const name of checkpoint ? checkpointEntries(checkpoint) : partialEntries(store, key))
      names.add(name);
    if (!checkpoint) break;
  }
  const keys = (kind: string) =>
    [...names].filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length));
  return {
    blobs: keys("blob/").map((hash) => store.getBlob(hash)),
    records: keys("record/").map((key) => [key, store.getRecord(key) ?? null] as const),
  };
}

/** Blobs first: a record never stands in the store before what it names. What was stopped earlier is out of date. */
function keep(store: Store, run: SequentialRun, { blobs, records }: Entries): void {
  for (const key of checkpointKeys(run, run.groups)) deletePartial(store, key);
  for (const blob of blobs) store.putBlob(blob);
  for (const [key, content] of records) store.putRecord(key, content);
}

function revived(error: { name: string; message: string } | undefined): Error {
  const message = error?.message ?? "training worker: no result";
  if (error?.name === "StoppedError") return new StoppedError(message);
  if (error?.name === "DamagedError") return new DamagedError(message);
  return error?.name === "InputError" ? new InputError(message) : new Error(message);
}
