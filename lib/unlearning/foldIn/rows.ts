/**
 * Wide rows: the embeddings of one user or item side by side, as the fold-in kernel takes them; and the ways
 * between them and the layouts of training (tensor after tensor) and of a model's rest.
 */

import { type ModelName, modelSpec } from "../../model/spec";

const widths = (model: ModelName): number[] =>
  modelSpec(model, 1, 1)
    .tensors.filter(({ kind }) => kind === "user")
    .map(({ size }) => size);

/** Rows tensor after tensor (as checkpoints hold them) to wide rows. */
export const wideRows = (model: ModelName, rows: Float32Array): Float32Array =>
  rearranged(model, rows, "wide");

/** Wide rows to rows tensor after tensor: the inverse. */
export const narrowRows = (model: ModelName, rows: Float32Array): Float32Array =>
  rearranged(model, rows, "narrow");

function rearranged(model: ModelName, rows: Float32Array, to: "wide" | "narrow"): Float32Array {
  const parts = widths(model);
  const width = parts.reduce((sum, part) => sum + part, 0);
  const count = rows.length / width;
  const result = new Float32Array(rows.length);
  let column = 0;
  for (const part of parts) {
    for (let r = 0; r < count; r++) {
      const wide = r * width + column;
      const narrow = count * column + r * part;
      const [from, at] = to === "wide" ? [narrow, wide] : [wide, narrow];
      for (let d = 0; d < part; d++) result[at + d] = rows[from + d];
    }
    column += part;
  }
  return result;
}

/** The item rows of a model's rest, wide: item tables stand in front of the shared layers. */
export function itemRowsOf(model: ModelName, rest: Float32Array, items: number): Float32Array {
  const width = widths(model).reduce((sum, part) => sum + part, 0);
  return wideRows(model, rest.subarray(0, items * width));
}

/** The rest with other item rows, given wide: a copy. */
export function withItemRows(model: ModelName, rest: Float32Array, rows: Float32Array): Float32Array {
  const changed = rest.slice();
  changed.set(narrowRows(model, rows));
  return changed;
}

/**
 * The mean of wide rows, summed in float64 in the order given.
 * @returns zeros when there is none
 */
export function meanRow(width: number, tables: readonly Float32Array[]): Float32Array {
  const sums = new Float64Array(width);
  let count = 0;
  for (const rows of tables) {
    for (let at = 0; at < rows.length; at++) sums[at % width] += rows[at];
    count += rows.length / width;
  }
  return Float32Array.from(sums, (sum) => (count === 0 ? 0 : sum / count));
}
