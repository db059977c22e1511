/**
 * The contract between the runner, which knows no experiment, and the module that computes: a job is plain
 * data, and a compiled module exports `runJob: JobHandler`, which a worker thread calls.
 */

import type { StoredRecord } from "./record";

/** A record that a job is to yield. */
export interface Wanted {
  readonly key: string;
  readonly trial: object;
}

/**
 * One piece of work for one worker: a learning run with all its requests, say, which yields several records.
 */
export interface Job<Task = unknown> {
  /** Names the work; jobs of equal cost run in the order of these. */
  readonly id: string;
  /** What it yields. The worker gets those that are still missing, and computes no others. */
  readonly wanted: readonly Wanted[];
  /** Estimated gradient samples: the longest jobs start first, and the time left is told by it. */
  readonly cost: number;
  /** Plain data for the handler. */
  readonly task: Task;
}

/** How a job reports while it runs. */
export interface Emit<R extends StoredRecord = StoredRecord> {
  /** A finished record: stored at once, and kept whatever happens to the job afterwards. */
  record(record: R): void;
  /** Gradient samples processed since the last call. */
  samples(count: number): void;
}

/**
 * Computes the wanted records of a job. It must let the event loop run now and then and throw `StoppedError`
 * soon after the signal; any other error fails the records that have not been emitted.
 */
export type JobHandler<Task = unknown, R extends StoredRecord = StoredRecord> = (
  job: Job<Task>,
  emit: Emit<R>,
  signal: AbortSignal,
) => Promise<void>;
