/**
 * The smoothing of LightGCN (He et al. 2020, Eq. 3 and 4) for tables at hand, once: what RecEraser is given
 * of a shard. The engines smooth by themselves; the sums are taken in the order of the edges, in float32.
 */

import type { Graph } from "../model";

const LAYERS = 3;

/** Replaces embeddings, users x k and items x k, by the mean of them and of what each layer makes of them. */
export function smooth({ offsets, items: columns }: Graph, users: Float32Array, items: Float32Array): void {
  const width = users.length / (offsets.length - 1);
  const degrees = new Uint32Array(items.length / width);
  for (const item of columns) degrees[item]++;
  const sums = { users: users.slice(), items: items.slice() };
  let layer = { users: users.slice(), items: items.slice() };
  for (let l = 0; l < LAYERS; l++) {
    const next = { users: new Float32Array(users.length), items: new Float32Array(items.length) };
    for (let user = 0; user + 1 < offsets.length; user++)
      for (let k = offsets[user]; k < offsets[user + 1]; k++) {
        const weight = 1 / Math.sqrt((offsets[user + 1] - offsets[user]) * degrees[columns[k]]);
        const [u, i] = [user * width, columns[k] * width];
        for (let d = 0; d < width; d++) {
          next.users[u + d] += weight * layer.items[i + d];
          next.items[i + d] += weight * layer.users[u + d];
        }
      }
    layer = next;
    for (let k = 0; k < users.length; k++) sums.users[k] += layer.users[k];
    for (let k = 0; k < items.length; k++) sums.items[k] += layer.items[k];
  }
  for (let k = 0; k < users.length; k++) users[k] = sums.users[k] / (LAYERS + 1);
  for (let k = 0; k < items.length; k++) items[k] = sums.items[k] / (LAYERS + 1);
}
