/**
 * The job "core-als": learning by the job "system", and in its outcome what requests are expected to cost
 * (requestCost/coreAls.ts).
 */

import type { Interactions } from "../../data/interactions";
import { complete } from "../../settings";
import { CORE_ALS } from "../../unlearning/foldIn/coreAls";
import { coreAlsCost } from "../../unlearning/requestCost/coreAls";
import type { Job, Report } from "../job";
import type { Trial } from "../trial";
import { splitData, systemOf } from "../workbench";
import { system } from "./job";
import { batchCosts, expectedCosts } from "./measure";
import type { CoreShare, SystemOutcome } from "./outcome";

export const coreAlsJob: Job = {
  name: "core-als",
  modules: ["questions/system/coreAlsJob"],
  work: 1,
  run: runCoreAls,
};

async function runCoreAls(trials: readonly Trial[], report: Report, signal: AbortSignal): Promise<void> {
  const [first] = trials;
  const { train } = await splitData(first);
  const settings = complete(CORE_ALS, { ...systemOf(first).settings, seed: first.seed }, "core-als");
  const model = coreAlsCost(train, settings);
  /** What was learned, with what is expected of requests. */
  const withCosts = (outcome: SystemOutcome): SystemOutcome => ({
    ...outcome,
    ...(outcome.learned && {
      learned: {
        ...outcome.learned,
        batches: batchCosts(model),
        expected: expectedCosts(model, train),
        core: shareOf(model.core, train),
      },
    }),
  });
  const own: Report = {
    samples: (count) => report.samples(count),
    outcome: (trial, outcome, timings) => report.outcome(trial, withCosts(outcome as SystemOutcome), timings),
  };
  await system.run(trials, own, signal);
}

function shareOf(core: Uint32Array, { byUser: { offsets, columns }, itemIds }: Interactions): CoreShare {
  const seen = new Uint8Array(itemIds.length);
  let ratings = 0;
  for (const user of core) {
    ratings += offsets[user + 1] - offsets[user];
    for (let k = offsets[user]; k < offsets[user + 1]; k++) seen[columns[k]] = 1;
  }
  return { users: core.length, ratings, unseenItems: seen.filter((one) => one === 0).length };
}
