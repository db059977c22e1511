// Shared by the sections: data, clocks, summaries, processes of their own.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

export const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

export const summary = (values) => ({
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
});

/**
 * Seconds of this process on a core. What else runs on the machine is not counted, as it would be by a wall
 * clock.
 */
export const processor = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** ms of processor time, ms of wall time, and the result. */
export async function timed(work) {
  const began = processor();
  const start = performance.now();
  const result = await work();
  return { ms: 1000 * (processor() - began), wall: performance.now() - start, result };
}

/** Most memory that this process has had, in MB. */
export const peakMegabytes = () => Math.round(process.resourceUsage().maxRSS / 1024);

/** A command as it is started on some cores; undefined: those of this process, which is pinned to one. */
export const pinnedTo = (cores, command) =>
  cores ? ["taskset", "-c", [cores].flat().join(","), ...command] : command;

/** The command of a process that answers with `child(task)` of a section. */
export const childOf = (section, task) => [
  process.execPath,
  join(import.meta.dirname, "run.mjs"),
  "--child",
  section,
  JSON.stringify(task),
];

/** The JSON that a program writes. @throws Error with what it said where it fails */
export function answerOf(command, { cores, ...options } = {}) {
  const [program, ...args] = pinnedTo(cores, command);
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    ...options,
  });
  if (status !== 0) throw new Error(`bench: ${command.join(" ").slice(0, 200)}: ${stderr}`);
  return JSON.parse(stdout);
}

/** The same of a peer; undefined where it is not installed, which is said. */
export function askPeer(command, options) {
  try {
    return answerOf(command, options);
  } catch (error) {
    console.log(`  left out: ${error.message.trim().split("\n").at(-1)}`);
    return undefined;
  }
}

/** What `child(task)` of a section gives in a process of its own: its peak of memory is then its own. */
export const inChild = (section, task, cores) => answerOf(childOf(section, task), { cores });

/** Environment of a peer that is to use one thread. */
export const ONE_THREAD = {
  ...process.env,
  OMP_NUM_THREADS: "1",
  OPENBLAS_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
};

/** The bytes of typed arrays, one after another, as peers read them. */
export const bytesOf = (...arrays) =>
  Buffer.concat(arrays.map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength)));

const numbers = (count) => Array.from({ length: count }, (_, k) => `${k}`);

/** Fresh weights for a spec. */
export const weightsOf = (erasable, spec) =>
  erasable.initialWeights(spec, "xavier", 1, numbers(spec.users), numbers(spec.items));

/** All ratings as samples of the simplest kind: a row a rating, with the label r / 5. */
export function samplesOf({ byUser: { offsets, columns, values } }) {
  const users = new Uint32Array(columns.length);
  for (let user = 0; user + 1 < offsets.length; user++) users.fill(user, offsets[user], offsets[user + 1]);
  return { users, items: columns, labels: values.map((rating) => rating / 5) };
}

/** The first of these data sets whose files are here. */
export const firstOf = (erasable, names) =>
  erasable.loadDataset(names.find(createRequire(import.meta.url)("../lib/dist/data/load.js").isHere));

/** MovieLens 1M, or generated data of its shape where its files are absent; whole and as its 5-core. */
export async function ratings(erasable) {
  const whole = await firstOf(erasable, ["ml-1m", "synthetic-ml-1m"]);
  return { name: whole.provenance.name, whole, core: erasable.core(whole, 5) };
}

/** Its 5-core, split: 90 % of each user's ratings are trained on, and stand as samples in `set`. */
export async function ml1m(erasable, seed = 1) {
  const { name, core } = await ratings(erasable);
  const { train, test } = erasable.split(core, { trainShare: 0.9, seed });
  const [users, items] = [erasable.userCount(train), erasable.itemCount(train)];
  return { name, train, test, users, items, set: { ...samplesOf(train), negatives: 0 } };
}

/** A fresh store and what else a method works with. */
export const contextFor = (erasable) => ({
  store: new erasable.MemoryStore(),
  createEngine: erasable.createEngine,
  clock: () => 0,
});

/** "ease, label implicit": a method with its settings. */
export const labelOf = ({ method, ...settings }) =>
  [method, ...Object.entries(settings).map(([key, value]) => `${key} ${value}`)].join(", ");

/** The samples as a model takes them: points as they are; of pairs every rating is one that was liked. */
export const setFor = (erasable, model, set) =>
  erasable.modelOf(model).samples === "points" ? set : { kind: "pairs", users: set.users, items: set.items };

/** Those samples whose places are named. */
export function samplesAt({ users, items, labels, negatives }, places) {
  const pick = (column) => column.constructor.from(places, (place) => column[place]);
  return { users: pick(users), items: pick(items), labels: pick(labels), negatives };
}

/** One of S = 16 equal groups of users. */
export const groupOf = (set) =>
  samplesAt(
    set,
    [...set.users.keys()].filter((k) => set.users[k] % 16 === 0),
  );
