/**
 * The losses of all models once more, in plain float64 loops, sample after sample, so that gradients, by hand
 * or by automatic differentiation, can be held against central differences. Nothing here is shared with
 * lib/model but the layout.
 */

import { drawEpoch } from "../../lib/engine/batches";
import type { TrainingSet } from "../../lib/engine/engine";
import type { ModelSpec } from "../../lib/model/spec";

/** A point has a label, a pair an item not rated. */
export interface Sample {
  user: number;
  item: number;
  label?: number;
  other?: number;
}

type Edge = readonly [user: number, item: number];

/** The samples of a set as one batch; what is drawn comes from stream ["gradient"], epoch 0. */
export function samplesOf(spec: ModelSpec, set: TrainingSet): Sample[] {
  const { users, items, labels, others } = drawEpoch(set, spec.items, set.users.length, ["gradient"], 0);
  return Array.from(users, (user, k) => ({
    user,
    item: items[k],
    ...(set.kind === "pairs" ? { other: others[k] } : { label: labels[k] }),
  }));
}

/** The graph of a set's ratings. */
export const edgesOf = ({ users, items }: TrainingSet): Edge[] =>
  Array.from(users, (user, k) => [user, items[k]]);

const dot = (x: ArrayLike<number>, y: ArrayLike<number>) => {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += x[k] * y[k];
  return sum;
};
const norm = (x: number[]) => Math.max(Math.sqrt(dot(x, x)), 1e-8);

/** Named weights: single numbers, rows of tables, layers. */
class Tensors {
  private readonly of: Map<string, { offset: number; shape: readonly number[] }>;

  constructor(
    spec: ModelSpec,
    private readonly weights: Float64Array,
  ) {
    this.of = new Map(spec.tensors.map((tensor) => [tensor.name, tensor]));
  }

  row(name: string, id: number): Float64Array {
    const { offset, shape } = this.of.get(name)!;
    return this.weights.subarray(offset + id * shape[1], offset + (id + 1) * shape[1]);
  }

  table(name: string): number[][] {
    return Array.from({ length: this.of.get(name)!.shape[0] }, (_, id) => Array.from(this.row(name, id)));
  }

  layer(name: string, x: ArrayLike<number>, relu: boolean): number[] {
    const bias = this.of.get(`${name}_b`)!.offset;
    return Array.from({ length: this.of.get(`${name}_w`)!.shape[0] }, (_, o) => {
      const sum = dot(this.row(`${name}_w`, o), x) + this.weights[bias + o];
      return relu ? Math.max(sum, 0) : sum;
    });
  }
}

/** LightGCN, edge by edge: the mean of four layers, of all users and all items. */
function smoothed(tensors: Tensors, edges: readonly Edge[]) {
  let [users, items] = [tensors.table("user_emb"), tensors.table("item_emb")];
  const layers = [{ users, items }];
  const degree = (side: 0 | 1, id: number) => edges.filter((edge) => edge[side] === id).length;
  const weight = edges.map(([u, i]) => 1 / Math.sqrt(degree(0, u) * degree(1, i)));
  for (let layer = 0; layer < 3; layer++) {
    const next = [users, items].map((table) => table.map((row) => row.map(() => 0)));
    for (const [e, [u, i]] of edges.entries())
      for (let d = 0; d < users[0].length; d++) {
        next[0][u][d] += weight[e] * items[i][d];
        next[1][i][d] += weight[e] * users[u][d];
      }
    [users, items] = next;
    layers.push({ users, items });
  }
  const mean = (side: "users" | "items") =>
    layers[0][side].map((row, id) =>
      row.map((_, d) => layers.reduce((sum, layer) => sum + layer[side][id][d], 0) / 4),
    );
  return { users: mean("users"), items: mean("items") };
}

/** Scores of pairs, before any clipping. */
function scorer(model: string, tensors: Tensors, edges: readonly Edge[]) {
  if (model === "lightgcn") {
    const { users, items } = smoothed(tensors, edges);
    return (user: number, item: number) => dot(users[user], items[item]);
  }
  const score: Record<string, (user: number, item: number) => number> = {
    dmf(user, item) {
      const tower = (side: string, id: number) => {
        const hidden = tensors.layer(`${side}_fc1`, tensors.row(`${side}_emb`, id), true);
        return tensors.layer(`${side}_fc2`, hidden, true);
      };
      const [a, b] = [tower("user", user), tower("item", item)];
      return dot(a, b) / (norm(a) * norm(b));
    },
    nmf(user, item) {
      const items = tensors.row("item_gmf", item);
      const factors = Array.from(tensors.row("user_gmf", user), (value, j) => value * items[j]);
      const both = [...tensors.row("user_mlp", user), ...tensors.row("item_mlp", item)];
      const hidden = tensors.layer("fc1", both, true);
      return 1 / (1 + Math.exp(-tensors.layer("out", [...factors, ...hidden], false)[0]));
    },
    bpr: (user, item) => dot(tensors.row("user_emb", user), tensors.row("item_emb", item)),
  };
  return score[model];
}

/** Mean loss of samples, ridge penalty included; weights float64 in the layout of `spec`. */
export function loss64(
  spec: ModelSpec,
  weights: Float64Array,
  samples: readonly Sample[],
  l2 = 0,
  edges: readonly Edge[] = [],
): number {
  const tensors = new Tensors(spec, weights);
  const score = scorer(spec.model, tensors, edges);
  const penalty = ({ user, item, other }: Sample): number => {
    const ids = { user: [user], item: other === undefined ? [item] : [item, other] };
    let sum = 0;
    for (const { name, kind } of spec.tensors)
      if (kind !== "shared")
        for (const id of ids[kind]) sum += dot(tensors.row(name, id), tensors.row(name, id));
    return sum;
  };
  const lossOf = ({ user, item, label = 0, other }: Sample): number => {
    if (other !== undefined) return Math.log1p(Math.exp(score(user, other) - score(user, item)));
    const p = Math.min(Math.max(score(user, item), 1e-6), 1 - 1e-6);
    return -(label * Math.log(p) + (1 - label) * Math.log(1 - p));
  };
  const losses = samples.map((sample) => lossOf(sample) + (l2 / 2) * penalty(sample));
  return losses.reduce((total, value) => total + value, 0) / samples.length;
}

/** dLoss / dWeight[place] by central differences. */
export function slope(
  spec: ModelSpec,
  weights: Float64Array,
  samples: readonly Sample[],
  l2: number,
  edges: readonly Edge[],
  place: number,
): number {
  const step = 1e-6;
  const moved = Float64Array.from(weights);
  moved[place] = weights[place] + step;
  const above = loss64(spec, moved, samples, l2, edges);
  moved[place] = weights[place] - step;
  return (above - loss64(spec, moved, samples, l2, edges)) / (2 * step);
}
