/** Waiting for a system's folder: one process at a time works in it, and to recommend takes but a moment. */

import { setTimeout as pause } from "node:timers/promises";
import { InUseError } from "../disk/lock";
import { duration, say } from "./output";

const WAIT = 10; // s
const STEP = 100; // ms

/** What `open` gives, as soon as no other process holds the folder. @throws InUseError when the folder is still in use after some seconds; what `open` throws. */
export async function whenFree<T>(
  open: () => Promise<T>,
  { wait = WAIT, signal }: { readonly wait?: number; readonly signal?: AbortSignal } = {},
): Promise<T> {
  const since = performance.now();
  for (let told = false; ; told = true) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof InUseError)) throw error;
      if (performance.now() - since > wait * 1000)
        throw new InUseError(`${error.message} (waited ${duration(wait)})`);
      if (!told) say("waiting: another process works with this system");
    }
    await pause(STEP);
    signal?.throwIfAborted();
  }
}
