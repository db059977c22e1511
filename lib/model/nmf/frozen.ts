/** NMF to a new user row, in float64 (Eq. 2): the row's factors, and its part of the hidden layer. */

import { exp } from "../../numeric";
import { type FrozenModel, linear, slope, type Tensors64 } from "../frozen";
import { EMBEDDING, OUTPUT } from "../sizes";

export class FrozenNmf implements FrozenModel {
  /** first the factors, then the perceptron's part */
  readonly width = EMBEDDING + OUTPUT;
  private readonly factors: Float64Array; // items x 16, times their output weights
  private readonly parts: Float64Array; // items x 32: W_item i + b
  private readonly user: Float64Array; // 32 x 32: W_user
  private readonly out: Float64Array;
  private readonly bias: number;

  constructor(items: number, tensor: Tensors64) {
    this.out = tensor("out_w");
    this.bias = tensor("out_b")[0];
    this.factors = tensor("item_gmf").map((value, k) => value * this.out[k % EMBEDDING]);
    const w = tensor("fc1_w"); // 32 x (32 of the user, 32 of the item)
    const half = (from: number) =>
      Float64Array.from(
        { length: OUTPUT * OUTPUT },
        (_, k) => w[Math.floor(k / OUTPUT) * 2 * OUTPUT + from + (k % OUTPUT)],
      );
    this.user = half(0);
    const [item, b, table] = [half(OUTPUT), tensor("fc1_b"), tensor("item_mlp")];
    this.parts = new Float64Array(items * OUTPUT);
    for (let i = 0; i < items; i++)
      this.parts.set(linear(item, b, table.subarray(i * OUTPUT, (i + 1) * OUTPUT), false), i * OUTPUT);
  }

  private score(row: Float64Array, own: Float64Array, item: number): number {
    let z = this.bias;
    for (let k = 0; k < EMBEDDING; k++) z += row[k] * this.factors[item * EMBEDDING + k];
    for (let k = 0; k < OUTPUT; k++) {
      const h = own[k] + this.parts[item * OUTPUT + k];
      if (h > 0) z += h * this.out[EMBEDDING + k];
    }
    return 1 / (1 + exp(-z));
  }

  private own(row: Float64Array): Float64Array {
    return linear(this.user, new Float64Array(OUTPUT), row.subarray(EMBEDDING), false);
  }

  predict(row: Float64Array, items: ArrayLike<number>): Float64Array {
    const own = this.own(row);
    return Float64Array.from(items, (item) => this.score(row, own, item));
  }

  gradient(row: Float64Array, items: ArrayLike<number>, labels: ArrayLike<number>): Float64Array {
    const own = this.own(row);
    const gradient = new Float64Array(this.width);
    const inOwn = new Float64Array(OUTPUT);
    for (let s = 0; s < items.length; s++) {
      const item = items[s];
      const p = this.score(row, own, item);
      const g = (slope(labels[s], p) * p * (1 - p)) / items.length;
      for (let k = 0; k < EMBEDDING; k++) gradient[k] += g * this.factors[item * EMBEDDING + k];
      for (let k = 0; k < OUTPUT; k++)
        if (own[k] + this.parts[item * OUTPUT + k] > 0) inOwn[k] += g * this.out[EMBEDDING + k];
    }
    for (let o = 0; o < OUTPUT; o++)
      for (let i = 0; i < OUTPUT; i++) gradient[EMBEDDING + i] += this.user[o * OUTPUT + i] * inOwn[o];
    return gradient;
  }
}
