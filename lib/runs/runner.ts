/**
 * Runs jobs over a pool of worker threads and stores their records as they come. Longest first; a job that another
 * process works on is left to it, and taken over if that process dies; a job that fails or crashes its worker does not
 * stop the others. The parent is the only one that writes, so a record is stored before the next is asked for.
 */

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Piscina } from "piscina";
import { InputError } from "../errors";
import { sha256 } from "../json";
import type { Job, Wanted } from "./handler";
import type { Failure, StoredRecord } from "./record";
import { StoreError } from "./segment";
import type { RunStore } from "./store";
import type { WorkerMessage, WorkerResult, WorkerTask } from "./worker";

/** How far a run has come. */
export interface RunProgress {
  /** Jobs that have ended, whoever did them, of `total`. */
  readonly done: number;
  readonly total: number;
  readonly records: number;
  readonly failed: number;
  /** Gradient samples so far, and a second. */
  readonly samples: number;
  readonly samplesPerSecond: number;
  readonly seconds: number;
  /** Estimated from the jobs' costs; undefined before anything is known. */
  readonly secondsLeft: number | undefined;
}

/** How jobs are run. */
export interface RunOptions {
  /** Absolute path of the compiled module that exports `runJob` (see handler.ts). */
  readonly handler: string;
  /** Worker threads; default: one a core. */
  readonly workers?: number;
  /** Computes records again that are there already (`--force`). */
  readonly replace?: boolean;
  /** Stops: no new job is begun, running ones are asked to end, finished records are kept. */
  readonly signal?: AbortSignal;
  /** How long running jobs may take to end after the signal before their threads are ended; default 10,000 ms. */
  readonly patience?: number;
  /** MB of JavaScript heap a worker may use; default: Node's. */
  readonly heapMegabytes?: number;
  /** Called now and then with how far the work has come. */
  readonly onProgress?: (progress: RunProgress) => void;
}

/** What a run did, and how it ended. */
export interface RunSummary {
  /** Jobs of this run that had something to do. */
  readonly total: number;
  /** Jobs finished here, and jobs whose records another process stored meanwhile. */
  readonly done: number;
  readonly foundDone: number;
  /** Records stored here. */
  readonly records: number;
  /** One for each record that a failed job owes. */
  readonly failures: readonly Failure[];
  /** Jobs neither done nor failed: the run was stopped, or the store could not be written. */
  readonly unfinished: number;
  readonly stopped: boolean;
  /** Why the store could not be written; the run ended there. */
  readonly storeError?: string;
  readonly samples: number;
  readonly seconds: number;
}

const LOOK_AGAIN = 300; // ms between two looks at jobs that other processes work on
const PATIENCE = 10_000;

/**
 * Runs the jobs whose records are not all in the store. Returns when every job is done, has failed, or was stopped;
 * it is for the caller to make an exit code of the summary.
 * @throws InputError when the handler's file or the compiled worker is not there
 */
export async function runJobs<R extends StoredRecord>(
  jobs: readonly Job[],
  store: RunStore<R>,
  options: RunOptions,
): Promise<RunSummary> {
  if (!existsSync(options.handler)) throw new InputError(`runner: no handler at ${options.handler}`);
  const sweep = new Sweep(jobs, store, options, workerFile());
  return await sweep.run();
}

/** The compiled worker, from the compiled runner or from its source. */
function workerFile(): string {
  const places = [join(__dirname, "worker.js"), join(__dirname, "../dist/runs/worker.js")];
  const found = places.find((file) => existsSync(file));
  if (!found) throw new InputError(`runner: ${places[1]} is missing; run "npm run build"`);
  return found;
}

class Sweep<R extends StoredRecord> {
  private readonly due: Job[];
  private queue: Job[];
  /** Jobs that another process has claimed. */
  private elsewhere: Job[] = [];
  private readonly failures: Failure[] = [];
  private readonly running = new Map<MessagePort, { job: Job; samples: number }>();
  private readonly ended = new AbortController();
  /** Revision of each record at the start: with `replace`, a higher one is done. */
  private readonly before = new Map<string, number>();
  private readonly start = performance.now();
  private done = 0;
  private foundDone = 0;
  private failedJobs = 0;
  private records = 0;
  private samples = 0;
  /** Cost of the jobs computed here, and of those that have not ended. */
  private doneCost = 0;
  private openCost = 0;
  private stopping = false;
  private patience: NodeJS.Timeout | undefined;
  private storeError: string | undefined;

  constructor(
    jobs: readonly Job[],
    private readonly store: RunStore<R>,
    private readonly options: RunOptions,
    private readonly worker: string,
  ) {
    for (const { wanted } of jobs) for (const { key } of wanted) this.before.set(key, this.revision(key));
    this.due = jobs.filter((job) => this.missing(job).length > 0);
    this.openCost = this.due.reduce((sum, job) => sum + job.cost, 0);
    this.queue = [...this.due].sort((a, b) => b.cost - a.cost || (a.id < b.id ? -1 : 1));
  }

  async run(): Promise<RunSummary> {
    if (this.queue.length === 0) return this.summary();
    this.guard(() => this.store.requireWritable());
    const stop = () => this.stop();
    if (this.options.signal?.aborted) stop();
    this.options.signal?.addEventListener("abort", stop);
    if (!this.stopping) await this.runQueue();
    this.options.signal?.removeEventListener("abort", stop);
    clearTimeout(this.patience);
    return this.summary();
  }

  private async runQueue(): Promise<void> {
    const threads = Math.min(this.options.workers ?? availableParallelism(), this.queue.length);
    const pool = this.pool(threads);
    try {
      while (this.queue.length > 0 && !this.stopping) {
        await Promise.all(Array.from({ length: threads }, () => this.takeJobs(pool)));
        [this.queue, this.elsewhere] = [this.elsewhere, []];
        if (this.queue.length > 0 && !this.stopping)
          await pause(LOOK_AGAIN, undefined, { signal: this.options.signal }).catch(() => this.stop());
      }
    } finally {
      await pool.destroy();
    }
  }

  private pool(threads: number): Piscina<WorkerTask, WorkerResult> {
    const heap = this.options.heapMegabytes;
    const pool = new Piscina<WorkerTask, WorkerResult>({
      filename: this.worker,
      minThreads: threads,
      maxThreads: threads,
      atomics: "disabled", // an idle worker then sleeps in its event loop and hears its port
      recordTiming: false,
      ...(heap ? { resourceLimits: { maxOldGenerationSizeMb: heap } } : {}),
    });
    pool.on("error", () => {}); // a thread that dies between two jobs: the pool starts another
    return pool;
  }

  private async takeJobs(pool: Piscina<WorkerTask, WorkerResult>): Promise<void> {
    for (let job = this.queue.shift(); job !== undefined && !this.stopping; job = this.queue.shift()) {
      const claim = sha256(job.id).slice(0, 32);
      const mine = this.guard(() => this.store.claims.take(claim));
      if (mine === undefined) return;
      if (!mine) {
        this.elsewhere.push(job);
        continue;
      }
      // Only now, with the claim in hand, nobody else can add what this look does not see.
      this.guard(() => this.store.refresh());
      if (this.missing(job).length === 0) {
        this.foundDone++;
        this.openCost -= job.cost;
      } else if (!this.stopping) await this.compute(pool, { ...job, wanted: this.missing(job) });
      this.guard(() => this.store.claims.release(claim));
      this.report();
    }
  }

  private async compute(pool: Piscina<WorkerTask, WorkerResult>, job: Job): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    const state = { job, samples: 0 };
    let problem: string | undefined;
    this.running.set(port1, state);
    port1.on("message", (message: WorkerMessage) => {
      const wrong = this.receive(message, state);
      problem ??= wrong;
    });
    const heard = new Promise((resolve) => port1.once("close", resolve));
    const result = await pool
      .run(
        { handler: this.options.handler, job, port: port2 },
        { transferList: [port2], signal: this.ended.signal },
      )
      .catch((error: Error): WorkerResult => {
        port2.close(); // for a task that never reached its thread
        const end = this.ended.signal.aborted ? "stopped" : "failed";
        return { end, error: `the worker ended: ${error.message}`, stack: error.stack };
      });
    await heard;
    this.running.delete(port1);
    const owed = this.missing(job);
    if (owed.length === 0) {
      this.done++;
      this.doneCost += job.cost;
      this.openCost -= job.cost;
    } else if (problem !== undefined || result.end === "failed" || !this.stopping) {
      this.openCost -= job.cost;
      this.fail(owed, problem ?? result.error ?? "the job ended without this record", result.stack);
    }
  }

  /** Takes in what a job emitted. Returns what is wrong with it, if anything is. */
  private receive(message: WorkerMessage, state: { job: Job; samples: number }): string | undefined {
    if (message.type === "samples") {
      state.samples += message.count;
      this.samples += message.count;
    }
    const problem = message.type === "record" ? this.keep(message.record, state.job) : undefined;
    this.report();
    return problem;
  }

  /** Stores a record that a job emitted. Returns what is wrong with it, if anything is. */
  private keep(record: StoredRecord, job: Job): string | undefined {
    if (!job.wanted.some(({ key }) => key === record.key))
      return `the job yielded a record that it was not asked for: ${record.key}`;
    if (!this.missing(job).some(({ key }) => key === record.key)) return undefined;
    try {
      if (this.guard(() => this.store.append(record as R, { replace: this.options.replace }))) this.records++;
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  private fail(owed: readonly Wanted[], error: string, stack: string | undefined): void {
    if (this.storeError !== undefined) return;
    this.failedJobs++;
    for (const { key, trial } of owed) {
      const failure = { key, trial, error, ...(stack === undefined ? {} : { stack }) };
      this.failures.push(failure);
      this.guard(() => this.store.fail(failure));
    }
  }

  /** Does something with the store; when that fails there is no sense in computing on. */
  private guard<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.storeError ??= error.message;
      this.stop();
      return undefined;
    }
  }

  private stop(): void {
    if (this.stopping) return;
    this.stopping = true;
    for (const port of this.running.keys()) port.postMessage("stop");
    this.patience = setTimeout(() => this.ended.abort(), this.options.patience ?? PATIENCE);
  }

  private revision(key: string): number {
    const record = this.store.get(key);
    return record ? (record.revision ?? 0) : -1;
  }

  private missing(job: Job): Wanted[] {
    return job.wanted.filter(({ key }) =>
      this.options.replace ? this.revision(key) <= (this.before.get(key) ?? -1) : !this.store.has(key),
    );
  }

  private report(): void {
    const seconds = (performance.now() - this.start) / 1000;
    let underWay = 0;
    for (const { job, samples } of this.running.values()) underWay += Math.min(job.cost, samples);
    const spent = this.doneCost + underWay;
    this.options.onProgress?.({
      done: this.done + this.foundDone + this.failedJobs,
      total: this.due.length,
      records: this.records,
      failed: this.failures.length,
      samples: this.samples,
      samplesPerSecond: this.samples / seconds,
      seconds,
      secondsLeft: spent > 0 ? ((this.openCost - underWay) * seconds) / spent : undefined,
    });
  }

  private summary(): RunSummary {
    return {
      total: this.due.length,
      done: this.done,
      foundDone: this.foundDone,
      records: this.records,
      failures: this.failures,
      unfinished: this.due.length - this.done - this.foundDone - this.failedJobs,
      stopped: this.stopping && this.storeError === undefined,
      ...(this.storeError === undefined ? {} : { storeError: this.storeError }),
      samples: this.samples,
      seconds: (performance.now() - this.start) / 1000,
    };
  }
}
