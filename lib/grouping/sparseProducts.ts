/**
 * The memory around kernels/assembly/grouping.ts: rating rows are copied into it once, the centroids at every call,
 * and the products come out block of users by block of users.
 */

import { InputError } from "../errors";
import { instantiate } from "../kernels/instantiate";
import type { SparseRows } from "./points";

interface Kernel {
  allocate(bytes: number): number;
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

/** Doubles of products that come out at a time: 1 MB stays in the second-level cache. */
const BLOCK = 131_072;
/** Centroids of 2 GB leave room for the ratings in a WebAssembly memory of 4 GB. */
const MOST_TABLE_BYTES = 2 ** 31;

export class SparseProducts {
  private readonly kernel = instantiate<Kernel>("grouping");
  private readonly offsets: number;
  private readonly columns: number;
  private readonly values: number;
  private table = 0;
  private tableSize = 0;
  private out = 0;
  private outSize = 0;

  constructor(private readonly rows: SparseRows) {
    this.offsets = this.copied(rows.offsets);
    this.columns = this.copied(rows.columns);
    this.values = this.copied(rows.values);
  }

  /**
   * out[i * groups + j] = x_i . c_j, with the centroids as groups x dim.
   * @throws InputError for centroids of more than 2 GB
   */
  multiply(centroids: Float64Array, groups: number, dim: number, out: Float64Array): void {
    const width = groups + (groups % 2);
    const users = this.rows.offsets.length - 1;
    const block = Math.max(1, Math.floor(BLOCK / width));
    this.reserve(dim * width, block * width);
    const { buffer } = this.kernel.memory;
    const table = new Float64Array(buffer, this.table, dim * width);
    for (let j = 0; j < groups; j++)
      for (let d = 0; d < dim; d++) table[d * width + j] = centroids[j * dim + d];
    const products = new Float64Array(buffer, this.out, block * width);
    const { offsets, columns, values } = this;
    for (let from = 0; from < users; from += block) {
      const to = Math.min(users, from + block);
      this.kernel.products(offsets, columns, values, this.table, width, from, to, this.out);
      if (width === groups) out.set(products.subarray(0, (to - from) * width), from * groups);
      else
        for (let i = from; i < to; i++)
          out.set(products.subarray((i - from) * width, (i - from) * width + groups), i * groups);
    }
  }

  /** Room for the table and the block, kept for later calls. */
  private reserve(table: number, out: number): void {
    if (8 * table > MOST_TABLE_BYTES)
      throw new InputError(`grouping: centroids of ${table} values do not fit; use fewer groups or items`);
    if (table > this.tableSize) {
      this.table = this.kernel.allocate(8 * table);
      this.tableSize = table;
    }
    if (out > this.outSize) {
      this.out = this.kernel.allocate(8 * out);
      this.outSize = out;
    }
  }

  private copied(array: Uint32Array | Float32Array): number {
    const at = this.kernel.allocate(Math.max(16, array.byteLength));
    new Uint8Array(this.kernel.memory.buffer, at, array.byteLength).set(
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
    );
    return at;
  }
}
