/**
 * Membership cells: can an attacker tell erased users from users who were never there? A tenth of the users, say, is kept
 * out from the start; as many are trained on and then erased. Four systems are attacked: before the erasure, with only
 * the rows of the erased users put back to their initial values, unlearned, and learned anew without them (partition
 * and all). The attacker has two models of the own: a shadow, with members of the own choice, and a reference that saw
 * none of the users in question; both learned by the same method from everybody else, under another seed.
 */

import { type Interactions, withoutUsers } from "../../data/interactions";
import { InputError } from "../../errors";
import { crossEntropy } from "../../metrics/loss";
import { mean } from "../../metrics/statistics";
import { Random } from "../../random";
import { loadFloats } from "../../training/checkpoint";
import { initialRows } from "../../training/layout";
import type { Store } from "../../training/store";
import { usersErasure } from "../../unlearning/erasure";
import { type GroupedSystem, startOf } from "../../unlearning/grouped";
import type { MethodContext } from "../../unlearning/method";
import { ratedUsers } from "../../unlearning/plan";
import { parseRequest, share } from "../../unlearning/request";
import { type FrozenModel, frozenModel } from "../attacks/frozen";
import {
  closest,
  drawUsers,
  features,
  look,
  shadowAttack,
  type UserSamples,
  type View,
} from "../attacks/membership";
import { roc } from "../attacks/roc";
import type { MembershipCell } from "../cell";
import type { MembershipCurve, MembershipStage } from "../outcome";
import type { Report } from "./job";
import { contextFor, methodFor, trainingOf } from "./systems";
import { splitData } from "./workbench";

/** More would make intervals narrower than the spread over seeds. */
const MOST_USERS = 100;
const ATTACKER = 1_000_000; // added to the seed: the attacker does not know it

export async function runMembership(
  cell: MembershipCell,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { train } = await splitData(cell);
  const request = parseRequest(cell.request);
  const rated = ratedUsers(train);
  if (request.kind !== "rand") throw new InputError(`membership: request "${cell.request}" is not rand@K`);
  const size = Math.min(MOST_USERS, share(rated.length, request.percent));
  const users = drawUsers(rated, size, cell.seed);
  const { members, others, shadowMembers, shadowOthers } = users;

  const learned = await learn(cell, withoutUsers(train, others), report, signal);
  const erasure = usersErasure(members);
  const store = learned.context.store.fork();
  const unlearned = (await learned.system.without(erasure, { ...learned.context, store })) as GroupedSystem;
  report.samples(unlearned.cost.samples);
  const fresh = await learn(cell, withoutUsers(train, [...members, ...others]), report, signal);
  const attacker = { ...cell, seed: cell.seed + ATTACKER };
  const unseen = [...members, ...others, ...shadowOthers];
  const shadow = await learn(attacker, withoutUsers(train, unseen), report, signal);
  const reference = await learn(attacker, withoutUsers(train, [...unseen, ...shadowMembers]), report, signal);

  const samples = (user: number) => samplesOf(train, user, cell);
  const viewsIn = (models: readonly FrozenModel[], user: number) =>
    models.map((model) =>
      look(model, samples(user), train.itemIds.length, Random.stream(cell.seed, "look", user)),
    );
  const referenceModels = modelsOf(reference.system, reference.context.store);
  const known = new Map<number, View[]>();
  const expected = (user: number) => {
    const views = known.get(user) ?? viewsIn(referenceModels, user);
    known.set(user, views);
    return views;
  };
  const shadowModels = modelsOf(shadow.system, shadow.context.store);
  const featuresIn = (models: readonly FrozenModel[], list: Uint32Array) =>
    Array.from(list, (user) => features(viewsIn(models, user), expected(user)));
  const score = shadowAttack(featuresIn(shadowModels, shadowMembers), featuresIn(shadowModels, shadowOthers));

  const curves: MembershipCurve[] = [];
  const attack = (stages: readonly MembershipStage[], models: readonly FrozenModel[]) => {
    const views = (list: Uint32Array) =>
      Array.from(list, (user) => ({ own: viewsIn(models, user), reference: expected(user) }));
    const [inside, outside] = [views(members), views(others)];
    const byLoss = ({ own }: { own: View[] }) => -closest(own).loss;
    const byShadow = ({ own, reference: far }: { own: View[]; reference: View[] }) =>
      score(features(own, far));
    const loss = roc(inside.map(byLoss), outside.map(byLoss));
    const shadowed = roc(inside.map(byShadow), outside.map(byShadow));
    for (const stage of stages)
      curves.push({ stage, attack: "fold-in", ...loss }, { stage, attack: "shadow", ...shadowed });
  };
  const before = modelsOf(learned.system, learned.context.store);
  // Deleted rows leave all that folding in looks at as it was, so these two are one.
  attack(["before", "rows deleted"], before);
  attack(["unlearned"], modelsOf(unlearned, store));
  const freshModels = modelsOf(fresh.system, fresh.context.store);
  attack(["fresh"], freshModels);

  /** The attack on the rows themselves: the loss of what the system says of a user, without folding in. */
  const stored = (stage: MembershipStage, losses: (user: number) => number) => {
    const scores = (list: Uint32Array) => Array.from(list, (user) => -losses(user));
    curves.push({ stage, attack: "stored row", ...roc(scores(members), scores(others)) });
  };
  stored("before", (user) => {
    const { items, labels } = samples(user);
    const predicted = learned.system.predict(new Uint32Array(items.length).fill(user), items);
    return mean(Array.from(predicted, (p, k) => crossEntropy(labels[k], p)));
  });
  const initial = (models: readonly FrozenModel[]) => (user: number) =>
    initialLoss(cell, models, train, user);
  stored("rows deleted", initial(before));
  stored("unlearned", initial(modelsOf(unlearned, store)));
  stored("fresh", initial(freshModels));
  report.outcome(
    cell,
    { users: size, curves, learned: learned.system.cost.samples, unlearned: unlearned.cost.samples },
    {},
  );
  for (const system of [learned.system, unlearned, fresh.system, shadow.system, reference.system])
    system.dispose();
}

async function learn(
  cell: MembershipCell,
  data: Interactions,
  report: Report,
  signal: AbortSignal,
): Promise<{ system: GroupedSystem; context: MethodContext }> {
  // embeddings are remembered by cell, and these are not the cell's training ratings
  const context = { ...contextFor(cell, signal), embed: undefined };
  const system = await methodFor(cell).learn(data, context);
  report.samples(system.cost.samples);
  return { system, context };
}

/** What remains of a system without its user rows: one model, or one a shard that has learnt something. */
function modelsOf({ checkpoints, method, partition }: GroupedSystem, store: Store): FrozenModel[] {
  const isolated = method.name === "c-sisa";
  const kept = isolated
    ? checkpoints.filter((_, shard) => partition.groups[shard].items.length > 0)
    : checkpoints.slice(-1);
  const { model } = (method.settings as unknown as { training: { model: MembershipCell["model"] } }).training;
  return kept.map(({ rest }) => frozenModel(model, partition.itemIds.length, loadFloats(store, rest)));
}

function samplesOf(train: Interactions, user: number, { protocol }: MembershipCell): UserSamples {
  const { offsets, columns, values } = train.byUser;
  const [from, to] = [offsets[user], offsets[user + 1]];
  const rating = values.subarray(from, to);
  return {
    items: columns.subarray(from, to),
    labels: rating.map((value) => (protocol.label === "implicit" ? 1 : value / 5)),
  };
}

/** The loss of a user whose row is the initial one, by the mean of all models. */
function initialLoss(
  cell: MembershipCell,
  models: readonly FrozenModel[],
  train: Interactions,
  user: number,
): number {
  const { items, labels } = samplesOf(train, user, cell);
  const { initialisation } = cell.protocol;
  const settings = { ...trainingOf(cell.protocol, cell.model, cell.seed), initialisation };
  const start = { ...startOf(settings as Parameters<typeof startOf>[0], train.itemIds), seed: cell.seed };
  const row = Float64Array.from(initialRows(start, [train.userIds[user]]));
  const scores = models.map((model) => model.predict(row, items));
  const losses = Array.from(items, (_, k) => crossEntropy(labels[k], mean(scores.map((own) => own[k]))));
  return mean(losses);
}
