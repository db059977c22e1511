/**
 * Squared distances of dense rows from centroids, the hot loop of k-means on an embedding:
 *
 *   out[i][j] = sum over d of (x[i][d] - centroids[d][j])^2        for j in 0 .. width
 *
 * float64, d ascending, one lane a group: the sums are those of the scalar loop to the last bit. `centroids`
 * is dim x width, out is rows x width, width is even. The caller (lib/grouping/denseDistances.ts) lays out
 * the memory.
 */

import { store4 } from "./shared/math";

/** `bytes` of fresh memory, on a 16-byte boundary. */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

/** Rows from .. to - 1; `out` begins with row `from`. */
export function distances(
  rows: usize, // f32, rows x dim
  centroids: usize, // f64, dim x width
  dim: u32,
  width: u32,
  from: u32,
  to: u32,
  out: usize, // f64, (to - from) x width
): void {
  const rowBytes = <usize>dim << 2;
  const step = <usize>width << 3;
  const wide = <usize>(width & ~7) << 3;
  const end = rows + <usize>to * rowBytes;
  for (let row = rows + <usize>from * rowBytes; row != end; row += rowBytes) {
    for (let group: usize = 0; group < wide; group += 64)
      eight(row, rowBytes, centroids + group, step, out + group);
    for (let group = wide; group < step; group += 16)
      two(row, rowBytes, centroids + group, step, out + group);
    out += step;
  }
}

@inline
function eight(row: usize, rowBytes: usize, centroids: usize, step: usize, out: usize): void {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  for (const end = row + rowBytes; row != end; row += 4) {
    const x = f64x2.splat(<f64>load<f32>(row));
    const e = f64x2.sub(x, v128.load(centroids));
    const f = f64x2.sub(x, v128.load(centroids, 16));
    const g = f64x2.sub(x, v128.load(centroids, 32));
    const h = f64x2.sub(x, v128.load(centroids, 48));
    a = f64x2.add(a, f64x2.mul(e, e));
    b = f64x2.add(b, f64x2.mul(f, f));
    c = f64x2.add(c, f64x2.mul(g, g));
    d = f64x2.add(d, f64x2.mul(h, h));
    centroids += step;
  }
  store4(out, a, b, c, d);
}

@inline
function two(row: usize, rowBytes: usize, centroids: usize, step: usize, out: usize): void {
  let a = f64x2.splat(0);
  for (const end = row + rowBytes; row != end; row += 4) {
    const e = f64x2.sub(f64x2.splat(<f64>load<f32>(row)), v128.load(centroids));
    a = f64x2.add(a, f64x2.mul(e, e));
    centroids += step;
  }
  v128.store(out, a);
}
