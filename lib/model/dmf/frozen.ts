/**
 * DMF to a new user row, in float64 (Eq. 1): the user's tower is frozen, and so are the items' unit vectors.
 */

import { dot, type FrozenModel, linear, slope, type Tensors64 } from "../frozen";
import { EMBEDDING, HIDDEN, OUTPUT } from "../sizes";

/** The gradient in x of a layer whose output y (after ReLU) has the gradient g. */
function backward(w: Float64Array, y: Float64Array, g: Float64Array, width: number): Float64Array {
  const back = new Float64Array(width);
  for (let o = 0; o < y.length; o++) {
    if (y[o] <= 0) continue;
    for (let i = 0; i < width; i++) back[i] += w[o * width + i] * g[o];
  }
  return back;
}

const norm = (a: Float64Array): number => Math.max(Math.sqrt(dot(a, a)), 1e-8);

export class FrozenDmf implements FrozenModel {
  readonly width = EMBEDDING;
  private readonly w1: Float64Array;
  private readonly b1: Float64Array;
  private readonly w2: Float64Array;
  private readonly b2: Float64Array;
  /** unit vectors out of the item tower, items x 32 */
  private readonly units: Float64Array;

  constructor(items: number, tensor: Tensors64) {
    [this.w1, this.b1] = [tensor("user_fc1_w"), tensor("user_fc1_b")];
    [this.w2, this.b2] = [tensor("user_fc2_w"), tensor("user_fc2_b")];
    const side = ["item_fc1_w", "item_fc1_b", "item_fc2_w", "item_fc2_b"].map(tensor);
    const table = tensor("item_emb");
    this.units = new Float64Array(items * OUTPUT);
    for (let i = 0; i < items; i++) {
      const hidden = linear(side[0], side[1], table.subarray(i * EMBEDDING, (i + 1) * EMBEDDING), true);
      const out = linear(side[2], side[3], hidden, true);
      const length = norm(out);
      for (let k = 0; k < OUTPUT; k++) this.units[i * OUTPUT + k] = out[k] / length;
    }
  }

  private tower(row: Float64Array) {
    const hidden = linear(this.w1, this.b1, row, true);
    const out = linear(this.w2, this.b2, hidden, true);
    return { hidden, out, length: norm(out) };
  }

  predict(row: Float64Array, items: ArrayLike<number>): Float64Array {
    const { out, length } = this.tower(row);
    return Float64Array.from(items, (item) => dot(out, this.units, item * OUTPUT) / length);
  }

  gradient(row: Float64Array, items: ArrayLike<number>, labels: ArrayLike<number>): Float64Array {
    const { hidden, out, length } = this.tower(row);
    const { units } = this;
    const inOut = new Float64Array(OUTPUT);
    let along = 0; // the gradient of a cosine has no part along the vector itself
    for (let s = 0; s < items.length; s++) {
      const at = items[s] * OUTPUT;
      const p = dot(out, units, at) / length;
      const g = slope(labels[s], p) / items.length / length;
      for (let k = 0; k < OUTPUT; k++) inOut[k] += g * units[at + k];
      along += g * p;
    }
    for (let k = 0; k < OUTPUT; k++) inOut[k] -= (along / length) * out[k];
    return backward(this.w1, hidden, backward(this.w2, out, inOut, HIDDEN), EMBEDDING);
  }
}
