// Balanced grouping and cohesion: time of a pass by method of assignment, beside scikit-learn's Lloyd where
// it is there. A section of `npm run bench`; alone: node bench/grouping.mjs   (after npm run build)
// ERASABLE_PYTHON names a Python with scikit-learn; without it those rows are left out and the result says
// so.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const name = "grouping";

const here = dirname(fileURLToPath(import.meta.url));
const GROUPS = 16;
const PASSES = 12;
/** The assignments that are compared, as settings. */
const VARIANTS = {
  plain: { balance: "none" },
  greedy: { balance: "users" },
  transport: { balance: "users", assignment: "transport" },
  ratings: { balance: "ratings" },
};
/** design.md: one pass of balanced k-means with 16 groups, in ms. */
const REACH = { "ml-1m ratings, greedy": 50, "478235 x 16 embedding, greedy": 2000 };

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** ms of each pass after the first (which also seeds), and where the run ended. */
async function timePasses(erasable, space, settings, loads) {
  const stamps = [];
  const grouping = await erasable.groupUsers(
    space,
    { method: "kmeans", groups: GROUPS, maxPasses: PASSES, ...settings },
    { loads, onProgress: () => stamps.push(performance.now()) },
  );
  const passes = stamps.slice(1).map((at, k) => at - stamps[k]);
  return { passes, inertia: grouping.inertia };
}

/** ms of a Lloyd pass of scikit-learn on the same rows from the same number of seeds, or undefined. */
function scikitLearn(python, csr, columns) {
  const job = {
    offsets: [...csr.offsets],
    columns: [...csr.columns],
    values: [...csr.values],
    width: columns,
    groups: GROUPS,
    passes: PASSES,
  };
  const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
  const input = JSON.stringify(job);
  const child = spawnSync(python, [join(here, "grouping_sklearn.py")], { input, env, encoding: "utf8" });
  return child.status === 0 ? JSON.parse(child.stdout).passMs : undefined;
}

/**
 * @param context.erasable the compiled package
 * @param context.rounds runs of every variant, in alternation (default 3)
 * @returns name, data, and rows of { what, ms, least, most, inertia?, reach? }
 */
export async function run({ erasable, rounds = 3, python = process.env.ERASABLE_PYTHON, onRow } = {}) {
  const { data, notice } = await erasable.loadOrSynthetic("ml-1m", { fallback: "synthetic-ml-1m" });
  const loads = Float64Array.from(
    data.userIds,
    (_, u) => data.byUser.offsets[u + 1] - data.byUser.offsets[u],
  );
  const random = erasable.Random.stream("bench", "grouping");
  const embedding = (users) => ({
    kind: "dense",
    values: Float32Array.from({ length: users * 16 }, () => random.normal()),
    dim: 16,
  });
  const users = 478_235;
  const spaces = {
    "ml-1m ratings": [{ kind: "sparse", rows: data.byUser, columns: data.itemIds.length }, loads],
    "6040 x 16 embedding": [embedding(6040), new Float64Array(6040).fill(1)],
    [`${users} x 16 embedding`]: [embedding(users), new Float64Array(users).fill(1)],
  };
  const rows = [];
  const add = (row) => {
    rows.push(row);
    onRow?.(row);
  };
  for (const [where, [space, spaceLoads]] of Object.entries(spaces)) {
    const seen = Object.fromEntries(Object.keys(VARIANTS).map((variant) => [variant, []]));
    const inertia = {};
    for (let round = 0; round < (where.startsWith(`${users}`) ? 1 : rounds); round++) {
      for (const [variant, settings] of Object.entries(VARIANTS)) {
        const timed = await timePasses(erasable, space, settings, spaceLoads);
        seen[variant].push(...timed.passes);
        inertia[variant] = timed.inertia;
      }
    }
    for (const variant of Object.keys(VARIANTS)) {
      const what = `${where}, ${variant}`;
      const ms = seen[variant];
      add({
        what,
        ms: median(ms),
        least: Math.min(...ms),
        most: Math.max(...ms),
        inertia: inertia[variant],
        reach: REACH[what],
      });
    }
  }
  const passMs = python && scikitLearn(python, data.byUser, data.itemIds.length);
  if (passMs) add({ what: "ml-1m ratings, plain, scikit-learn (one thread)", ms: passMs });
  for (const groups of [16, 1]) {
    const { groups: members } = await erasable.groupUsers(
      { kind: "none", count: data.userIds.length },
      { method: "random", groups },
    );
    const begun = performance.now();
    await erasable.cohesion(spaces["ml-1m ratings"][0], members);
    add({ what: `cohesion of ${groups} groups, all pairs, ratings`, ms: performance.now() - begun });
  }
  return { name, data: notice ? "synthetic-ml-1m" : "ml-1m", scikitLearn: Boolean(passMs), rows };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const erasable = createRequire(import.meta.url)("erasable");
  const onRow = ({ what, ms, inertia }) =>
    console.log(`${what}: ${ms.toFixed(1)} ms${inertia ? `, inertia ${Math.round(inertia)}` : ""}`);
  const { data, scikitLearn: compared } = await run({ erasable, onRow });
  console.log(`data: ${data}${compared ? "" : "; scikit-learn not asked (set ERASABLE_PYTHON)"}`);
}
