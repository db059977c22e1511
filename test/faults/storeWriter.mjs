// Works through trials against a shared run store as the runner does (claim, look again, compute, append, release), and may
// be killed anywhere. argv: compiled lib, store folder, number of trials, first trial to try, "half" to die in mid-write.
import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [, , compiled, folder, trials, first, die] = process.argv;
const require = createRequire(join(compiled, "package.json"));
const { RunStore } = require("./runs/store.js");
const { newRecord, recordKey } = require("./runs/record.js");
const { canonicalJson } = require("./json.js");
const { Random } = require("./random.js");

const keyOf = (n) => recordKey({ n }, "d", "c");

/** A few records are long, so that a write takes time to be killed in. */
function compute(n) {
  const random = Random.stream(n, "toy trial");
  const values = Array.from({ length: n % 40 === 0 ? 4000 : 20 }, () => random.uniform());
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2); // 2 ms of work, with the claim in hand
  return newRecord({ trial: { n }, data: "d", code: "c", outcome: { values }, timings: { by: process.pid } });
}

const store = new RunStore(folder);
if (die === "half") {
  store.requireWritable();
  const line = Buffer.from(canonicalJson(compute(0)));
  writeSync(store.writers.run.descriptor, line.subarray(0, line.length / 2));
  process.kill(process.pid, "SIGKILL");
}
for (let k = 0; k < Number(trials); k++) {
  const n = (Number(first) + k) % Number(trials);
  const key = keyOf(n);
  if (store.has(key) || !store.claims.take(key)) continue;
  store.refresh();
  if (!store.has(key)) store.append(compute(n));
  store.claims.release(key);
}
store.refresh();
if (die === "compact") store.compact();
store.close();
