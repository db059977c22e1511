/** Dense user rows (an embedding, users x dim) as points. See points.ts for what each method computes. */

import { instantiate } from "../kernels/instantiate";
import { type Allocating, copiedInto } from "../kernels/memory";
import { CentroidTable } from "./centroidTable";
import type { Points } from "./points";

interface Kernel extends Allocating {
  distances(
    rows: number,
    centroids: number,
    dim: number,
    width: number,
    from: number,
    to: number,
    out: number,
  ): void;
}

export class DensePoints implements Points {
  readonly count: number;
  private measure: ((centroids: Float64Array, groups: number, out: Float64Array) => void) | undefined;

  constructor(
    private readonly values: Float32Array,
    readonly dim: number,
  ) {
    this.count = values.length / dim;
  }

  squaredDistances(centroids: Float64Array, groups: number, out: Float64Array): void {
    this.measure ??= this.placed();
    this.measure(centroids, groups, out);
  }

  /** The rows in a kernel's memory, and the distances from there. */
  private placed() {
    const { values, count, dim } = this;
    const kernel = instantiate<Kernel>("distances");
    const rows = copiedInto(kernel, values);
    const centroidTable = new CentroidTable(kernel, count, dim);
    return (centroids: Float64Array, groups: number, out: Float64Array) =>
      centroidTable.apply(centroids, groups, out, (table, width, from, to, place) =>
        kernel.distances(rows, table, dim, width, from, to, place),
      );
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
