/**
 * What a profile becomes for a file of one's own, which may be small or hold pairs without ratings: the core that is not
 * empty, numbers of groups that its users fill; generated ratings where it holds too few people to learn from. What is
 * changed is said.
 */

import { largestCore } from "../data/core";
import { rowLengths } from "../data/describe";
import type { Interactions } from "../data/interactions";
import { InputError } from "../errors";
import { currentProfile } from "../report/context";
import { showMarkdown } from "../report/show";
import { datasetTitle } from "./labels";
import type { Profile } from "./profile";
import { PAPER } from "./protocol";
import { rawData } from "./workbench";

/** Two groups of two. */
const LEAST_USERS = 4;

/** Why nobody can be held out, grouped and forgotten in such ratings; undefined where some can. */
export function tooFew({ userIds, byUser }: Interactions): string | undefined {
  const users = userIds.length;
  if (users < LEAST_USERS)
    return (
      `it holds ${users === 1 ? "one user alone" : `${users} users`}, and groups of people to learn and to forget ` +
      `take ${LEAST_USERS}`
    );
  if (rowLengths(byUser).every((length) => length < 2))
    return "nobody in it has rated two items, so nothing can be held out to test on";
  return undefined;
}

/** The k-core, or the largest lesser one that is not too few. */
function usableCore(ratings: Interactions, most: number): ReturnType<typeof largestCore> {
  const found = largestCore(ratings, most);
  return found.k <= 1 || tooFew(found.data) === undefined ? found : usableCore(ratings, found.k - 1);
}

/** The k-core of a notebook's ratings (default: the protocol's), or a lesser one that is not too few, which is said. */
export function sessionCore(ratings: Interactions, core: number = PAPER.core): Interactions {
  const { k, data } = usableCore(ratings, core);
  if (k < core) showMarkdown`> ${lesserCore(ratings, core, k)}`;
  return data;
}

const lesserCore = ({ provenance }: Interactions, core: number, k: number): string =>
  `The ${core}-core of ${provenance.name} holds next to nobody: this is its ${k}-core. So few ratings tell little.`;

/** Generated ratings that stand in for those of one's own. */
export const STAND_IN = "synthetic";

/** What is said where generated ratings stand in. @throws InputError in profile paper, which takes none */
export function standIn(title: string, why: string): string {
  if (currentProfile() !== "paper")
    return (
      `Nothing of this can be had for ${title}: ${why}. Generated ratings stand in, and what follows is not ` +
      "about your file."
    );
  throw new InputError(
    `nothing of this can be had for ${title}: ${why}. In profile smoke generated ratings stand in ` +
      "(ERASABLE_PROFILE=smoke)",
  );
}

/** @param dataset a file of one's own @throws InputError as reading it */
export async function fitted(
  dataset: string,
  profile: Profile,
): Promise<{ readonly profile: Profile; readonly notices: readonly string[] }> {
  const ratings = await rawData(dataset);
  const why = tooFew(ratings);
  if (why !== undefined)
    return {
      profile: { ...profile, datasets: [STAND_IN], rankingDatasets: [STAND_IN] },
      notices: [standIn(datasetTitle(dataset), why)],
    };
  const core = profile.overrides.core ?? PAPER.core;
  const { k, data } = usableCore(ratings, core);
  const users = data.userIds.length;
  const groups = profile.groups.filter((count) => 2 * count <= users);
  const few = groups.length > 0 ? groups : [LEAST_USERS / 2];
  const notices = [
    ...(k < core ? [lesserCore(ratings, core, k)] : []),
    ...(groups.length < profile.groups.length
      ? [
          `${users} users are too few for ${profile.groups.filter((one) => !few.includes(one)).join(", ")} groups.`,
        ]
      : []),
  ];
  const ablationGroups = few.includes(profile.ablationGroups) ? profile.ablationGroups : Math.max(...few);
  const overrides = { ...profile.overrides, ...(k < core ? { core: k } : {}) };
  return { profile: { ...profile, groups: few, ablationGroups, overrides }, notices };
}
