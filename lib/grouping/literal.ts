/**
 * Algorithm 2 of LASER as printed, kept to show what it does. Four faults:
 * (a) lines 5-8 never ask whether a user is already placed, so a later pair overwrites it and takes a second
 * seat;
 * (b) c is set in line 1 only, so the second pass finds no seat and places nobody;
 * (c) line 4 sorts distances "descend": the farthest pair goes first;
 * (d) line 11 stops after t > tau, so tau + 1 passes run.
 */

/** The seats of line 1: ceil(N / S) a group, for the whole run. */
export function printedSeats(users: number, groups: number): Uint32Array {
  return new Uint32Array(groups).fill(Math.ceil(users / groups));
}

/** Lines 4-9, in place. `cost`: distances, users x groups; ties: smaller user, then smaller group. */
export function printedPass(
  cost: Float64Array,
  groups: number,
  labels: Uint32Array,
  seats: Uint32Array,
  onSeat?: (user: number, group: number) => void,
): void {
  let free = seats.reduce((sum, c) => sum + c, 0);
  if (free === 0) return; // fault (b): every pass but the first ends here
  const pairs = new Uint32Array(cost.length);
  for (let pair = 0; pair < pairs.length; pair++) pairs[pair] = pair;
  pairs.sort((a, b) => cost[b] - cost[a] || a - b);
  for (let k = 0; k < pairs.length && free > 0; k++) {
    const group = pairs[k] % groups;
    if (seats[group] === 0) continue;
    const user = (pairs[k] - group) / groups;
    onSeat?.(user, group);
    labels[user] = group;
    seats[group]--;
    free--;
  }
}

/** One seat taken. */
export interface PrintedStep {
  readonly user: number;
  readonly group: number;
  readonly cost: number;
  /** the group in which the user already had a seat, which stays taken: fault (a) */
  readonly seatedBefore: number | undefined;
}

/** The first pass seat by seat, for a reader to see (notebook 03). Parameters as of `printedPass`. */
export function printedSteps(cost: ArrayLike<number>, groups: number): PrintedStep[] {
  const users = cost.length / groups;
  const labels = new Uint32Array(users).fill(groups); // nobody has a seat yet
  const steps: PrintedStep[] = [];
  printedPass(Float64Array.from(cost), groups, labels, printedSeats(users, groups), (user, group) => {
    const seatedBefore = labels[user] === groups ? undefined : labels[user];
    steps.push({ user, group, cost: cost[user * groups + group], seatedBefore });
  });
  return steps;
}
