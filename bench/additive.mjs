// Additive methods on ML-1M: what learning, forgetting one user, deriving the model and scoring cost, and how
// good they are beside the anchors. Times are processor time; `wall` is beside those that wait for a disk.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contextFor, labelOf, ml1m, summary, timed } from "./measure.mjs";

export const name = "additive";

const KEY = "00112233445566778899aabbccddeeff";
const VARIANTS = [{ method: "ease" }, { method: "ease", label: "implicit" }, { method: "gaussian" }];

export const text = ({ what, ms, most, wall, labCode, testOnly, fullRank, loss }) => {
  const time =
    ms === undefined ? "" : `${ms.toFixed(2)} ms${most === undefined ? "" : ` (most ${most.toFixed(2)})`}`;
  const waited = wall === undefined ? "" : `, wall ${wall.toFixed(2)} ms`;
  if (!labCode) return `${what}: ${time}${waited}`;
  const pair = ({ ndcg, hr }) => `${ndcg.toFixed(4)} / ${hr.toFixed(4)}`;
  const lists = `labCode ${pair(labCode)}, testOnly ${pair(testOnly)}, fullRank ${pair(fullRank)}`;
  return `${what}: ${lists}, loss ${loss.toFixed(4)}`;
};

/** Times of some work on one user after another. */
async function overUsers(users, work) {
  const times = [];
  for (const user of users) times.push(await timed(() => work(user)));
  return times;
}

/** Median processor and wall time but of the first, which also hashes what learning made. */
const typical = ([, ...times]) => ({
  ms: summary(times.map(({ ms }) => ms)).median,
  wall: summary(times.map(({ wall }) => wall)).median,
});

/** Rows of { what, ms, least?, most?, wall? } or { what, labCode, testOnly, fullRank, loss } */
export async function* run({ erasable, rounds = 40 }) {
  const { name: data, train, test } = await ml1m(erasable, 0);
  const metrics = { label: "rating", metrics: "all" };
  const anchors = await erasable.evaluateAnchors(train, test, 0, metrics);
  for (const [anchor, evaluation] of Object.entries(anchors))
    yield { what: `anchor ${anchor}`, ...evaluation };

  const { offsets } = train.byUser;
  const activity = (user) => offsets[user + 1] - offsets[user];
  const byActivity = train.userIds.map((_, user) => user).sort((a, b) => activity(b) - activity(a) || a - b);
  const random = erasable.Random.stream("bench", "additive").sample(train.userIds.length, rounds);
  const context = contextFor(erasable);
  for (const variant of VARIANTS) {
    const { method, ...settings } = variant;
    const label = labelOf(variant);
    const learned = await timed(() => erasable.methodOf(method, settings).learn(train, context));
    const system = learned.result;
    yield { what: `${label}: learn, sums over all users`, ms: learned.ms };
    yield { what: `${label}: derive the model`, ms: (await timed(() => system.derive())).ms };
    const all = await timed(() => system.scoreItems(random));
    yield { what: `${label}: score all items for a user`, ms: all.ms / random.length };
    yield { what: label, ...(await erasable.evaluate(system, train, test, metrics)) };
    if (variant === VARIANTS[0])
      yield* forgetting(erasable, train, { variant, system, context, random, byActivity });
  }
  return { data };
}

/** Forgetting by sums alone, in memory with a certificate, and in a folder. */
async function* forgetting(erasable, train, { variant, system, context, random, byActivity }) {
  const { offsets } = train.byUser;
  const activity = (user) => offsets[user + 1] - offsets[user];
  const without = async (users) => {
    const times = await overUsers(users, (user) => system.without(erasable.usersErasure([user]), context));
    const { median: ms, most } = summary(times.map((one) => one.ms));
    return { ms, most };
  };
  const mean = random.reduce((sum, user) => sum + activity(user), 0) / random.length;
  await without(random); // warms up
  yield { what: `sums without a random user (${mean.toFixed(0)} ratings)`, ...(await without(random)) };
  const top = byActivity.slice(0, 5);
  yield { what: `sums without a most active user (${activity(top[0])} ratings)`, ...(await without(top)) };

  let current = system;
  const whole = await overUsers(random.slice(0, 10), async (user) => {
    const erasure = erasable.usersErasure([user]);
    const unlearned = await erasable.unlearn(current, erasure, context, { key: KEY });
    erasable.discard(current, unlearned, context);
    current = unlearned.next;
  });
  yield { what: "unlearn a user in memory, with certificate", ...typical(whole) };

  const folder = mkdtempSync(join(tmpdir(), "erasable-bench-"));
  const kept = await erasable.learn(train, { ...variant, folder: join(folder, "system") });
  const durable = await overUsers(random.slice(0, 10), (user) => kept.forget([train.userIds[user]]));
  await kept.close();
  rmSync(folder, { recursive: true });
  yield { what: "forget a user in a folder, with certificate, deletions and syncing", ...typical(durable) };
}
