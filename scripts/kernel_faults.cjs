// Loaded into the notebook kernel by NODE_OPTIONS=--require. tslab swallows a rejected promise that nobody
// awaits and an exception in a timer: both are written to ERASABLE_FAULTS, where run_notebook.py finds them
// and fails.
const { appendFileSync } = require("node:fs");
const { isMainThread } = require("node:worker_threads");

const file = process.env.ERASABLE_FAULTS;
const isKernel = isMainThread && /tslab/.test(process.argv[1] ?? "") && process.argv.includes("kernel");
if (file && isKernel) {
  const note = (kind) => (reason) => {
    const text = reason instanceof Error ? (reason.stack ?? String(reason)) : String(reason);
    appendFileSync(file, `${JSON.stringify({ kind, text })}\n`);
  };
  process.on("unhandledRejection", note("A promise was rejected and nobody awaited it"));
  process.on("uncaughtExceptionMonitor", note("An exception was thrown outside any cell"));
}
