/**
 * The memory around kernels/assembly/distances.ts: the rows are copied into it once, the centroids at every call, and the
 * distances come out block of rows by block of rows.
 */

import { instantiate } from "../kernels/instantiate";
import { type Allocating, BLOCK, byBlocks, copiedInto, Room } from "./kernelMemory";

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

export class DenseDistances {
  private readonly kernel = instantiate<Kernel>("distances");
  private readonly rows: number;
  private readonly centroids = new Room(this.kernel);
  private readonly out = new Room(this.kernel);

  /** @param values count x dim, row-major */
  constructor(
    values: Float32Array,
    private readonly count: number,
    private readonly dim: number,
  ) {
    this.rows = copiedInto(this.kernel, values);
  }

  /** out[i * groups + j] = |x_i - c_j|^2; centroids: groups x dim. */
  measure(centroids: Float64Array, groups: number, out: Float64Array): void {
    const { kernel, rows, count, dim } = this;
    const width = groups + (groups % 2);
    const at = this.centroids.for(dim * width);
    const place = this.out.for(Math.max(BLOCK, width));
    const table = new Float64Array(kernel.memory.buffer, at, dim * width);
    for (let j = 0; j < groups; j++)
      for (let d = 0; d < dim; d++) table[d * width + j] = centroids[j * dim + d];
    byBlocks(kernel, { rows: count, width, groups, place }, out, (from, to) =>
      kernel.distances(rows, at, dim, width, from, to, place),
    );
  }
}
