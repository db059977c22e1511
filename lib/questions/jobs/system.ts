/**
 * System cells: one learning, evaluated, and from it every wanted request, evaluated without the erased users. The
 * learning is done once for all of them; each unlearning starts from the same learned system.
 */

import { withoutUsers } from "../../data/interactions";
import type { Split } from "../../data/split";
import { evaluate } from "../../metrics/evaluate";
import type { Erasure } from "../../unlearning/erasure";
import type { GroupedSystem } from "../../unlearning/grouped";
import type { MethodContext } from "../../unlearning/method";
import { parseRequest, resolveRequest } from "../../unlearning/request";
import type { SystemCell } from "../cell";
import type { SystemOutcome } from "../outcome";
import type { Report } from "./job";
import { contextFor, methodFor, type SystemLike } from "./systems";
import { splitData } from "./workbench";

export const LEARNING = "none";

/** Computes the wanted cells, which differ in their request alone. */
export async function runSystem(
  cells: readonly SystemCell[],
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const [first] = cells;
  const data = await splitData(first);
  const context = contextFor(first, signal);
  const learned = await methodFor(first).learn(data.train, context);
  report.samples(learned.cost.samples);
  try {
    for (const cell of cells) {
      if (cell.request === LEARNING) {
        const seconds = { ...learned.cost.seconds };
        report.outcome(cell, await outcomeOf(cell, learned, data, undefined, context), seconds);
        continue;
      }
      const erasure = erasureFor(cell, learned, data);
      const own = { ...context, store: context.store.fork() };
      const unlearned = (await learned.without(erasure, own)) as GroupedSystem;
      report.samples(unlearned.cost.samples);
      const outcome = await outcomeOf(cell, unlearned, data, erasure, own);
      report.outcome(cell, outcome, { ...unlearned.cost.seconds });
      unlearned.dispose();
    }
  } finally {
    learned.dispose();
  }
}

/** The users that a cell's request erases. */
export function erasureFor(cell: SystemLike, system: GroupedSystem, { train }: Split): Erasure {
  const { groups } = system.partition;
  const lastGroup = groups[groups.length - 1].members;
  return resolveRequest(parseRequest(cell.request), train, cell.seed, lastGroup);
}

async function outcomeOf(
  cell: SystemCell,
  system: GroupedSystem,
  data: Split,
  erasure: Erasure | undefined,
  context: MethodContext,
): Promise<SystemOutcome> {
  const users = erasure?.users ?? new Set<number>();
  const { offsets } = data.train.byUser;
  const metrics = await evaluation(cell, system, data, users, context.signal);
  const own = cell.method === "c-sisa" ? await ownScoring(cell, system, data, users, context) : undefined;
  return {
    metrics,
    ...(own ? { own } : {}),
    samples: system.cost.samples,
    steps: system.cost.steps,
    parallelSamples: system.cost.parallelSamples,
    erasedUsers: users.size,
    erasedRatings: [...users].reduce((sum, user) => sum + offsets[user + 1] - offsets[user], 0),
    retrained: system.trained.length,
    weights: system.fingerprint,
  };
}

/**
 * C-SISA's other scoring: the same shards read by a method that scores otherwise. "Learning" it trains nothing, for the
 * store has every checkpoint under the key of what made it.
 */
async function ownScoring(
  cell: SystemCell,
  system: GroupedSystem,
  data: Split,
  erased: ReadonlySet<number>,
  context: MethodContext,
) {
  const remaining = erased.size > 0 ? withoutUsers(data.train, erased) : data.train;
  const own = await methodFor(cell, "own").learn(remaining, context, { plan: system.plan });
  try {
    if (own.cost.samples > 0) throw new Error("the shards were not found and were trained again");
    return await evaluation(cell, own, data, erased, context.signal);
  } finally {
    own.dispose();
  }
}

function evaluation(
  { protocol }: SystemCell,
  system: GroupedSystem,
  { train, test }: Split,
  erased: ReadonlySet<number>,
  signal: AbortSignal | undefined,
) {
  const { label, metrics } = protocol;
  return evaluate(system, train, test, { label, metrics, erased, signal });
}
