/**
 * What one candidate does with some ratings, measured as its operator would meet it: learned into a folder from nine tenths
 * of the ratings, scored on the rest, then made to forget a random user, with certificate and deletion, and to recommend
 * again. It runs in a process of its own (process.ts): its memory is then its own, and it can be ended at any time.
 */

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Interactions } from "../data/interactions";
import { Random } from "../random";
import { quantile } from "../statistics/statistics";
import { learn } from "../unlearning/api";
import type { ErasableSystem } from "../unlearning/erasableSystem";
import { expectedSamples } from "../unlearning/requestCost/expected";
import { costModel } from "../unlearning/requestCost/models";
import type { Candidate } from "./candidates";
import { holdOut, type Measured, measure } from "./quality";

export interface Measurement extends Measured {
  /** seconds until the system stands in its folder and can recommend */
  readonly learnSeconds: number;
  /** gradient samples, or ratings touched, that one random user is expected to cost, as a share of learning; null: unknown */
  readonly share: number | null;
  /** median seconds of forgetting one random user, all synced, with a certificate; null where there is nobody else */
  readonly forgetSeconds: number | null;
  /** and from then until somebody else gets a recommendation */
  readonly nextSeconds: number | null;
  /** users that were forgotten for these numbers */
  readonly forgotten: number;
  /** bytes of the folder, before anybody was forgotten */
  readonly diskBytes: number;
  /** most memory that the process had, with the reading of the file, in bytes */
  readonly memoryBytes: number;
}

/** Forgetting is repeated until this many have been forgotten or so many seconds have passed. */
const REQUESTS = 5;
const ENOUGH = 5;

/** @param folder empty; what is left in it is its maker's to remove */
export async function measureCandidate(
  data: Interactions,
  { method, settings }: Pick<Candidate, "method" | "settings">,
  folder: string,
): Promise<Measurement> {
  const held = holdOut(data);
  const began = performance.now();
  const system = await learn(held.train, { ...settings, method, folder });
  try {
    await system.prepare();
    const learnSeconds = since(began);
    const diskBytes = sizeOf(folder);
    const share = expectedShare(system);
    const measured = await measure(system.system, held);
    return {
      ...measured,
      learnSeconds,
      share,
      ...(await forgetSome(system, held.train)),
      diskBytes,
      memoryBytes: process.resourceUsage().maxRSS * 1024,
    };
  } finally {
    await system.close();
  }
}

const since = (began: number): number => (performance.now() - began) / 1000;

function expectedShare({ system }: ErasableSystem): number | null {
  const model = costModel(system);
  return model && expectedSamples(model, { kind: "uniform", count: 1 }) / system.cost.samples;
}

async function forgetSome(
  system: ErasableSystem,
  { userIds, byUser: { offsets } }: Interactions,
): Promise<Pick<Measurement, "forgetSeconds" | "nextSeconds" | "forgotten">> {
  const users = userIds.filter((_, user) => offsets[user] < offsets[user + 1]);
  const asked = Random.stream(0, "advice", "forgotten").shuffle([...users]);
  const witness = asked.pop() as string;
  const times: { forget: number; next: number }[] = [];
  const began = performance.now();
  for (const user of asked.slice(0, REQUESTS)) {
    if (times.length > 0 && since(began) > ENOUGH) break;
    const start = performance.now();
    await system.forget([user]);
    const forget = since(start);
    const then = performance.now();
    await system.prepare();
    system.recommend(witness, 10);
    times.push({ forget, next: since(then) });
  }
  const median = (values: number[]) =>
    values.length > 0
      ? quantile(
          values.sort((a, b) => a - b),
          0.5,
        )
      : null;
  return {
    forgetSeconds: median(times.map(({ forget }) => forget)),
    nextSeconds: median(times.map(({ next }) => next)),
    forgotten: times.length,
  };
}

/** Bytes of all files below a folder. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? sizeOf(path) : statSync(path).size);
  }, 0);
}
