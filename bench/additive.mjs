// Additive methods on ML-1M: what learning, forgetting one user, deriving the model and scoring cost, and how
// good they are beside the anchors. A section of `npm run bench`; alone: node bench/additive.mjs [data set]
// (after npm run build) Times are processor time; `wall` is beside those that wait for a disk.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { summary, timed } from "./measure.mjs";

export const name = "additive";

const KEY = "00112233445566778899aabbccddeeff";
const VARIANTS = [{ method: "ease" }, { method: "ease", label: "implicit" }, { method: "gaussian" }];

const labelOf = ({ method, ...settings }) =>
  [method, ...Object.entries(settings).map(([key, value]) => `${key} ${value}`)].join(", ");

export const text = ({ what, ms, most, wall, labCode, testOnly, fullRank, loss }) => {
  const time =
    ms === undefined ? "" : `${ms.toFixed(2)} ms${most === undefined ? "" : ` (most ${most.toFixed(2)})`}`;
  const waited = wall === undefined ? "" : `, wall ${wall.toFixed(2)} ms`;
  if (!labCode) return `${what}: ${time}${waited}`;
  const pair = ({ ndcg, hr }) => `${ndcg.toFixed(4)} / ${hr.toFixed(4)}`;
  return `${what}: labCode ${pair(labCode)}, testOnly ${pair(testOnly)}, fullRank ${pair(fullRank)}, loss ${loss.toFixed(4)}`;
};

/** Forgets one user after another, from the system that saw all of them. */
async function forgetting(erasable, system, context, users) {
  const times = [];
  for (const user of users) {
    const { ms } = await timed(() => system.without(erasable.usersErasure([user]), context));
    times.push(ms);
  }
  return summary(times);
}

/**
 * @returns name, data and rows of { what, ms, least?, most?, wall? } or { what, labCode, testOnly, fullRank,
 * loss }
 */
export async function run({ erasable, rounds = 40, onRow, dataset = "ml-1m" }) {
  const { data, notice } = await erasable.loadOrSynthetic(dataset, { fallback: "synthetic-ml-1m" });
  const { train, test } = erasable.split(erasable.core(data, 5), { trainShare: 0.9, seed: 0 });
  const rows = [];
  const add = (row) => {
    rows.push(row);
    onRow?.(row);
  };
  const metrics = { label: "rating", metrics: "all" };
  const anchors = await erasable.evaluateAnchors(train, test, 0, metrics);
  for (const [anchor, evaluation] of Object.entries(anchors))
    add({ what: `anchor ${anchor}`, ...evaluation });

  const { offsets } = train.byUser;
  const activity = (user) => offsets[user + 1] - offsets[user];
  const byActivity = train.userIds.map((_, user) => user).sort((a, b) => activity(b) - activity(a) || a - b);
  const random = erasable.Random.stream("bench", "additive").sample(train.userIds.length, rounds);
  const context = { store: new erasable.MemoryStore(), createEngine: erasable.createEngine, clock: () => 0 };
  for (const variant of VARIANTS) {
    const { method, ...settings } = variant;
    const label = labelOf(variant);
    const learned = await timed(() => erasable.methodOf(method, settings).learn(train, context));
    const system = learned.result;
    add({ what: `${label}: learn, sums over all users`, ms: learned.ms });
    add({ what: `${label}: derive the model`, ms: (await timed(() => system.derive())).ms });
    const all = await timed(() => system.scoreItems(random));
    add({ what: `${label}: score all items for a user`, ms: all.ms / random.length });
    add({ what: label, ...(await erasable.evaluate(system, train, test, metrics)) });
    if (variant !== VARIANTS[0]) continue;

    const mean = random.reduce((sum, user) => sum + activity(user), 0) / random.length;
    await forgetting(erasable, system, context, random); // warms up
    const one = await forgetting(erasable, system, context, random);
    add({ what: `sums without a random user (${mean.toFixed(0)} ratings)`, ms: one.median, most: one.most });
    const top = byActivity.slice(0, 5);
    const busiest = await forgetting(erasable, system, context, top);
    add({
      what: `sums without a most active user (${activity(top[0])} ratings)`,
      ms: busiest.median,
      most: busiest.most,
    });
    let current = system;
    const whole = { ms: [], wall: [] };
    for (const user of random.slice(0, 10)) {
      const { ms, wall, result } = await timed(async () => {
        const unlearned = await erasable.unlearn(current, erasable.usersErasure([user]), context, {
          key: KEY,
        });
        erasable.discard(current, unlearned, context);
        return unlearned.next;
      });
      current = result;
      whole.ms.push(ms);
      whole.wall.push(wall);
    }
    add({
      what: "unlearn a user in memory, with certificate",
      ms: summary(whole.ms.slice(1)).median, // the first also hashes what learning made
      wall: summary(whole.wall.slice(1)).median,
    });
    const folder = mkdtempSync(join(tmpdir(), "erasable-bench-"));
    const kept = await erasable.learn(train, { method, ...settings, folder: join(folder, "system") });
    const durable = { ms: [], wall: [] };
    for (const user of random.slice(0, 10)) {
      const { ms, wall } = await timed(() => kept.forget([train.userIds[user]]));
      durable.ms.push(ms);
      durable.wall.push(wall);
    }
    await kept.close();
    rmSync(folder, { recursive: true });
    add({
      what: "forget a user in a folder, with certificate, deletions and syncing",
      ms: summary(durable.ms.slice(1)).median,
      wall: summary(durable.wall.slice(1)).median,
    });
  }
  return { name, data: notice ? "synthetic-ml-1m" : dataset, rows };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const erasable = createRequire(import.meta.url)("erasable");
  const { data } = await run({ erasable, dataset: process.argv[2], onRow: (row) => console.log(text(row)) });
  console.log(`data: ${data}`);
}
