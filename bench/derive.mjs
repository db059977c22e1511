// What EASE and Gaussian derive their models from the sums of MovieLens 1M with (3,416 items), on all cores,
// beside numpy.linalg.inv at that size with as many threads; all in wall time, in turn.
import { availableParallelism } from "node:os";
import { askPeer, contextFor, inChild, median, ml1m, summary } from "./measure.mjs";

export const name = "derive";

const METHODS = ["ease", "gaussian"];
const numpy = (items) => `import time, numpy as np
r = np.random.default_rng(1)
a = r.random((${items}, ${items})) - 0.5
a = a + a.T
a[np.diag_indices(${items})] += ${items}
began = time.perf_counter()
np.linalg.inv(a)
print(time.perf_counter() - began)`;

/** Wall seconds of one derivation. */
export async function child(method, erasable) {
  const { name: data, train, items } = await ml1m(erasable);
  const system = await erasable.methodOf(method, {}).learn(train, contextFor(erasable));
  const began = performance.now();
  await system.prepare();
  return { seconds: (performance.now() - began) / 1000, items, data };
}

/** Rows of { what, items, threads, seconds, numpy?, ratio? }: `ratio` is ours over numpy's of the same round. */
export async function* run({ rounds = 5, cores, python }) {
  const threads = cores?.length ?? availableParallelism();
  const env = { ...process.env, OPENBLAS_NUM_THREADS: `${threads}` };
  const ours = Object.fromEntries(METHODS.map((method) => [method, []]));
  const theirs = [];
  for (let round = 0; round < rounds; round++) {
    for (const method of METHODS) ours[method].push(inChild(name, method, cores));
    const { items } = ours.ease[0];
    const time = python && askPeer([python, "-c", numpy(items)], { cores, env });
    if (time) theirs.push(time);
  }
  for (const method of METHODS) {
    const seconds = ours[method].map((one) => one.seconds);
    const paired = theirs.length === rounds && {
      numpy: summary(theirs),
      ratio: median(seconds.map((time, round) => time / theirs[round])),
    };
    yield { what: method, items: ours[method][0].items, threads, seconds: summary(seconds), ...paired };
  }
  return { data: ours.ease[0].data, rounds };
}

export const text = ({ what, items, threads, seconds, numpy: theirs, ratio }) =>
  `${what}, ${items} items, ${threads} threads: ${seconds.median.toFixed(2)} s` +
  (theirs ? `; numpy's inverse ${theirs.median.toFixed(2)} s: ${ratio.toFixed(2)} of its time` : "");
