/**
 * Sparse rating rows as points, by |x - c|^2 = |x|^2 - 2 x.c + |c|^2, so a pass costs O(ratings x groups) and
 * never touches an absent rating. See points.ts for what each method computes.
 */

import { instantiate } from "../kernels/instantiate";
import { type Allocating, copiedInto } from "../kernels/memory";
import { CentroidTable } from "./centroidTable";
import type { Points, SparseRows } from "./points";

interface Kernel extends Allocating {
  products(
    offsets: number,
    columns: number,
    values: number,
    table: number,
    width: number,
    from: number,
    to: number,
    out: number,
  ): void;
}

export class SparsePoints implements Points {
  readonly count: number;
  /** |x_i|^2 */
  readonly squaredNorms: Float64Array;
  private multiply: ((centroids: Float64Array, groups: number, out: Float64Array) => void) | undefined;

  constructor(
    readonly rows: SparseRows,
    readonly dim: number,
  ) {
    const { offsets, values } = rows;
    this.count = offsets.length - 1;
    this.squaredNorms = new Float64Array(this.count);
    for (let i = 0; i < this.count; i++) {
      for (let k = offsets[i]; k < offsets[i + 1]; k++) this.squaredNorms[i] += values[k] * values[k];
    }
  }

  squaredDistances(centroids: Float64Array, groups: number, out: Float64Array): void {
    const { count, dim, squaredNorms } = this;
    const norms = new Float64Array(groups);
    for (let j = 0, c = 0; j < groups; j++)
      for (let d = 0; d < dim; d++, c++) norms[j] += centroids[c] * centroids[c];
    this.multiply ??= this.placed();
    this.multiply(centroids, groups, out);
    // rounding may leave -1e-12 for a user on its centroid
    for (let i = 0, to = 0; i < count; i++)
      for (let j = 0; j < groups; j++, to++) out[to] = Math.max(squaredNorms[i] - 2 * out[to] + norms[j], 0);
  }

  /** The rows in a kernel's memory, and their products with centroids from there. */
  private placed() {
    const { rows, count, dim } = this;
    const kernel = instantiate<Kernel>("grouping");
    const offsets = copiedInto(kernel, rows.offsets);
    const columns = copiedInto(kernel, rows.columns);
    const values = copiedInto(kernel, rows.values);
    const centroidTable = new CentroidTable(kernel, count, dim);
    return (centroids: Float64Array, groups: number, out: Float64Array) =>
      centroidTable.apply(centroids, groups, out, (table, width, from, to, place) =>
        kernel.products(offsets, columns, values, table, width, from, to, place),
      );
  }

  weightedSquares(means: Float64Array, precisions: Float64Array, groups: number, out: Float64Array): void {
    // sum_d (x - m)^2 p = sum_d m^2 p + sum over stored x of x (x p - 2 m p)
    const { count, dim } = this;
    const { offsets, columns, values } = this.rows;
    const scaled = new Float64Array(means.length);
    const base = new Float64Array(groups);
    for (let j = 0, c = 0; j < groups; j++) {
      for (let d = 0; d < dim; d++, c++) {
        scaled[c] = means[c] * precisions[c];
        base[j] += means[c] * scaled[c];
      }
    }
    const precisionTable = transposed(precisions, groups, dim);
    const scaledTable = transposed(scaled, groups, dim);
    const sums = new Float64Array(groups);
    for (let i = 0; i < count; i++) {
      sums.set(base);
      for (let k = offsets[i]; k < offsets[i + 1]; k++) {
        const x = values[k];
        const at = columns[k] * groups;
        for (let j = 0; j < groups; j++)
          sums[j] += x * (x * precisionTable[at + j] - 2 * scaledTable[at + j]);
      }
      for (let j = 0; j < groups; j++) out[i * groups + j] = Math.max(sums[j], 0);
    }
  }

  addMoments(weights: Float64Array, groups: number, first: Float64Array, second: Float64Array): void {
    const { count, dim } = this;
    const { offsets, columns, values } = this.rows;
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < groups; j++) {
        const weight = weights[i * groups + j];
        if (weight === 0) continue;
        for (let k = offsets[i]; k < offsets[i + 1]; k++) {
          const x = values[k];
          const at = j * dim + columns[k];
          first[at] += weight * x;
          second[at] += weight * x * x;
        }
      }
    }
  }

  addRow(user: number, into: Float64Array, at: number): void {
    const { offsets, columns, values } = this.rows;
    for (let k = offsets[user]; k < offsets[user + 1]; k++) into[at + columns[k]] += values[k];
  }

  dot(a: number, b: number): number {
    const { offsets, columns, values } = this.rows;
    let sum = 0;
    let k = offsets[a];
    let l = offsets[b];
    while (k < offsets[a + 1] && l < offsets[b + 1]) {
      const difference = columns[k] - columns[l];
      if (difference === 0) sum += values[k++] * values[l++];
      else if (difference < 0) k++;
      else l++;
    }
    return sum;
  }

  squaredDistance(a: number, b: number): number {
    const square = this.squaredNorms[a] - 2 * this.dot(a, b) + this.squaredNorms[b];
    return Math.max(square, 0);
  }
}

/** groups x dim to dim x groups. */
function transposed(table: Float64Array, groups: number, dim: number): Float64Array {
  if (groups === 1) return table;
  const result = new Float64Array(table.length);
  for (let j = 0; j < groups; j++) for (let d = 0; d < dim; d++) result[d * groups + j] = table[j * dim + d];
  return result;
}
