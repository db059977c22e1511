/**
 * Group-loss cells (Figures 8 and 13, Section 4.5): CBKM's groups in descending cohesion, a model trained from scratch on
 * each alone for T epochs, and its loss on the held-out and on the training ratings of that group's users.
 */

import { cohesion } from "../../cohesion/cohesion";
import type { Interactions } from "../../data/interactions";
import { crossEntropy } from "../../metrics/loss";
import { cSisa } from "../../unlearning/cSisa";
import type { GroupedSystem } from "../../unlearning/grouped";
import { makePlan } from "../../unlearning/makePlan";
import type { GroupLossCell } from "../cell";
import type { Report } from "./job";
import { spacesOf } from "./partition";
import { contextFor, planOf, trainingOf } from "./systems";
import { splitData } from "./workbench";

export async function runGroupLoss(cell: GroupLossCell, report: Report, signal: AbortSignal): Promise<void> {
  const { train, test } = await splitData(cell);
  const { protocol, model, groups, seed } = cell;
  // Isolated shards that all start from the same weights are exactly "each group from scratch".
  const method = cSisa({ ...trainingOf(protocol, model, seed), groups, scoring: "own", start: "shared" });
  const context = contextFor(cell, signal);
  const plan = await makePlan(train, planOf(protocol, "cbkm", groups, seed), context);
  const system = await method.learn(train, context, { plan });
  report.samples(system.cost.samples);
  const members = system.partition.groups.map((group) => group.members);
  const { ratings } = await spacesOf(cell, train);
  const rhoRatings = await cohesion(ratings, members, { seed }, { signal });
  report.outcome(
    cell,
    {
      rho: [...(system.plan.rho ?? [])],
      rhoRatings: rhoRatings.map(({ rho }) => rho),
      testLoss: members.map((users) => lossOf(system, test, users)),
      trainLoss: members.map((users) => lossOf(system, train, users)),
      ratings: system.partition.groups.map((group) => group.items.length),
    },
    { ...system.cost.seconds },
  );
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
