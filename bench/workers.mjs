// Two trainings at once, each a process on a core of its own, against one: what a worker pool over cells can
// gain. A section of `npm run bench`; alone: node bench/workers.mjs   (after npm run build)
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ADAM, median, ml1m, summary, weightsOf } from "./measure.mjs";

export const name = "workers";

const require = createRequire(import.meta.url);
const SECONDS = 2;

/**
 * What a child does: trains for SECONDS from the moment it is told to, and answers with its samples a wall
 * second.
 */
async function train(model) {
  const erasable = require("erasable");
  const data = await ml1m(erasable);
  const spec = erasable.modelSpec(model, data.users, data.items);
  const engine = await erasable.createEngine("simd", spec);
  engine.load(weightsOf(erasable, spec));
  const options = { batchSize: 30_000, adam: ADAM, stream: ["bench"], epochs: 1 };
  await engine.train(data.set, options);
  process.send("ready");
  process.on("message", async () => {
    const begun = performance.now();
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), 1000 * SECONDS);
    const { samples } = await engine.train(data.set, { ...options, epochs: 1e6, signal: control.signal });
    clearTimeout(timer);
    process.send(samples / ((performance.now() - begun) / 1000));
  });
}

/** A child on core `core`, ready to train; `ask` runs one round. */
function child(model, core) {
  const script = fileURLToPath(import.meta.url);
  const node = [process.execPath, script, "--child", model];
  const [command, ...args] = core === undefined ? node : ["taskset", "-c", core, ...node];
  const running = spawn(command, args, { stdio: ["inherit", "inherit", "inherit", "ipc"] });
  const answer = () => new Promise((resolve) => running.once("message", resolve));
  const ready = answer();
  return {
    ready,
    ask: () => {
      running.send("go");
      return answer();
    },
    end: () => running.kill(),
  };
}

/** Rows of { model, one, two (samples a second, median, least, most), gain }. */
export async function run({ rounds = 5, cores, onRow } = {}) {
  const rows = [];
  for (const model of ["dmf", "nmf"]) {
    const children = [child(model, cores?.[0]), child(model, cores?.[1])];
    await Promise.all(children.map(({ ready }) => ready));
    const seen = { one: [], two: [] };
    for (let round = 0; round < rounds; round++) {
      seen.one.push(await children[round % 2].ask());
      const both = await Promise.all(children.map(({ ask }) => ask()));
      seen.two.push(both[0] + both[1]);
    }
    for (const { end } of children) end();
    const gain = median(seen.two.map((rate, round) => rate / seen.one[round]));
    const row = { model, one: summary(seen.one), two: summary(seen.two), gain, reach: 1.9 };
    rows.push(row);
    onRow?.(row);
  }
  return { name, rounds, rows };
}

/** A row in one line. */
export function text({ model, one, two, gain, reach }) {
  const millions = (x) => (x / 1e6).toFixed(2);
  return `${model}: one ${millions(one.median)}, two ${millions(two.median)} M samples/s: ${gain.toFixed(2)}x; to reach ${reach}x`;
}

export const met = ({ gain, reach }) => gain >= reach;

if (process.argv[2] === "--child") await train(process.argv[3]);
else if (import.meta.url === pathToFileURL(process.argv[1]).href)
  await run({ onRow: (row) => console.log(text(row)) });
