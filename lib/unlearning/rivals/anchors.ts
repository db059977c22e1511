/**
 * RecEraser's balanced partition (Chen et al. 2022, Section 4.1, Algorithm 1): K anchors drawn among the points; pairs of
 * a point and an anchor by ascending distance, each point to the first anchor whose shard is not full; anchors move to the
 * means of their shards; until no point moves. A shard is full at ceil(N / K). Points are users, items, or ratings, which
 * have a place in both spaces: there the distance is the product of both.
 */

import { balanceUsers } from "../../grouping/balance";
import { DensePoints } from "../../grouping/densePoints";
import { KMeansHost } from "../../grouping/kMeans";
import { type Control, fillEmpty, type Host, runPasses } from "../../grouping/passes";

export interface AnchorSettings {
  /** K, from 1 to the number of points */
  readonly shards: number;
  readonly maxPasses: number;
}

/** Rows of an embedding, row-major. */
export interface Rows {
  readonly values: Float32Array;
  readonly dim: number;
}

/** The shard of each row. `anchors`: the rows that are the first anchors, one per shard. */
export function partitionRows(
  { values, dim }: Rows,
  anchors: Uint32Array,
  settings: AnchorSettings,
  control: Control,
): Promise<Uint32Array> {
  const points = new DensePoints(values, dim);
  const host = new KMeansHost(points, settings.shards, () => rowsAt(points, anchors));
  return balanced(host, points.count, settings, control);
}

/** The shard of each pair of a row of `users` and a row of `items`. `anchors`: the pairs that are the first anchors. */
export function partitionPairs(
  users: Rows,
  items: Rows,
  pairs: { readonly users: Uint32Array; readonly items: Uint32Array },
  anchors: Uint32Array,
  settings: AnchorSettings,
  control: Control,
): Promise<Uint32Array> {
  const host = new PairHost(
    new DensePoints(users.values, users.dim),
    new DensePoints(items.values, items.dim),
    pairs,
    anchors,
  );
  return balanced(host, pairs.users.length, settings, control);
}

async function balanced(
  host: Host,
  count: number,
  { shards, maxPasses }: AnchorSettings,
  control: Control,
): Promise<Uint32Array> {
  const pass = { stage: "balance" as const, restart: 0, restarts: 1, groups: shards, maxPasses };
  const assign = (cost: Float64Array, labels: Uint32Array) => {
    balanceUsers(cost, shards, true, labels);
    fillEmpty(cost, shards, labels); // the ceiling may use all points up before the last shard has one
  };
  return (await runPasses(host, assign, count, pass, control)).labels;
}

/** Rows as float64, one after another. */
function rowsAt(points: DensePoints, rows: Uint32Array): Float64Array {
  const picked = new Float64Array(rows.length * points.dim);
  rows.forEach((row, k) => {
    points.addRow(row, picked, k * points.dim);
  });
  return picked;
}

/** Distances of pairs: |user - anchor's user|^2 x |item - anchor's item|^2. */
class PairHost implements Host {
  private userAnchors: Float64Array = new Float64Array(0);
  private itemAnchors: Float64Array = new Float64Array(0);

  constructor(
    private readonly users: DensePoints,
    private readonly items: DensePoints,
    private readonly pairs: { readonly users: Uint32Array; readonly items: Uint32Array },
    private readonly anchors: Uint32Array,
  ) {}

  start(out: Float64Array): void {
    const { users, items, pairs, anchors } = this;
    this.userAnchors = rowsAt(
      users,
      anchors.map((pair) => pairs.users[pair]),
    );
    this.itemAnchors = rowsAt(
      items,
      anchors.map((pair) => pairs.items[pair]),
    );
    this.distances(out);
  }

  costs(labels: Uint32Array, out: Float64Array): void {
    const shards = this.anchors.length;
    this.userAnchors = meansOf(this.users, this.pairs.users, labels, shards);
    this.itemAnchors = meansOf(this.items, this.pairs.items, labels, shards);
    this.distances(out);
  }

  private distances(out: Float64Array): void {
    const { users, items, pairs } = this;
    const shards = this.anchors.length;
    const byUser = new Float64Array(users.count * shards);
    const byItem = new Float64Array(items.count * shards);
    users.squaredDistances(this.userAnchors, shards, byUser);
    items.squaredDistances(this.itemAnchors, shards, byItem);
    for (let pair = 0, at = 0; pair < pairs.users.length; pair++) {
      const u = pairs.users[pair] * shards;
      const i = pairs.items[pair] * shards;
      for (let s = 0; s < shards; s++, at++) out[at] = byUser[u + s] * byItem[i + s];
    }
  }
}

/** The mean row of each shard, every pair counted: the mean over rows weighted by how many pairs of the shard name them. */
function meansOf(points: DensePoints, rows: Uint32Array, labels: Uint32Array, shards: number): Float64Array {
  const { count, dim } = points;
  const tallies = new Float64Array(count * shards);
  const sizes = new Float64Array(shards);
  rows.forEach((row, pair) => {
    tallies[row * shards + labels[pair]]++;
    sizes[labels[pair]]++;
  });
  const sums = new Float64Array(shards * dim);
  points.addMoments(tallies, shards, sums, new Float64Array(shards * dim));
  return sums.map((sum, at) => sum / sizes[Math.floor(at / dim)]);
}
