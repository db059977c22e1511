/**
 * Beyond cells: any method by name, its settings chosen on a validation split and never on test, learned on the whole
 * training part, and from that every wanted request. Beside what was measured stands what is expected: exactly, over all
 * who might have asked.
 */

import type { Split } from "../../data/split";
import type { Erasure } from "../../unlearning/erasure";
import type { MethodContext, System } from "../../unlearning/method";
import { coreShare, deriveSeconds, expectations, quality, Remembering, strata } from "../beyond/measure";
import { LEARNING_REQUEST, requestErasure } from "../beyond/requests";
import { methodWith } from "../beyond/settings";
import { chooseSettings } from "../beyond/tuning";
import type { BeyondCell } from "../cell";
import type { BeyondOutcome } from "../outcome";
import type { Report } from "./job";
import { contextFor } from "./systems";
import { splitData } from "./workbench";

/** Computes the wanted cells, which differ in their request alone. */
export async function runBeyond(
  cells: readonly BeyondCell[],
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const [first] = cells;
  const data = await splitData(first);
  const choice = await chooseSettings(first, data.train, contextFor(first, signal), report.samples);
  const context = contextFor(first, signal);
  const learned = await methodWith(first, choice.chosen).learn(data.train, context);
  report.samples(learned.cost.samples);
  try {
    const common = {
      choice,
      ...expectations(learned, data.train, first.seed),
      core: coreShare(learned, data.train),
    };
    for (const cell of cells) {
      const { system, erasure } = await systemAfter(cell, learned, data, context);
      if (erasure) report.samples(system.cost.samples);
      const seconds = { ...system.cost.seconds, ...deriveSeconds(system, context.clock) };
      report.outcome(cell, { ...common, ...(await measured(cell, system, data, erasure, signal)) }, seconds);
      if (erasure) system.dispose();
    }
  } finally {
    learned.dispose();
  }
}

/** The learned system, or what it becomes by the cell's request. */
async function systemAfter(
  { request, seed }: BeyondCell,
  learned: System,
  { train }: Split,
  context: MethodContext,
): Promise<{ system: System; erasure?: Erasure }> {
  if (request === LEARNING_REQUEST) return { system: learned };
  const erasure = requestErasure(request, train, seed);
  const own = { ...context, store: context.store.fork() };
  return { system: await learned.without(erasure, own), erasure };
}

async function measured(
  cell: BeyondCell,
  system: System,
  data: Split,
  erasure: Erasure | undefined,
  signal: AbortSignal,
): Promise<Omit<BeyondOutcome, "choice" | "expected" | "batches" | "core">> {
  const erased = erasure?.users ?? new Set<number>();
  const { offsets, columns } = data.train.byUser;
  const rated = data.train.userIds.filter((_, user) => offsets[user + 1] > offsets[user]);
  const { samples, steps, parallelSamples } = system.cost;
  const scorer = new Remembering(system, data.train.itemIds.length);
  return {
    metrics: await quality(cell, scorer, data, erased, signal),
    strata: strata(cell, scorer, data, erased),
    samples,
    steps,
    parallelSamples,
    erasedUsers: erased.size,
    erasedRatings: [...erased].reduce((sum, user) => sum + offsets[user + 1] - offsets[user], 0),
    bytes: system.bytesKept().total,
    users: rated.length,
    ratings: columns.length,
    fingerprint: system.fingerprint,
  };
}
