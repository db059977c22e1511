// The scale test: the shape of Amazon Digital Music as Table 1 prints it, unfiltered (478,235 users, 266,414
// items, 836,006 ratings; the ratings file itself where it is there, else a generated stand-in with power-law
// tails). Learns L-CBKM with DMF, S = 16, T = 20 from all ratings (the split would leave users with one
// rating nothing to learn from) into a folder, forgets 5 % of the last group's users and then one of the
// first group, in a process of its own, so that the peak of memory is its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firstOf, inChild, peakMegabytes } from "./measure.mjs";

export const name = "scale";

const KEY = "00112233445566778899aabbccddeeff";
const SETTINGS = { method: "laser", model: "dmf", groups: 16, epochs: 20, batchSize: 30_000, seed: 1 };

export async function child(_, erasable) {
  const rows = [];
  const stage = async (what, work) => {
    const began = performance.now();
    const { value, ...facts } = await work();
    rows.push({ what, seconds: (performance.now() - began) / 1000, ...facts, megabytes: peakMegabytes() });
    return value;
  };
  const home = mkdtempSync(join(tmpdir(), "erasable-scale-"));
  try {
    const train = await stage("ratings", async () => {
      return { value: await firstOf(erasable, ["amazon-digital-music", "synthetic-am"]) };
    });
    const folder = join(home, "system");
    const learned = await stage("learn", async () => {
      const value = await erasable.learn(train, { ...SETTINGS, folder });
      const { cost } = value.system;
      return { value, samples: cost.samples, stages: cost.seconds, bytes: value.bytesKept().total };
    });
    const { groups } = learned.plan;
    const numbers = new Map(train.userIds.map((id, user) => [id, user]));
    const last = Uint32Array.from(groups[groups.length - 1], (id) => numbers.get(id)).sort();
    const { users } = erasable.resolveRequest(erasable.parseRequest("last-group@5"), train, 1, last);
    const forget = (ids) => async () => {
      const { cost, deleted } = await learned.forget(ids, { key: KEY });
      return { users: ids.length, samples: cost.samples, stages: cost.seconds, deleted: deleted.length };
    };
    await stage("unlearn last-group@5", forget([...users].map((user) => train.userIds[user])));
    await stage("unlearn one user of the first group", forget([groups[0][0]]));
    await stage("recommend to one user", async () => ({ value: learned.recommend(groups[1][0], 10) }));
    await learned.close();
    return { data: train.provenance.name, rows };
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** Rows of { what, seconds, samples?, stages?, megabytes }; the last is all together. */
export async function* run() {
  const { data, rows } = inChild(name, null);
  yield* rows;
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
  const megabytes = Math.max(...rows.map((row) => row.megabytes));
  yield { what: "all together", seconds, megabytes };
  return { data };
}

export function text({ what, seconds, megabytes, samples, stages }) {
  const parts = Object.entries(stages ?? {}).map(([stage, time]) => `${stage} ${time.toFixed(1)}`);
  return (
    `${what}: ${seconds.toFixed(1)} s, peak ${megabytes} MB` +
    (samples === undefined ? "" : `, ${(samples / 1e6).toFixed(1)} M gradient samples`) +
    (parts.length ? ` (${parts.join(", ")} s)` : "")
  );
}
