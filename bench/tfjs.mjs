// Training throughput of the tfjs engine beside the simd engine: the same samples, the same batches, in
// alternation. Not of LightGCN: there a step of tfjs goes over the whole graph, and a round takes minutes.
import { ADAM, median, ratings, samplesAt, samplesOf, setFor, summary, weightsOf } from "./measure.mjs";

export const name = "tfjs";

/** Steps of one measurement by batch size: about half a second of the slower engine. */
const STEPS = new Map([
  [1024, 40],
  [30_000, 5],
]);

/**
 * `count` samples of the set drawn at random, in user order: an epoch of them has batches like those of the
 * whole set.
 */
function drawSubset(erasable, set, count) {
  return samplesAt(set, erasable.Random.stream("bench", "tfjs", count).sample(set.users.length, count));
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
  const weights = weightsOf(erasable, spec);
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
export async function* run({ erasable, rounds = 5 }) {
  const { name: data, core } = await ratings(erasable);
  const set = { ...samplesOf(core), negatives: 0 };
  for (const model of erasable.MODEL_NAMES) {
    if (erasable.modelOf(model).graph) continue;
    const spec = erasable.modelSpec(model, erasable.userCount(core), erasable.itemCount(core));
    for (const [batchSize, steps] of STEPS) {
      const points = drawSubset(erasable, set, Math.min(steps * batchSize, set.users.length));
      const subset = setFor(erasable, model, points);
      const { simd, tfjs } = await compare(erasable, spec, subset, batchSize, rounds);
      const ratio = median(simd.map((value, round) => value / tfjs[round]));
      yield { model, batchSize, simd: summary(simd), tfjs: summary(tfjs), ratio };
    }
  }
  const backend = await erasable.describeEngine("tfjs");
  return { data, backend, rounds };
}

const rate = ({ median: middle, least, most }) => {
  const [a, b, c] = [middle, least, most].map((value) => Math.round(value / 1000));
  return `${a} k samples/s (${b}..${c})`;
};

export const text = ({ model, batchSize, simd, tfjs, ratio }) =>
  `${model}, batch ${batchSize}: simd ${rate(simd)}, tfjs ${rate(tfjs)}, ratio ${ratio.toFixed(1)}`;
