/**
 * The job "system": a system, its settings searched on a validation split if the trial says so and never on test, is learned
 * and evaluated; from it every wanted request is unlearned and evaluated without the erased users. The learning is done
 * once for all of them; each unlearning starts from the same learned system. Beside what was measured stands what was to
 * be expected, over all who might have asked.
 */

import { type Interactions, withoutUsers } from "../../data/interactions";
import type { Split } from "../../data/split";
import type { Evaluation } from "../../metrics/evaluate";
import type { Erasure } from "../../unlearning/erasure";
import type { GroupedSystem } from "../../unlearning/grouped";
import type { MethodContext, System } from "../../unlearning/method";
import { ratedUsers } from "../../unlearning/plan";
import { parseRequest, resolveRequest } from "../../unlearning/request";
import { expectedSamples } from "../../unlearning/requestCost/expected";
import { costModel } from "../../unlearning/requestCost/models";
import type { Job, Report } from "../job";
import { LEARNING, type Settings, type Trial } from "../trial";
import { contextFor, evaluationOf, methodFor, quality, splitData } from "../workbench";
import { batchCosts, coreShare, deriveSeconds, drawOf, expectedCosts, Remembering, strata } from "./measure";
import type { Choice, SystemOutcome } from "./outcome";
import { chooseSettings } from "./search";

export const system: Job = {
  name: "system",
  modules: ["questions/system/job"],
  work: 1,
  joins: true,
  run: runSystem,
};

/** What the requests of one learning share. */
interface Bench {
  readonly learned: System;
  readonly data: Split;
  readonly context: MethodContext;
  /** what the search has changed */
  readonly settings: Settings;
  readonly choice?: Choice;
}

/** @param trials differ in their request alone */
async function runSystem(trials: readonly Trial[], report: Report, signal: AbortSignal): Promise<void> {
  const [first] = trials;
  const data = await splitData(first);
  const choice = await chooseSettings(first, data.train, contextFor(first, signal), report.samples);
  const settings = choice?.chosen ?? {};
  const context = contextFor(first, signal);
  const learned = await methodFor(first, settings).learn(data.train, context);
  report.samples(learned.cost.samples);
  const bench = { learned, data, context, settings, choice };
  try {
    for (const trial of trials) {
      if (trial.request === LEARNING) {
        const seconds = { ...learned.cost.seconds, ...deriveSeconds(learned, context.clock) };
        report.outcome(trial, await outcomeOf(trial, learned, bench, context), seconds);
      } else await runRequest(trial, bench, report);
    }
  } finally {
    learned.dispose();
  }
}

async function runRequest(trial: Trial, bench: Bench, report: Report): Promise<void> {
  const { learned, data, context } = bench;
  const erasure = erasureFor(trial, learned, data.train);
  const own = { ...context, store: context.store.fork() };
  const unlearned = await learned.without(erasure, own);
  report.samples(unlearned.cost.samples);
  const seconds = { ...unlearned.cost.seconds, ...deriveSeconds(unlearned, context.clock) };
  report.outcome(trial, await outcomeOf(trial, unlearned, bench, own, erasure), seconds);
  unlearned.dispose();
}

/** The users that a trial's request erases. */
export function erasureFor(
  { request = LEARNING, seed }: Trial,
  learned: System,
  train: Interactions,
): Erasure {
  const groups = "partition" in learned ? (learned as GroupedSystem).partition.groups : [];
  return resolveRequest(parseRequest(request), train, seed, groups.at(-1)?.members);
}

async function outcomeOf(
  trial: Trial,
  found: System,
  bench: Bench,
  context: MethodContext,
  erasure?: Erasure,
): Promise<SystemOutcome> {
  const { data, learned, choice } = bench;
  const { signal } = context;
  const erased = erasure?.users ?? new Set<number>();
  const { offsets } = data.train.byUser;
  const scorer = new Remembering(found, data.train.itemIds.length);
  const metrics = await quality(trial, scorer, data, erased, signal);
  const own =
    found.method.name === "c-sisa" ? await ownScoring(trial, found, bench, erased, context) : undefined;
  const { samples, steps, parallelSamples } = found.cost;
  const model = costModel(learned);
  return {
    metrics,
    ...(own ? { own } : {}),
    strata: strata(evaluationOf(trial), scorer, data, erased),
    samples,
    steps,
    parallelSamples,
    retrained: found.trained.length,
    expected:
      model && erasure ? expectedSamples(model, drawOf(trial.request as string, data.train, erasure)) : null,
    erasedUsers: erased.size,
    erasedRatings: [...erased].reduce((sum, user) => sum + offsets[user + 1] - offsets[user], 0),
    bytes: found.bytesKept().total,
    fingerprint: found.fingerprint,
    ...(choice ? { choice } : {}),
    ...(erasure ? {} : { learned: learnedFacts(learned, data.train) }),
  };
}

function learnedFacts(learned: System, train: Interactions): SystemOutcome["learned"] {
  const model = costModel(learned);
  return {
    users: ratedUsers(train).length,
    ratings: train.byUser.columns.length,
    batches: batchCosts(model),
    expected: expectedCosts(model, train),
    core: coreShare(learned, train),
  };
}

/**
 * C-SISA's other scoring: the same shards read by a method that scores otherwise. "Learning" it trains nothing, for the
 * store has every checkpoint under the key of what made it.
 */
async function ownScoring(
  trial: Trial,
  found: System,
  { data, settings }: Bench,
  erased: ReadonlySet<number>,
  context: MethodContext,
): Promise<Evaluation> {
  const remaining = erased.size > 0 ? withoutUsers(data.train, erased) : data.train;
  const method = methodFor(trial, { ...settings, scoring: "own" });
  const own = await method.learn(remaining, context, { plan: found.plan ?? undefined });
  try {
    if (own.cost.samples > 0) throw new Error("the shards were not found and were trained again");
    return await quality(trial, own, data, erased, context.signal);
  } finally {
    own.dispose();
  }
}
