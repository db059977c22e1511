// Balanced grouping and cohesion: time of a pass by method of assignment, beside scikit-learn's Lloyd where
// ERASABLE_PYTHON names a Python that has it.
import { join } from "node:path";
import { askPeer, ONE_THREAD, ratings, summary } from "./measure.mjs";

export const name = "grouping";

const GROUPS = 16;
const PASSES = 12;
/** The assignments that are compared, as settings. */
const VARIANTS = {
  plain: { balance: "none" },
  greedy: { balance: "users" },
  transport: { balance: "users", assignment: "transport" },
  ratings: { balance: "ratings" },
};

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

/** ms of a Lloyd pass of scikit-learn on the same rows and as many seeds, where it is there. */
function scikitLearn(python, { offsets, columns, values }, width) {
  const rows = { offsets: [...offsets], columns: [...columns], values: [...values], width };
  const input = JSON.stringify({ ...rows, groups: GROUPS, passes: PASSES });
  const script = join(import.meta.dirname, "grouping_sklearn.py");
  return askPeer([python, script], { input, env: ONE_THREAD })?.passMs;
}

/** Rows of { what, ms, least, most, inertia? }; variants are run `rounds` times, in alternation. */
export async function* run({ erasable, rounds = 3, python }) {
  const { name: data, whole } = await ratings(erasable);
  const loads = Float64Array.from(
    whole.userIds,
    (_, u) => whole.byUser.offsets[u + 1] - whole.byUser.offsets[u],
  );
  const random = erasable.Random.stream("bench", "grouping");
  const embedding = (users) => ({
    kind: "dense",
    values: Float32Array.from({ length: users * 16 }, () => random.normal()),
    dim: 16,
  });
  const users = 478_235;
  const spaces = {
    "ml-1m ratings": [{ kind: "sparse", rows: whole.byUser, columns: whole.itemIds.length }, loads],
    "6040 x 16 embedding": [embedding(6040), new Float64Array(6040).fill(1)],
    [`${users} x 16 embedding`]: [embedding(users), new Float64Array(users).fill(1)],
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
      const { median: ms, least, most } = summary(seen[variant]);
      yield { what, ms, least, most, inertia: inertia[variant] };
    }
  }
  const theirs = python && scikitLearn(python, whole.byUser, whole.itemIds.length);
  if (theirs) yield { what: "ml-1m ratings, plain, scikit-learn (one thread)", ms: theirs };
  for (const groups of [16, 1]) {
    const { groups: members } = await erasable.groupUsers(
      { kind: "none", count: whole.userIds.length },
      { method: "random", groups },
    );
    const begun = performance.now();
    await erasable.cohesion(spaces["ml-1m ratings"][0], members);
    yield { what: `cohesion of ${groups} groups, all pairs, ratings`, ms: performance.now() - begun };
  }
  return { data, scikitLearn: Boolean(theirs) };
}

export const text = ({ what, ms, inertia }) =>
  `${what}: ${ms.toFixed(1)} ms${inertia ? `, inertia ${Math.round(inertia)}` : ""}`;
