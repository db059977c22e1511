/**
 * The job "groupLoss" (Figures 8 and 13, Section 4.5): CBKM's groups in descending cohesion, a model trained from scratch on
 * each alone for T epochs, and its loss on the held-out and on the training ratings of that group's users. That is C-SISA
 * with shards that all start from the same weights.
 */

import { cohesion } from "../../cohesion/cohesion";
import type { Interactions } from "../../data/interactions";
import { crossEntropy } from "../../metrics/loss";
import type { GroupedSystem } from "../../unlearning/grouped";
import { makePlan } from "../../unlearning/makePlan";
import type { Job, Report } from "../job";
import type { PartitionSettings } from "../partition/job";
import { spacesOf } from "../partition/job";
import type { Trial } from "../trial";
import { contextFor, methodFor, splitData, systemOf } from "../workbench";

export interface GroupLossOutcome {
  /** One per group, in descending order of rho (embedding space). */
  readonly rho: readonly number[];
  readonly rhoRatings: readonly number[];
  readonly testLoss: readonly number[];
  readonly trainLoss: readonly number[];
  readonly ratings: readonly number[];
}

export const groupLoss: Job = {
  name: "groupLoss",
  modules: ["questions/cohesion/job"],
  work: 1,
  run: runGroupLoss,
};

async function runGroupLoss([trial]: readonly Trial[], report: Report, signal: AbortSignal): Promise<void> {
  const { train, test } = await splitData(trial);
  const { seed } = trial;
  const settings = systemOf(trial).settings as unknown as PartitionSettings;
  const { grouping, groups, balance, embedding, weights, word2vec } = settings;
  const context = contextFor(trial, signal);
  // in descending order of rho, which C-SISA's own plan has no use for
  const planned = { grouping, groups, balance, embedding, weights, word2vec, seed };
  const plan = await makePlan(train, planned, context);
  const system = (await methodFor(trial).learn(train, context, { plan })) as GroupedSystem;
  report.samples(system.cost.samples);
  const members = system.partition.groups.map((group) => group.members);
  const { ratings } = await spacesOf(trial, settings, train);
  const rhoRatings = await cohesion(ratings, members, { seed }, { signal });
  const outcome: GroupLossOutcome = {
    rho: [...(plan.rho ?? [])],
    rhoRatings: rhoRatings.map(({ rho }) => rho),
    testLoss: members.map((users) => lossOf(system, test, users)),
    trainLoss: members.map((users) => lossOf(system, train, users)),
    ratings: system.partition.groups.map((group) => group.items.length),
  };
  report.outcome(trial, outcome, { ...system.cost.seconds });
  system.dispose();
}

/** Mean cross-entropy over the ratings of some users; label r / 5. */
function lossOf(system: GroupedSystem, data: Interactions, users: Uint32Array): number {
  const { offsets, columns, values } = data.byUser;
  let sum = 0;
  let count = 0;
  for (const user of users) {
    const items = columns.subarray(offsets[user], offsets[user + 1]);
    const scores = system.predict(new Uint32Array(items.length).fill(user), items);
    for (let k = 0; k < items.length; k++) sum += crossEntropy(values[offsets[user] + k] / 5, scores[k]);
    count += items.length;
  }
  return sum / count;
}
