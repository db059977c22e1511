/**
 * Alternating least squares for pairs without ratings (Hu, Koren and Volinsky, "Collaborative filtering for implicit
 * feedback datasets", 2008; the objective as in Rendle et al., "Revisiting the performance of iALS on item recommendation
 * benchmarks", 2022): rows x of users and y of items make
 *   sum over observed pairs (1 - <x, y>)^2 + a sum over all pairs <x, y>^2 + l s |row|^2
 * small, a half-step at a time: all users with the items as they are, then all items. s is the mean square of the entries
 * of the side that stands still, without rows of zeros (users who were erased have such), so that l means the same for
 * embeddings of any scale. All sums are taken in float64 in the order of user and item numbers.
 */

import { setImmediate as macrotask } from "node:timers/promises";
import { StoppedError } from "../../errors";
import type { Graph } from "../../model/model";
import { real, type SettingsOf, whole } from "../../settings";
import { solveInPlace } from "../additive/dense";

export const ALS = {
  sweeps: whole(1, 1000, 1, "sweeps of least squares: each fits all users, then all items"),
  unobserved: real(1e-6, 1e6, 1, "weight of every pair beside that of an observed one"),
  alsRidge: real(
    1e-6,
    1e9,
    200,
    "ridge on each fitted row, in mean squares of the entries of the other side",
  ),
};
export type AlsSettings = SettingsOf<typeof ALS>;

/** How the work is watched and stopped. */
export interface AlsWork {
  readonly signal?: AbortSignal;
  /** share of the work that is done */
  readonly onProgress?: (done: number) => void;
}

/** Rows of users and items, side by side: users x k and items x k. */
export interface AlsRows {
  readonly users: Float32Array;
  readonly items: Float32Array;
}

/**
 * @param graph who rated what
 * @param start items x k: what the first users are fitted to
 * @param width k
 * @returns rows; zeros for users and items without pairs
 * @throws StoppedError when the signal fires; the same call does it again
 */
export async function alternate(
  graph: Graph,
  start: Float32Array,
  width: number,
  settings: AlsSettings,
  { signal, onProgress }: AlsWork = {},
): Promise<AlsRows> {
  const back = transposed(graph, start.length / width);
  const halves = 2 * settings.sweeps;
  const turn = async (half: number, done: number) => {
    onProgress?.((half + done) / halves);
    await macrotask();
    if (signal?.aborted) throw new StoppedError("least squares stopped; the same call does it again");
  };
  let rows: AlsRows = { users: new Float32Array(0), items: start };
  for (let half = 0; half < halves; half += 2) {
    const users = await halfStep(graph, rows.items, width, settings, (done) => turn(half, done));
    const items = await halfStep(back, users, width, settings, (done) => turn(half + 1, done));
    rows = { users, items };
  }
  return rows;
}

/** The graph seen from its items: for each of them its users, ascending. */
function transposed({ offsets, items }: Graph, itemCount: number): Graph {
  const ends = new Uint32Array(itemCount + 1);
  for (const item of items) ends[item + 1]++;
  for (let item = 0; item < itemCount; item++) ends[item + 1] += ends[item];
  const next = ends.slice();
  const users = new Uint32Array(items.length);
  for (let user = 0; user + 1 < offsets.length; user++)
    for (let k = offsets[user]; k < offsets[user + 1]; k++) users[next[items[k]]++] = user;
  return { offsets: ends, items: users };
}

const AT_ONCE = 50_000; // pairs between two looks at the signal

/** One side fitted to the other, which stands still. @param turn called now and then with the share that is done */
async function halfStep(
  { offsets, items: partners }: Graph,
  other: Float32Array,
  width: number,
  { unobserved, alsRidge }: AlsSettings,
  turn: (done: number) => Promise<void>,
): Promise<Float32Array> {
  const count = offsets.length - 1;
  const rows = new Float32Array(count * width);
  const all = new Float64Array(width * width); // what every row has in common; the lower triangle, as all here
  let fitted = 0;
  for (let at = 0; at < other.length; at += width) {
    if (other.subarray(at, at + width).every((value) => value === 0)) continue;
    addProduct(all, other, at, width);
    fitted++;
  }
  if (fitted === 0) return rows;
  let trace = 0;
  for (let d = 0; d < width; d++) trace += all[d * width + d];
  const ridge = (alsRidge * trace) / (fitted * width);
  for (let k = 0; k < all.length; k++) all[k] *= unobserved;
  for (let d = 0; d < width; d++) all[d * width + d] += ridge;
  const normal = new Float64Array(width * width);
  const row = new Float64Array(width);
  for (let r = 0, seen = 0; r < count; r++) {
    const [from, to] = [offsets[r], offsets[r + 1]];
    if (from === to) continue;
    normal.set(all);
    row.fill(0);
    for (let k = from; k < to; k++) {
      const at = partners[k] * width;
      for (let d = 0; d < width; d++) row[d] += other[at + d];
      addProduct(normal, other, at, width);
    }
    solveInPlace(normal, row, width);
    rows.set(row, r * width);
    if (to - seen < AT_ONCE) continue;
    seen = to;
    await turn((r + 1) / count);
  }
  return rows;
}

/** Adds v v' to a lower triangle, v being `width` values from `at` on. */
function addProduct(sum: Float64Array, values: Float32Array, at: number, width: number): void {
  for (let i = 0; i < width; i++) {
    const v = values[at + i];
    for (let j = 0, k = i * width; j <= i; j++, k++) sum[k] += v * values[at + j];
  }
}
