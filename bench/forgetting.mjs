// "Forget one user of MovieLens 1M and recommend again": a system in a folder forgets a random user, with
// certificate, deletions and syncing, and recommends to another, its model derived on all cores; wall time.
// Additive methods, since these derive their model from sums. A section of `npm run bench`; alone: node
// bench/forgetting.mjs   (after npm run build)
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { summary } from "./measure.mjs";

export const name = "forgetting";

/** design.md: seconds for both. */
const REACH = 2.5;
const VARIANTS = [
  { method: "ease", label: "implicit" },
  { method: "ease" },
  { method: "gaussian" },
  { method: "item-knn", label: "implicit" },
  { method: "item-knn", neighbours: 200 },
];

/** Seconds of each round: forgetting, what the first recommendation waits for, and that recommendation. */
async function measure(erasable, variant, rounds) {
  const { data, notice } = await erasable.loadOrSynthetic("ml-1m", { fallback: "synthetic-ml-1m" });
  const { train } = erasable.split(erasable.core(data, 5), { trainShare: 0.9, seed: 0 });
  const home = mkdtempSync(join(tmpdir(), "erasable-bench-"));
  try {
    const system = await erasable.learn(train, { ...variant, folder: join(home, "system") });
    await system.prepare();
    const users = erasable.Random.stream("bench", "forgetting").sample(train.userIds.length, 2 * rounds + 2);
    const seen = { forget: [], prepare: [], recommend: [], both: [] };
    for (let round = 0; round <= rounds; round++) {
      const [gone, asks] = [users[2 * round], users[2 * round + 1]].map((user) => train.userIds[user]);
      const at = [performance.now()];
      await system.forget([gone]);
      at.push(performance.now());
      await system.prepare();
      at.push(performance.now());
      system.recommend(asks, 10);
      at.push(performance.now());
      if (round === 0) continue; // the first also hashes what learning made
      Object.keys(seen).forEach((what, k) => {
        seen[what].push((k === 3 ? at[3] - at[0] : at[k + 1] - at[k]) / 1000);
      });
    }
    await system.close();
    return { data: notice ? "synthetic-ml-1m" : "ml-1m", seen };
  } finally {
    rmSync(home, { recursive: true });
  }
}

/**
 * Rows of { what, threads, forget, prepare, recommend, both, reach }: seconds of wall time (median, least,
 * most).
 */
export async function run({ rounds = 7, cores, onRow } = {}) {
  const rows = [];
  let data;
  for (const variant of VARIANTS) {
    const own = [fileURLToPath(import.meta.url), "--child", JSON.stringify({ variant, rounds })];
    const [command, ...args] = cores
      ? ["taskset", "-c", cores.join(","), process.execPath, ...own] // this process is pinned to one of them
      : [process.execPath, ...own];
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`bench forgetting: ${stderr}`);
    const { seen, ...facts } = JSON.parse(stdout);
    data = facts.data;
    const { method, ...settings } = variant;
    const row = {
      what: [method, ...Object.entries(settings).map(([key, value]) => `${key} ${value}`)].join(", "),
      threads: cores?.length ?? availableParallelism(),
      ...Object.fromEntries(Object.entries(seen).map(([what, list]) => [what, summary(list)])),
      reach: REACH,
    };
    rows.push(row);
    onRow?.(row);
  }
  return { name, data, rounds, rows };
}

export const text = ({ what, threads, forget, prepare, recommend, both, reach }) =>
  `${what}: ${both.median.toFixed(2)} s (most ${both.most.toFixed(2)}) on ${threads} cores: ` +
  `forget ${forget.median.toFixed(3)}, derive ${prepare.median.toFixed(3)}, recommend ` +
  `${recommend.median.toFixed(3)}; to reach ${reach} s`;

export const met = ({ both, reach }) => both.median <= reach;

if (process.argv[2] === "--child") {
  const { variant, rounds } = JSON.parse(process.argv[3]);
  console.log(JSON.stringify(await measure(createRequire(import.meta.url)("erasable"), variant, rounds)));
} else if (import.meta.url === pathToFileURL(process.argv[1]).href)
  await run({ onRow: (row) => console.log(text(row)) });
