/**
 * Wide rows: the embeddings of one user or item side by side, as the fold-in kernel takes them; and the ways between
 * them and the layouts of training (tensor after tensor) and of a model's rest.
 */

import { type ModelName, modelSpec, type TensorSpec } from "../../model/spec";
import { putRest, restOf } from "../../training/layout";

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

const isItem = ({ kind }: TensorSpec) => kind === "item";

/** The item rows of a model's rest, wide. */
export function itemRowsOf(model: ModelName, rest: Float32Array, items: number): Float32Array {
  const spec = modelSpec(model, 1, items);
  const weights = new Float32Array(spec.size);
  putRest(spec, weights, rest);
  const tables = spec.tensors
    .filter(isItem)
    .map(({ offset, size }) => weights.subarray(offset, offset + size));
  const joined = new Float32Array(tables.reduce((sum, table) => sum + table.length, 0));
  let at = 0;
  for (const table of tables) {
    joined.set(table, at);
    at += table.length;
  }
  return wideRows(model, joined);
}

/** The rest with other item rows, given wide: a copy. */
export function withItemRows(
  model: ModelName,
  rest: Float32Array,
  items: number,
  rows: Float32Array,
): Float32Array {
  const spec = modelSpec(model, 1, items);
  const weights = new Float32Array(spec.size);
  putRest(spec, weights, rest);
  const narrow = narrowRows(model, rows);
  let at = 0;
  for (const { offset, size } of spec.tensors.filter(isItem)) {
    weights.set(narrow.subarray(at, at + size), offset);
    at += size;
  }
  return restOf(spec, weights);
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
