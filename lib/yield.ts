/** Long work hands the thread back between chunks, so that stop buttons and progress lines work. */

import { StoppedError } from "./errors";

/** Ends one chunk of work. @throws StoppedError when the signal has been raised. */
export async function yieldToEventLoop(signal: AbortSignal | undefined, what: string): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  if (signal?.aborted) throw new StoppedError(`${what}: stopped`);
}
