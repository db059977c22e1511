/**
 * Which samples make up each batch: the definition that both engines follow, bit for bit (the kernels have a copy in
 * WebAssembly; test/engine/batches.test.ts holds the two together).
 *
 * One epoch: (1) k negatives for each positive, by rejection, in sample order, from stream (..., "negatives", epoch);
 * (2) a random partition into batches: the labels 0 0 .. 0 1 1 .. of all places are shuffled with stream
 * (..., "shuffle", epoch), and sample s belongs to batch label[s]. Inside a batch samples keep their order, so all of
 * one user stand together: the sum of gradients does not mind, and the kernels use it.
 */

import { Random } from "../random";
import type { TrainingSet } from "./engine";

/** The samples of one epoch. Sample s of positive p and negative j is s = p * (1 + negatives) + j; j = 0 is p itself. */
export interface Epoch {
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  readonly labels: Float32Array;
  /** Sample numbers, batch after batch. */
  readonly order: Uint32Array;
  /** Batch b is order[b * batchSize .. min((b + 1) * batchSize, samples)). */
  readonly batchSize: number;
}

export const epochSamples = (set: TrainingSet): number => set.users.length * (1 + set.negatives);
export const batchCount = (set: TrainingSet, batchSize: number): number =>
  Math.ceil(epochSamples(set) / batchSize);

/** Draws the samples and batches of one epoch. @param items number of items in the catalogue */
export function drawEpoch(
  set: TrainingSet,
  items: number,
  batchSize: number,
  stream: readonly (string | number)[],
  epoch: number,
): Epoch {
  const samples =
    set.negatives === 0 ? set : withNegatives(set, items, Random.stream(...stream, "negatives", epoch));
  const n = samples.users.length;
  const labels = Uint32Array.from({ length: n }, (_, place) => Math.floor(place / batchSize));
  Random.stream(...stream, "shuffle", epoch).shuffle(labels);
  const next = Uint32Array.from({ length: Math.ceil(n / batchSize) }, (_, b) => b * batchSize);
  const order = new Uint32Array(n);
  for (let s = 0; s < n; s++) order[next[labels[s]]++] = s;
  return { users: samples.users, items: samples.items, labels: samples.labels, order, batchSize };
}

function withNegatives(set: TrainingSet, items: number, random: Random) {
  const width = 1 + set.negatives;
  const n = set.users.length;
  const users = new Uint32Array(n * width);
  const columns = new Uint32Array(n * width);
  const labels = new Float32Array(n * width);
  let first = 0; // the positives of the current user are first .. end
  let end = 0;
  const observed = new Set<number>();
  for (let p = 0; p < n; p++) {
    if (p === end) {
      first = p;
      while (end < n && set.users[end] === set.users[first]) end++;
      observed.clear();
      for (let q = first; q < end; q++) observed.add(set.items[q]);
    }
    users.fill(set.users[p], p * width, (p + 1) * width);
    columns[p * width] = set.items[p];
    labels[p * width] = set.labels[p];
    for (let j = 1; j < width; j++) {
      let item = random.below(items);
      while (observed.has(item)) item = random.below(items);
      columns[p * width + j] = item;
    }
  }
  return { users, items: columns, labels };
}
