/**
 * Where users lie: an embedding, their rating rows, or nowhere (random grouping needs no place). Section 3.2
 * of LASER groups in two spaces: "BKM" in the ratings, "CBKM" in the collaborative embedding.
 */

import { InputError } from "../errors";
import { DensePoints } from "./densePoints";
import type { Points, SparseRows } from "./points";
import { SparsePoints } from "./sparsePoints";

/** Rows of an embedding, users x dim, row-major. */
export interface DenseSpace {
  readonly kind: "dense";
  readonly values: Float32Array;
  readonly dim: number;
}

/** Rating rows; an absent rating is 0. */
export interface SparseSpace {
  readonly kind: "sparse";
  readonly rows: SparseRows;
  /** number of items */
  readonly columns: number;
}

/** So many users that lie nowhere. */
export interface NoSpace {
  readonly kind: "none";
  readonly count: number;
}

/** Where the users lie. */
export type UserSpace = DenseSpace | SparseSpace | NoSpace;

/** Number of users in a space. */
export function spaceCount(space: UserSpace): number {
  if (space.kind === "none") return space.count;
  return space.kind === "sparse" ? space.rows.offsets.length - 1 : space.values.length / space.dim;
}

/**
 * The points of a space.
 * @throws InputError for a shape that does not fit, a value that is not finite, or a space of kind "none".
 */
export function pointsOf(space: UserSpace): Points {
  if (space.kind === "none") throw new InputError("grouping: this method needs dense or sparse user rows");
  const values = space.kind === "dense" ? space.values : space.rows.values;
  for (let k = 0; k < values.length; k++) {
    if (!Number.isFinite(values[k]))
      throw new InputError(`grouping: value ${k} of the user rows is ${values[k]}`);
  }
  if (space.kind === "dense") {
    if (!(Number.isInteger(space.dim) && space.dim > 0) || space.values.length % space.dim !== 0)
      throw new InputError(`grouping: ${space.values.length} values are not rows of ${space.dim}`);
    return new DensePoints(space.values, space.dim);
  }
  const { offsets, columns } = space.rows;
  if (columns.length !== values.length || offsets[offsets.length - 1] !== columns.length)
    throw new InputError("grouping: offsets, columns and values of the sparse rows do not fit together");
  for (let k = 0; k < columns.length; k++) {
    if (columns[k] >= space.columns)
      throw new InputError(`grouping: column ${columns[k]} in a space of ${space.columns} columns`);
  }
  return new SparsePoints(space.rows, space.columns);
}

/** The same space with its users in another order: row i of the result is row order[i]. */
export function reorder(space: UserSpace, order: Uint32Array): UserSpace {
  if (space.kind === "none") return space;
  if (space.kind === "dense") {
    const { dim } = space;
    const values = new Float32Array(space.values.length);
    order.forEach((from, to) => {
      values.set(space.values.subarray(from * dim, (from + 1) * dim), to * dim);
    });
    return { kind: "dense", values, dim };
  }
  const { rows } = space;
  const offsets = new Uint32Array(order.length + 1);
  const columns = new Uint32Array(rows.columns.length);
  const values = new Float32Array(rows.values.length);
  order.forEach((from, to) => {
    const start = rows.offsets[from];
    const end = rows.offsets[from + 1];
    columns.set(rows.columns.subarray(start, end), offsets[to]);
    values.set(rows.values.subarray(start, end), offsets[to]);
    offsets[to + 1] = offsets[to] + end - start;
  });
  return { kind: "sparse", rows: { offsets, columns, values }, columns: space.columns };
}
