/**
 * The k nearest neighbours of every user, exactly, in O(users x k) memory: the graph of label propagation.
 * Dense rows are compared pair by pair. Sparse rows go through the inverted index, item by item, so that only
 * users who share an item are ever compared: a neighbour in the ratings is one with at least one item in
 * common.
 */

import { InputError } from "../errors";
import { yieldToEventLoop } from "../yield";
import type { Control } from "./passes";
import type { Points } from "./points";
import { SparsePoints } from "./sparsePoints";

export interface Neighbours {
  /** Uint32Array, users x k, nearest first (ties: smaller user); only the first counts[i] of row i are set */
  readonly users: Uint32Array;
  /** neighbours that user i has, at most k */
  readonly counts: Uint32Array;
  readonly k: number;
}

/** All pairs of this many users in 16 dimensions are compared in about a minute; of 478,235, in hours. */
const MOST_DENSE_USERS = 50_000;

/**
 * The k nearest others of each user. Yields to the event loop every few users.
 * @throws InputError for more dense rows than can be compared pair by pair
 */
export async function nearestNeighbours(points: Points, k: number, control: Control): Promise<Neighbours> {
  const { count } = points;
  if (!(points instanceof SparsePoints) && count > MOST_DENSE_USERS)
    throw new InputError(
      `grouping.method: "labelPropagation" compares all pairs of dense rows; ` +
        `${count} users are more than ${MOST_DENSE_USERS}`,
    );
  const list = new NearestList(count, k);
  const visit = points instanceof SparsePoints ? sparseVisitor(points, list) : denseVisitor(points, list);
  for (let user = 0; user < count; user++) {
    visit(user);
    if (user % 256 === 255) await yieldToEventLoop(control.signal, "grouping");
  }
  return { users: list.users, counts: list.counts, k };
}

/** Offers every pair once, to both ends. */
function denseVisitor(points: Points, list: NearestList): (user: number) => void {
  return (user) => {
    for (let other = 0; other < user; other++) {
      const distance = points.squaredDistance(user, other);
      list.offer(user, other, distance);
      list.offer(other, user, distance);
    }
  };
}

/** Sums the products of one user with all earlier ones over shared items; each pair is met once. */
function sparseVisitor(points: SparsePoints, list: NearestList): (user: number) => void {
  const { offsets, columns, values } = points.rows;
  const index = new InvertedIndex(points, new Uint32Array(points.count).keys());
  const products = new Float64Array(points.count);
  const met = new Uint8Array(points.count);
  const touched = new Uint32Array(points.count);
  return (user) => {
    let reached = 0;
    for (let at = offsets[user]; at < offsets[user + 1]; at++) {
      const x = values[at];
      const item = columns[at];
      for (let k = index.offsets[item]; k < index.ends[item]; k++) {
        const other = index.places[k];
        products[other] += x * index.values[k];
        if (met[other] === 0) {
          met[other] = 1;
          touched[reached++] = other;
        }
      }
    }
    for (let k = 0; k < reached; k++) {
      const other = touched[k];
      const square = points.squaredNorms[user] - 2 * products[other] + points.squaredNorms[other];
      const distance = Math.max(square, 0);
      list.offer(user, other, distance);
      list.offer(other, user, distance);
      products[other] = 0;
      met[other] = 0;
    }
    index.add(user, user);
  };
}

/** item -> (place, value) of the members added so far, in a flat table with room for all of them. */
export class InvertedIndex {
  readonly offsets: Uint32Array;
  /** where the entries of an item end so far */
  readonly ends: Uint32Array;
  readonly places: Uint32Array;
  readonly values: Float32Array;

  constructor(
    private readonly points: SparsePoints,
    members: Iterable<number>,
  ) {
    const { offsets, columns } = points.rows;
    this.offsets = new Uint32Array(points.dim + 1);
    for (const user of members)
      for (let k = offsets[user]; k < offsets[user + 1]; k++) this.offsets[columns[k] + 1]++;
    for (let item = 0; item < points.dim; item++) this.offsets[item + 1] += this.offsets[item];
    this.ends = this.offsets.slice(0, points.dim);
    this.places = new Uint32Array(this.offsets[points.dim]);
    this.values = new Float32Array(this.offsets[points.dim]);
  }

  /** Adds a member under the number that the caller has for it. */
  add(user: number, place: number): void {
    const { offsets, columns, values } = this.points.rows;
    for (let k = offsets[user]; k < offsets[user + 1]; k++) {
      const at = this.ends[columns[k]]++;
      this.places[at] = place;
      this.values[at] = values[k];
    }
  }
}

/** The k smallest (distance, user) of each user, kept sorted by insertion: k is about ten. */
class NearestList {
  readonly users: Uint32Array;
  readonly counts: Uint32Array;
  private readonly distances: Float64Array;

  constructor(
    count: number,
    private readonly k: number,
  ) {
    this.users = new Uint32Array(count * k);
    this.distances = new Float64Array(count * k);
    this.counts = new Uint32Array(count);
  }

  offer(user: number, other: number, distance: number): void {
    const { users, distances, k } = this;
    const start = user * k;
    let at = start + this.counts[user];
    const before = (place: number) =>
      distances[place] < distance || (distances[place] === distance && users[place] < other);
    if (at === start + k) {
      if (k === 0 || before(at - 1)) return;
      at--;
    } else this.counts[user]++;
    while (at > start && !before(at - 1)) {
      distances[at] = distances[at - 1];
      users[at] = users[at - 1];
      at--;
    }
    distances[at] = distance;
    users[at] = other;
  }
}
