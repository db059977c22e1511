// "Forget one user of MovieLens 1M and recommend again": a system in a folder forgets a random user, with
// certificate, deletions and syncing, and recommends to another, its model derived on all cores; wall time.
// Additive methods, since these derive their model from sums.
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { inChild, labelOf, ml1m, summary } from "./measure.mjs";

export const name = "forgetting";

const VARIANTS = [
  { method: "ease", label: "implicit" },
  { method: "ease" },
  { method: "gaussian" },
  { method: "item-knn", label: "implicit" },
  { method: "item-knn", neighbours: 200 },
];

/** Seconds of each round: forgetting, what the first recommendation waits for, and that recommendation. */
export async function child({ variant, rounds }, erasable) {
  const { name: data, train } = await ml1m(erasable, 0);
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
    return { data, seen };
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** Rows of { what, threads, forget, prepare, recommend, both }: wall seconds (median, least, most). */
export async function* run({ rounds = 7, cores }) {
  let data;
  for (const variant of VARIANTS) {
    const { seen, ...facts } = inChild(name, { variant, rounds }, cores);
    data = facts.data;
    yield {
      what: labelOf(variant),
      threads: cores?.length ?? availableParallelism(),
      ...Object.fromEntries(Object.entries(seen).map(([what, list]) => [what, summary(list)])),
    };
  }
  return { data, rounds };
}

export const text = ({ what, threads, forget, prepare, recommend, both }) =>
  `${what}: ${both.median.toFixed(2)} s (most ${both.most.toFixed(2)}) on ${threads} cores: ` +
  `forget ${forget.median.toFixed(3)}, derive ${prepare.median.toFixed(3)}, recommend ` +
  recommend.median.toFixed(3);
