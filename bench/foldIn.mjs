// Core fold-in on ML-1M: what forgetting one user outside the core costs, end to end: a system kept in a
// folder, the certificate written, files deleted and synced. A section of `npm run bench`; alone: node
// bench/foldIn.mjs [data set] Times are processor time; `wall` is beside them, as a folder waits for a disk.
// `waited` is the wall time on all cores, where V8 compiles and collects garbage beside the work: what
// somebody waits who asks for it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { summary, timed } from "./measure.mjs";

export const name = "fold-in";

const CORE = "coin@10";
/** The core's training is not what is measured, and five epochs make weights like any others. */
const TRAINING = { method: "core-fold-in", core: CORE, seed: 0, epochs: 5, batchSize: 4096 };
const ITEM_STEPS = ["none", "ridge", "items"];

export const text = ({ what, ms, most, wall, waited }) =>
  `${what}: ${ms.toFixed(2)} ms (most ${most.toFixed(2)}), wall ${wall.median.toFixed(2)} ms` +
  (waited ? `, on all cores ${waited.median.toFixed(2)} ms (most ${waited.most.toFixed(2)})` : "");

/** The same on all cores, in a process of its own: wall times by row. */
function onAllCores(cores, dataset, rounds) {
  const script = fileURLToPath(import.meta.url);
  const args = ["-c", cores.join(","), process.execPath, script, dataset, "--json", `${rounds}`];
  const { status, stdout } = spawnSync("taskset", args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`fold-in on all cores ended with ${status}`);
  return new Map(JSON.parse(stdout).rows.map(({ what, wall }) => [what, wall]));
}

/**
 * @returns name, data and rows of { what, model, itemStep, ms, least, most, wall, waited }; the last two are
 * summaries
 */
export async function run({ erasable, rounds = 20, onRow, dataset = "ml-1m", cores }) {
  const waited = cores && onAllCores(cores, dataset, rounds);
  const { data, notice } = await erasable.loadOrSynthetic(dataset, { fallback: "synthetic-ml-1m" });
  const { train } = erasable.split(erasable.core(data, 5), { trainShare: 0.9, seed: 0 });
  const random = erasable.Random.stream("bench", "fold-in").sample(train.userIds.length, 2 * rounds);
  const rows = [];
  for (const model of ["dmf", "nmf"])
    for (const itemStep of ITEM_STEPS) {
      const folder = mkdtempSync(join(tmpdir(), "erasable-bench-"));
      const system = await erasable.learn(train, {
        ...TRAINING,
        model,
        itemStep,
        folder: join(folder, "system"),
      });
      const times = [];
      let warm = false; // a request behind a training also hashes what that made
      for (const user of random) {
        const one = await timed(() => system.forget([train.userIds[user]]));
        const outside = system.system.trained.length === 0; // whoever is in the core trains it again
        if (outside && warm) times.push(one);
        warm = outside;
        if (times.length === rounds) break;
      }
      await system.close();
      rmSync(folder, { recursive: true });
      const spread = summary(times.map(({ ms }) => ms));
      const row = {
        what: `${model}, ${itemStep}: forget a user outside the core, in a folder, with certificate`,
        model,
        itemStep,
        ms: spread.median,
        least: spread.least,
        most: spread.most,
        wall: summary(times.map(({ wall }) => wall)),
      };
      if (waited) row.waited = waited.get(row.what);
      rows.push(row);
      onRow?.(row);
    }
  return { name, data: notice ? "synthetic-ml-1m" : dataset, rows };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const erasable = createRequire(import.meta.url)("erasable");
  const [dataset, json, rounds] = process.argv.slice(2);
  if (json === "--json")
    console.log(JSON.stringify(await run({ erasable, dataset, rounds: Number(rounds) })));
  else {
    const { data } = await run({ erasable, dataset, onRow: (row) => console.log(text(row)) });
    console.log(`data: ${data}`);
  }
}
