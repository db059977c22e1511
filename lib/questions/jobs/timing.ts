/**
 * Timing cells (Figure 4): seconds of one unlearning with everything included: finding the checkpoint, loading, training,
 * saving. These jobs run alone on the machine. C-SISA's parallel time is that of its slowest shard, each measured alone,
 * as on a machine with a core for each shard.
 */

import type { GroupedSystem } from "../../unlearning/grouped";
import type { TimingCell } from "../cell";
import type { Report } from "./job";
import { erasureFor } from "./system";
import { contextFor, methodFor } from "./systems";
import { splitData } from "./workbench";

const REPEATS = 3;

export async function runTiming(cell: TimingCell, report: Report, signal: AbortSignal): Promise<void> {
  const data = await splitData(cell);
  const context = contextFor(cell, signal);
  const learned = await methodFor(cell).learn(data.train, context);
  report.samples(learned.cost.samples);
  const erasure = erasureFor(cell, learned, data);
  const seconds: number[] = [];
  const parallel: number[] = [];
  let last: GroupedSystem | undefined;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    last?.dispose();
    const began = context.clock();
    last = (await learned.without(erasure, { ...context, store: context.store.fork() })) as GroupedSystem;
    seconds.push(context.clock() - began);
    parallel.push(cell.method === "c-sisa" ? last.cost.parallelSeconds : seconds[repeat]);
    report.samples(last.cost.samples);
  }
  if (!last) throw new Error("timing: no repeat was run");
  const { samples, parallelSamples } = last.cost;
  const outcome = { samples, parallelSamples, retrained: last.trained.length };
  report.outcome(cell, outcome, { unlearn: median(seconds), unlearnParallel: median(parallel) });
  last.dispose();
  learned.dispose();
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
