/**
 * Poisoning cells, the other motive of unlearning (Section 1): fake users push an item; how far does it rise, and does
 * unlearning them bring it back? The clean system is learned without them under the same partition, so "back" can be
 * told to the bit.
 */

import { holdsRatings, withoutUsers } from "../../data/interactions";
import { InputError } from "../../errors";
import { evaluate } from "../../metrics/evaluate";
import type { ListMetrics } from "../../metrics/quality";
import { usersErasure } from "../../unlearning/erasure";
import type { GroupedSystem } from "../../unlearning/grouped";
import { ratedUsers } from "../../unlearning/plan";
import { parseRequest, share } from "../../unlearning/request";
import { exposure } from "../attacks/exposure";
import { poison, pushedItem, withFakes } from "../attacks/shilling";
import type { PoisoningCell } from "../cell";
import type { PoisoningOutcome, PoisoningStage } from "../outcome";
import type { Report } from "./job";
import { contextFor, methodFor } from "./systems";
import { splitData } from "./workbench";

export async function runPoisoning(cell: PoisoningCell, report: Report, signal: AbortSignal): Promise<void> {
  const data = await splitData(cell);
  if (!holdsRatings(data.train)) throw new InputError(`poisoning: ${cell.dataset} holds no ratings to fake`);
  const real = ratedUsers(data.train);
  const request = parseRequest(cell.request);
  if (request.kind !== "rand") throw new InputError(`poisoning: request "${cell.request}" is not rand@K`);
  const count = share(real.length, request.percent);
  const target = pushedItem(data.train, cell.seed);
  const { train, fakes } = poison(data.train, { kind: cell.attack, target, count, seed: cell.seed });
  const test = withFakes(data.test, count);
  const method = methodFor(cell);
  // embeddings are remembered by cell, and these are not the cell's training ratings
  const context = { ...contextFor(cell, signal), embed: undefined };
  const poisoned = await method.learn(train, context);
  const unlearned = (await poisoned.without(usersErasure(fakes), {
    ...context,
    store: context.store.fork(),
  })) as GroupedSystem;
  const clean = await method.learn(
    withoutUsers(train, fakes),
    { ...contextFor(cell, signal), embed: undefined },
    { plan: unlearned.plan },
  );
  report.samples(poisoned.cost.samples + unlearned.cost.samples + clean.cost.samples);
  const erased = new Set(fakes);
  const measure = async (system: GroupedSystem): Promise<PoisoningStage> => {
    const { label } = cell.protocol;
    const metrics = await evaluate(system, train, test, { label, metrics: "ownItems", erased, signal });
    const { ndcg, hr } = metrics.labCode as ListMetrics; // fakes need ratings
    return { ...exposure(system, train, target, real), ndcg, hr, loss: metrics.loss };
  };
  const outcome: PoisoningOutcome = {
    fakes: count,
    fakeRatings: train.byUser.columns.length - data.train.byUser.columns.length,
    targetRatings: data.train.byItem.offsets[target + 1] - data.train.byItem.offsets[target],
    items: train.itemIds.length,
    clean: await measure(clean),
    poisoned: await measure(poisoned),
    unlearned: await measure(unlearned),
    identical: unlearned.fingerprint === clean.fingerprint,
    learnSamples: poisoned.cost.samples,
    unlearnSamples: unlearned.cost.samples,
    freshSamples: clean.cost.samples,
  };
  report.outcome(cell, outcome, {});
  for (const system of [poisoned, unlearned, clean]) system.dispose();
}
