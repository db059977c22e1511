// Works through trials in a run store as the runner does (hold, compute, append), or packs or merges stores, and may be
// killed anywhere. argv: compiled lib, store folder, number of trials, first trial; then "half" to die in the middle of a
// line, "compact" to pack the store at the end, or "merge" and folders of parts to merge into it instead.
import { appendFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [, , compiled, folder, trials, first, action, ...parts] = process.argv;
const require = createRequire(join(compiled, "package.json"));
const { RunStore } = require("./runs/store.js");
const { mergeStores } = require("./runs/merge.js");
const { newRecord, recordKey } = require("./runs/record.js");
const { canonicalJson } = require("./json.js");
const { Random } = require("./random.js");

const keyOf = (n) => recordKey({ n }, "d", "c");

/** A few records are long, so that a write takes time to be killed in. */
function compute(n) {
  const random = Random.stream(n, "toy trial");
  const values = Array.from({ length: n % 40 === 0 ? 4000 : 20 }, () => random.uniform());
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2); // 2 ms of work
  return newRecord({ trial: { n }, data: "d", code: "c", outcome: { values }, timings: { by: process.pid } });
}

if (action === "merge") await mergeStores(folder, parts);
else {
  const store = new RunStore(folder);
  await store.hold();
  if (action === "half") {
    const line = canonicalJson(compute(0));
    appendFileSync(join(folder, "records.jsonl"), line.slice(0, line.length / 2));
    process.kill(process.pid, "SIGKILL");
  }
  for (let k = 0; k < Number(trials); k++) {
    const n = (Number(first) + k) % Number(trials);
    if (!store.has(keyOf(n))) store.append(compute(n));
  }
  if (action === "compact") store.compact();
  store.close();
}
