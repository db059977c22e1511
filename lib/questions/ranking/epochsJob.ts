/**
 * The job "epochs": how long Retrain trains until it is past its best. It learns nine tenths of each user's training
 * ratings and ranks the rest after every few epochs of one training, so each point is what a training of so many epochs
 * gives. T of the preset RANKING is the best point, once for each data set and model, and then the same for every method:
 * `npx erasable run ranking` makes the curves, data/catalog.ts holds what they chose.
 */

import { holdsRatings } from "../../data/interactions";
import { createEngine } from "../../engine/create";
import { StoppedError } from "../../errors";
import { namedMetrics } from "../../metrics/quality";
import { initialWeights } from "../../model/initial";
import { modelSpec } from "../../model/spec";
import { groupRatings, trainingSet } from "../../training/groupRatings";
import { adamOf } from "../../training/settings";
import type { GroupedMethod } from "../../unlearning/grouped";
import type { Job, Report } from "../job";
import { decidingMetric, validationOf } from "../system/search";
import type { Trial } from "../trial";
import { evaluationOf, methodFor, quality, splitData } from "../workbench";

/** What Retrain is worth on the validation ratings after so many epochs. */
export interface EpochPoint {
  readonly epochs: number;
  readonly value: number;
}

export interface EpochsOutcome {
  /** what decides: "fullRank NDCG@10" */
  readonly metric: string;
  readonly curve: readonly EpochPoint[];
  /** T: the best point, the first of equals */
  readonly best: number;
  /** gradient samples of the one training */
  readonly samples: number;
}

export const epochsJob: Job = {
  name: "epochs",
  modules: ["questions/ranking/epochsJob"],
  work: 1,
  run: runEpochs,
};

/** @param trial of Retrain: its `epochs` are the most, `settings.every` is how many lie between two points */
async function runEpochs([trial]: readonly Trial[], report: Report, signal: AbortSignal): Promise<void> {
  const data = validationOf((await splitData(trial)).train, trial.seed);
  const { training } = methodFor(trial) as GroupedMethod;
  const { userIds, itemIds } = data.train;
  const spec = modelSpec(training.model, userIds.length, itemIds.length, training.embeddingSize);
  const set = trainingSet(groupRatings(data.train, Uint32Array.from(userIds.keys())), training);
  const metric = decidingMetric(evaluationOf(trial), holdsRatings(data.train));
  const engine = await createEngine(training.engine, spec);
  const curve: EpochPoint[] = [];
  let samples = 0;
  try {
    engine.load(initialWeights(spec, training.initialisation, training.seed, userIds, itemIds));
    for (const epochs of points(training.epochs, trial.settings?.every as number)) {
      const result = await engine.train(set, {
        batchSize: training.batchSize,
        adam: adamOf(training),
        l2: training.l2,
        stream: [training.seed, "train", 0], // Retrain's: one group, the first
        epochs,
        from: { epoch: curve.at(-1)?.epochs ?? 0, batch: 0 },
        signal,
      });
      if (!result.finished) throw new StoppedError("the search of T was stopped");
      samples += result.samples;
      report.samples(result.samples);
      const found = await quality(trial, engine, data, new Set(), signal);
      curve.push({ epochs, value: namedMetrics(found)[metric] });
    }
  } finally {
    engine.dispose();
  }
  const best = curve.reduce((a, b) => (b.value > a.value ? b : a)).epochs;
  report.outcome(trial, { metric, curve, best, samples } satisfies EpochsOutcome, {});
}

/** 5, 10, ... up to the last, which is `most`. */
const points = (most: number, every: number): number[] =>
  Array.from({ length: Math.ceil(most / every) }, (_, k) => Math.min(most, (k + 1) * every));
