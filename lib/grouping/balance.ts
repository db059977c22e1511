/**
 * Algorithm 2 of LASER, corrected: the balanced assignment of users to groups by priority, nearest pair
 * first. Each user is placed once and the seats are counted anew in every pass; literal.ts runs the algorithm
 * as printed.
 *
 * The printed loop sorts all N x S pairs. The same order comes out of the users in order of their nearest
 * group, sorted once, and a heap of those who found that group closed, keyed by the next nearest group that
 * still takes them. Pairs are so taken in the order (cost, user, group), without an object or a stored pair:
 * O(NS) to find the nearest groups, O(S + log N) for each refusal.
 */

import { ascending } from "./ascending";
import { UserQueue } from "./userQueue";

/** Which group may take which user, and what happens to the count when it does. */
export interface Seats {
  admits(group: number, user: number): boolean;
  take(group: number, user: number): void;
}

/**
 * One pass with N / S users per group: sizes are floor(N / S), and the first N mod S groups that want one
 * more get it. With `ceiling` every group may take ceil(N / S), as printed, and the last may stay smaller by
 * more than one.
 */
export function balanceUsers(
  cost: Float64Array,
  groups: number,
  ceiling: boolean,
  labels: Uint32Array,
): void {
  const count = labels.length;
  const floor = Math.floor(count / groups);
  const most = Math.ceil(count / groups);
  let extra = ceiling ? groups : count - floor * groups; // groups that may still grow from floor to most
  const sizes = new Uint32Array(groups);
  const rest = placeNearestFirst(cost, groups, labels, {
    admits: (j) => sizes[j] < floor || (sizes[j] < most && extra > 0),
    take(j) {
      if (++sizes[j] > floor) extra--;
    },
  });
  if (rest.length > 0) throw new Error("balance: the seats do not add up to the users");
}

/**
 * One pass with equal work: `loads[i]` is what user i costs (its ratings). First, nearest pair first, a group
 * takes whoever fits under the mean load W / S. A user whom no group could take finds every load above W / S
 * - w, so the loads then lie within the heaviest user of each other; the users left over, heaviest first, go
 * to the nearest group that keeps it so (the lightest group always does). Hence max load - min load <= the
 * heaviest user.
 */
export function balanceLoads(
  cost: Float64Array,
  groups: number,
  loads: ArrayLike<number>,
  labels: Uint32Array,
): void {
  let total = 0;
  let heaviest = 0;
  for (let i = 0; i < labels.length; i++) {
    total += loads[i];
    if (loads[i] > heaviest) heaviest = loads[i];
  }
  const quota = total / groups;
  const filled = new Float64Array(groups);
  const rest = placeNearestFirst(cost, groups, labels, {
    admits: (j, i) => filled[j] + loads[i] <= quota,
    take(j, i) {
      filled[j] += loads[i];
    },
  });
  rest.sort((a, b) => loads[b] - loads[a] || a - b);
  for (const i of rest) {
    const least = filled.reduce((a, b) => Math.min(a, b));
    let nearest = -1;
    for (let j = 0; j < groups; j++) {
      if (filled[j] + loads[i] - least > heaviest) continue;
      if (nearest < 0 || cost[i * groups + j] < cost[i * groups + nearest]) nearest = j;
    }
    labels[i] = nearest;
    filled[nearest] += loads[i];
  }
}

/**
 * Places users nearest pair first (ties: smaller user, then smaller group) as long as `seats` admits them.
 * `cost`: users x groups, smaller is nearer. Returns the users whom no group admitted, in the order of
 * refusal.
 */
export function placeNearestFirst(
  cost: Float64Array,
  groups: number,
  labels: Uint32Array,
  seats: Seats,
): number[] {
  const nearest = (user: number): number => {
    let best = -1;
    for (let j = 0, at = user * groups; j < groups; j++) {
      if ((best < 0 || cost[at + j] < cost[at + best]) && seats.admits(j, user)) best = j;
    }
    return best;
  };
  const count = labels.length;
  const keys = new Float64Array(count);
  const choice = new Int32Array(count);
  const rest: number[] = [];
  let waiting = 0;
  const users = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    choice[i] = nearest(i);
    if (choice[i] < 0) rest.push(i);
    else {
      keys[i] = cost[i * groups + choice[i]];
      users[waiting++] = i;
    }
  }
  const order = ascending(keys, users.subarray(0, waiting));
  const refused = new UserQueue();
  for (let at = 0; at < waiting || refused.size > 0; ) {
    const next = order[at];
    const again =
      refused.size > 0 &&
      (at === waiting ||
        refused.topKey < keys[next] ||
        (refused.topKey === keys[next] && refused.top < next));
    const user = again ? refused.top : next;
    if (again) refused.pop();
    else at++;
    const group = choice[user];
    if (seats.admits(group, user)) {
      labels[user] = group;
      seats.take(group, user);
      continue;
    }
    choice[user] = nearest(user);
    if (choice[user] < 0) rest.push(user);
    else refused.push(cost[user * groups + choice[user]], user);
  }
  return rest;
}
