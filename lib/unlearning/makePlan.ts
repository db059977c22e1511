/**
 * Makes a plan (Sections 3.2 and 3.3): embed users, group them, order the groups. Only users with ratings
 * take part, and they enter in the order of their ids, so a catalogue with emptied users gives the plan of
 * one that never had them.
 */

import { cohesion } from "../cohesion/cohesion";
import { curriculum } from "../cohesion/curriculum";
import { type Interactions, transpose } from "../data/interactions";
import { groupUsers } from "../grouping/group";
import type { UserSpace } from "../grouping/space";
import { embedUsers } from "../hypergraph/embedding";
import { WHOLE_EMBEDDING } from "../hypergraph/settings";
import { complete, pick } from "../settings";
import type { MethodContext } from "./method";
import { type Plan, ratedUsers } from "./plan";
import {
  clusteringOf,
  cohesionSpaceOf,
  GROUPINGS,
  ordersByCohesion,
  type PlanSettings,
  type Space,
  WHOLE_PLAN,
} from "./planSettings";

type PlanContext = Pick<MethodContext, "signal" | "onProgress" | "embed">;

/**
 * The plan of `data`. What its settings have no need of is not computed: random groups in random order, or in
 * the order of rho among rating rows, never embed a user.
 * @throws InputError for unknown or impossible settings; StoppedError when the signal fires.
 */
export async function makePlan(
  data: Interactions,
  options: Partial<PlanSettings> = {},
  context: PlanContext = {},
): Promise<Plan> {
  const settings = complete(WHOLE_PLAN, options, "plan");
  const rated = ratedData(data);
  const { userIds, byUser } = rated;
  const filled = Math.min(settings.groups, userIds.length);
  const empty = Array.from({ length: settings.groups - filled }, (): string[] => []);
  const made = { settings };
  if (filled === 0) return { ...made, groups: empty };
  const { signal } = context;
  const control = { signal, onProgress: reporter(context) };
  const spaces = new Spaces(rated, settings, context);
  const loads = Uint32Array.from(userIds, (_, user) => byUser.offsets[user + 1] - byUser.offsets[user]);
  const place = await spaces.get(GROUPINGS[settings.grouping].space);
  const { groups } = await groupUsers(place, clusteringOf(settings, filled), {
    ...control,
    ids: userIds,
    loads,
  });
  const ratings = groups.map((members) => members.reduce((sum, user) => sum + loads[user], 0));
  const byRho = ordersByCohesion(settings) && filled > 1; // one group has but one order
  const rho = byRho
    ? await cohesion(await spaces.get(cohesionSpaceOf(settings)), groups, { seed: settings.seed }, control)
    : groups.map(() => ({ rho: 0 }));
  const facts = { rho: rho.map((group) => group.rho), ratings };
  const order = curriculum(settings.order, filled, facts, settings.seed);
  const named = Array.from(order, (g) => Array.from(groups[g], (user) => userIds[user]));
  return {
    ...made,
    groups: [...named, ...empty],
    rho: byRho ? Array.from(order, (g) => facts.rho[g]) : undefined,
  };
}

/** The spaces that a plan needs, each made once. */
class Spaces {
  private embedding: UserSpace | undefined;

  constructor(
    private readonly data: Interactions,
    private readonly settings: PlanSettings,
    private readonly context: PlanContext,
  ) {}

  async get(space: Space): Promise<UserSpace> {
    const { data, settings, context } = this;
    if (space === "none") return { kind: "none", count: data.userIds.length };
    if (space === "ratings") return { kind: "sparse", rows: data.byUser, columns: data.itemIds.length };
    if (this.embedding) return this.embedding;
    const embed = context.embed ?? embedUsers;
    const options = { signal: context.signal, onProgress: reporter(context) };
    const { values, dim } = await embed(data, pick(WHOLE_EMBEDDING, settings), options);
    this.embedding = { kind: "dense", values, dim };
    return this.embedding;
  }
}

const reporter = (context: PlanContext) => (progress: { stage: string; done?: number }) =>
  context.onProgress?.({ stage: "plan", done: progress.done ?? 0, text: `plan: ${progress.stage}` });

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
