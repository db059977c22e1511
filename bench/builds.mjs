// Builds of the kernels side by side in one process: this build as V8 compiles it by itself ("plain"), this
// build packed (lib/kernels/packing.ts), and another build, plain, whose compiled package (lib/dist)
// ERASABLE_BENCH_AGAINST names. They take turns; a ratio is the median over rounds of the base's processor
// time over the own in the same round, since a machine's clock moves by more than any of them gains. The base
// is the other build where there is one, else "plain".
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { ADAM, median, ml1m, processor, weightsOf } from "./measure.mjs";

export const name = "builds";

const require = createRequire(import.meta.url);
const OWN = join(import.meta.dirname, "../lib/dist");

const LOOPS = [
  { what: "product", turns: 2000 },
  { what: "towers", turns: 500 },
];
/** `large`: 137,000 users x 59,000 items. */
const TRAININGS = [
  { model: "dmf", batchSize: 1024 },
  { model: "dmf", batchSize: 30_000 },
  { model: "nmf", batchSize: 1024 },
  { model: "nmf", batchSize: 30_000 },
  { model: "dmf", batchSize: 1024, large: true },
  { model: "nmf", batchSize: 1024, large: true },
];
const LARGE = { users: 137_000, items: 59_000, samples: 409_162 };

/** A module of its own for V8, which otherwise shares what it compiled of the same bytes. */
const plainModule = (bytes, mark) =>
  new WebAssembly.Module(Buffer.concat([bytes, Buffer.from([0, 5, 4]), Buffer.from(mark)]));

/** [label, module] of every build of kernel `kernel` that there is, the base first. */
function builds(kernel, against) {
  const read = (folder) => readFileSync(join(folder, "kernels", `${kernel}.wasm`));
  const list = against ? [["against", plainModule(read(against), "them")]] : [];
  list.push(["plain", plainModule(read(OWN), "us  ")]);
  const { compilePacked, mayPack } = require("../lib/dist/kernels/packing.js");
  if (mayPack()) list.push(["packed", compilePacked(read(OWN))]);
  return list;
}

/**
 * Turns against each other.
 * @param turns map of label to work, the base's first; the work may be asynchronous
 * @returns by label but the base's, the median over rounds of the base's processor time over its own
 */
export async function sideBySide(turns, rounds) {
  const labels = Object.keys(turns);
  const seen = Object.fromEntries(labels.map((label) => [label, []]));
  for (let round = -1; round < rounds; round++)
    for (const label of round % 2 ? labels : labels.toReversed()) {
      const begun = processor();
      await turns[label]();
      if (round >= 0) seen[label].push(processor() - begun);
    }
  const [base, ...others] = labels;
  const ratio = (label) => median(seen[label].map((time, round) => seen[base][round] / time));
  return Object.fromEntries(others.map((label) => [label, ratio(label)]));
}

async function loop({ what, turns }, against, rounds) {
  const work = builds("bench", against).map(([label, module]) => {
    const { exports } = new WebAssembly.Instance(module, { env: { abort() {} } });
    exports.prepareTower();
    return [label, () => exports[what](turns)];
  });
  return { what, ratios: await sideBySide(Object.fromEntries(work), rounds) };
}

/** Users all alike, items by a long tail: few rows of either are in a batch. */
function largeSet(erasable) {
  const random = erasable.Random.stream("bench", "large");
  const uniform = () => random.below(2 ** 30) / 2 ** 30;
  const pairs = new Set();
  while (pairs.size < LARGE.samples)
    pairs.add(random.below(LARGE.users) * LARGE.items + Math.floor(LARGE.items * uniform() ** 2));
  const sorted = Float64Array.from(pairs).sort();
  return {
    users: Uint32Array.from(sorted, (pair) => Math.floor(pair / LARGE.items)),
    items: Uint32Array.from(sorted, (pair) => pair % LARGE.items),
    labels: Float32Array.from(sorted, (pair) => (1 + (pair % 5)) / 5),
    negatives: 0,
  };
}

async function training(erasable, data, { model, batchSize, large }, against, rounds) {
  const { users, items } = large ? LARGE : data;
  const set = large ? largeSet(erasable) : data.set;
  const weights = weightsOf(erasable, erasable.modelSpec(model, users, items));
  const work = [];
  const add = async (label, library) => {
    const engine = await library.createEngine("simd", library.modelSpec(model, users, items));
    engine.load(weights);
    let epoch = 0;
    const turn = async () => {
      const options = { batchSize, adam: ADAM, stream: ["bench"], epochs: epoch + 1 };
      await engine.train(set, { ...options, from: { epoch, batch: 0 } });
      epoch++;
    };
    work.push([label, turn]);
  };
  const { replaceKernel } = require("../lib/dist/kernels/instantiate.js");
  if (against) await add("against", require(join(against, "index.js")));
  for (const [label, module] of builds(`train_${model}`)) {
    replaceKernel(`train_${model}`, module);
    await add(label, erasable);
  }
  const what = `${model}, batch ${batchSize}${large ? ", 196,000 rows" : ""}`;
  return { what, ratios: await sideBySide(Object.fromEntries(work), rounds) };
}

/** Rows of { what, ratios: { plain?, packed? } }. */
export async function* run({ erasable, rounds = 7 }) {
  const { ERASABLE_BENCH_AGAINST: against } = process.env;
  const folder = against && resolve(against);
  for (const one of LOOPS) yield await loop(one, folder, 3 * rounds);
  const data = await ml1m(erasable);
  for (const one of TRAININGS) yield await training(erasable, data, one, folder, one.large ? 3 : rounds);
  return { data: data.name, base: folder ? "another build, plain" : "plain", rounds };
}

export const text = ({ what, ratios }) =>
  `${what}: ${Object.entries(ratios)
    .map(([label, ratio]) => `${label} ${ratio.toFixed(2)}x`)
    .join(", ")}`;
