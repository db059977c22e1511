/**
 * Makes a plan (Sections 3.2 and 3.3): embed users, group them, order the groups. Only users with ratings take part, and
 * they enter in the order of their ids, so a catalogue with emptied users gives the plan of one that never had them.
 */

import { cohesion } from "../cohesion/cohesion";
import { CURRICULA, type Curriculum, curriculum } from "../cohesion/curriculum";
import { type Interactions, transpose } from "../data/interactions";
import { InputError, requireInteger, requireKnownKeys, requireOneOf } from "../errors";
import { groupUsers } from "../grouping/group";
import {
  ASSIGNMENTS,
  BALANCES,
  GROUPING_METHODS,
  type GroupingMethod,
  type GroupingSettings,
} from "../grouping/settings";
import type { UserSpace } from "../grouping/space";
import { type EmbeddingSettings, embedUsers } from "../hypergraph/embedding";
import type { Json } from "../training/store";
import type { MethodContext } from "./method";
import { type Plan, ratedUsers } from "./plan";

export const SPACES = ["none", "ratings", "embedding"] as const;
type Space = (typeof SPACES)[number];

/** Which clustering in which space. */
export interface Grouping {
  readonly method: GroupingMethod;
  readonly space: Space;
}

/** The groupings of Section 4.2. */
export const GROUPINGS = Object.freeze({
  rand: { method: "random", space: "none" },
  bkm: { method: "kmeans", space: "ratings" },
  cbkm: { method: "kmeans", space: "embedding" },
} as const satisfies Record<string, Grouping>);
export type GroupingName = keyof typeof GROUPINGS;

type ClusteringSettings = Partial<
  Pick<GroupingSettings, "literal" | "ceiling" | "start" | "restarts" | "maxPasses">
>;

/** How users are grouped and groups are ordered. */
export interface PlanSettings {
  /** S; with fewer users than groups the last groups stay empty */
  readonly groups: number;
  readonly grouping: Grouping;
  /** Section 3.3; `easyToHard` is descending cohesion */
  readonly order: Curriculum;
  /** the space of rho, the same for all groupings so that their orders can be compared */
  readonly cohesion: "embedding" | "ratings";
  /** what the groups are equal in */
  readonly balance: (typeof BALANCES)[number];
  /** how Algorithm 2 assigns */
  readonly assignment: (typeof ASSIGNMENTS)[number];
  /** further settings of the clustering: lib/grouping/settings.ts */
  readonly clustering: ClusteringSettings;
  /** the user embedding: lib/hypergraph/embedding.ts */
  readonly embedding: Omit<EmbeddingSettings, "seed">;
  readonly seed: number;
}

/** As a caller writes them: a grouping may be a name of Section 4.2. */
export type PlanOptions = Partial<Omit<PlanSettings, "grouping">> & {
  readonly grouping?: GroupingName | Grouping;
};

export const PLAN_DEFAULTS: PlanSettings = Object.freeze({
  groups: 8,
  grouping: GROUPINGS.cbkm,
  order: "easyToHard",
  cohesion: "embedding",
  balance: "users",
  assignment: "greedy",
  clustering: Object.freeze({}),
  embedding: Object.freeze({}),
  seed: 1,
});

/** Settings with the defaults filled in, checked and frozen. @throws InputError naming the key. */
export function planSettings(options: PlanOptions = {}): PlanSettings {
  requireKnownKeys(options, Object.keys(PLAN_DEFAULTS), "plan settings");
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings = { ...PLAN_DEFAULTS, ...given, grouping: groupingOf(options.grouping) };
  requireInteger(settings.groups, 1, 65_535, "groups");
  requireOneOf(settings.order, CURRICULA, "order");
  requireOneOf(settings.cohesion, ["embedding", "ratings"], "cohesion");
  requireOneOf(settings.balance, BALANCES, "balance");
  requireOneOf(settings.assignment, ASSIGNMENTS, "assignment");
  requireKnownKeys(
    settings.clustering,
    ["literal", "ceiling", "start", "restarts", "maxPasses"],
    "plan settings: clustering",
  );
  requireInteger(settings.seed, 0, 2 ** 32 - 1, "seed");
  return Object.freeze(settings);
}

function groupingOf(grouping: GroupingName | Grouping = PLAN_DEFAULTS.grouping): Grouping {
  if (typeof grouping === "string")
    return GROUPINGS[requireOneOf(grouping, Object.keys(GROUPINGS) as GroupingName[], "grouping")];
  requireKnownKeys(grouping, ["method", "space"], "grouping");
  requireOneOf(grouping.method, GROUPING_METHODS, "grouping.method");
  requireOneOf(grouping.space, SPACES, "grouping.space");
  if ((grouping.method === "random") !== (grouping.space === "none"))
    throw new InputError(
      'grouping: method "random" has space "none", and all others need "ratings" or "embedding"',
    );
  return Object.freeze({ ...grouping });
}

type PlanContext = Pick<MethodContext, "signal" | "onProgress" | "embed">;

/**
 * The plan of `data` under `settings`.
 * @throws InputError for impossible settings; StoppedError when the signal fires.
 */
export async function makePlan(
  data: Interactions,
  settings: PlanSettings,
  context: PlanContext = {},
): Promise<Plan> {
  const rated = ratedData(data);
  const { userIds, byUser } = rated;
  const filled = Math.min(settings.groups, userIds.length);
  const empty = Array.from({ length: settings.groups - filled }, (): string[] => []);
  const made = { settings: settings as unknown as Json };
  if (filled === 0) return { ...made, groups: empty };
  const { signal } = context;
  const control = { signal, onProgress: reporter(context) };
  const spaces = new Spaces(rated, settings, context);
  const loads = Uint32Array.from(userIds, (_, user) => byUser.offsets[user + 1] - byUser.offsets[user]);
  const { method, space } = settings.grouping;
  const clustering = {
    ...settings.clustering,
    method,
    groups: filled,
    balance: settings.balance,
    assignment: settings.assignment,
    seed: settings.seed,
  };
  const { groups } = await groupUsers(await spaces.get(space), clustering, {
    ...control,
    ids: userIds,
    loads,
  });
  const ratings = groups.map((members) => members.reduce((sum, user) => sum + loads[user], 0));
  const byRho = settings.order === "easyToHard" || settings.order === "hardToEasy";
  const rho =
    byRho && filled > 1
      ? await cohesion(await spaces.get(settings.cohesion), groups, { seed: settings.seed }, control)
      : groups.map(() => ({ rho: 0 })); // one group has but one order
  const facts = { rho: rho.map((group) => group.rho), ratings };
  const order = curriculum(settings.order, filled, facts, settings.seed);
  const named = Array.from(order, (g) => Array.from(groups[g], (user) => userIds[user]));
  return {
    ...made,
    groups: [...named, ...empty],
    rho: byRho && filled > 1 ? Array.from(order, (g) => facts.rho[g]) : undefined,
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
    const { values, dim } = await embed(data, { ...settings.embedding, seed: settings.seed }, options);
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
