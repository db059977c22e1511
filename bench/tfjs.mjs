// Training throughput of the tfjs engine beside the simd engine: the same samples, the same batches, in alternation.
// `measureTfjs` is a section of `npm run bench`; alone: node bench/tfjs.mjs [--rounds 5]
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
/** steps an epoch: about half a second of the slower engine */
const STEPS = { 1024: 40, 30000: 5 };

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** `count` samples of the set drawn at random, in user order: an epoch of them has batches like those of the whole set. */
function drawSubset(erasable, set, count) {
  const places = erasable.Random.stream("bench", "tfjs", count).sample(set.users.length, count);
  const pick = (column) => column.constructor.from(places, (place) => column[place]);
  return { users: pick(set.users), items: pick(set.items), labels: pick(set.labels), negatives: 0 };
}

/** Samples a second of one epoch. */
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

/**
 * Measures both engines in alternation, after a round that does not count.
 * @param set the ML-1M stream as a training set; `users`, `items` the sizes of the model
 * @returns one row a model and batch size: samples a second of either engine (median, least, most) and the median over
 *   rounds of simd / tfjs
 */
export async function measureTfjs(erasable, { set, users, items, rounds = 5, onRow }) {
  const rows = [];
  const ids = (count) => Array.from({ length: count }, (_, k) => `${k}`);
  for (const model of erasable.MODEL_NAMES) {
    const spec = erasable.modelSpec(model, users, items);
    const weights = erasable.initialWeights(spec, "xavier", 1, ids(users), ids(items));
    for (const batchSize of Object.keys(STEPS).map(Number)) {
      const subset = drawSubset(erasable, set, Math.min(STEPS[batchSize] * batchSize, set.users.length));
      const engines = {};
      for (const name of erasable.ENGINE_NAMES) {
        engines[name] = await erasable.createEngine(name, spec);
        engines[name].load(weights);
        await throughput(engines[name], subset, batchSize, 0);
      }
      const seen = { simd: [], tfjs: [] };
      for (let round = 1; round <= rounds; round++)
        for (const name of erasable.ENGINE_NAMES)
          seen[name].push(await throughput(engines[name], subset, batchSize, round));
      const summary = (values) => ({
        median: median(values),
        least: Math.min(...values),
        most: Math.max(...values),
      });
      const row = {
        model,
        batchSize,
        rounds,
        backend: engines.tfjs.backend,
        simd: summary(seen.simd),
        tfjs: summary(seen.tfjs),
        ratio: median(seen.simd.map((value, round) => value / seen.tfjs[round])),
      };
      for (const engine of Object.values(engines)) engine.dispose();
      rows.push(row);
      onRow?.(row);
    }
  }
  return rows;
}

async function main() {
  const erasable = require("erasable");
  const at = process.argv.indexOf("--rounds");
  const rounds = at < 0 ? 5 : Number(process.argv[at + 1]);
  const { data, notice } = await erasable.loadOrSynthetic("ml-1m");
  if (notice) console.log(notice);
  const kept = erasable.core(data, 5);
  const set = { ...erasable.trainingSamples(kept, { label: "rating/5" }), negatives: 0 };
  console.log(await erasable.describeEngine("tfjs"));
  const thousands = ({ median: middle, least, most }) =>
    [middle, least, most].map((value) => Math.round(value / 1000).toLocaleString("en"));
  await measureTfjs(erasable, {
    set,
    users: erasable.userCount(kept),
    items: erasable.itemCount(kept),
    rounds,
    onRow: ({ model, batchSize, simd, tfjs, ratio }) => {
      const [a, b] = [thousands(simd), thousands(tfjs)];
      console.log(
        `${model}  batch ${batchSize}: simd ${a[0]} k samples/s (${a[1]}..${a[2]}), ` +
          `tfjs ${b[0]} k (${b[1]}..${b[2]}), simd / tfjs ${ratio.toFixed(1)}`,
      );
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
