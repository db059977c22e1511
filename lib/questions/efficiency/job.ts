/**
 * The job "timing" (Figure 4): seconds of one unlearning with everything included: finding the checkpoint, loading,
 * training, saving. It runs alone on the machine. C-SISA's parallel time is that of its slowest shard, each measured alone,
 * as on a machine with a core for each shard.
 */

import type { System } from "../../unlearning/method";
import type { Job, Report } from "../job";
import { erasureFor } from "../system/job";
import type { Trial } from "../trial";
import { contextFor, methodFor, splitData } from "../workbench";

export interface TimingOutcome {
  readonly samples: number;
  /** of the slowest shard; equals `samples` for methods that are not parallel */
  readonly parallelSamples: number;
  /** groups or shards that were trained again */
  readonly retrained: number;
}

export const timing: Job = {
  name: "timing",
  modules: ["questions/efficiency/job"],
  work: 2,
  alone: true,
  run: runTiming,
};

const REPEATS = 3;

async function runTiming([trial]: readonly Trial[], report: Report, signal: AbortSignal): Promise<void> {
  const data = await splitData(trial);
  const context = contextFor(trial, signal);
  const learned = await methodFor(trial).learn(data.train, context);
  report.samples(learned.cost.samples);
  const erasure = erasureFor(trial, learned, data.train);
  const seconds: number[] = [];
  const parallel: number[] = [];
  let last: System | undefined;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    last?.dispose();
    const began = context.clock();
    last = await learned.without(erasure, { ...context, store: context.store.fork() });
    seconds.push(context.clock() - began);
    parallel.push(last.method.name === "c-sisa" ? last.cost.parallelSeconds : seconds[repeat]);
    report.samples(last.cost.samples);
  }
  if (!last) throw new Error("timing: no repeat was run");
  const { samples, parallelSamples } = last.cost;
  const outcome: TimingOutcome = { samples, parallelSamples, retrained: last.trained.length };
  report.outcome(trial, outcome, { unlearn: median(seconds), unlearnParallel: median(parallel) });
  last.dispose();
  learned.dispose();
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
