// item-knn at the shape of MovieLens 25M (bench/planning.mjs: 137,364 users, 59,047 items, 25.0 M generated
// ratings as clicks, in twenty tastes) and at a tenth of its users: learning; forgetting one user and
// recommending to another, for users drawn alike and by activity; forgetting 5 % of the users at once; the
// fingerprint that a certificate states; memory; quality beside popularity, by withheld clicks of some users.
// Each size in a process of its own. And 256 M interactions by arithmetic: the line through both sizes.
// Beside the smaller size CosineRecommender of `implicit`, where ERASABLE_PYTHON has that package.
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askPeer, bytesOf, contextFor, inChild, peakMegabytes, summary, timed } from "./measure.mjs";
import { shapeOf25M } from "./planning.mjs";

export const name = "item-knn";

const FULL = { users: 137_364, items: 59_047, ratings: 25_000_000 };
const TENTH = { ...FULL, users: 13_736, ratings: 2_500_000 };
const FAR = 256_000_000;
const NEIGHBOURS = 20;
/** Users of whom every tenth click is withheld. */
const ASKED = 300;

const inner = (path) => createRequire(import.meta.url)(`../lib/dist/${path}.js`);

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

/** The clicks that are learned from, and those withheld. */
function clicks(erasable, shape) {
  const { selectRatings } = inner("data/interactions");
  const data = shapeOf25M(shape);
  data.byUser.values.fill(1);
  const asked = new Set(erasable.Random.stream("bench", "withheld").sample(shape.users, ASKED));
  const withheld = (user, place) => asked.has(user) && (place - data.byUser.offsets[user]) % 10 === 9;
  return {
    train: selectRatings(data, (user, place) => !withheld(user, place), "train"),
    test: selectRatings(data, withheld, "test"),
  };
}

/** NDCG@10 of the full ranking, of the system and of popularity. */
async function quality(erasable, system, { train, test }) {
  const { popularityScorer } = inner("metrics/anchors");
  const options = { label: "implicit", metrics: "all" };
  const ndcg = async (scorer) => (await erasable.evaluate(scorer, train, test, options)).fullRank.ndcg;
  return { system: await ndcg(system), popularity: await ndcg(popularityScorer(train)) };
}

/** So many users, none of the others, as owners of clicks drawn at random. */
function byActivity({ byUser: { offsets, columns } }, random, count, others) {
  const users = new Set();
  while (users.size < count) {
    const click = random.below(columns.length);
    const user = offsets.findIndex((from) => from > click) - 1;
    if (!others.has(user)) users.add(user);
  }
  return [...users];
}

/** ms of forgetting users one after another and recommending to another each time; the first warms up. */
async function oneByOne(erasable, learned, gone, asks, context) {
  let system = learned;
  const times = { forget: [], recommend: [], both: [] };
  for (const [round, user] of gone.entries()) {
    const forget = await timed(() => system.without(erasable.usersErasure([user]), context));
    system = forget.result;
    const recommend = await timed(() => system.scoreItems(Uint32Array.of(asks[round])));
    if (round === 0) continue;
    times.forget.push(forget.ms);
    times.recommend.push(recommend.ms);
    times.both.push(forget.ms + recommend.ms);
  }
  return { times, system };
}

/** One size. */
export async function child({ shape, rounds, python }, erasable) {
  const { train: data, test } = clicks(erasable, shape);
  const context = contextFor(erasable);
  const method = erasable.methodOf("item-knn", { label: "implicit", neighbours: NEIGHBOURS });
  const learned = await timed(() => method.learn(data, context));
  const kept = learned.result.bytesKept().total;
  const found = await quality(erasable, learned.result, { train: data, test });
  const random = erasable.Random.stream("bench", "item-knn");
  const users = random.sample(data.userIds.length, 2 * rounds + 2);
  const [gone, asks] = [users.subarray(0, rounds + 1), users.subarray(rounds + 1)];
  const active = byActivity(data, random, rounds + 1, new Set(asks));
  const { times, system } = await oneByOne(erasable, learned.result, gone, asks, context);
  const { both } = (await oneByOne(erasable, learned.result, active, asks, context)).times;
  const fingerprint = await timed(() => system.fingerprint);
  const { users: some } = erasable.resolveRequest(erasable.parseRequest("rand@5"), data, 1);
  const batch = await timed(() => learned.result.without(erasable.usersErasure(some), context));
  return {
    ratings: data.byUser.columns.length,
    products: products(data.byUser),
    learn: learned.ms / 1000,
    ...Object.fromEntries(
      Object.entries({ ...times, active: both }).map(([what, list]) => [what, summary(list)]),
    ),
    batch: batch.ms / 1000,
    fingerprint: fingerprint.ms,
    quality: found,
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
 * Rows, of each size { ratings, products, learn (s), forget, recommend, both, active (ms: median, least, most;
 * the last, both of a user by activity), batch (s), fingerprint (ms), quality, megabytes, implicit? }, and
 * { ratings, arithmetic, ... } for 256 M; processor time
 */
export async function* run({ rounds = 41, python }) {
  const small = inChild(name, { shape: TENTH, rounds, python });
  const large = inChild(name, { shape: FULL, rounds });
  const median = (what) => far(small, large, (size) => size[what].median);
  const beyond = {
    ratings: FAR,
    arithmetic: true,
    learn: far(small, large, ({ learn }) => learn),
    both: { median: median("both") },
    megabytes: { kept: far(small, large, ({ megabytes }) => megabytes.kept) },
  };
  for (const row of [small, large, beyond]) {
    const what = `${Math.round(row.ratings / 1e5) / 10} M clicks, ${FULL.items} items`;
    yield { what, ...row };
  }
  return { data: "generated", rounds, neighbours: NEIGHBOURS };
}

const found = ({ active, batch, quality: { system, popularity } }) =>
  `; a user by activity ${active.median.toFixed(1)} ms (most ${active.most.toFixed(0)}); 5 % of the users at ` +
  `once ${batch.toFixed(1)} s; NDCG@10 ${system.toFixed(3)}, popularity ${popularity.toFixed(3)}`;

export const text = ({ what, arithmetic, learn, both, fingerprint, megabytes, implicit, ...more }) =>
  `${what}${arithmetic ? ", by arithmetic" : ""}: learn ${learn.toFixed(1)} s; forget and recommend ` +
  `${both.median.toFixed(1)} ms${both.most ? ` (most ${both.most.toFixed(0)})` : ""}` +
  `${more.quality ? found(more) : ""}; ${fingerprint ? `fingerprint ${fingerprint.toFixed(0)} ms; ` : ""}` +
  `${megabytes.kept.toFixed(0)} MB kept${megabytes.peak ? `, peak ${megabytes.peak.toFixed(0)}` : ""}` +
  (implicit ? `; implicit ${implicit.version} fits in ${implicit.seconds.toFixed(1)} s` : "");
