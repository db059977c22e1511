/**
 * What a profile becomes for a file of one's own, which may be small or hold pairs without ratings: the core that is not
 * empty, numbers of groups that its users fill. What is changed is said.
 */

import { largestCore } from "../data/core";
import type { Interactions } from "../data/interactions";
import { showMarkdown } from "../report/show";
import type { Profile } from "./profile";
import { PAPER } from "./protocol";
import { rawData } from "./workbench";

/** The k-core of a notebook's ratings (default: the protocol's), or a smaller one that is not empty, which is said. */
export function sessionCore(ratings: Interactions, core: number = PAPER.core): Interactions {
  const { k, data } = largestCore(ratings, core);
  if (k < core) showMarkdown`> ${lesserCore(ratings, core, k)}`;
  return data;
}

const lesserCore = ({ provenance }: Interactions, core: number, k: number): string =>
  `The ${core}-core of ${provenance.name} is empty: this is its ${k}-core. So few ratings tell little.`;

/** @param dataset a file of one's own @throws InputError as reading it */
export async function fitted(
  dataset: string,
  profile: Profile,
): Promise<{ readonly profile: Profile; readonly notices: readonly string[] }> {
  const ratings = await rawData(dataset);
  const core = profile.overrides.core ?? PAPER.core;
  const { k, data } = largestCore(ratings, core);
  const users = data.userIds.length;
  const groups = profile.groups.filter((count) => 2 * count <= users);
  const few = groups.length > 0 ? groups : [Math.min(2, users)];
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
