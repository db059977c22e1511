/**
 * A worker thread that trains runs one at a time (see pool.ts). What the run leaves in its store, finished or stopped,
 * goes back by transfer; the other side keeps it.
 */

import { parentPort } from "node:worker_threads";
import { createEngine } from "../engine/create";
import { StoppedError } from "../errors";
import { type SequentialRun, type TrainingProgress, trainSequentially } from "./sequential";
import { type Json, MemoryStore } from "./store";

export interface Entries {
  readonly blobs: readonly Uint8Array[];
  readonly records: readonly (readonly [key: string, content: Json])[];
}

export type ToWorker =
  | { readonly kind: "train"; readonly run: SequentialRun; readonly entries: Entries }
  | { readonly kind: "stop" };

export type FromWorker =
  | { readonly kind: "progress"; readonly progress: TrainingProgress }
  | {
      readonly kind: "end";
      readonly entries: Entries;
      /** the result of trainSequentially, or the error that ended it */
      readonly result?: Awaited<ReturnType<typeof trainSequentially>>;
      readonly error?: { readonly name: string; readonly message: string };
    };

let abort = new AbortController();

async function train(run: SequentialRun, entries: Entries): Promise<void> {
  const store = new MemoryStore();
  for (const blob of entries.blobs) store.putBlob(blob);
  for (const [key, content] of entries.records) store.putRecord(key, content);
  abort = new AbortController();
  const send = (message: FromWorker, transfer: ArrayBuffer[] = []) =>
    parentPort?.postMessage(message, transfer);
  const end = (outcome: Pick<Extract<FromWorker, { kind: "end" }>, "result" | "error">) => {
    const left = store.contents();
    send(
      { kind: "end", entries: left, ...outcome },
      left.blobs.map((blob) => blob.buffer as ArrayBuffer),
    );
  };
  try {
    const result = await trainSequentially(run, {
      store,
      createEngine,
      clock: () => performance.now() / 1000,
      signal: abort.signal,
      onProgress: (progress) => send({ kind: "progress", progress }),
    });
    end({ result });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    end({ error: { name: error instanceof StoppedError ? "StoppedError" : name, message } });
  }
}

parentPort?.on("message", (message: ToWorker) => {
  if (message.kind === "stop") abort.abort();
  else void train(message.run, message.entries);
});
