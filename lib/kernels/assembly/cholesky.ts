/**
 * Dense linear algebra in float64 for the additive methods (lib/unlearning/additive): the inverse of a symmetric positive
 * definite matrix by Cholesky's factorisation (Golub and Van Loan, "Matrix Computations", 4.2), and products of rows.
 * Everything comes down to dot products of contiguous rows: with G = L L^T, the rows of U = L^-T solve U L^T = I just as
 * the rows of L below a panel solve theirs, and G^-1 = U U^T. Matrices are row-major, rows of `n` float64; n is a
 * multiple of PANEL. The order of all sums is fixed, no multiply-add is fused: the same bits on every machine.
 */

/** Columns of a panel, and rows of a block. */
const PANEL: usize = 32;
/** Terms of a dot product before the next tile's turn: two blocks of rows of 128 float64 stay in the second-level cache. */
const DEPTH: usize = 128;

/** `bytes` of fresh memory, on a 16-byte boundary. */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

@inline
function total(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

@inline
function addTo(at: usize, x: v128, sign: f64): void {
  store<f64>(at, load<f64>(at) + sign * total(x));
}

/** c[r][s] += sign * sum over k of a[r][k] b[s][k], for 4 rows r and 2 rows s; `bytes` of each row. */
function tile(a: usize, aRow: usize, b: usize, bRow: usize, bytes: usize, c: usize, cRow: usize, sign: f64): void {
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

/** c += sign * a b^T, for `rows` rows of a (a multiple of 4), `columns` rows of b (a multiple of 2), `depth` terms. */
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

/** The lower Cholesky factor of a PANEL x PANEL block, in place. Returns 0, or 1 + the row whose pivot is not positive. */
function factorBlock(block: usize, row: usize): usize {
  for (let j: usize = 0; j < PANEL; j++) {
    const own = block + j * row;
    for (let m: usize = 0; m < j; m++) eliminate(own, block + m * row, m);
    let pivot = load<f64>(own + (j << 3));
    for (let m: usize = 0; m < j; m++) {
      const x = load<f64>(own + (m << 3));
      pivot -= x * x;
    }
    if (!(pivot > 0)) return j + 1;
    store<f64>(own + (j << 3), Math.sqrt(pivot));
  }
  return 0;
}

/** x[j] = (x[j] - sum over m < j of x[m] l[m]) / l[j] */
@inline
function eliminate(x: usize, l: usize, j: usize): void {
  let even = f64x2.splat(0);
  const at = j << 3;
  const paired = at & ~15;
  for (let m: usize = 0; m < paired; m += 16)
    even = f64x2.add(even, f64x2.mul(v128.load(x + m), v128.load(l + m)));
  let sum = total(even);
  if (paired != at) sum += load<f64>(x + paired) * load<f64>(l + paired);
  store<f64>(x + at, (load<f64>(x + at) - sum) / load<f64>(l + at));
}

/** Rows x with x L^T = x, in place, for `rows` rows and the factor of a panel's block. */
function solveRows(x: usize, row: usize, rows: usize, block: usize): void {
  for (let r: usize = 0; r < rows; r++) {
    for (let j: usize = 0; j < PANEL; j++) eliminate(x, block + j * row, j);
    x += row;
  }
}

/**
 * Inverts a symmetric positive definite matrix.
 * @param g n x n: its lower triangle is read; holds the whole inverse afterwards
 * @param u n x n: working memory, of any content
 * @returns 0, or 1 + the row at which the matrix turned out not to be positive definite
 */
export function invert(g: usize, u: usize, n: usize): usize {
  const row = n << 3;
  memory.fill(u, 0, n * row);
  for (let i: usize = 0; i < n; i++) store<f64>(u + i * row + (i << 3), 1);
  for (let j: usize = 0; j < n; j += PANEL) {
    const column = j << 3;
    const panel = g + j * row;
    const block = panel + column;
    for (let i = j; i < n; i += PANEL) {
      const own = g + i * row;
      addDots(own, row, PANEL, panel, row, PANEL, j, own + column, row, -1);
    }
    const failed = factorBlock(block, row);
    if (failed) return j + failed;
    solveRows(block + PANEL * row, row, n - j - PANEL, block);
    for (let i: usize = 0; i < j; i += PANEL) {
      const own = u + i * row;
      const skip = i << 3; // U is upper triangular
      addDots(own + skip, row, PANEL, panel + skip, row, PANEL, j - i, own + column, row, -1);
    }
    solveRows(u + column, row, j + PANEL, block);
  }
  for (let i: usize = 0; i < n; i += PANEL) {
    const skip = i << 3;
    for (let j: usize = 0; j <= i; j += PANEL) {
      const target = g + i * row + (j << 3);
      for (let r: usize = 0; r < PANEL; r++) memory.fill(target + r * row, 0, PANEL << 3);
      addDots(u + i * row + skip, row, PANEL, u + j * row + skip, row, PANEL, n - i, target, row, 1);
    }
  }
  for (let i: usize = 0; i < n; i++)
    for (let j: usize = 0; j < i; j++)
      store<f64>(g + j * row + (i << 3), load<f64>(g + i * row + (j << 3)));
  return 0;
}

/**
 * out[r][s] = sum over k of a[r][k] b[s][k], k in 0 .. n: the product of a symmetric n x n matrix `a` and the columns
 * that are laid out as the rows of `b`. `count` (rows of b) is even; out is n x count.
 */
export function multiply(a: usize, b: usize, out: usize, n: usize, count: usize): void {
  const row = n << 3;
  const outRow = count << 3;
  memory.fill(out, 0, n * outRow);
  for (let i: usize = 0; i < n; i += PANEL)
    addDots(a + i * row, row, PANEL, b, row, count, n, out + i * outRow, outRow, 1);
}
