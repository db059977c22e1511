// 25 M generated ratings of the shape of MovieLens 25M (bench/planning.mjs) from end to end on all cores:
// reading them from a file as `erasable check` does, and C-SISA of 16 random shards, five epochs, by two
// workers. Each in a process of its own, for its peak of memory; wall time. A section of `npm run bench`;
// alone: node bench/large.mjs   (after npm run build)
import { spawnSync } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { shapeOf25M } from "./planning.mjs";

export const name = "large";

const require = createRequire(import.meta.url);
/** design.md: what version 1 took, to be kept. */
const REACH = { check: { seconds: 19, megabytes: 1700 }, "c-sisa": { seconds: 60 } };
const EPOCHS = 5;

async function write(file) {
  const { byUser } = shapeOf25M();
  const stream = createWriteStream(file);
  stream.write("userId,movieId,rating\n");
  for (let user = 0; user + 1 < byUser.offsets.length; user++) {
    let lines = "";
    for (let k = byUser.offsets[user]; k < byUser.offsets[user + 1]; k++)
      lines += `${user + 1},${byUser.columns[k] + 1},${byUser.values[k]}\n`;
    if (!stream.write(lines)) await new Promise((resolve) => stream.once("drain", resolve));
  }
  await new Promise((resolve) => stream.end(resolve));
}

/** One task, in this process: seconds, ratings and what else there is to say. */
async function measure(task, file) {
  const { readOwnFile } = require("../lib/dist/data/load.js");
  if (task === "write") return write(file);
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  if (task === "check") {
    const { data } = await readOwnFile(file);
    return { seconds: seconds(), ratings: data.byUser.columns.length };
  }
  const data = shapeOf25M();
  const [learning, { learn }] = [performance.now(), require("erasable")];
  const settings = { groups: 16, grouping: "rand", epochs: EPOCHS, batchSize: 30_000, seed: 1 };
  const system = await learn(data, { method: "c-sisa", ...settings, workers: 2 });
  const { cost } = system.system;
  const found = { samples: cost.samples, stages: cost.seconds, ratings: data.byUser.columns.length };
  await system.close();
  return { ...found, seconds: (performance.now() - learning) / 1000 };
}

function child(cores, task, file) {
  const own = [fileURLToPath(import.meta.url), "--child", task, file];
  const [command, ...args] = cores
    ? ["taskset", "-c", cores.join(","), process.execPath, ...own]
    : [process.execPath, ...own];
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`bench large: ${stderr}`);
  return JSON.parse(stdout);
}

/** Rows of { what, seconds, ratings, megabytes, samples?, stages?, reach }. */
export async function run({ cores, onRow } = {}) {
  const home = mkdtempSync(join(tmpdir(), "erasable-large-"));
  const file = join(home, "ratings.csv");
  const rows = [];
  try {
    child(cores, "write", file);
    for (const what of ["check", "c-sisa"]) {
      const row = { what, ...child(cores, what, file), reach: REACH[what] };
      rows.push(row);
      onRow?.(row);
    }
  } finally {
    rmSync(home, { recursive: true });
  }
  return { name, data: "generated", rows };
}

export const text = ({ what, seconds, ratings, megabytes, stages, reach }) =>
  `${(ratings / 1e6).toFixed(1)} M ratings, ${what === "check" ? "read from a file" : `C-SISA, ${EPOCHS} epochs`}: ` +
  `${seconds.toFixed(1)} s${stages ? ` (plan ${stages.plan.toFixed(1)})` : ""}, peak ${megabytes} MB; ` +
  `to reach ${reach.seconds} s${reach.megabytes ? `, ${reach.megabytes} MB` : ""}`;

export const met = ({ seconds, megabytes, reach }) =>
  seconds <= reach.seconds && (reach.megabytes === undefined || megabytes <= reach.megabytes);

if (process.argv[2] === "--child") {
  const found = await measure(process.argv[3], process.argv[4]);
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ ...found, megabytes }));
} else if (import.meta.url === pathToFileURL(process.argv[1]).href)
  await run({ onRow: (row) => console.log(text(row)) });
