/**
 * The cost model of `core-als`: with somebody of the core its training is done again, and with anybody the sweeps are, which
 * read every rating twice each. A function of the training data; models.ts does not have it, because that list is a part
 * of what every record of the job "system" is named by.
 */

import type { Interactions } from "../../data/interactions";
import type { SettingsOf } from "../../settings";
import { coreTest } from "../foldIn/core";
import type { CORE_ALS } from "../foldIn/coreAls";
import { ratedUsers } from "../plan";
import type { CostModel } from "./expected";

type Settings = Pick<
  SettingsOf<typeof CORE_ALS>,
  "core" | "corePercent" | "coreRatings" | "epochs" | "sweeps" | "seed"
>;

/** @returns also who is in the core, users ascending */
export function coreAlsCost(
  data: Interactions,
  settings: Settings,
): CostModel & { readonly core: Uint32Array } {
  const { offsets } = data.byUser;
  const users = Uint32Array.from(ratedUsers(data));
  const ratingsOf = (user: number) => offsets[user + 1] - offsets[user];
  const ratings = users.map(ratingsOf);
  const inCore = coreTest(settings, settings.seed);
  const core = users.filter((user) => inCore(data.userIds[user], ratingsOf(user)));
  const parts = [
    { triggers: [core], users: core, samples: core.map(ratingsOf), work: settings.epochs },
    { triggers: [users], users, samples: ratings, work: 2 * settings.sweeps },
  ];
  return { users, ratings, parts, core };
}
