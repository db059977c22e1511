// item-knn at the shape of MovieLens 25M (bench/planning.mjs: 137,364 users, 59,047 items, 25.0 M generated
// ratings as clicks) and at a tenth of its users: learning, forgetting one user and recommending to another,
// the fingerprint that a certificate states, memory; each size in a process of its own. And 256 M
// interactions by arithmetic: the line through both sizes. Beside it CosineRecommender of `implicit`, where
// ERASABLE_PYTHON has that package.
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askPeer, bytesOf, contextFor, inChild, peakMegabytes, summary, timed } from "./measure.mjs";
import { shapeOf25M } from "./planning.mjs";

export const name = "item-knn";

const FULL = { users: 137_364, items: 59_047, ratings: 25_000_000 };
const TENTH = { ...FULL, users: 13_736, ratings: 2_500_000 };
const FAR = 256_000_000;
/** ms of forgetting one user and recommending again, median. */
const REACH = 50;
const NEIGHBOURS = 20;

const IMPLICIT = `import json, os, sys, time
import numpy as np, scipy.sparse as sp, implicit
from implicit.nearest_neighbours import CosineRecommender
users, items, ratings = map(int, sys.argv[2:5])
rows = np.fromfile(sys.argv[1], dtype=np.uint32)
offsets, columns = rows[:users + 1], rows[users + 1:]
ones = np.ones(len(columns))
x = sp.csr_matrix((ones, columns.astype(np.int32), offsets.astype(np.int32)), shape=(users, items))
began = time.process_time()
CosineRecommender(K=${NEIGHBOURS} + 1, num_threads=1).fit(x, show_progress=False)
print(json.dumps([time.process_time() - began, implicit.__version__]))`;

/** Sum over the users of the square of their ratings: products that are added in learning. */
const products = ({ offsets }) => {
  let sum = 0;
  for (let user = 0; user + 1 < offsets.length; user++) sum += (offsets[user + 1] - offsets[user]) ** 2;
  return sum;
};

/** One size. */
export async function child({ shape, rounds, python }, erasable) {
  const data = shapeOf25M(shape);
  const context = contextFor(erasable);
  const method = erasable.methodOf("item-knn", { label: "implicit", neighbours: NEIGHBOURS });
  const learned = await timed(() => method.learn(data, context));
  const kept = learned.result.bytesKept().total;
  let system = learned.result;
  const users = erasable.Random.stream("bench", "item-knn").sample(data.userIds.length, 2 * rounds + 2);
  const [gone, asks] = [users.subarray(0, rounds + 1), users.subarray(rounds + 1)];
  const times = { forget: [], recommend: [], both: [] };
  for (let round = 0; round <= rounds; round++) {
    const forget = await timed(() => system.without(erasable.usersErasure([gone[round]]), context));
    system = forget.result;
    const recommend = await timed(() => system.scoreItems(Uint32Array.of(asks[round])));
    if (round === 0) continue; // warms up
    times.forget.push(forget.ms);
    times.recommend.push(recommend.ms);
    times.both.push(forget.ms + recommend.ms);
  }
  const fingerprint = await timed(() => system.fingerprint);
  return {
    ratings: data.byUser.columns.length,
    products: products(data.byUser),
    learn: learned.ms / 1000,
    ...Object.fromEntries(Object.entries(times).map(([what, list]) => [what, summary(list)])),
    fingerprint: fingerprint.ms,
    megabytes: { kept: kept / 2 ** 20, peak: peakMegabytes() },
    implicit: python ? peer(python, data, shape) : undefined,
  };
}

/** Processor seconds of implicit's fit on the same clicks, and its version, where it is there. */
function peer(python, { byUser }, { users, items, ratings }) {
  const file = join(tmpdir(), `erasable-bench-${process.pid}.bin`);
  writeFileSync(file, bytesOf(byUser.offsets, byUser.columns));
  const answer = askPeer([python, "-c", IMPLICIT, file, `${users}`, `${items}`, `${ratings}`]);
  rmSync(file);
  return answer && { seconds: answer[0], version: answer[1] };
}

/** What a quantity would be at `FAR` interactions, on the line through two sizes. */
const far = (small, large, of) =>
  of(large) + ((of(large) - of(small)) / (large.ratings - small.ratings)) * (FAR - large.ratings);

/**
 * Rows, of each size { ratings, products, learn (s), forget, recommend, both (ms: median, least, most),
 * fingerprint (ms), megabytes, implicit?, reach? }, and { ratings, arithmetic, ... } for 256 M; processor
 * time
 */
export async function* run({ rounds = 41, python }) {
  const [small, large] = [TENTH, FULL].map((shape) => inChild(name, { shape, rounds, python }));
  const median = (what) => far(small, large, (size) => size[what].median);
  const beyond = {
    ratings: FAR,
    arithmetic: true,
    learn: far(small, large, ({ learn }) => learn),
    both: { median: median("both") },
    fingerprint: far(small, large, ({ fingerprint }) => fingerprint),
    megabytes: { kept: far(small, large, ({ megabytes }) => megabytes.kept) },
  };
  for (const row of [small, large, beyond]) {
    const what = `${Math.round(row.ratings / 1e5) / 10} M clicks, ${FULL.items} items`;
    yield { what, ...row, reach: row === large ? REACH : undefined };
  }
  return { data: "generated", rounds, neighbours: NEIGHBOURS };
}

export const text = ({ what, arithmetic, learn, both, fingerprint, megabytes, implicit, reach }) =>
  `${what}${arithmetic ? ", by arithmetic" : ""}: learn ${learn.toFixed(1)} s; forget and recommend ` +
  `${both.median.toFixed(1)} ms${both.most ? ` (most ${both.most.toFixed(0)})` : ""}` +
  `${reach ? `, to reach ${reach}` : ""}; fingerprint ${fingerprint.toFixed(0)} ms; ` +
  `${megabytes.kept.toFixed(0)} MB kept${megabytes.peak ? `, peak ${megabytes.peak.toFixed(0)}` : ""}` +
  (implicit ? `; implicit ${implicit.version} fits in ${implicit.seconds.toFixed(1)} s` : "");

export const met = ({ both, reach }) => (reach === undefined ? undefined : both.median < reach);
