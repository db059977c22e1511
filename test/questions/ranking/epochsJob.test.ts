/** T by validation: the curve is that of trainings of so many epochs, and the catalogue holds what it chooses. */

import { describe, expect, it } from "vitest";
import { rankingEpochsOf } from "../../../lib/data/catalog";
import { StoppedError } from "../../../lib/errors";
import { namedMetrics } from "../../../lib/metrics/quality";
import { profileNamed } from "../../../lib/questions/profile";
import { type EpochsOutcome, epochsJob } from "../../../lib/questions/ranking/epochsJob";
import { ranking } from "../../../lib/questions/ranking/question";
import { validationOf } from "../../../lib/questions/system/search";
import type { Trial } from "../../../lib/questions/trial";
import { contextFor, methodFor, quality, splitData } from "../../../lib/questions/workbench";

const { signal } = new AbortController();
const trials = ranking
  .trials({ ...profileNamed("quick"), rankingDatasets: ["synthetic"] })
  .map(({ trial }) => trial)
  .filter(({ job }) => job === epochsJob.name);

async function curveOf(trial: Trial, stop: AbortSignal = signal): Promise<EpochsOutcome> {
  let found: EpochsOutcome | undefined;
  const report = {
    outcome: (_: Trial, outcome: object) => {
      found = outcome as EpochsOutcome;
    },
    samples: () => {},
  };
  await epochsJob.run([trial], report, stop);
  return found as EpochsOutcome;
}

/** Retrain of so many epochs on the same ratings, from scratch. */
async function trained(trial: Trial, epochs: number): Promise<number> {
  const data = validationOf((await splitData(trial)).train, trial.seed);
  const system = await methodFor(trial, { epochs }).learn(data.train, contextFor(trial, signal));
  return namedMetrics(await quality(trial, system, data, new Set(), signal))["fullRank NDCG@10"];
}

describe("T under RANKING", () => {
  it("is planned for every model, from ratings that are no test ratings", async () => {
    expect(trials.map(({ system }) => system?.model)).toEqual(["dmf", "nmf", "bpr", "lightgcn"]);
    const { train, test } = await splitData(trials[0]);
    const parts = validationOf(train, trials[0].seed);
    const count = ({ byUser }: typeof train) => byUser.columns.length;
    expect(count(parts.train) + count(parts.test)).toBe(count(train));
    expect(count(parts.test)).toBeGreaterThan(count(test) / 2);
  });

  it.each(trials.map((trial) => [trial.system?.model as string, trial] as const))(
    "of %s on generated ratings is what the catalogue holds, from points that are trainings of so many epochs",
    async (model, trial) => {
      const { curve, best, metric, samples } = await curveOf(trial);
      expect(metric).toBe("fullRank NDCG@10");
      expect(curve.map(({ epochs }) => epochs)).toEqual([5, 10, 15, 20, 25, 30, 35, 40, 45, 50]);
      expect(best).toBe(rankingEpochsOf("synthetic", model));
      const highest = Math.max(...curve.map(({ value }) => value));
      expect(curve.find(({ epochs }) => epochs === best)?.value).toBe(highest);
      for (const { epochs, value } of [curve[0], curve[3]]) expect(value).toBe(await trained(trial, epochs));
      expect(samples).toBeGreaterThan(0);
    },
  );

  it("is one training, stopped by the signal", async () => {
    await expect(curveOf(trials[0], AbortSignal.abort())).rejects.toThrow(StoppedError);
  });
});
