/** Long work hands the thread back between its chunks, so that a notebook's stop button and progress line work. */

import { StoppedError } from "../errors";

/** The stop button and progress of long work. */
export interface WorkOptions {
  /** Stops at the end of a chunk of work, some ten milliseconds long. */
  readonly signal?: AbortSignal;
  /** Called after each chunk with the stage and the share of it that is done, 0 .. 1. */
  readonly onProgress?: (progress: { stage: string; done: number }) => void;
}

/** Ends one chunk of work. @throws StoppedError when the signal has been raised. */
export async function pause(options: WorkOptions, stage: string, done: number): Promise<void> {
  options.onProgress?.({ stage, done });
  await new Promise<void>((resolve) => setImmediate(resolve));
  if (options.signal?.aborted) throw new StoppedError(`${stage}: stopped`);
}
