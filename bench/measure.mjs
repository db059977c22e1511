// Shared by the sections: data, clocks and summaries.

export const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

export const summary = (values) => ({
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
});

/**
 * Seconds of this process on a core. What else runs on the machine is not counted, as it would be by a wall
 * clock.
 */
export const processor = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** ms of processor time, ms of wall time, and the result. */
export async function timed(work) {
  const began = processor();
  const start = performance.now();
  const result = await work();
  return { ms: 1000 * (processor() - began), wall: performance.now() - start, result };
}

const numbers = (count) => Array.from({ length: count }, (_, k) => `${k}`);

/** Fresh weights for a spec. */
export const weightsOf = (erasable, spec) =>
  erasable.initialWeights(spec, "xavier", 1, numbers(spec.users), numbers(spec.items));

/** All ratings as samples of the simplest kind: a row a rating, with the label r / 5. */
export function samplesOf({ byUser: { offsets, columns, values } }) {
  const users = new Uint32Array(columns.length);
  for (let user = 0; user + 1 < offsets.length; user++) users.fill(user, offsets[user], offsets[user + 1]);
  return { users, items: columns, labels: values.map((rating) => rating / 5) };
}

/**
 * The ML-1M stream: 5-core, 90 % of each user's ratings; generated data of the same shape when the files are
 * absent.
 */
export async function ml1m(erasable) {
  const { data, notice } = await erasable.loadOrSynthetic("ml-1m", { fallback: "synthetic-ml-1m" });
  const { train } = erasable.split(erasable.core(data, 5), { trainShare: 0.9, seed: 1 });
  return {
    name: notice ? "synthetic-ml-1m" : "ml-1m",
    users: erasable.userCount(train),
    items: erasable.itemCount(train),
    set: { ...samplesOf(train), negatives: 0 },
  };
}

/** The samples as a model takes them: points as they are; of pairs every rating is one that was liked. */
export const setFor = (erasable, model, set) =>
  erasable.modelOf(model).samples === "points" ? set : { kind: "pairs", users: set.users, items: set.items };

/** One of S = 16 equal groups of users. */
export function groupOf(set) {
  const places = [];
  for (let k = 0; k < set.users.length; k++) if (set.users[k] % 16 === 0) places.push(k);
  const pick = (column) => column.constructor.from(places, (place) => column[place]);
  return {
    users: pick(set.users),
    items: pick(set.items),
    labels: pick(set.labels),
    negatives: set.negatives,
  };
}
