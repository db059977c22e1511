/**
 * Products of sparse rows with a table of centroids, the hot loop of k-means on ratings:
 *
 *   out[i][j] = sum over the ratings (item, x) of user i of  x * table[item][j]        for j in 0 .. width
 *
 * float64, the terms added in the order of the row, one lane a group: the sums are those of the scalar loop
 * to the last bit. `table` is items x width, out is users x width, width is even. Sixteen groups at a time
 * stay in registers. The caller (lib/grouping/sparsePoints.ts) checks offsets and columns and lays out the
 * memory.
 */

import { store8 } from "./shared/math";

/** `bytes` of fresh memory, on a 16-byte boundary. */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

/** Users from .. to - 1; `out` begins with user `from`. */
export function products(
  offsets: usize, // u32, users + 1
  columns: usize, // u32
  values: usize, // f32
  table: usize, // f64, items x width
  width: u32,
  from: u32,
  to: u32,
  out: usize, // f64, (to - from) x width
): void {
  const rowBytes = <usize>width << 3;
  for (let user = from; user < to; user++) {
    const first = <usize>load<u32>(offsets + (<usize>user << 2)) << 2;
    const last = <usize>load<u32>(offsets + (<usize>user << 2), 4) << 2;
    let group: u32 = 0;
    for (; group + 16 <= width; group += 16) {
      sixteen(columns + first, values + first, columns + last, table + (<usize>group << 3), rowBytes, out);
      out += 128;
    }
    for (; group < width; group += 2) {
      two(columns + first, values + first, columns + last, table + (<usize>group << 3), rowBytes, out);
      out += 16;
    }
  }
}

@inline
function sixteen(column: usize, value: usize, end: usize, table: usize, rowBytes: usize, out: usize): void {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  let e = f64x2.splat(0);
  let f = f64x2.splat(0);
  let g = f64x2.splat(0);
  let h = f64x2.splat(0);
  while (column != end) {
    const row = table + <usize>load<u32>(column) * rowBytes;
    const x = f64x2.splat(<f64>load<f32>(value));
    a = f64x2.add(a, f64x2.mul(x, v128.load(row)));
    b = f64x2.add(b, f64x2.mul(x, v128.load(row, 16)));
    c = f64x2.add(c, f64x2.mul(x, v128.load(row, 32)));
    d = f64x2.add(d, f64x2.mul(x, v128.load(row, 48)));
    e = f64x2.add(e, f64x2.mul(x, v128.load(row, 64)));
    f = f64x2.add(f, f64x2.mul(x, v128.load(row, 80)));
    g = f64x2.add(g, f64x2.mul(x, v128.load(row, 96)));
    h = f64x2.add(h, f64x2.mul(x, v128.load(row, 112)));
    column += 4;
    value += 4;
  }
  store8(out, a, b, c, d, e, f, g, h);
}

@inline
function two(column: usize, value: usize, end: usize, table: usize, rowBytes: usize, out: usize): void {
  let a = f64x2.splat(0);
  while (column != end) {
    const row = table + <usize>load<u32>(column) * rowBytes;
    a = f64x2.add(a, f64x2.mul(f64x2.splat(<f64>load<f32>(value)), v128.load(row)));
    column += 4;
    value += 4;
  }
  v128.store(out, a);
}
