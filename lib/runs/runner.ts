/**
 * Runs jobs over a pool of worker threads and stores their records as they come, longest first. A job that
 * fails or crashes its worker does not stop the others. This thread is the only one that writes, so a record
 * is stored before the next is asked for; another process that wants to write into the same store waits, or
 * takes a folder of its own (merge.ts).
 */

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Piscina } from "piscina";
import { DiskError } from "../disk/diskError";
import { InUseError } from "../disk/lock";
import { InputError, StoppedError } from "../errors";
import type { Job, Wanted } from "./handler";
import type { Failure, StoredRecord } from "./record";
import type { RunStore } from "./store";
import type { WorkerMessage, WorkerResult, WorkerTask } from "./worker";

/** How far a run has come. */
export interface RunProgress {
  /** Jobs that have ended, of `total`. */
  readonly done: number;
  readonly total: number;
  readonly records: number;
  readonly failed: number;
  /** Gradient samples so far. */
  readonly samples: number;
  readonly seconds: number;
  /** Estimated from the jobs' costs; undefined before anything is known. */
  readonly secondsLeft: number | undefined;
  /** While another process writes into the store: which, in a sentence. */
  readonly waiting?: string;
}

/** How jobs are run. */
export interface RunOptions {
  /** Absolute path of the compiled module that exports `runJob` (see handler.ts). */
  readonly handler: string;
  /** Worker threads; default: one per core. */
  readonly workers?: number;
  /** Computes records again that are there already (`--force`). */
  readonly replace?: boolean;
  /** Stops: no new job is begun, running ones are asked to end, finished records are kept. */
  readonly signal?: AbortSignal;
  /**
   * How long running jobs may take to end after the signal before their threads are ended; default 10,000 ms.
   */
  readonly patience?: number;
  /** MB of JavaScript heap a worker may use; default: Node's. */
  readonly heapMegabytes?: number;
  /** Called now and then with how far the work has come. */
  readonly onProgress?: (progress: RunProgress) => void;
}

/** What a run did, and how it ended. */
export interface RunSummary {
  /** Jobs that had something to do, and those of them that did it. */
  readonly total: number;
  readonly done: number;
  /** Records stored. */
  readonly records: number;
  /** One for each record that a failed job owes. */
  readonly failures: readonly Failure[];
  /** Those of them that cannot be computed as they were asked for: trying again would give the same. */
  readonly refused: number;
  /** Jobs neither done nor failed: the run was stopped, or the store could not be written. */
  readonly unfinished: number;
  readonly stopped: boolean;
  /** Why the store could not be written; the run ended there. */
  readonly storeError?: string;
  readonly samples: number;
  readonly seconds: number;
}

const PATIENCE = 10_000;

/**
 * Runs the jobs whose records are not all in the store. Returns when every job is done, has failed, or was
 * stopped; it is for the caller to make an exit code of the summary. The store stays this process's to write
 * until it is closed.
 * @throws InputError when the handler's file or the compiled worker is not there
 */
export async function runJobs<R extends StoredRecord>(
  jobs: readonly Job[],
  store: RunStore<R>,
  options: RunOptions,
): Promise<RunSummary> {
  if (!existsSync(options.handler)) throw new InputError(`runner: no handler at ${options.handler}`);
  return await new Run(jobs, store, options, workerFile()).run();
}

/** The compiled worker, from the compiled runner or from its source. */
function workerFile(): string {
  const places = [join(__dirname, "worker.js"), join(__dirname, "../dist/runs/worker.js")];
  const found = places.find((file) => existsSync(file));
  if (!found) throw new InputError(`runner: ${places[1]} is missing; run "npm run build"`);
  return found;
}

type Pool = Piscina<WorkerTask, WorkerResult>;

class Run<R extends StoredRecord> {
  /** Keys of records that are still to come. */
  private readonly owed = new Set<string>();
  private readonly queue: Job[] = [];
  private readonly running = new Map<MessagePort, { readonly job: Job; samples: number }>();
  private readonly failures: Failure[] = [];
  /** Ends the threads. */
  private readonly ended = new AbortController();
  private readonly start = performance.now();
  private total = 0;
  private done = 0;
  private failed = 0;
  private refused = 0;
  private records = 0;
  private samples = 0;
  /** Cost of the jobs that are done, and of those that have not ended. */
  private doneCost = 0;
  private openCost = 0;
  private stopping = false;
  private patience: NodeJS.Timeout | undefined;
  private storeError: string | undefined;

  constructor(
    private readonly jobs: readonly Job[],
    private readonly store: RunStore<R>,
    private readonly options: RunOptions,
    private readonly worker: string,
  ) {}

  async run(): Promise<RunSummary> {
    const { signal, onProgress } = this.options;
    this.takeStock();
    if (this.total === 0) return this.summary();
    const onWait = (waiting: string) => onProgress?.({ ...this.progress(), waiting });
    try {
      await this.store.hold({ signal, onWait });
      this.takeStock(); // whoever wrote before may have done some of it
    } catch (error) {
      if (!(error instanceof StoppedError)) this.onStoreError(error);
    }
    if (signal?.aborted) this.stopping = true;
    const stop = () => this.stop();
    signal?.addEventListener("abort", stop);
    if (!this.stopping) await this.runQueue();
    signal?.removeEventListener("abort", stop);
    clearTimeout(this.patience);
    return this.summary();
  }

  /** Finds what is to be done. */
  private takeStock(): void {
    this.owed.clear();
    for (const { key } of this.jobs.flatMap(({ wanted }) => wanted))
      if (this.options.replace || !this.store.has(key)) this.owed.add(key);
    const due = this.jobs.filter((job) => this.missing(job).length > 0);
    this.queue.splice(0, Infinity, ...due.sort((a, b) => b.cost - a.cost || (a.id < b.id ? -1 : 1)));
    this.total = due.length;
    this.openCost = due.reduce((sum, { cost }) => sum + cost, 0);
  }

  private missing(job: Job): Wanted[] {
    return job.wanted.filter(({ key }) => this.owed.has(key));
  }

  private async runQueue(): Promise<void> {
    const threads = Math.min(this.options.workers ?? availableParallelism(), this.queue.length);
    if (threads === 0) return;
    const heap = this.options.heapMegabytes;
    const pool: Pool = new Piscina<WorkerTask, WorkerResult>({
      filename: this.worker,
      minThreads: threads,
      maxThreads: threads,
      atomics: "disabled", // an idle worker then sleeps in its event loop and hears its port
      recordTiming: false,
      ...(heap ? { resourceLimits: { maxOldGenerationSizeMb: heap } } : {}),
    });
    pool.on("error", () => {}); // a thread that dies between two jobs: the pool starts another
    const work = async () => {
      for (let job = this.queue.shift(); job && !this.stopping; job = this.queue.shift()) {
        await this.compute(pool, { ...job, wanted: this.missing(job) });
        this.report();
      }
    };
    try {
      await Promise.all(Array.from({ length: threads }, work));
    } finally {
      await pool.destroy();
    }
  }

  private async compute(pool: Pool, job: Job): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    const state = { job, samples: 0 };
    let problem: string | undefined;
    this.running.set(port1, state);
    port1.on("message", (message: WorkerMessage) => {
      if (message.type === "record") {
        const wrong = this.keep(message.record, job);
        problem ??= wrong;
      } else {
        state.samples += message.count;
        this.samples += message.count;
      }
      this.report();
    });
    const heard = new Promise((resolve) => port1.once("close", resolve));
    const task = { handler: this.options.handler, job, port: port2 };
    const result = await pool
      .run(task, { transferList: [port2], signal: this.ended.signal })
      .catch((error: Error): WorkerResult => {
        port2.close(); // for a task that never reached its thread
        const end = this.ended.signal.aborted ? "stopped" : "failed";
        return { end, error: `the worker ended: ${error.message}`, stack: error.stack };
      });
    await heard;
    this.running.delete(port1);
    const owed = this.missing(job);
    const isOver = result.end === "failed" || result.end === "refused";
    const hasFailed = problem !== undefined || isOver || !this.stopping;
    if (owed.length > 0 && !hasFailed) return; // stopped
    this.openCost -= job.cost;
    if (owed.length === 0) {
      this.done++;
      this.doneCost += job.cost;
    } else this.fail(owed, problem === undefined ? result : { ...result, end: "failed", error: problem });
  }

  /** Stores a record that a job emitted. Returns what is wrong with it, if anything is. */
  private keep(record: StoredRecord, job: Job): string | undefined {
    const { key } = record;
    if (!job.wanted.some((wanted) => wanted.key === key))
      return `the job yielded a record that it was not asked for: ${key}`;
    try {
      if (!this.owed.has(key)) return;
      this.store.append(record as R, { replace: this.options.replace });
      this.owed.delete(key);
      this.records++;
    } catch (error) {
      if (error instanceof TypeError) return error.message; // it is no plain JSON
      this.onStoreError(error);
    }
  }

  /** What was refused is told and not stored. */
  private fail(
    owed: readonly Wanted[],
    { end, error = "the job ended without this record", stack }: WorkerResult,
  ): void {
    if (this.storeError !== undefined) return;
    this.failed++;
    for (const { key, trial } of owed) {
      const failure = { key, trial, error, ...(stack === undefined ? {} : { stack }) };
      this.failures.push(failure);
      if (end === "refused") {
        this.refused++;
        continue;
      }
      try {
        this.store.fail(failure);
      } catch (cause) {
        this.onStoreError(cause);
      }
    }
  }

  /** When the store cannot be written there is no sense in computing on. @throws any other error */
  private onStoreError(error: unknown): void {
    if (!(error instanceof DiskError || error instanceof InUseError)) throw error;
    this.storeError ??= error.message;
    this.stop();
  }

  private stop(): void {
    if (this.stopping) return;
    this.stopping = true;
    for (const port of this.running.keys()) port.postMessage("stop");
    this.patience = setTimeout(() => this.ended.abort(), this.options.patience ?? PATIENCE);
  }

  private report(): void {
    this.options.onProgress?.(this.progress());
  }

  private progress(): RunProgress {
    const seconds = (performance.now() - this.start) / 1000;
    let underWay = 0;
    for (const { job, samples } of this.running.values()) underWay += Math.min(job.cost, samples);
    const spent = this.doneCost + underWay;
    return {
      done: this.done + this.failed,
      total: this.total,
      records: this.records,
      failed: this.failures.length,
      samples: this.samples,
      seconds,
      secondsLeft: spent > 0 ? ((this.openCost - underWay) * seconds) / spent : undefined,
    };
  }

  private summary(): RunSummary {
    return {
      total: this.total,
      done: this.done,
      records: this.records,
      failures: this.failures,
      refused: this.refused,
      unfinished: this.total - this.done - this.failed,
      stopped: this.stopping && this.storeError === undefined,
      ...(this.storeError === undefined ? {} : { storeError: this.storeError }),
      samples: this.samples,
      seconds: (performance.now() - this.start) / 1000,
    };
  }
}
