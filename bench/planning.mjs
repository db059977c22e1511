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

const inner = (path) => require(`../lib/dist/${path}.js`);

/** Users and items are of so many tastes in turn, and so many choices of a hundred fall into one's own. */
const [TASTES, LOYALTY] = [20, 60];

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
      const drawn = drawMember(popularity, random);
      const own = random.below(100) < LOYALTY ? drawn - (drawn % TASTES) + (user % TASTES) : drawn;
      const item = Math.min(own, items - 1); // as popular as what was drawn
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

/**
 * Seconds to stamp every rater of every item of every user, as version 1 did: from some users, in proportion to
 * the paths. @param sizes of the reach sets of today, which must be the same
 */
function stampingSeconds({ byUser, byItem }, users, sizes, paths) {
  const stamps = new Uint32Array(sizes.length);
  let walked = 0;
  const began = processor();
  for (const user of users) {
    let reached = 0;
    for (let k = byUser.offsets[user]; k < byUser.offsets[user + 1]; k++) {
      const item = byUser.columns[k];
      const [from, to] = [byItem.offsets[item], byItem.offsets[item + 1]];
      walked += to - from;
      for (let r = from; r < to; r++) {
        const other = byItem.columns[r];
        if (stamps[other] === user + 1) continue;
        stamps[other] = user + 1;
        reached++;
      }
    }
    if (reached !== sizes[user])
      throw new Error(`bench: reach set of user ${user}: ${sizes[user]}, ${reached}`);
  }
  return ((processor() - began) * paths) / walked;
}

/** Rows of { what, seconds?, ms?, ratio? } */
export async function* run({ rounds = 5 }) {
  const data = shapeOf25M();
  const { buildHypergraph } = inner("hypergraph/hypergraph");
  const { pathCount } = inner("hypergraph/reach");
  const { ms, result: graph } = await timed(() => buildHypergraph(data));
  const seconds = ms / 1000;
  const mean = graph.sizes.reduce((sum, size) => sum + size, 0) / graph.sizes.length;
  const paths = pathCount(data);
  const some = inner("random").Random.stream(1, "bench reach").sample(USERS, 300);
  const ratio = stampingSeconds(data, some, graph.sizes, paths) / seconds;
  yield { what: "25 M: reach sets", seconds, meanReach: mean / USERS, paths, ratio };
  const walk = walkSeconds(graph, 200);
  yield { what: "25 M: walk", seconds: walk.now, ratio: walk.before / walk.now };
  yield { what: "25 M: reach sets and walk", seconds: seconds + walk.now };
  const pass = distances(478_235, 16, rounds);
  const what = "478,235 x 16, S = 16: distances of a pass";
  yield { what, ms: 1000 * pass.now, ratio: pass.ratio };
  return { data: "generated" };
}

export const text = ({ what, seconds: time, ms, ratio }) =>
  `${what}: ${time === undefined ? `${ms.toFixed(0)} ms` : `${time.toFixed(1)} s`}` +
  (ratio ? `, ${ratio.toFixed(1)} times as fast as version 1` : "");
