/**
 * Worker threads (Piscina) that train independent runs side by side, such as the shards of C-SISA. A run's
 * result is a function of its input alone, so where it was computed does not show in the bits. A stop is
 * passed on, and what the worker had is kept, so stopped work goes on later here or there.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { MessageChannel } from "node:worker_threads";
import { Piscina } from "piscina";
import { InputError, requireInteger, StoppedError } from "../errors";
import { checkpointEntries, checkpointKeys, getCheckpoint } from "./checkpoint";
import { deletePartial, partialEntries } from "./partial";
import type { SequentialResult, SequentialRun, TrainingContext } from "./sequential";
import { DamagedError, type EntryName, type Store } from "./store";
import type { Entries, WorkerResult, WorkerTask } from "./worker";

/** Threads that train. */
export interface WorkerPool {
  readonly size: number;
  /** `trainSequentially` in a worker, which has engine and clock of its own. Runs wait for a free worker. */
  train(
    run: SequentialRun,
    context: Omit<TrainingContext, "createEngine" | "clock">,
  ): Promise<SequentialResult>;
  /**
   * Returns when no run is under way, whatever came of them. Methods that train shards side by side end with
   * the first that was stopped; the others work on until they have heard of it, and what they hand over then
   * is kept too.
   */
  idle(): Promise<void>;
  /** Ends the workers. Runs that are still under way are rejected. */
  close(): Promise<void>;
}

/** The compiled worker, from the compiled pool or from its source. */
function workerFile(): string {
  const places = [join(__dirname, "worker.js"), join(__dirname, "../dist/training/worker.js")];
  const found = places.find((file) => existsSync(file));
  if (!found) throw new Error(`training pool: ${places[1]} is missing; run "npm run build"`);
  return found;
}

/** A pool of `size` worker threads. They do not keep the process alive. */
export function createWorkerPool(size: number): WorkerPool {
  requireInteger(size, 1, 1024, "workers");
  const pool = new Piscina<WorkerTask, WorkerResult>({
    filename: workerFile(),
    minThreads: 0,
    maxThreads: size,
    idleTimeout: Infinity,
    atomics: "disabled", // a worker then hears its port
    recordTiming: false,
  });
  pool.on("error", () => {}); // a thread that dies between two runs: the pool starts another
  const running = new Set<Promise<unknown>>();
  let closed = false;
  return {
    size,
    train(run, context) {
      if (closed) return Promise.reject(new InputError("training pool: it is closed"));
      const result = trainIn(pool, run, context);
      const ended: Promise<unknown> = result.catch(() => {}).finally(() => running.delete(ended));
      running.add(ended);
      return result;
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
    async close() {
      closed = true;
      await pool.destroy();
    },
  };
}

async function trainIn(
  pool: Piscina<WorkerTask, WorkerResult>,
  run: SequentialRun,
  { store, signal, onProgress }: Omit<TrainingContext, "createEngine" | "clock">,
): Promise<SequentialResult> {
  if (signal?.aborted) throw new StoppedError("training stopped before it began");
  const { port1, port2 } = new MessageChannel();
  const stop = () => port1.postMessage("stop");
  signal?.addEventListener("abort", stop, { once: true });
  port1.on("message", (progress) => onProgress?.(progress));
  try {
    const task = { run, entries: known(store, run), port: port2 };
    const { entries, result, error } = await pool.run(task, { transferList: [port2] });
    keep(store, run, entries);
    if (result) return result;
    throw revived(error);
  } finally {
    signal?.removeEventListener("abort", stop);
    port1.close();
  }
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
    records: keys("record/").map((key) => [key, store.getRecord(key) ?? null]),
  };
}

/** Blobs first: a record never stands before what it names. What was stopped earlier is out of date. */
function keep(store: Store, run: SequentialRun, { blobs, records }: Entries): void {
  for (const key of checkpointKeys(run, run.groups)) deletePartial(store, key);
  for (const blob of blobs) store.putBlob(blob);
  for (const [key, content] of records) store.putRecord(key, content);
}

function revived(error: WorkerResult["error"]): Error {
  const message = error?.message ?? "training worker: no result";
  if (error?.name === "StoppedError") return new StoppedError(message);
  if (error?.name === "DamagedError") return new DamagedError(message);
  return error?.name === "InputError" ? new InputError(message) : new Error(message);
}
