// 25 M generated ratings of the shape of MovieLens 25M (bench/planning.mjs) from end to end on all cores:
// reading them from a file as `erasable check` does, and C-SISA of 16 random shards, five epochs, by two
// workers. Each in a process of its own, for its peak of memory; wall time.
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inChild, peakMegabytes } from "./measure.mjs";
import { shapeOf25M } from "./planning.mjs";

export const name = "large";

const require = createRequire(import.meta.url);
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

const since = (began) => (performance.now() - began) / 1000;

const TASKS = {
  async check(_, file) {
    const { readOwnFile } = require("../lib/dist/data/load.js");
    const began = performance.now();
    const { data } = await readOwnFile(file);
    return { seconds: since(began), ratings: data.byUser.columns.length };
  },
  async "c-sisa"({ learn }) {
    const data = shapeOf25M();
    const began = performance.now();
    const settings = { groups: 16, grouping: "rand", epochs: EPOCHS, batchSize: 30_000, seed: 1 };
    const system = await learn(data, { method: "c-sisa", ...settings, workers: 2 });
    const { cost } = system.system;
    await system.close();
    const seconds = since(began);
    return { samples: cost.samples, stages: cost.seconds, ratings: data.byUser.columns.length, seconds };
  },
};

/** One task: seconds, ratings and what else there is to say. */
export async function child({ what, file }, erasable) {
  if (what === "write") {
    await write(file);
    return null;
  }
  const found = await TASKS[what](erasable, file);
  return { ...found, megabytes: peakMegabytes() };
}

/** Rows of { what, seconds, ratings, megabytes, samples?, stages? }. */
export async function* run({ cores }) {
  const home = mkdtempSync(join(tmpdir(), "erasable-large-"));
  const file = join(home, "ratings.csv");
  try {
    inChild(name, { what: "write", file }, cores);
    for (const what of Object.keys(TASKS)) yield { what, ...inChild(name, { what, file }, cores) };
  } finally {
    rmSync(home, { recursive: true });
  }
  return { data: "generated" };
}

export const text = ({ what, seconds, ratings, megabytes, stages }) =>
  `${(ratings / 1e6).toFixed(1)} M ratings, ` +
  `${what === "check" ? "read from a file" : `C-SISA, ${EPOCHS} epochs`}: ` +
  `${seconds.toFixed(1)} s${stages ? ` (plan ${stages.plan.toFixed(1)})` : ""}, peak ${megabytes} MB`;
