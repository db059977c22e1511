/**
 * The stop button of JupyterLab and Ctrl-C, as an AbortSignal. The kernel's own interrupt ends the wait for a cell but
 * not the work behind it; work that takes this signal stops too, and keeps what it has finished.
 */

import { StoppedError } from "../errors";

let forget: () => void = () => {};

/** A signal that the next SIGINT aborts, with a `StoppedError`. A new call replaces the signal before it. */
export function stopSignal(): AbortSignal {
  forget();
  const controller = new AbortController();
  const stop = () => controller.abort(new StoppedError("stopped on request; what was finished is kept"));
  process.once("SIGINT", stop);
  forget = () => process.off("SIGINT", stop);
  return controller.signal;
}
