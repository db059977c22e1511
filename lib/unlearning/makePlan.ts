/**
 * Makes a plan (Sections 3.2 and 3.3): embed users, group them, order the groups. Only users with ratings take part, and
 * they enter in the order of their ids, so a catalogue with emptied users gives the plan of one that never had them.
 */

import type { Interactions } from "../data/interactions";
import { transpose } from "../data/interactions";
import { requireInteger, requireKnownKeys, requireOneOf } from "../errors";
import { groupUsers } from "../grouping/group";
import { ASSIGNMENTS, BALANCES } from "../grouping/settings";
import type { UserSpace } from "../grouping/space";
import { Random } from "../random";
import type { Json } from "../training/store";
import type { MethodContext } from "./method";
import { type Plan, ratedUsers } from "./plan";

export const GROUPINGS = ["rand", "bkm", "cbkm"] as const;
export const ORDERS = ["easyToHard", "hardToEasy", "random", "byRatings"] as const;

export interface PlanSettings {
  /** S; with fewer users than groups the last groups stay empty */
  readonly groups: number;
  /** Section 4.2: `rand`, balanced k-means on rating rows (`bkm`) or on the embedding (`cbkm`). */
  readonly grouping: (typeof GROUPINGS)[number];
  /** Section 3.3; `easyToHard` is descending cohesion. */
  readonly order: (typeof ORDERS)[number];
  /** what the groups are equal in */
  readonly balance: (typeof BALANCES)[number];
  /** how Algorithm 2 assigns */
  readonly assignment: (typeof ASSIGNMENTS)[number];
  readonly seed: number;
}

export const PLAN_DEFAULTS: PlanSettings = Object.freeze({
  groups: 8,
  grouping: "cbkm",
  order: "easyToHard",
  balance: "users",
  assignment: "greedy",
  seed: 1,
});

/** Settings with the defaults filled in, checked and frozen. @throws InputError naming the key. */
export function planSettings(partial: Partial<PlanSettings> = {}): PlanSettings {
  requireKnownKeys(partial, Object.keys(PLAN_DEFAULTS), "plan settings");
  const given = Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined));
  const settings: PlanSettings = { ...PLAN_DEFAULTS, ...given };
  requireInteger(settings.groups, 1, 65_535, "groups");
  requireOneOf(settings.grouping, GROUPINGS, "grouping");
  requireOneOf(settings.order, ORDERS, "order");
  requireOneOf(settings.balance, BALANCES, "balance");
  requireOneOf(settings.assignment, ASSIGNMENTS, "assignment");
  requireInteger(settings.seed, 0, 2 ** 32 - 1, "seed");
  return Object.freeze(settings);
}

type PlanContext = Pick<MethodContext, "signal" | "onProgress">;

/** The plan of `data` under `settings`. @throws StoppedError when the signal fires. */
export async function makePlan(
  data: Interactions,
  settings: PlanSettings,
  context: PlanContext = {},
): Promise<Plan> {
  const rated = ratedData(data);
  const count = rated.userIds.length;
  const filled = Math.min(settings.groups, count);
  const empty = Array.from({ length: settings.groups - filled }, (): string[] => []);
  const made = { settings: settings as unknown as Json };
  if (filled === 0) return { ...made, groups: empty };
  const space: UserSpace = { kind: "none", count };
  const { groups } = await groupUsers(
    space,
    { method: "random", groups: filled, balance: settings.balance, seed: settings.seed },
    { ids: rated.userIds, signal: context.signal },
  );
  const order = Random.stream(settings.seed, "order").shuffle(groups.map((_, g) => g));
  const named = order.map((g) => Array.from(groups[g], (user) => rated.userIds[user]));
  return { ...made, groups: [...named, ...empty] };
}

/** The same ratings over a catalogue of the rated users alone. */
function ratedData(data: Interactions): Interactions {
  const users = ratedUsers(data);
  if (users.length === data.userIds.length) return data;
  const offsets = new Uint32Array(users.length + 1);
  users.forEach((user, row) => {
    offsets[row + 1] = data.byUser.offsets[user + 1]; // users in between have no ratings
  });
  const byUser = { ...data.byUser, offsets };
  const userIds = Array.from(users, (user) => data.userIds[user]);
  return { ...data, userIds, byUser, byItem: transpose(byUser, data.itemIds.length) };
}
