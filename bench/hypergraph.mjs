// The collaborative embedding, stage by stage, Word2Vec beside gensim on the same walks, and the unfiltered
// Amazon shape. A section of `npm run bench`; alone: node bench/hypergraph.mjs   (after npm run build)
// ERASABLE_PYTHON names a Python with gensim; without it those rows are left out and the result says so.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const name = "hypergraph";

const here = dirname(fileURLToPath(import.meta.url));
const MODES = ["cbow", "skipgram"];
/** design.md: reach sets, walks and CBOW on MovieLens 1M, in ms. */
const REACH_MS = 3000;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** ms of each stage of Algorithm 1, and what came of them. */
async function stages(erasable, data, modes) {
  const ms = {};
  const timed = async (stage, work) => {
    const begun = performance.now();
    const result = await work();
    ms[stage] = performance.now() - begun;
    return result;
  };
  const graph = await timed("reach", () => erasable.buildHypergraph(data));
  const walks = await timed("walk", () => erasable.randomWalks(graph, { seed: 1 }));
  for (const mode of modes)
    await timed(mode, () => erasable.word2vec(walks, data.userIds, { word2vec: mode, seed: 1 }));
  return { ms, graph, walks };
}

/** ms that gensim trains on the walks, or undefined where there is none. */
function gensim(python, walks, mode) {
  const folder = mkdtempSync(join(tmpdir(), "erasable-bench-"));
  try {
    const file = join(folder, "walks.bin");
    writeFileSync(file, walks.users);
    const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
    const input = JSON.stringify({ file, length: walks.offsets[1], mode });
    const child = spawnSync(python, [join(here, "hypergraph_gensim.py")], { input, env, encoding: "utf8" });
    return child.status === 0 ? 1000 * JSON.parse(child.stdout).seconds : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The unfiltered Amazon shape in a process of its own, so that its peak of memory is its own. */
function amazonScale() {
  const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), "--amazon"], {
    encoding: "utf8",
  });
  if (child.status !== 0) throw new Error(`bench hypergraph: the Amazon shape failed: ${child.stderr}`);
  return JSON.parse(child.stdout);
}

/**
 * @param context.erasable the compiled package
 * @param context.rounds runs of every stage, ours and gensim's in alternation (default 3)
 * @returns name, data, gensim (was it there?), and rows of { what, ms, least, most, ratio?, reach?,
 * megabytes? }
 */
export async function run({ erasable, rounds = 3, python = process.env.ERASABLE_PYTHON, onRow } = {}) {
  const { data, notice } = await erasable.loadOrSynthetic("ml-1m", { fallback: "synthetic-ml-1m" });
  const where = notice ? "synthetic-ml-1m" : "ml-1m";
  const rows = [];
  const add = (row) => {
    rows.push(row);
    onRow?.(row);
  };
  const ours = { reach: [], walk: [], cbow: [], skipgram: [], total: [] };
  const theirs = { cbow: [], skipgram: [] };
  await stages(erasable, data, MODES); // a round that does not count
  for (let round = 0; round < rounds; round++) {
    const { ms, walks } = await stages(erasable, data, MODES);
    for (const stage of Object.keys(ms)) ours[stage].push(ms[stage]);
    ours.total.push(ms.reach + ms.walk + ms.cbow);
    for (const mode of python ? MODES : []) {
      const time = gensim(python, walks, mode);
      if (time !== undefined) theirs[mode].push(time);
    }
  }
  const spread = (times) => ({ ms: median(times), least: Math.min(...times), most: Math.max(...times) });
  for (const stage of ["reach", "walk", ...MODES])
    add({ what: `${where}: ${stage}`, ...spread(ours[stage]) });
  add({ what: `${where}: reach, walk and cbow together`, ...spread(ours.total), reach: REACH_MS });
  for (const mode of MODES) {
    if (theirs[mode].length === 0) continue;
    const ratios = theirs[mode].map((time, round) => time / ours[mode][round]);
    add({ what: `${where}: ${mode}, gensim (one thread)`, ...spread(theirs[mode]), ratio: median(ratios) });
  }
  for (const row of amazonScale()) add(row);
  return { name, data: where, gensim: theirs.cbow.length > 0, rows };
}

export const met = ({ ms, reach }) => (reach === undefined ? undefined : ms <= reach);

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const erasable = createRequire(import.meta.url)("erasable");
  if (process.argv.includes("--amazon")) {
    const { data } = erasable.synthesize(erasable.SYNTHETIC_PRESETS["synthetic-am"]);
    const { ms } = await stages(erasable, data, ["cbow"]);
    const megabytes = process.resourceUsage().maxRSS / 1024;
    console.log(
      JSON.stringify(
        Object.entries(ms).map(([stage, time]) => ({ what: `synthetic-am: ${stage}`, ms: time, megabytes })),
      ),
    );
  } else {
    const onRow = ({ what, ms, ratio, megabytes }) =>
      console.log(
        `${what}: ${ms.toFixed(0)} ms${ratio ? `, ${ratio.toFixed(2)} times ours` : ""}${megabytes ? `, peak ${Math.round(megabytes)} MB` : ""}`,
      );
    const { data, gensim: compared } = await run({ erasable, onRow });
    console.log(`data: ${data}${compared ? "" : "; gensim not asked (set ERASABLE_PYTHON)"}`);
  }
}
