/**
 * A pool of workers that can be waited for. Methods train shards side by side and end with the first that was stopped;
 * the others work on until they have heard of it, and what they hand over then is kept too, so that every shard goes on
 * where it stood.
 */

import { createWorkerPool, type WorkerPool } from "../training/pool";

export interface PatientPool extends WorkerPool {
  /** Returns when no run is under way, whatever came of them. */
  idle(): Promise<void>;
}

/** A pool of `size` worker threads. */
export function createPatientPool(size: number): PatientPool {
  const pool = createWorkerPool(size);
  const running = new Set<Promise<unknown>>();
  return {
    size: pool.size,
    train(run, context) {
      const result = pool.train(run, context);
      const ended: Promise<unknown> = result.catch(() => {}).finally(() => running.delete(ended));
      running.add(ended);
      return result;
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
    close: () => pool.close(),
  };
}
