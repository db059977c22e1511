// Core fold-in on ML-1M: what forgetting one user outside the core costs, end to end: a system kept in a
// folder, the certificate written, files deleted and synced. Times are processor time; `wall` is beside them,
// as a folder waits for a disk. `waited` is the wall time on all cores, where V8 compiles and collects
// garbage beside the work: what somebody waits who asks for it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inChild, ml1m, summary, timed } from "./measure.mjs";

export const name = "fold-in";

/** The core's training is not what is measured, and five epochs make weights like any others. */
const TRAINING = {
  method: "core-fold-in",
  core: "coin",
  corePercent: 10,
  seed: 0,
  epochs: 5,
  batchSize: 4096,
};
const ITEM_STEPS = ["none", "ridge", "items"];

export const text = ({ what, ms, most, wall, waited }) =>
  `${what}: ${ms.toFixed(2)} ms (most ${most.toFixed(2)}), wall ${wall.median.toFixed(2)} ms` +
  (waited ? `, on all cores ${waited.median.toFixed(2)} ms (most ${waited.most.toFixed(2)})` : "");

/** The same in a process that may use all cores: wall times by row. */
export async function child({ rounds }, erasable) {
  const waited = {};
  for await (const { what, wall } of run({ erasable, rounds })) waited[what] = wall;
  return waited;
}

/** Times of so many forgettings outside the core. */
async function forgetting(erasable, train, users, rounds, settings) {
  const folder = mkdtempSync(join(tmpdir(), "erasable-bench-"));
  const system = await erasable.learn(train, { ...TRAINING, ...settings, folder: join(folder, "system") });
  const times = [];
  let warm = false; // a request behind a training also hashes what that made
  for (const user of users) {
    const one = await timed(() => system.forget([train.userIds[user]]));
    const outside = system.system.trained.length === 0; // whoever is in the core trains it again
    if (outside && warm) times.push(one);
    warm = outside;
    if (times.length === rounds) break;
  }
  await system.close();
  rmSync(folder, { recursive: true });
  return times;
}

/** Rows of { what, model, itemStep, ms, least, most, wall, waited }; the last two are summaries. */
export async function* run({ erasable, rounds = 20, cores }) {
  const waited = cores && inChild(name, { rounds }, cores);
  const { name: data, train } = await ml1m(erasable, 0);
  const users = erasable.Random.stream("bench", "fold-in").sample(train.userIds.length, 2 * rounds);
  for (const model of ["dmf", "nmf"])
    for (const itemStep of ITEM_STEPS) {
      const times = await forgetting(erasable, train, users, rounds, { model, itemStep });
      const what = `${model}, ${itemStep}: forget a user outside the core, in a folder, with certificate`;
      const { median: ms, least, most } = summary(times.map((one) => one.ms));
      const wall = summary(times.map((one) => one.wall));
      yield { what, model, itemStep, ms, least, most, wall, waited: waited?.[what] };
    }
  return { data };
}
