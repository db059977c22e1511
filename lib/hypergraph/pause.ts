/** How long work of this room reports how far it has come, and is stopped. */

import { yieldToEventLoop } from "../yield";

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
  await yieldToEventLoop(options.signal, stage);
}
