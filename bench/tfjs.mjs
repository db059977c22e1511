// Training throughput of the tfjs engine beside the simd engine: the same samples, the same batches, in
// alternation. A section of `npm run bench`; alone: node bench/tfjs.mjs [--rounds 5]   (after npm run build)
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { samplesOf, setFor } from "./measure.mjs";

export const name = "tfjs";

const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
/** Steps of one measurement by batch size: about half a second of the slower engine. */
const STEPS = new Map([
  [1024, 40],
  [30_000, 5],
]);

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const summary = (values) => ({
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
});
const numbers = (count) => Array.from({ length: count }, (_, k) => `${k}`);

/**
 * `count` samples of the set drawn at random, in user order: an epoch of them has batches like those of the
 * whole set.
 */
function drawSubset(erasable, set, count) {
  const places = erasable.Random.stream("bench", "tfjs", count).sample(set.users.length, count);
  const pick = (column) => column.constructor.from(places, (place) => column[place]);
  return { users: pick(set.users), items: pick(set.items), labels: pick(set.labels), negatives: 0 };
}

/** Samples a second over one epoch. */
async function throughput(engine, set, batchSize, epoch) {
  const begun = performance.now();
  const { samples } = await engine.train(set, {
    batchSize,
    adam: ADAM,
    stream: ["bench"],
    epochs: epoch + 1,
    from: { epoch, batch: 0 },
  });
  return samples / ((performance.now() - begun) / 1000);
}

/** Both engines in turn, after a round that does not count. */
async function compare(erasable, spec, set, batchSize, rounds) {
  const ids = [numbers(spec.users), numbers(spec.items)];
  const weights = erasable.initialWeights(spec, "xavier", 1, ...ids);
  const engines = {};
  const seen = {};
  for (const engine of erasable.ENGINE_NAMES) {
    engines[engine] = await erasable.createEngine(engine, spec);
    engines[engine].load(weights);
    seen[engine] = [];
    await throughput(engines[engine], set, batchSize, 0);
  }
  for (let round = 1; round <= rounds; round++)
    for (const engine of erasable.ENGINE_NAMES)
      seen[engine].push(await throughput(engines[engine], set, batchSize, round));
  for (const engine of Object.values(engines)) engine.dispose();
  return seen;
}

/**
 * One row a model and batch size: samples a second of either engine (median, least, most) and `ratio`, the
 * median over rounds of simd over tfjs.
 */
export async function run({ erasable, rounds = 5, onRow } = {}) {
  const { data, notice } = await erasable.loadOrSynthetic("ml-1m", { fallback: "synthetic-ml-1m" });
  const kept = erasable.core(data, 5);
  const set = samplesOf(kept);
  const rows = [];
  for (const model of erasable.MODEL_NAMES) {
    const spec = erasable.modelSpec(model, erasable.userCount(kept), erasable.itemCount(kept));
    for (const [batchSize, steps] of STEPS) {
      const points = drawSubset(erasable, set, Math.min(steps * batchSize, set.users.length));
      const subset = setFor(erasable, model, points);
      const { simd, tfjs } = await compare(erasable, spec, subset, batchSize, rounds);
      const ratio = median(simd.map((value, round) => value / tfjs[round]));
      const row = { model, batchSize, simd: summary(simd), tfjs: summary(tfjs), ratio };
      rows.push(row);
      onRow?.(row);
    }
  }
  const backend = await erasable.describeEngine("tfjs");
  return { name, data: notice ? "synthetic-ml-1m" : "ml-1m", backend, rounds, rows };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const erasable = createRequire(import.meta.url)("erasable");
  const at = process.argv.indexOf("--rounds");
  const rounds = at < 0 ? 5 : Number(process.argv[at + 1]);
  const text = ({ median: middle, least, most }) => {
    const [a, b, c] = [middle, least, most].map((value) => Math.round(value / 1000));
    return `${a} k samples/s (${b}..${c})`;
  };
  const onRow = ({ model, batchSize, simd, tfjs, ratio }) =>
    console.log(
      `${model}, batch ${batchSize}: simd ${text(simd)}, tfjs ${text(tfjs)}, ratio ${ratio.toFixed(1)}`,
    );
  const { data, backend } = await run({ erasable, rounds, onRow });
  console.log(`data: ${data}; ${backend}`);
}
