/**
 * Which samples make up each batch: the definition that both engines follow, bit for bit (the kernels have a
 * copy in WebAssembly; test/engine/batches.test.ts holds the two together).
 *
 * One epoch: (1) k negatives for each positive (one, for models trained on pairs), by rejection, in sample
 * order, from stream (..., "negatives", epoch); (2) a random partition into batches: the labels 0 0 .. 0 1 1
 * .. of all places are shuffled with stream (..., "shuffle", epoch), and sample s belongs to batch label[s].
 * Inside a batch samples keep their order, so all of one user stand together: the sum of gradients does not
 * mind, and the kernels use it.
 */

import { Random } from "../random";
import type { PointSet, TrainingSet } from "./engine";

/**
 * The samples of one epoch. Points: sample s of positive p and negative j is s = p * (1 + negatives) + j; j =
 * 0 is p itself. Pairs: sample s is positive s and what was drawn for it.
 */
export interface Epoch {
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  /** points: labels; pairs: 1 */
  readonly labels: Float32Array;
  /** pairs: the items not rated; points: empty */
  readonly others: Uint32Array;
  /** Sample numbers, batch after batch. */
  readonly order: Uint32Array;
  /** Batch b is order[b * batchSize .. min((b + 1) * batchSize, samples)). */
  readonly batchSize: number;
}

/** Samples of an epoch. */
export const epochSamples = (set: TrainingSet): number =>
  set.users.length * (set.kind === "pairs" ? 1 : 1 + set.negatives);
/** Steps of an epoch. */
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
  const samples = drawSamples(set, items, Random.stream(...stream, "negatives", epoch));
  const n = samples.users.length;
  const labels = Uint32Array.from({ length: n }, (_, place) => Math.floor(place / batchSize));
  Random.stream(...stream, "shuffle", epoch).shuffle(labels);
  const next = Uint32Array.from({ length: Math.ceil(n / batchSize) }, (_, b) => b * batchSize);
  const order = new Uint32Array(n);
  for (let s = 0; s < n; s++) order[next[labels[s]]++] = s;
  return { ...samples, order, batchSize };
}

function drawSamples(set: TrainingSet, items: number, random: Random) {
  const none = new Uint32Array(0);
  if (set.kind !== "pairs") {
    const { users, items: rated, labels } = set.negatives === 0 ? set : withNegatives(set, items, random);
    return { users, items: rated, labels, others: none };
  }
  const labels = new Float32Array(set.users.length).fill(1);
  const drawn = withNegatives({ ...set, kind: "points", labels, negatives: 1 }, items, random);
  const others = drawn.items.filter((_, k) => k % 2 === 1);
  return { users: set.users, items: set.items, labels, others };
}

function withNegatives(set: PointSet, items: number, random: Random) {
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
