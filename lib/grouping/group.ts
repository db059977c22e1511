/**
 * The partition of users into groups: Section 3.2 of LASER ("Group module"), Algorithms 2 and 4. Names of
 * Section 4.2: Rand is `random`, BKM is `kmeans` on the rating rows, CBKM is `kmeans` on the collaborative
 * embedding, all balanced by users.
 */

import { InputError } from "../errors";
import { Random } from "../random";
import { cluster } from "./cluster";
import type { Control } from "./passes";
import { inertiaOf } from "./points";
import { dealtLabels, independentLabels, loadedLabels } from "./random";
import { type GroupingSettings, groupingSettings } from "./settings";
import { pointsOf, reorder, spaceCount, type UserSpace } from "./space";

/** What `groupUsers` takes beside settings: ids for ties, loads, signal and progress. */
export interface GroupingOptions extends Control {
  /**
   * Original user ids, one per row. With them the result does not depend on how users are numbered:
   * everything is computed in the order of the ids. Without them the number is the id.
   */
  readonly ids?: readonly string[];
  /** What each user costs to train, for balance "ratings". Sparse spaces have it already: ratings per row. */
  readonly loads?: ArrayLike<number>;
}

/** Groups of users, and how they came about. */
export interface Grouping {
  /** Uint32Array, users: the group of each, 0 .. S - 1 */
  readonly labels: Uint32Array;
  /** S lists of users, ascending; together every user exactly once */
  readonly groups: readonly Uint32Array[];
  readonly settings: GroupingSettings;
  /** Sum of squared distances to the group means in the space; absent for one of kind "none". */
  readonly inertia?: number;
  /** Passes of the final loop (of the restart that was kept); 0 for random grouping. */
  readonly passes: number;
  /** Whether the loop ended because no label changed. */
  readonly converged: boolean;
}

/**
 * Groups users. Equal input, settings and ids give equal labels, on every machine.
 * @throws InputError for bad settings or input, more groups than users; StoppedError when stopped.
 */
export async function groupUsers(
  space: UserSpace,
  settings: Partial<GroupingSettings>,
  options: GroupingOptions = {},
): Promise<Grouping> {
  const count = spaceCount(space);
  const full = groupingSettings(settings, count);
  const order = canonicalOrder(count, options.ids);
  const ordered = order ? reorder(space, order) : space;
  const loads = full.balance === "ratings" ? loadsOf(space, options.loads, order) : undefined;
  const points = ordered.kind === "none" && full.method === "random" ? undefined : pointsOf(ordered);
  const random = Random.stream(full.seed, "grouping", full.method);
  const found =
    points && full.method !== "random"
      ? await cluster(points, full, loads, random, options)
      : { labels: randomLabels(count, full, loads, random), passes: 0, converged: true };
  const inertia = points && inertiaOf(points, found.labels, full.groups);
  const labels = order ? new Uint32Array(count) : found.labels;
  order?.forEach((user, place) => {
    labels[user] = found.labels[place];
  });
  const { passes, converged } = found;
  return { labels, groups: membersOf(labels, full.groups), settings: full, inertia, passes, converged };
}

/** The members of each group, ascending. */
export function membersOf(labels: Uint32Array, groups: number): Uint32Array[] {
  const lists = Array.from({ length: groups }, (): number[] => []);
  labels.forEach((label, user) => {
    lists[label].push(user);
  });
  return lists.map((list) => Uint32Array.from(list));
}

function randomLabels(
  count: number,
  { groups, balance }: GroupingSettings,
  loads: Float64Array | undefined,
  random: Random,
): Uint32Array {
  if (balance === "none") return independentLabels(count, groups, random);
  return loads ? loadedLabels(count, groups, loads, random) : dealtLabels(count, groups, random);
}

/** Row numbers in the order of the ids, or undefined where that is the order they have. */
function canonicalOrder(count: number, ids: readonly string[] | undefined): Uint32Array | undefined {
  if (!ids) return undefined;
  if (ids.length !== count) throw new InputError(`grouping: ${ids.length} ids for ${count} users`);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  order.sort((a, b) => (ids[a] < ids[b] ? -1 : ids[a] > ids[b] ? 1 : 0));
  for (let k = 1; k < count; k++) {
    if (ids[order[k]] === ids[order[k - 1]])
      throw new InputError(`grouping: user id ${ids[order[k]]} occurs twice`);
  }
  return order;
}

function loadsOf(
  space: UserSpace,
  given: ArrayLike<number> | undefined,
  order: Uint32Array | undefined,
): Float64Array {
  const count = spaceCount(space);
  const loads = new Float64Array(count);
  if (given && given.length !== count)
    throw new InputError(`grouping: ${given.length} loads for ${count} users`);
  if (!given && space.kind !== "sparse")
    throw new InputError('grouping.balance: "ratings" needs the option loads in a space without ratings');
  for (let place = 0; place < count; place++) {
    const user = order ? order[place] : place;
    const load = given
      ? given[user]
      : space.kind === "sparse"
        ? space.rows.offsets[user + 1] - space.rows.offsets[user]
        : 0;
    if (!(Number.isFinite(load) && load >= 0))
      throw new InputError(`grouping: load of user ${user} is ${load}`);
    loads[place] = load;
  }
  return loads;
}
