// The inverse that EASE derives its weights from, at the size of MovieLens 1M, on all cores, beside
// numpy.linalg.inv with as many threads; both in wall time, in turn.
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { askPeer, inChild, median, summary } from "./measure.mjs";

export const name = "inverse";

const require = createRequire(import.meta.url);
const ITEMS = 3416;
const NUMPY = `import time, numpy as np
r = np.random.default_rng(1)
a = r.random((${ITEMS}, ${ITEMS})) - 0.5
a = a + a.T
a[np.diag_indices(${ITEMS})] += ${ITEMS}
began = time.perf_counter()
np.linalg.inv(a)
print(time.perf_counter() - began)`;

/** Wall seconds of one inverse here. */
export async function child() {
  const { invertOnAllCores } = require("../lib/dist/unlearning/additive/inverse.js");
  const began = performance.now();
  await invertOnAllCores(ITEMS, (values, stride) => {
    for (let i = 0; i < ITEMS; i++)
      for (let j = 0; j <= i; j++)
        values[i * stride + j] = i === j ? ITEMS : ((i * 31 + j * 17) % 23) / 23 - 0.5;
  });
  return (performance.now() - began) / 1000;
}

/** One row of { what, threads, seconds, numpy?, ratio?, reach }: `ratio` is ours over numpy's. */
export async function* run({ rounds = 7, cores, python }) {
  const threads = cores?.length ?? availableParallelism();
  const env = { ...process.env, OPENBLAS_NUM_THREADS: `${threads}` };
  const [ours, numpy] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(inChild(name, null, cores));
    const theirs = python && askPeer([python, "-c", NUMPY], { cores, env });
    if (theirs) numpy.push(theirs);
  }
  const paired = numpy.length === rounds;
  yield {
    what: `inverse of ${ITEMS} rows`,
    threads,
    seconds: summary(ours),
    ...(paired && { numpy: summary(numpy), ratio: median(ours.map((time, round) => time / numpy[round])) }),
    reach: 1.3,
  };
  return { rounds };
}

export const text = ({ what, threads, seconds, numpy, ratio, reach }) =>
  `${what}, ${threads} threads: ${seconds.median.toFixed(2)} s` +
  (numpy ? `; numpy ${numpy.median.toFixed(2)} s: ${ratio.toFixed(2)} of its time, to reach ${reach}` : "");

export const met = ({ ratio, reach }) => (ratio === undefined ? undefined : ratio <= reach);
