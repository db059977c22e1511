// The inverse that EASE derives its weights from, at the size of MovieLens 1M, on all cores, beside
// numpy.linalg.inv with as many threads; both in wall time, in turn. A section of `npm run bench`; alone:
// node bench/inverse.mjs
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { median, summary } from "./measure.mjs";

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
async function invert() {
  const { invertOnAllCores } = require("../lib/dist/unlearning/additive/inverse.js");
  const began = performance.now();
  await invertOnAllCores(ITEMS, (values, stride) => {
    for (let i = 0; i < ITEMS; i++)
      for (let j = 0; j <= i; j++)
        values[i * stride + j] = i === j ? ITEMS : ((i * 31 + j * 17) % 23) / 23 - 0.5;
  });
  return (performance.now() - began) / 1000;
}

/** The answer of a program that may use all `cores`: this process is pinned to one of them. */
function onAll(cores, command, args, env = {}) {
  const pinned = cores ? ["taskset", "-c", cores.join(","), command, ...args] : [command, ...args];
  const { status, stdout } = spawnSync(pinned[0], pinned.slice(1), {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return status === 0 ? Number(stdout) : undefined;
}

/**
 * One row of { what, threads, seconds, numpy?, ratio?, reach }: `ratio` is our time over numpy's in the same
 * round.
 */
export async function run({ rounds = 7, cores, python = process.env.ERASABLE_PYTHON, onRow } = {}) {
  const threads = cores?.length ?? availableParallelism();
  const seen = { ours: [], numpy: [] };
  const script = fileURLToPath(import.meta.url);
  for (let round = 0; round < rounds; round++) {
    seen.ours.push(onAll(cores, process.execPath, [script, "--child"]));
    const theirs = python && onAll(cores, python, ["-c", NUMPY], { OPENBLAS_NUM_THREADS: `${threads}` });
    if (theirs) seen.numpy.push(theirs);
  }
  const paired = seen.numpy.length === rounds;
  const row = {
    what: `inverse of ${ITEMS} rows`,
    threads,
    seconds: summary(seen.ours),
    ...(paired && {
      numpy: summary(seen.numpy),
      ratio: median(seen.ours.map((time, round) => time / seen.numpy[round])),
    }),
    reach: 1.3,
  };
  onRow?.(row);
  return { name, rounds, rows: [row] };
}

export const text = ({ what, threads, seconds, numpy, ratio, reach }) =>
  `${what}, ${threads} threads: ${seconds.median.toFixed(2)} s` +
  (numpy ? `; numpy ${numpy.median.toFixed(2)} s: ${ratio.toFixed(2)} of its time, to reach ${reach}` : "");

export const met = ({ ratio, reach }) => (ratio === undefined ? undefined : ratio <= reach);

if (process.argv[2] === "--child") console.log(await invert());
else if (import.meta.url === pathToFileURL(process.argv[1]).href)
  await run({ onRow: (row) => console.log(text(row)) });
