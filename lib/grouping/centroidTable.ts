/**
 * The memory around kernels/assembly/distances.ts and grouping.ts: the rows lie in it already, the centroids
 * are put beside them at every call, transposed and padded to an even number, and the results come out block
 * of rows by block of rows.
 */

import { InputError } from "../errors";
import type { Allocating } from "../kernels/memory";

/** Doubles that come out of a kernel at a time: 1 MB stays in the second-level cache. */
const BLOCK = 131_072;
/** Centroids of 2 GB leave room for the ratings in a WebAssembly memory of 4 GB. */
const MOST_BYTES = 2 ** 31;

export class CentroidTable {
  private widest = 0;
  private table = 0;
  private results = 0;

  constructor(
    private readonly kernel: Allocating,
    private readonly rows: number,
    private readonly dim: number,
  ) {}

  /**
   * out[i * groups + j] = what `compute` has for row i and centroid j; centroids: groups x dim.
   * @param compute leaves `width` doubles for each of the rows from .. to - 1 at `place`
   * @throws InputError for centroids of more than 2 GB
   */
  apply(
    centroids: Float64Array,
    groups: number,
    out: Float64Array,
    compute: (table: number, width: number, from: number, to: number, place: number) => void,
  ): void {
    const { kernel, rows, dim } = this;
    const width = groups + (groups % 2);
    if (8 * dim * width > MOST_BYTES)
      throw new InputError(
        `grouping: centroids of ${dim * width} values do not fit; use fewer groups or items`,
      );
    if (width > this.widest) {
      this.table = kernel.allocate(8 * dim * width) >>> 0;
      this.results = kernel.allocate(8 * Math.max(BLOCK, width)) >>> 0;
      this.widest = width;
    }
    const table = new Float64Array(kernel.memory.buffer, this.table, dim * width);
    for (let j = 0; j < groups; j++)
      for (let d = 0; d < dim; d++) table[d * width + j] = centroids[j * dim + d];
    const block = Math.max(1, Math.floor(BLOCK / width));
    const results = new Float64Array(kernel.memory.buffer, this.results, Math.min(block, rows) * width);
    for (let from = 0; from < rows; from += block) {
      const to = Math.min(rows, from + block);
      compute(this.table, width, from, to, this.results);
      if (width === groups) out.set(results.subarray(0, (to - from) * width), from * groups);
      else
        for (let i = from, at = 0; i < to; i++, at += width)
          for (let j = 0; j < groups; j++) out[i * groups + j] = results[at + j];
    }
  }
}
