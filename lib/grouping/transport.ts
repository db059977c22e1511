/**
 * The balanced assignment of least total cost: a transportation problem with N users and few groups, solved
 * exactly by successive shortest paths (Ahuja, Magnanti and Orlin, "Network Flows", 1993, chapter 9).
 * Algorithm 2 of LASER is the greedy answer to the same problem.
 *
 * The graph is folded onto the groups: the length of j -> k is the least change of cost over the users of j
 * if one of them moves to k, read from a queue per pair of groups. Everyone starts in the nearest group
 * (under the prices of the pass before, if any), which is optimal for the sizes it happens to have; then one
 * user after another is passed along a shortest path from a group with too many to one with too few, which
 * keeps it optimal. Costs are rounded to integers below 2^40, so that all sums are exact and no cycle is ever
 * negative by rounding.
 */

import { UserQueue } from "./userQueue";

/** 2^40: a path over 256 groups stays below 2^53, where integers are exact. */
const LARGEST = 1_099_511_627_776;

export class Transport {
  private prices: Float64Array; // in units of cost: what a place in the group is worth, from the pass before
  private readonly whole: Float64Array; // costs as integers, users x groups

  /** Every group gets `lower` to `upper` users; groups * lower <= users <= groups * upper. */
  constructor(
    private readonly users: number,
    private readonly groups: number,
    private readonly lower: number,
    private readonly upper: number,
  ) {
    this.prices = new Float64Array(groups);
    this.whole = new Float64Array(users * groups);
  }

  /** Sets `labels` to an assignment of least total cost, rounded by less than N 2^-40 of its range. */
  assign(cost: Float64Array, labels: Uint32Array): void {
    const { groups, whole } = this;
    let least = Infinity;
    let most = -Infinity;
    for (let k = 0; k < cost.length; k++) {
      if (cost[k] < least) least = cost[k];
      if (cost[k] > most) most = cost[k];
    }
    const scale = most > least ? LARGEST / (most - least) : 0;
    for (let k = 0; k < cost.length; k++) whole[k] = Math.round((cost[k] - least) * scale);
    // Old prices make a start that is optimal for its sizes as long as no seat above `lower` is given out
    // yet. With fewer such seats than groups (balanced sizes) that costs little; under the printed ceiling
    // they are nearly all.
    const warm = this.users - groups * this.lower < groups;
    const price = this.prices.map((p) => (warm ? Math.round(p * scale) : 0));
    const state = new FlowState(whole, groups, labels, price);
    state.balance(this.lower, this.upper, warm);
    const lengths = state.potentials();
    this.prices = lengths.map((y) => (scale > 0 ? y / scale : 0));
  }
}

/** Who is where, what moves cost, and the augmentation. Node `groups` is the pool of extra seats. */
class FlowState {
  private readonly sizes: Int32Array;
  private readonly queues: UserQueue[]; // groups x groups
  private readonly lengths: Float64Array; // groups x groups, Infinity where nobody can move

  constructor(
    private readonly cost: Float64Array,
    private readonly groups: number,
    private readonly labels: Uint32Array,
    price: Float64Array,
  ) {
    this.sizes = new Int32Array(groups);
    for (let i = 0; i < labels.length; i++) {
      let best = 0;
      for (let j = 1, at = i * groups; j < groups; j++)
        if (cost[at + j] - price[j] < cost[at + best] - price[best]) best = j;
      labels[i] = best;
      this.sizes[best]++;
    }
    this.queues = Array.from({ length: groups * groups }, (_, pair) => {
      const own = pair % groups === Math.floor(pair / groups);
      return new UserQueue(own ? 0 : this.sizes[Math.floor(pair / groups)]);
    });
    for (let i = 0; i < labels.length; i++) this.enqueue(i);
    for (const queue of this.queues) queue.build();
    this.lengths = new Float64Array(groups * groups).fill(Infinity);
    for (let j = 0; j < groups; j++) this.refresh(j);
  }

  /** Moves users along shortest paths until every size is within the bounds. */
  balance(lower: number, upper: number, warm: boolean): void {
    const { groups, sizes, labels } = this;
    const room = upper - lower;
    let pool = labels.length - groups * lower; // seats above `lower` that are still to be given out
    const extra = new Int32Array(groups);
    for (let j = 0; j < groups && !warm; j++) {
      extra[j] = Math.min(room, Math.max(0, sizes[j] - lower), pool);
      pool -= extra[j];
    }
    const distance = new Float64Array(groups + 1);
    const parent = new Int32Array(groups + 1);
    const excess = (j: number) => sizes[j] - lower - extra[j];
    for (;;) {
      let surplus = 0;
      for (let j = 0; j < groups; j++) {
        const over = excess(j) > 0;
        distance[j] = over ? 0 : Infinity;
        if (over) surplus += excess(j);
      }
      if (surplus === 0) return;
      distance[groups] = Infinity;
      parent.fill(-1);
      this.shortestPaths(
        distance,
        parent,
        (j) => extra[j] < room,
        (j) => extra[j] > 0,
      );
      let goal = pool > 0 ? groups : -1;
      for (let j = 0; j < groups; j++)
        if (excess(j) < 0 && (goal < 0 || distance[j] < distance[goal])) goal = j;
      if (goal === groups) pool--;
      for (let node = goal; parent[node] >= 0; node = parent[node]) {
        const from = parent[node];
        if (node === groups) extra[from]++;
        else if (from === groups) extra[node]--;
        else this.move(from, node);
      }
      for (let node = goal; node >= 0; node = parent[node]) if (node < groups) this.refresh(node);
    }
  }

  /**
   * Least path lengths from a root at 0 from every group: each user's cost - length is least at its label.
   */
  potentials(): Float64Array {
    const distance = new Float64Array(this.groups + 1);
    this.shortestPaths(
      distance,
      new Int32Array(this.groups + 1),
      () => false,
      () => false,
    );
    return distance.subarray(0, this.groups);
  }

  /** Bellman and Ford on groups + 1 nodes, ending as soon as nothing changes. */
  private shortestPaths(
    distance: Float64Array,
    parent: Int32Array,
    intoPool: (group: number) => boolean,
    outOfPool: (group: number) => boolean,
  ): void {
    const { groups, lengths } = this;
    for (let changed = true; changed; ) {
      changed = false;
      for (let j = 0; j < groups; j++) {
        const start = distance[j];
        if (start === Infinity) continue;
        for (let k = 0, at = j * groups; k < groups; k++) {
          if (start + lengths[at + k] < distance[k]) {
            distance[k] = start + lengths[at + k];
            parent[k] = j;
            changed = true;
          }
        }
        if (start < distance[groups] && intoPool(j)) {
          distance[groups] = start;
          parent[groups] = j;
          changed = true;
        }
      }
      for (let j = 0; j < groups; j++) {
        if (distance[groups] < distance[j] && outOfPool(j)) {
          distance[j] = distance[groups];
          parent[j] = groups;
          changed = true;
        }
      }
    }
  }

  /** The cheapest move from group j to group k, made. The user stays in j's queues until it is met there. */
  private move(j: number, k: number): void {
    const user = this.queues[j * this.groups + k].top;
    this.labels[user] = k;
    this.sizes[j]--;
    this.sizes[k]++;
    this.enqueue(user, true);
  }

  private enqueue(user: number, sift = false): void {
    const { cost, groups, queues, labels } = this;
    const own = labels[user];
    const at = user * groups;
    for (let k = 0; k < groups; k++) {
      if (k === own) continue;
      const change = cost[at + k] - cost[at + own];
      if (sift) queues[own * groups + k].push(change, user);
      else queues[own * groups + k].append(change, user);
    }
  }

  /** Drops users that have left group j from the heads of its queues and reads the lengths again. */
  private refresh(j: number): void {
    const { groups, labels, lengths, queues } = this;
    for (let k = 0; k < groups; k++) {
      if (k === j) continue;
      const queue = queues[j * groups + k];
      while (queue.size > 0 && labels[queue.top] !== j) queue.pop();
      lengths[j * groups + k] = queue.size > 0 ? queue.topKey : Infinity;
    }
  }
}
