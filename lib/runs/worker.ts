/**
 * What runs in a worker thread: loads the handler's module, calls it, and sends what it emits to the parent,
 * which alone writes to the store. The port carries records and progress out, and the wish to stop in.
 */

import { pathToFileURL } from "node:url";
import type { MessagePort } from "node:worker_threads";
import type { Job, JobHandler } from "./handler";
import type { StoredRecord } from "./record";

export interface WorkerTask {
  /** Absolute path of the compiled module that exports `runJob`. */
  readonly handler: string;
  readonly job: Job;
  readonly port: MessagePort;
}

export type WorkerMessage =
  | { readonly type: "record"; readonly record: StoredRecord }
  | { readonly type: "samples"; readonly count: number };

/** How the handler ended. A crash of the thread yields none. */
export interface WorkerResult {
  /** refused: what was asked cannot be done, whoever tries again */
  readonly end: "done" | "stopped" | "failed" | "refused";
  readonly error?: string;
  readonly stack?: string;
}

export default async function work({ handler, job, port }: WorkerTask): Promise<WorkerResult> {
  const controller = new AbortController();
  port.on("message", () => controller.abort()); // the only message there is: stop
  const send = (message: WorkerMessage) => port.postMessage(message);
  try {
    const runJob = await load(handler);
    const emit = {
      record: (record: StoredRecord) => send({ type: "record", record }),
      samples: (count: number) => send({ type: "samples", count }),
    };
    await runJob(job, emit, controller.signal);
    return { end: "done" };
  } catch (error) {
    if (error instanceof Error && error.name === "StoppedError") return { end: "stopped" };
    const failure = error instanceof Error ? error : new Error(String(error));
    const end = failure.name === "InputError" ? "refused" : "failed";
    return { end, error: failure.message, stack: failure.stack };
  } finally {
    port.close(); // after this the parent knows that it has every message
  }
}

async function load(file: string): Promise<JobHandler> {
  const module: { runJob?: unknown } = await import(pathToFileURL(file).href);
  if (typeof module.runJob !== "function") throw new Error(`${file} exports no function runJob`);
  return module.runJob as JobHandler;
}
