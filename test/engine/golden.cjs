// Trains small planted cases on the compiled package and hashes the weights: the same on every machine, Node and thread.
// `node test/engine/golden.cjs` prints the hashes; `--write` puts them into test/fixtures/engine-golden.json, which is
// right only after a change that means to change the arithmetic.
const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { isMainThread, parentPort, workerData } = require("node:worker_threads");
const { createSimdEngine } = require("../../lib/dist/engine/simd.js");
const { initialWeights } = require("../../lib/dist/model/initial.js");
const { MODEL_NAMES, modelOf, modelSpec } = require("../../lib/dist/model/spec.js");
const { sha256 } = require("../../lib/dist/json.js");
const { Random } = require("../../lib/dist/random.js");

const USERS = 41;
const ITEMS = 37;
const adam = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const ids = (count) => Array.from({ length: count }, (_, k) => `${k}`);

/** Ratings 5 inside a block of users and items, 1 to 4 outside; two thirds of the pairs. */
function planted(negatives) {
  const random = Random.stream(1, "golden");
  const pairs = [];
  for (let user = 0; user < USERS; user++)
    for (let item = 0; item < ITEMS; item++) {
      const rating = user % 3 === item % 3 ? 5 : 1 + random.below(4);
      if (random.below(3) > 0) pairs.push([user, item, rating]);
    }
  return {
    users: Uint32Array.from(pairs, ([user]) => user),
    items: Uint32Array.from(pairs, ([, item]) => item),
    labels: Float32Array.from(pairs, ([, , rating]) => rating / 5),
    negatives,
  };
}

/** As the model takes it: of pairs the ratings of 5 are the liked ones. */
function setFor(model, negatives) {
  const set = planted(negatives);
  if (modelOf(model).samples === "points") return set;
  const rated = (ids) => ids.filter((_, k) => set.labels[k] === 1);
  return { kind: "pairs", users: rated(set.users), items: rated(set.items) };
}

async function goldenHashes() {
  const hashes = {};
  for (const model of MODEL_NAMES.filter((name) => modelOf(name).kernel))
    for (const initialisation of ["xavier", "unit"])
      for (const negatives of [0, 2]) {
        const spec = modelSpec(model, USERS, ITEMS);
        const engine = createSimdEngine(spec);
        engine.load(initialWeights(spec, initialisation, 1, ids(USERS), ids(ITEMS)));
        const l2 = negatives ? 0.01 : 0;
        const options = { batchSize: 101, adam, l2, stream: [1, "golden"], epochs: 12 };
        await engine.train(setFor(model, negatives), options);
        const scores = engine.scoreItems(Uint32Array.from({ length: USERS }, (_, user) => user));
        const { m, v } = engine.moments();
        const parts = [engine.weights(), m, v, scores].map(sha256);
        hashes[`${model} ${initialisation} ${negatives}`] = sha256(parts.join("\n"));
        engine.dispose();
      }
  return hashes;
}

module.exports = { goldenHashes };

if (!isMainThread && workerData === "report") goldenHashes().then((hashes) => parentPort.postMessage(hashes));
else if (require.main === module)
  goldenHashes().then((hashes) => {
    if (!process.argv.includes("--write")) console.log(JSON.stringify(hashes));
    else {
      const about = "SHA-256 over weights, moments and scores; written by `node test/engine/golden.cjs --write`";
      const file = join(__dirname, "../fixtures/engine-golden.json");
      writeFileSync(file, `${JSON.stringify({ about, hashes }, null, 2)}\n`);
    }
  });
