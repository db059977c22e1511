/** Dense user rows (an embedding, users x dim) as points. See points.ts for what each method computes. */

import { DenseDistances } from "./denseDistances";
import type { Points } from "./points";

export class DensePoints implements Points {
  readonly count: number;
  private distances: DenseDistances | undefined;

  constructor(
    private readonly values: Float32Array,
    readonly dim: number,
  ) {
    this.count = values.length / dim;
  }

  squaredDistances(centroids: Float64Array, groups: number, out: Float64Array): void {
    this.distances ??= new DenseDistances(this.values, this.count, this.dim);
    this.distances.measure(centroids, groups, out);
  }

  weightedSquares(means: Float64Array, precisions: Float64Array, groups: number, out: Float64Array): void {
    const { values, dim, count } = this;
    for (let i = 0; i < count; i++) {
      for (let j = 0, c = 0; j < groups; j++) {
        let sum = 0;
        for (let d = 0; d < dim; d++, c++) {
          const difference = values[i * dim + d] - means[c];
          sum += difference * difference * precisions[c];
        }
        out[i * groups + j] = sum;
      }
    }
  }

  addMoments(weights: Float64Array, groups: number, first: Float64Array, second: Float64Array): void {
    const { values, dim, count } = this;
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < groups; j++) {
        const weight = weights[i * groups + j];
        if (weight === 0) continue;
        for (let d = 0, c = j * dim; d < dim; d++, c++) {
          const x = values[i * dim + d];
          first[c] += weight * x;
          second[c] += weight * x * x;
        }
      }
    }
  }

  addRow(user: number, into: Float64Array, at: number): void {
    const { values, dim } = this;
    for (let d = 0, k = user * dim; d < dim; d++, k++) into[at + d] += values[k];
  }

  dot(a: number, b: number): number {
    const { values, dim } = this;
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += values[a * dim + d] * values[b * dim + d];
    return sum;
  }

  squaredDistance(a: number, b: number): number {
    const { values, dim } = this;
    let sum = 0;
    for (let d = 0; d < dim; d++) {
      const difference = values[a * dim + d] - values[b * dim + d];
      sum += difference * difference;
    }
    return sum;
  }
}
