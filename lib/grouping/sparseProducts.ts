/**
 * The memory around kernels/assembly/grouping.ts: rating rows are copied into it once, the centroids at every call,
 * and the products come out block of users by block of users.
 */

import { InputError } from "../errors";
import { instantiate } from "../kernels/instantiate";
import { type Allocating, BLOCK, byBlocks, copiedInto, Room } from "./kernelMemory";
import type { SparseRows } from "./points";

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

/** Centroids of 2 GB leave room for the ratings in a WebAssembly memory of 4 GB. */
const MOST_TABLE_BYTES = 2 ** 31;

export class SparseProducts {
  private readonly kernel = instantiate<Kernel>("grouping");
  private readonly offsets: number;
  private readonly columns: number;
  private readonly values: number;
  private readonly table = new Room(this.kernel);
  private readonly out = new Room(this.kernel);

  constructor(private readonly rows: SparseRows) {
    this.offsets = copiedInto(this.kernel, rows.offsets);
    this.columns = copiedInto(this.kernel, rows.columns);
    this.values = copiedInto(this.kernel, rows.values);
  }

  /**
   * out[i * groups + j] = x_i . c_j, with the centroids as groups x dim.
   * @throws InputError for centroids of more than 2 GB
   */
  multiply(centroids: Float64Array, groups: number, dim: number, out: Float64Array): void {
    const { kernel, offsets, columns, values } = this;
    const width = groups + (groups % 2);
    if (8 * dim * width > MOST_TABLE_BYTES)
      throw new InputError(
        `grouping: centroids of ${dim * width} values do not fit; use fewer groups or items`,
      );
    const at = this.table.for(dim * width);
    const place = this.out.for(Math.max(BLOCK, width));
    const table = new Float64Array(kernel.memory.buffer, at, dim * width);
    for (let j = 0; j < groups; j++)
      for (let d = 0; d < dim; d++) table[d * width + j] = centroids[j * dim + d];
    const rows = this.rows.offsets.length - 1;
    byBlocks(kernel, { rows, width, groups, place }, out, (from, to) =>
      kernel.products(offsets, columns, values, at, width, from, to, place),
    );
  }
}
