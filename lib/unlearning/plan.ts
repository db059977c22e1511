/**
 * The plan of a system: which users form each group, and in which order the groups are trained (Sections 3.2
 * and 3.3). It is the partition that a certificate names. A plan file holds ids and settings and no rating.
 * What it remembers of erased users is that the groups were made with them; erasing takes their ids out
 * (`withoutMembers`), and only regrouping takes out the rest.
 */

import type { Interactions } from "../data/interactions";
import { InputError } from "../errors";
import { canonicalJson, sha256 } from "../json";
import type { Json } from "../training/store";

/** Groups of users in their order of training, and the settings that made them. */
export interface Plan {
  /** What it was made with, plain JSON: `PlanSettings` of makePlan.ts; null for a plan that was given. */
  readonly settings: Json;
  /**
   * Original ids of each group's users, in the order of the catalogue; groups in training order, or empty.
   */
  readonly groups: readonly (readonly string[])[];
  /** Cohesion rho (Eq. 3) of each group, where the order came from it. Not in the file: it saw everybody. */
  readonly rho?: readonly number[];
}

const FORMAT = "erasable plan, format 1";

/** The plan as canonical JSON: what is written to a file. */
export function planText(plan: Plan): string {
  // JSON.stringify writes lists of strings canonically, and many times faster
  const [format, groups] = [FORMAT, plan.groups].map((part) => JSON.stringify(part));
  return `{"format":${format},"groups":${groups},"settings":${canonicalJson(plan.settings)}}`;
}

/** SHA-256 of the plan's text. */
export const planHash = (plan: Plan): string => sha256(planText(plan));

/** The plan of a file. @throws InputError when the text is not one. */
export function parsePlan(text: string): Plan {
  let value: { format?: unknown; settings?: Json; groups?: unknown };
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`plan: ${(error as Error).message}`);
  }
  const groups = value?.groups;
  const sound =
    value?.format === FORMAT &&
    Array.isArray(groups) &&
    groups.every((ids) => Array.isArray(ids) && ids.every((id) => typeof id === "string"));
  if (!sound) throw new InputError(`plan: this is not a file of "${FORMAT}"`);
  return { settings: value.settings ?? null, groups: groups as string[][] };
}

/** The plan without these users. Their groups stay, if empty too: the others keep place and streams. */
export function withoutMembers(plan: Plan, ids: ReadonlySet<string>): Plan {
  const touched = (group: readonly string[]) => group.some((id) => ids.has(id));
  return {
    settings: plan.settings,
    groups: plan.groups.map((group) => (touched(group) ? group.filter((id) => !ids.has(id)) : group)),
  };
}

/**
 * The groups as user numbers of `data`, ascending.
 * @throws InputError when a planned user is not in the catalogue, stands in two groups, or a rated user in
 *   none.
 */
export function membersOf(plan: Plan, data: Interactions): Uint32Array[] {
  const numbers = new Map(data.userIds.map((id, user) => [id, user]));
  const placed = new Uint8Array(data.userIds.length);
  const groups = plan.groups.map((ids, g) =>
    Uint32Array.from(ids, (id) => {
      const user = numbers.get(id);
      if (user === undefined) throw new InputError(`plan: user ${id} of group ${g + 1} is not in the data`);
      if (placed[user]++) throw new InputError(`plan: user ${id} stands in more than one group`);
      return user;
    }).sort(),
  );
  for (const user of ratedUsers(data)) {
    if (!placed[user]) throw new InputError(`plan: user ${data.userIds[user]} has ratings but no group`);
  }
  return groups;
}

/** Users with at least one rating: those whom a plan places. Uint32Array, ascending. */
export function ratedUsers(data: Interactions): Uint32Array {
  const { offsets } = data.byUser;
  return Uint32Array.from(data.userIds, (_, user) => user).filter(
    (user) => offsets[user + 1] > offsets[user],
  );
}
