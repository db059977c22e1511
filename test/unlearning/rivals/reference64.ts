/**
 * RecEraser's aggregation once more, in plain float64 loops, pair after pair, so that the kernel's gradient can be held
 * against central differences. Nothing here is shared with lib but the layout of the weights.
 */

import type { AggregationShape, AggregationTensor } from "../../../lib/unlearning/rivals/aggregationWeights";
import type { Entries } from "../../../lib/unlearning/rivals/entries";

export interface Pair {
  readonly user: number;
  readonly item: number;
  readonly label: number;
}

/** Floats of factors and hidden units. */
const PARTS: Readonly<Record<string, number[]>> = { dmf: [32], nmf: [16, 32], bpr: [16], lightgcn: [16] };

const dot = (x: readonly number[], y: readonly number[]) =>
  x.reduce((sum, value, k) => sum + value * y[k], 0);

/** What attention gives to each entry of a row, and the weighted sum. */
export function aggregate64(
  shape: AggregationShape,
  tensors: readonly AggregationTensor[],
  weights: Float64Array,
  side: "user" | "item",
  entries: Entries,
  row: number,
): { shares: number[]; sum: number[] } {
  const parts = PARTS[shape.model] as number[];
  const width = parts.reduce((a, b) => a + b);
  const at = (name: string, k: number) => weights[tensors.find((tensor) => tensor.name === name)!.offset + k];
  const transferred: number[][] = [];
  const logits: number[] = [];
  for (let e = entries.offsets[row]; e < entries.offsets[row + 1]; e++) {
    const s = entries.shards[e];
    const x: number[] = [];
    let first = 0;
    for (const [part, floats] of parts.entries()) {
      for (let c = 0; c < floats; c++) {
        let sum = at(`transfer_${s}_b`, first + c);
        for (let k = 0; k < floats; k++)
          sum += entries.vectors[e * width + first + k] * at(`transfer_${s}_${part}`, k * floats + c);
        x.push(sum);
      }
      first += floats;
    }
    let logit = 0;
    for (let u = 0; u < width / 2; u++) {
      let z = at(`${side}_b`, u);
      for (let k = 0; k < width; k++) z += x[k] * at(`${side}_w`, (k * width) / 2 + u);
      logit += at(`${side}_h`, u) * Math.max(0, z);
    }
    transferred.push(x);
    logits.push(logit);
  }
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const total = powers.reduce((a, b) => a + b, 0);
  const shares = powers.map((power) => power / total);
  const sum = Array.from({ length: width }, (_, k) =>
    dot(
      shares,
      transferred.map((x) => x[k]),
    ),
  );
  return { shares, sum };
}

/** The prediction of a pair, before any clipping. */
export function predict64(
  shape: AggregationShape,
  tensors: readonly AggregationTensor[],
  weights: Float64Array,
  users: Entries,
  items: Entries,
  pair: Omit<Pair, "label">,
): number {
  const p = aggregate64(shape, tensors, weights, "user", users, pair.user).sum;
  const q = aggregate64(shape, tensors, weights, "item", items, pair.item).sum;
  if (shape.model === "dmf") return dot(p, q) / (Math.sqrt(dot(p, p)) * Math.sqrt(dot(q, q)));
  const out = tensors.find(({ name }) => name === "out_factors")!.offset;
  const width = p.length;
  let logit = weights[out + width];
  for (let k = 0; k < width; k++)
    logit += weights[out + k] * (k < 16 ? p[k] * q[k] : Math.max(0, p[k] + q[k]));
  return 1 / (1 + Math.exp(-logit));
}

/** Mean binary cross-entropy of pairs. */
export function loss64(
  shape: AggregationShape,
  tensors: readonly AggregationTensor[],
  weights: Float64Array,
  users: Entries,
  items: Entries,
  pairs: readonly Pair[],
): number {
  const losses = pairs.map((pair) => {
    const raw = predict64(shape, tensors, weights, users, items, pair);
    const p = Math.min(Math.max(raw, 1e-6), 1 - 1e-6);
    return -(pair.label * Math.log(p) + (1 - pair.label) * Math.log(1 - p));
  });
  return losses.reduce((a, b) => a + b, 0) / losses.length;
}
