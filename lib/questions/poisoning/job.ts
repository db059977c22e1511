/**
 * The job "poisoning": a shilling attack and its unlearning. Fake users push an item; they are learned, unlearned, and the
 * system is held against one that never saw them. `request` "rand@5" says how many there are for 100 real ones.
 */

import { holdsRatings, withoutUsers } from "../../data/interactions";
import { InputError } from "../../errors";
import { evaluate } from "../../metrics/evaluate";
import type { ListMetrics } from "../../metrics/quality";
import { usersErasure } from "../../unlearning/erasure";
import type { GroupedMethod, GroupedSystem } from "../../unlearning/grouped";
import { ratedUsers } from "../../unlearning/plan";
import { parseRequest, share } from "../../unlearning/request";
import { exposure } from "../attacks/exposure";
import { poison, pushedItem, type ShillingAttack, withFakes } from "../attacks/shilling";
import type { Job, Report } from "../job";
import type { Trial } from "../trial";
import { contextFor, evaluationOf, methodFor, splitData } from "../workbench";

export interface PoisoningStage {
  /** Share of real users who find the pushed item among their ten best, and its mean rank. */
  readonly hitRatio: number;
  readonly meanRank: number;
  /** labCode metrics and test loss of the real users */
  readonly ndcg: number;
  readonly hr: number;
  readonly loss: number;
}

export interface PoisoningOutcome {
  readonly fakes: number;
  readonly fakeRatings: number;
  /** real training ratings of the pushed item, and items in the catalogue */
  readonly targetRatings: number;
  readonly items: number;
  readonly clean: PoisoningStage;
  readonly poisoned: PoisoningStage;
  readonly unlearned: PoisoningStage;
  /** whether the unlearned system is the clean one in every bit */
  readonly identical: boolean;
  /** gradient samples of learning with the fake users, unlearning them, and learning anew without them */
  readonly learnSamples: number;
  readonly unlearnSamples: number;
  readonly freshSamples: number;
}

export const poisoningJob: Job = {
  name: "poisoning",
  modules: ["questions/poisoning/job"],
  work: 3,
  run: runPoisoning,
};

async function runPoisoning([trial]: readonly Trial[], report: Report, signal: AbortSignal): Promise<void> {
  const data = await splitData(trial);
  if (!holdsRatings(data.train)) throw new InputError(`poisoning: ${trial.dataset} holds no ratings to fake`);
  const real = ratedUsers(data.train);
  const request = parseRequest(trial.request ?? "none");
  if (request.kind !== "rand") throw new InputError(`poisoning: request "${trial.request}" is not rand@K`);
  const count = share(real.length, request.percent);
  const target = pushedItem(data.train, trial.seed);
  const { train, fakes } = poison(data.train, {
    kind: trial.settings?.attack as ShillingAttack,
    target,
    count,
    seed: trial.seed,
  });
  const test = withFakes(data.test, count);
  const method = methodFor(trial) as GroupedMethod;
  // embeddings are remembered by trial, and these are not the trial's training ratings
  const context = { ...contextFor(trial, signal), embed: undefined };
  const poisoned = await method.learn(train, context);
  const unlearned = (await poisoned.without(usersErasure(fakes), {
    ...context,
    store: context.store.fork(),
  })) as GroupedSystem;
  const clean = await method.learn(
    withoutUsers(train, fakes),
    { ...contextFor(trial, signal), embed: undefined },
    { plan: unlearned.plan },
  );
  report.samples(poisoned.cost.samples + unlearned.cost.samples + clean.cost.samples);
  const erased = new Set(fakes);
  const measure = async (system: GroupedSystem): Promise<PoisoningStage> => {
    const { label } = evaluationOf(trial);
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
  report.outcome(trial, outcome, {});
  for (const system of [poisoned, unlearned, clean]) system.dispose();
}
