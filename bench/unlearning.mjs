// Unlearning 5 % of the last group's users of ML-1M (DMF, S = 16) from a system on the disk, against Retrain:
// gradient samples, and wall time from opening the folder to the certificate, in alternation. The ideal is
// what the partition allows: all remaining ratings over those of the last group; 16 when groups are equal in
// ratings.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median, ml1m, summary } from "./measure.mjs";

export const name = "unlearning";

const GROUPS = 16;
const SETTINGS = { model: "dmf", epochs: 50, batchSize: 30_000, seed: 1 };
const KEY = "00112233445566778899aabbccddeeff";

/** Wall seconds of opening a copy of the folder and forgetting, and the cost that was counted. */
async function forgetting(erasable, folder, ids) {
  const copy = `${folder}-copy`;
  cpSync(folder, copy, { recursive: true });
  try {
    const began = performance.now();
    const system = await erasable.open(copy);
    const { cost } = await system.forget(ids, { key: KEY });
    const seconds = (performance.now() - began) / 1000;
    await system.close();
    return { seconds, cost };
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** Learns into a folder, and names 5 % of the users of the group trained last. */
async function learned(erasable, train, folder, settings) {
  const system = await erasable.learn(train, { ...SETTINGS, ...settings, folder });
  const { groups } = system.plan;
  const numbers = new Map(train.userIds.map((id, user) => [id, user]));
  const last = Uint32Array.from(groups[groups.length - 1], (id) => numbers.get(id)).sort();
  const request = erasable.parseRequest("last-group@5");
  const { users } = erasable.resolveRequest(request, train, SETTINGS.seed, last);
  await system.close();
  return [...users].map((user) => train.userIds[user]);
}

/** Rows of { balance, samples, ideal, seconds, retrain, gain, ofIdeal, stages } */
export async function* run({ erasable, rounds = 5 }) {
  const { name: data, train } = await ml1m(erasable);
  const home = mkdtempSync(join(tmpdir(), "erasable-bench-"));
  try {
    const whole = join(home, "retrain");
    await learned(erasable, train, whole, { method: "retrain" });
    for (const balance of ["users", "ratings"]) {
      const folder = join(home, balance);
      const ids = await learned(erasable, train, folder, { method: "laser", groups: GROUPS, balance });
      const seen = { ours: [], retrain: [], gain: [], cost: undefined, whole: 0 };
      for (let round = 0; round < rounds; round++) {
        const ours = await forgetting(erasable, folder, ids);
        const theirs = await forgetting(erasable, whole, ids);
        seen.ours.push(ours.seconds);
        seen.retrain.push(theirs.seconds);
        seen.gain.push(theirs.seconds / ours.seconds);
        seen.cost = ours.cost;
        seen.whole = theirs.cost.samples;
      }
      const ideal = seen.whole / seen.cost.samples;
      yield {
        balance,
        samples: seen.cost.samples,
        retrainSamples: seen.whole,
        ideal,
        seconds: summary(seen.ours),
        retrainSeconds: summary(seen.retrain),
        gain: summary(seen.gain),
        ofIdeal: ideal / median(seen.gain),
        stages: seen.cost.seconds,
      };
    }
  } finally {
    rmSync(home, { recursive: true });
  }
  return { data, rounds };
}

export const text = ({ balance, ideal, gain, ofIdeal, seconds, retrainSeconds }) =>
  `equal ${balance}: ${ideal.toFixed(1)}x fewer gradient samples than Retrain, ` +
  `${gain.median.toFixed(1)}x less wall time (${seconds.median.toFixed(2)} s against ` +
  `${retrainSeconds.median.toFixed(1)} s; ${ofIdeal.toFixed(2)} of the ideal)`;
