// Planning at the shape of MovieLens 25M (137,364 users, 59,047 items, 25.0 M generated ratings; nearly
// everybody reaches everybody): sizes of the reach sets, the walk, and a pass of k-means, each beside the way
// it was computed in version 1.
import { createRequire } from "node:module";
import { median, processor, timed } from "./measure.mjs";

export const name = "planning";

const require = createRequire(import.meta.url);
const USERS = 137_364;
const ITEMS = 59_047;
const RATINGS = 25_000_000;
/** design.md: seconds for reach sets and walk together, on one core. */
const REACH_SECONDS = 180;
/** design.md: times as fast as version 1. */
const FASTER = { walk: 20, distances: 5 };

const inner = (path) => require(`../lib/dist/${path}.js`);

/** Ratings of the shape of MovieLens 25M: at least 20 a user, a long tail of activity and of popularity. */
export function shapeOf25M({ users = USERS, items = ITEMS, ratings = RATINGS, seed = 1 } = {}) {
  const { Random } = inner("random");
  const { aliasTable, drawMember } = inner("hypergraph/aliasTable");
  const { interactionsFrom } = inner("data/interactions");
  const random = Random.stream(seed, "bench", "25m");
  const popularity = aliasTable(Float64Array.from({ length: items }, (_, rank) => (rank + 40) ** -1.35));
  const wishes = Float64Array.from({ length: users }, () => Math.exp(1.25 * random.normal()));
  const scale = (ratings - 20 * users) / wishes.reduce((sum, wish) => sum + wish, 0);
  const counts = Uint32Array.from(wishes, (wish) => Math.min(items >> 3, 20 + Math.round(scale * wish)));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const columns = {
    users: new Uint32Array(total),
    items: new Uint32Array(total),
    ratings: new Float32Array(total),
  };
  const stamp = new Uint32Array(items);
  let at = 0;
  for (let user = 0; user < users; user++)
    for (let left = counts[user]; left > 0; ) {
      const item = drawMember(popularity, random);
      if (stamp[item] === user + 1) continue;
      stamp[item] = user + 1;
      columns.users[at] = user;
      columns.items[at] = item;
      columns.ratings[at++] = 0.5 * (1 + random.below(10));
      left--;
    }
  const ids = (count) => Array.from({ length: count }, (_, k) => String(k).padStart(6, "0"));
  return interactionsFrom(columns, ids(users), ids(items), { name: "25m", synthetic: true, steps: [] });
}

/**
 * Draws of version 1, through a shared item, and of today, from users drawn uniformly: seconds for the whole
 * walk.
 */
function walkSeconds(graph, draws) {
  const { Random } = inner("random");
  const { createWalker } = inner("hypergraph/walk");
  const whole = graph.sizes.length * 4 * 8;
  const of = (representation, count) => {
    const walker = createWalker({ ...graph, representation });
    const random = Random.stream(1, "bench walk");
    const starts = Array.from({ length: count }, () => random.below(graph.sizes.length));
    walker.vertex(walker.hyperedge(starts[0], random), random); // the tables
    const began = processor();
    for (const start of starts) walker.vertex(walker.hyperedge(start, random), random);
    return ((processor() - began) * whole) / count;
  };
  return { before: of("items", draws), now: of("mixed", 100 * draws) };
}

/** Milliseconds of a pass of distances by the kernel, and by the loop of version 1. */
function distances(users, groups, rounds) {
  const { Random } = inner("random");
  const { DensePoints } = inner("grouping/densePoints");
  const random = Random.stream(1, "bench", "distances");
  const dim = 16;
  const values = Float32Array.from({ length: users * dim }, () => random.uniform() - 0.5);
  const centroids = Float64Array.from({ length: groups * dim }, () => random.uniform() - 0.5);
  const out = new Float64Array(users * groups);
  const kernel = new DensePoints(values, dim);
  const times = { now: [], before: [] };
  for (let round = 0; round <= rounds; round++) {
    let began = processor();
    kernel.squaredDistances(centroids, groups, out);
    if (round > 0) times.now.push(processor() - began);
    began = processor();
    scalarDistances(values, dim, centroids, groups, out);
    if (round > 0) times.before.push(processor() - began);
  }
  return { now: median(times.now), ratio: median(times.before.map((before, k) => before / times.now[k])) };
}

function scalarDistances(values, dim, centroids, groups, out) {
  const row = new Float64Array(dim);
  for (let i = 0; i * dim < values.length; i++) {
    for (let d = 0; d < dim; d++) row[d] = values[i * dim + d];
    for (let j = 0, c = 0; j < groups; j++) {
      let sum = 0;
      for (let d = 0; d < dim; d++, c++) sum += (row[d] - centroids[c]) * (row[d] - centroids[c]);
      out[i * groups + j] = sum;
    }
  }
}

/** Rows of { what, seconds?, ms?, ratio?, faster?, reach? } */
export async function* run({ rounds = 5 }) {
  const data = shapeOf25M();
  const { buildHypergraph } = inner("hypergraph/hypergraph");
  const { pathCount } = inner("hypergraph/reach");
  const { ms, result: graph } = await timed(() => buildHypergraph(data));
  const seconds = ms / 1000;
  const mean = graph.sizes.reduce((sum, size) => sum + size, 0) / graph.sizes.length;
  yield { what: "25 M: reach sets", seconds, meanReach: mean / USERS, paths: pathCount(data) };
  const walk = walkSeconds(graph, 200);
  yield { what: "25 M: walk", seconds: walk.now, ratio: walk.before / walk.now, faster: FASTER.walk };
  yield { what: "25 M: reach sets and walk", seconds: seconds + walk.now, reach: REACH_SECONDS };
  const { now, ratio } = distances(478_235, 16, rounds);
  yield {
    what: "478,235 x 16, S = 16: distances of a pass",
    ms: 1000 * now,
    ratio,
    faster: FASTER.distances,
  };
  return { data: "generated" };
}

export const text = ({ what, seconds: time, ms, ratio, faster, reach }) =>
  `${what}: ${time === undefined ? `${ms.toFixed(0)} ms` : `${time.toFixed(1)} s`}` +
  (ratio ? `, ${ratio.toFixed(1)} times as fast as version 1` : "") +
  (faster ? `; to reach ${faster}` : "") +
  (reach ? `; to reach ${reach} s` : "");

export const met = ({ seconds: time, ratio, faster, reach }) => {
  if (faster !== undefined) return ratio >= faster;
  return reach === undefined ? undefined : time <= reach;
};
