// Training throughput of the simd engine on the ML-1M stream, and PyTorch on the same mathematics and
// batches.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADAM, bytesOf, groupOf, median, ml1m, processor, setFor, summary, weightsOf } from "./measure.mjs";
import { startPeer } from "./peer.mjs";

export const name = "training";

const require = createRequire(import.meta.url);

/**
 * stream: `all` users, one `group` of 16, or all with 4 `negatives` a positive. steps: of PyTorch in a round.
 * size: of an embedding, where the model has more than one.
 */
const POINTS = [
  { stream: "all", batchSize: 256, steps: 60 },
  { stream: "all", batchSize: 1024, steps: 40 },
  { stream: "all", batchSize: 4096, steps: 20 },
  { stream: "all", batchSize: 30_000, steps: 6 },
  { stream: "group", batchSize: 30_000, steps: 6 },
  { stream: "negatives", batchSize: 1024, steps: 40 },
];
const PAIRS = [16, 64].flatMap((size) => [
  { stream: "all", batchSize: 1024, steps: 40, size },
  { stream: "all", batchSize: 30_000, steps: 6, size },
]);
/** Every step goes over the whole graph: small batches of all users would take minutes, and so would more rounds. */
const GRAPH = [16, 64].flatMap((size) => [
  { stream: "group", batchSize: 1024, steps: 8, size },
  { stream: "all", batchSize: 30_000, steps: 3, size },
]);
const GRAPH_ROUNDS = 3;

const variantsOf = ({ samples, graph }) => [
  "ordinary",
  ...(samples === "points" ? ["distinct"] : []),
  ...(graph ? ["symmetric"] : []),
];

function casesOf({ samples, graph }) {
  if (samples === "points") return POINTS;
  return graph ? GRAPH : PAIRS;
}
const SAMPLES = 1_500_000; // of a round of ours; with a graph, one epoch

function streams(data) {
  const all = { users: data.users, items: data.items, set: data.set };
  return {
    all,
    group: { ...all, set: groupOf(data.set) },
    negatives: { ...all, set: { ...data.set, negatives: 4 } },
  };
}

/** Samples a processor second of some epochs, which draw, shuffle and train. */
async function ours(engine, set, batchSize, graph) {
  const samples = set.users.length * (1 + (set.negatives ?? 0));
  const epochs = graph ? 1 : Math.max(1, Math.round(SAMPLES / samples));
  const begun = processor();
  await engine.train(set, { batchSize, adam: ADAM, stream: ["bench"], epochs });
  return (epochs * samples) / (processor() - begun);
}

/**
 * Writes weights and the first batches for the peer; returns the loss of the first batch at these weights.
 */
function writeCase(file, engine, spec, weights, set, { batchSize, steps }) {
  const { drawEpoch } = require("../lib/dist/engine/batches.js");
  const epoch = drawEpoch(set, spec.items, batchSize, ["bench"], 0);
  const places = epoch.order.subarray(0, Math.min(epoch.order.length, (steps + 2) * batchSize));
  const users = Uint32Array.from(places, (place) => epoch.users[place]);
  const items = Uint32Array.from(places, (place) => epoch.items[place]);
  const pairs = set.kind === "pairs";
  const third = pairs
    ? Uint32Array.from(places, (place) => epoch.others[place])
    : Float32Array.from(places, (place) => epoch.labels[place]);
  const sizes = [spec.users, spec.items, places.length, batchSize, spec.size, spec.embeddingSize];
  const head = Uint32Array.of(...sizes, set.users.length);
  writeFileSync(file, bytesOf(head, weights, users, items, third, set.users, set.items));
  const n = Math.min(batchSize, places.length);
  const p = engine.predict(users.subarray(0, n), items.subarray(0, n));
  let loss = 0;
  if (pairs) {
    const q = engine.predict(users.subarray(0, n), third.subarray(0, n));
    for (let k = 0; k < n; k++) loss += Math.log1p(Math.exp(q[k] - p[k]));
    return loss / n;
  }
  for (let k = 0; k < n; k++) loss -= third[k] * Math.log(p[k]) + (1 - third[k]) * Math.log(1 - p[k]);
  return loss / n;
}

/** Rounds of ours and of every peer and variant in turn. */
async function compare(erasable, peers, model, stream, batchCase, rounds, folder) {
  const { graph } = erasable.modelOf(model);
  const spec = erasable.modelSpec(model, stream.users, stream.items, batchCase.size);
  const set = setFor(erasable, model, stream.set);
  const weights = weightsOf(erasable, spec);
  const engine = await erasable.createEngine("simd", spec);
  engine.load(weights);
  const { graphOf } = require("../lib/dist/engine/graph.js");
  if (graph) engine.setGraph(graphOf(set, spec.users));
  const file = join(folder, "case.bin");
  const loss = peers.length ? writeCase(file, engine, spec, weights, set, batchCase) : undefined;
  const { stream: streamName, batchSize, steps } = batchCase;
  const rates = [];
  const peerRates = {};
  for (let round = 0; round <= rounds; round++) {
    const rate = await ours(engine, set, batchSize, graph);
    if (round > 0) rates.push(rate); // the first round warms up
    for (const peer of round > 0 ? peers : []) {
      for (const variant of variantsOf(erasable.modelOf(model))) {
        const answer = await peer.ask({ file, model, variant, steps });
        if (!(Math.abs(answer.loss - loss) < 1e-3 * loss))
          throw new Error(
            `${model}: PyTorch's loss is ${answer.loss}, ours ${loss}: not the same mathematics`,
          );
        const seconds = peer.oneThread ? answer.processor : answer.wall;
        const name = `${variant}, ${peer.label}`;
        peerRates[name] = [...(peerRates[name] ?? []), answer.samples / seconds];
      }
    }
  }
  engine.dispose();
  const torch = {};
  for (const [label, list] of Object.entries(peerRates))
    torch[label] = { ...summary(list), ratio: median(list.map((rate, k) => rates[k] / rate)) };
  const embeddingSize = batchCase.size;
  return { model, embeddingSize, stream: streamName, batchSize, simd: summary(rates), torch };
}

/**
 * Rows of { model, embeddingSize, stream, batchSize, simd, torch }: samples a second (median, least,
 * most); `ratio` is ours over theirs. One thread: processor seconds; default threads: wall seconds.
 */
export async function* run({ erasable, rounds = 5, torch, cores }) {
  const data = await ml1m(erasable);
  const sets = streams(data);
  const peers = [];
  const folder = mkdtempSync(join(tmpdir(), "erasable-bench-"));
  try {
    for (const oneThread of torch ? [true, false] : []) {
      const peer = await startPeer(torch, oneThread, cores);
      peers.push({ ...peer, oneThread, label: oneThread ? "one thread" : "default threads" });
    }
    for (const model of erasable.MODEL_NAMES) {
      const { graph, ...kind } = erasable.modelOf(model);
      const own = graph ? Math.min(rounds, GRAPH_ROUNDS) : rounds;
      for (const batchCase of casesOf({ graph, ...kind }))
        yield await compare(erasable, peers, model, sets[batchCase.stream], batchCase, own, folder);
    }
  } finally {
    for (const peer of peers) peer.end();
    rmSync(folder, { recursive: true, force: true });
  }
  const versions = peers.map(({ label, version, threads }) => ({ label, version, threads }));
  return { data: data.name, torch: versions, rounds };
}

export function text({ model, embeddingSize, stream, batchSize, simd, torch }) {
  const millions = (x) => (x / 1e6).toFixed(2);
  const own = `${millions(simd.median)} M samples/s (${millions(simd.least)}..${millions(simd.most)})`;
  const others = Object.entries(torch).map(
    ([label, { median: rate, ratio }]) => `${label} ${millions(rate)}: ${ratio.toFixed(1)}x`,
  );
  const what = `${model}${embeddingSize ? ` of ${embeddingSize}` : ""} ${stream} ${batchSize}`;
  return `${what}: ${own}${others.length ? `; PyTorch ${others.join(", ")}` : ""}`;
}
