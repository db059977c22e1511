/**
 * The stop button of JupyterLab and Ctrl-C, as an AbortSignal. The kernel's own interrupt ends the wait for a
 * cell but not the work behind it; work that takes this signal stops too, and keeps what it has finished.
 */

import { StoppedError } from "../errors";

let forget: () => void = () => {};

/**
 * A signal that the next SIGINT aborts, with a `StoppedError`. A new call replaces the signal before it.
 *
 * The listener is added when the call that asks for it has ended. While the kernel runs the first,
 * synchronous part of a cell, Node takes the listeners of SIGINT away and puts its own handler in their place
 * (`breakOnSigint` of node:vm); one that is added then outlives that handler in name only, and the next
 * interrupt ends the process.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort(new StoppedError("stopped on request; what was finished is kept"));
  setImmediate(() => {
    forget();
    process.once("SIGINT", stop);
    forget = () => process.off("SIGINT", stop);
  });
  return controller.signal;
}
