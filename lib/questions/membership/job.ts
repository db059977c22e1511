/**
 * The job "membership": can an attacker tell erased users from users who were never there? A tenth of the users, say, is kept
 * out from the start; as many are trained on and then erased. Four systems are attacked: before the erasure, with only
 * the rows of the erased users put back to their initial values, unlearned, and learned anew without them (partition
 * and all). The attacker has two models: a shadow, with members of the attacker's choice, and a reference that saw none of
 * the users in question; both learned by the same method from everybody else, under another seed.
 */

import { type Interactions, withoutUsers } from "../../data/interactions";
import { InputError } from "../../errors";
import { crossEntropy } from "../../metrics/loss";
import type { FrozenModel } from "../../model/frozen";
import { Random } from "../../random";
import { mean } from "../../statistics/statistics";
import { loadFloats } from "../../training/checkpoint";
import { initialRows, type Start } from "../../training/layout";
import type { Store } from "../../training/store";
import { usersErasure } from "../../unlearning/erasure";
import type { GroupedSystem } from "../../unlearning/grouped";
import type { MethodContext } from "../../unlearning/method";
import { ratedUsers } from "../../unlearning/plan";
import { parseRequest, share } from "../../unlearning/request";
import { frozenModel } from "../attacks/frozen";
import {
  type AttackedUsers,
  closest,
  drawUsers,
  features,
  look,
  shadowAttack,
  type UserSamples,
  type View,
} from "../attacks/membership";
import { area, areaDifference, type Scores, truePositives } from "../attacks/roc";
import type { Job, Report } from "../job";
import type { Trial } from "../trial";
import { contextFor, evaluationOf, methodFor, splitData, systemOf } from "../workbench";

/** Which system was attacked. */
export const STAGES = ["before", "rows deleted", "unlearned", "fresh"] as const;
export type MembershipStage = (typeof STAGES)[number];

export type Attack = "stored row" | "fold-in" | "shadow";

/** One attack on one system: the area under the ROC curve and the curve. Standard errors are over users. */
export interface MembershipCurve {
  readonly stage: MembershipStage;
  readonly attack: Attack;
  readonly auc: number;
  readonly error: number;
  /** the area less that of the same attack on `fresh`: the same people, so what they are like cancels out */
  readonly lessFresh: number;
  readonly lessFreshError: number;
  /** true-positive rates at false-positive rates 0, 0.05, ... 1 */
  readonly truePositives: readonly number[];
}

export interface MembershipOutcome {
  /** erased users, and as many who were never there */
  readonly users: number;
  readonly curves: readonly MembershipCurve[];
  /** gradient samples of learning and of unlearning */
  readonly learned: number;
  readonly unlearned: number;
}

export const membershipJob: Job = {
  name: "membership",
  modules: ["questions/membership/job"],
  work: 5,
  run: runMembership,
};

/** More would make intervals narrower than the spread over seeds. */
const MOST_USERS = 100;
const ATTACKER = 1_000_000; // added to the seed: the attacker does not know it

interface Learned {
  readonly system: GroupedSystem;
  readonly store: Store;
}

async function runMembership([trial]: readonly Trial[], report: Report, signal: AbortSignal): Promise<void> {
  const { train } = await splitData(trial);
  const request = parseRequest(trial.request ?? "none");
  if (request.kind !== "rand") throw new InputError(`membership: request "${trial.request}" is not rand@K`);
  const rated = ratedUsers(train);
  const size = Math.min(MOST_USERS, share(rated.length, request.percent));
  const users = drawUsers(rated, size, trial.seed);
  const { members, others, shadowMembers, shadowOthers } = users;
  const learnWithout = (own: Trial, ...absent: readonly Uint32Array[]) =>
    learn(
      own,
      withoutUsers(
        train,
        absent.flatMap((list) => [...list]),
      ),
      report,
      signal,
    );

  const before = await learnWithout(trial, others);
  const store = before.store.fork();
  const context = { ...contextOf(trial, signal), store };
  const system = (await before.system.without(usersErasure(members), context)) as GroupedSystem;
  report.samples(system.cost.samples);
  const unlearned = { system, store };
  const fresh = await learnWithout(trial, members, others);
  const attacker = { ...trial, seed: trial.seed + ATTACKER };
  const shadow = await learnWithout(attacker, members, others, shadowOthers);
  const reference = await learnWithout(attacker, members, others, shadowOthers, shadowMembers);

  const attacks = [
    ...foldingAttacks(trial, train, users, { before, unlearned, fresh, shadow, reference }),
    ...storedRowAttacks(trial, train, users, { before, unlearned, fresh }),
  ];
  const outcome: MembershipOutcome = {
    users: size,
    curves: attacks.flatMap(curvesOf),
    learned: before.system.cost.samples,
    unlearned: system.cost.samples,
  };
  report.outcome(trial, outcome, {});
  for (const one of [before, unlearned, fresh, shadow, reference]) one.system.dispose();
}

/** What an attack says of everybody in each system. */
interface Attacked {
  readonly attack: Attack;
  readonly scores: Readonly<Record<MembershipStage, Scores>>;
}

const curvesOf = ({ attack, scores }: Attacked): MembershipCurve[] =>
  STAGES.map((stage) => {
    const { value: auc, error } = area(scores[stage]);
    const { value: lessFresh, error: lessFreshError } = areaDifference(scores[stage], scores.fresh);
    return {
      stage,
      attack,
      auc,
      error,
      lessFresh,
      lessFreshError,
      truePositives: truePositives(scores[stage]),
    };
  });

/** The attacks that fold users in again: by loss alone, and learnt on the shadow. */
function foldingAttacks(
  trial: Trial,
  train: Interactions,
  { members, others, shadowMembers, shadowOthers }: AttackedUsers,
  systems: Readonly<Record<"before" | "unlearned" | "fresh" | "shadow" | "reference", Learned>>,
): Attacked[] {
  const viewsIn = (models: readonly FrozenModel[], user: number) =>
    models.map((model) =>
      look(
        model,
        samplesOf(train, user, trial),
        train.itemIds.length,
        Random.stream(trial.seed, "look", user),
      ),
    );
  const unaware = modelsOf(trial, systems.reference);
  const expected = new Map<number, View[]>();
  for (const user of [members, others, shadowMembers, shadowOthers].flatMap((list) => [...list]))
    expected.set(user, viewsIn(unaware, user));
  const seen = (models: readonly FrozenModel[], list: Uint32Array) =>
    Array.from(list, (user) => {
      const views = viewsIn(models, user);
      return { loss: closest(views).loss, features: features(views, expected.get(user) as View[]) };
    });
  const practised = (list: Uint32Array) =>
    seen(modelsOf(trial, systems.shadow), list).map((user) => user.features);
  const score = shadowAttack(practised(shadowMembers), practised(shadowOthers));
  const inAll = (learned: Learned) => {
    const models = modelsOf(trial, learned);
    return { members: seen(models, members), others: seen(models, others) };
  };
  const [before, unlearned, fresh] = [systems.before, systems.unlearned, systems.fresh].map(inAll);
  const attacked = (attack: Attack, of: (user: (typeof before.members)[number]) => number): Attacked => {
    const by = (system: typeof before) => ({
      members: system.members.map(of),
      others: system.others.map(of),
    });
    // deleted rows leave all that folding in looks at as it was
    const scores = {
      before: by(before),
      "rows deleted": by(before),
      unlearned: by(unlearned),
      fresh: by(fresh),
    };
    return { attack, scores };
  };
  return [attacked("fold-in", ({ loss }) => -loss), attacked("shadow", (user) => score(user.features))];
}

/** The attack on the rows themselves: the loss of what the system says of a user, without folding in. */
function storedRowAttacks(
  trial: Trial,
  train: Interactions,
  { members, others }: AttackedUsers,
  { before, unlearned, fresh }: Readonly<Record<"before" | "unlearned" | "fresh", Learned>>,
): Attacked[] {
  const scoresBy = (loss: (user: number) => number): Scores => ({
    members: Array.from(members, (user) => -loss(user)),
    others: Array.from(others, (user) => -loss(user)),
  });
  const stored = (user: number) => {
    const { items, labels } = samplesOf(train, user, trial);
    const predicted = before.system.predict(new Uint32Array(items.length).fill(user), items);
    return mean(Array.from(predicted, (p, k) => crossEntropy(labels[k], p)));
  };
  const withInitialRows = (learned: Learned) => {
    const models = modelsOf(trial, learned);
    return (user: number) => initialLoss(trial, models, train, user);
  };
  return [
    {
      attack: "stored row",
      scores: {
        before: scoresBy(stored),
        "rows deleted": scoresBy(withInitialRows(before)),
        unlearned: scoresBy(withInitialRows(unlearned)),
        fresh: scoresBy(withInitialRows(fresh)),
      },
    },
  ];
}

/** A fresh context without the memory for embeddings: it goes by trial, and these are not the trial's training ratings. */
const contextOf = (trial: Trial, signal: AbortSignal): MethodContext => ({
  ...contextFor(trial, signal),
  embed: undefined,
});

async function learn(
  trial: Trial,
  data: Interactions,
  report: Report,
  signal: AbortSignal,
): Promise<Learned> {
  const context = contextOf(trial, signal);
  const system = (await methodFor(trial).learn(data, context)) as GroupedSystem;
  report.samples(system.cost.samples);
  return { system, store: context.store };
}

/** What remains of a system without its user rows: one model, or one a shard that has learnt something. */
function modelsOf(trial: Trial, { system, store }: Learned): FrozenModel[] {
  const { checkpoints, partition } = system;
  const { model } = modelOf(trial);
  const kept =
    system.method.name === "c-sisa"
      ? checkpoints.filter((_, shard) => partition.groups[shard].items.length > 0)
      : checkpoints.slice(-1);
  return kept.map(({ rest }) => frozenModel(model, partition.itemIds.length, loadFloats(store, rest)));
}

/** Which model a trial trains, and from what it starts. */
function modelOf(trial: Trial): Pick<Start, "model" | "initialisation"> {
  const { model = "dmf", settings } = systemOf(trial);
  return { model, initialisation: settings.initialisation as Start["initialisation"] };
}

function samplesOf(train: Interactions, user: number, trial: Trial): UserSamples {
  const { offsets, columns, values } = train.byUser;
  const [from, to] = [offsets[user], offsets[user + 1]];
  const rating = values.subarray(from, to);
  return {
    items: columns.subarray(from, to),
    labels: rating.map((value) => (evaluationOf(trial).label === "implicit" ? 1 : value / 5)),
  };
}

/** The loss of a user whose row is the initial one, by the mean of all models. */
function initialLoss(
  trial: Trial,
  models: readonly FrozenModel[],
  train: Interactions,
  user: number,
): number {
  const { items, labels } = samplesOf(train, user, trial);
  const start = { ...modelOf(trial), seed: trial.seed, itemIds: train.itemIds };
  const row = Float64Array.from(initialRows(start, [train.userIds[user]]));
  const scores = models.map((model) => model.predict(row, items));
  const losses = Array.from(items, (_, k) => crossEntropy(labels[k], mean(scores.map((own) => own[k]))));
  return mean(losses);
}
