/**
 * Products of a symmetric matrix in float64 with a few columns, for lib/unlearning/additive/dense.ts: dot
 * products of contiguous rows of `n` float64, n a multiple of PANEL. The order of all sums is fixed, no
 * multiply-add is fused: the same bits on every machine.
 */

import { total } from "./shared/math";

/** Rows of a block. */
const PANEL: usize = 32;
/** Terms of a dot product before the next tile's turn: two blocks of rows stay in the second cache. */
const DEPTH: usize = 128;

/** `bytes` of fresh memory, on a 16-byte boundary. */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

@inline
function addTo(at: usize, x: v128, sign: f64): void {
  store<f64>(at, load<f64>(at) + sign * total(x));
}

/** c[r][s] += sign * sum over k of a[r][k] b[s][k], for 4 rows r and 2 rows s; `bytes` of each row. */
function tile(
  a: usize, aRow: usize, b: usize, bRow: usize, bytes: usize, c: usize, cRow: usize, sign: f64,
): void {
  let s00 = f64x2.splat(0);
  let s01 = f64x2.splat(0);
  let s10 = f64x2.splat(0);
  let s11 = f64x2.splat(0);
  let s20 = f64x2.splat(0);
  let s21 = f64x2.splat(0);
  let s30 = f64x2.splat(0);
  let s31 = f64x2.splat(0);
  const end = b + bytes;
  while (b != end) {
    const u = v128.load(b);
    const v = v128.load(b + bRow);
    let at = a;
    const f0 = v128.load(at);
    s00 = f64x2.add(s00, f64x2.mul(f0, u));
    s01 = f64x2.add(s01, f64x2.mul(f0, v));
    at += aRow;
    const f1 = v128.load(at);
    s10 = f64x2.add(s10, f64x2.mul(f1, u));
    s11 = f64x2.add(s11, f64x2.mul(f1, v));
    at += aRow;
    const f2 = v128.load(at);
    s20 = f64x2.add(s20, f64x2.mul(f2, u));
    s21 = f64x2.add(s21, f64x2.mul(f2, v));
    at += aRow;
    const f3 = v128.load(at);
    s30 = f64x2.add(s30, f64x2.mul(f3, u));
    s31 = f64x2.add(s31, f64x2.mul(f3, v));
    a += 16;
    b += 16;
  }
  addTo(c, s00, sign);
  addTo(c + 8, s01, sign);
  c += cRow;
  addTo(c, s10, sign);
  addTo(c + 8, s11, sign);
  c += cRow;
  addTo(c, s20, sign);
  addTo(c + 8, s21, sign);
  c += cRow;
  addTo(c, s30, sign);
  addTo(c + 8, s31, sign);
}

/** c += sign * a b^T for `rows` rows of a (multiple of 4), `columns` rows of b (of 2), `depth` terms. */
function addDots(
  a: usize,
  aRow: usize,
  rows: usize,
  b: usize,
  bRow: usize,
  columns: usize,
  depth: usize,
  c: usize,
  cRow: usize,
  sign: f64,
): void {
  for (let k: usize = 0; k < depth; k += DEPTH) {
    const bytes = min(DEPTH, depth - k) << 3;
    const skip = k << 3;
    for (let r: usize = 0; r < rows; r += 4)
      for (let s: usize = 0; s < columns; s += 2)
        tile(
          a + r * aRow + skip,
          aRow,
          b + s * bRow + skip,
          bRow,
          bytes,
          c + r * cRow + (s << 3),
          cRow,
          sign,
        );
  }
}

/**
 * out[r][s] = sum over k of a[r][k] b[s][k], k in 0 .. n: the product of a symmetric n x n matrix `a` and the
 * columns that are laid out as the rows of `b`. `count` (rows of b) is even; out is n x count.
 */
export function multiply(a: usize, b: usize, out: usize, n: usize, count: usize): void {
  const row = n << 3;
  const outRow = count << 3;
  memory.fill(out, 0, n * outRow);
  for (let i: usize = 0; i < n; i += PANEL)
    addDots(a + i * row, row, PANEL, b, row, count, n, out + i * outRow, outRow, 1);
}
