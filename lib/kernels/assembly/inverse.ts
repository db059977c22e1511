/**
 * The inverse of a symmetric positive definite matrix in float64, by Cholesky's factorisation (Golub and Van
 * Loan, "Matrix Computations", 4.2), by several threads on one shared memory. With G = L L^T, the rows of U =
 * L^-T solve U L^T = I just as the rows of L below a panel solve theirs, and G^-1 = U U^T. All comes down to
 * dot products of rows: products of even and of odd places are summed apart, over DEPTH places at a time, in
 * ascending order, none of them fused; so the bits do not depend on the machine, nor on who computes what. A
 * thread keeps to its own blocks of rows, of G and of U; all it waits for are the panels of others, and in
 * the end all of U.
 */

import { store4, total } from "./shared/math";

/** Rows of a block, and columns of a panel. Matrices are row-major, n x n, n a multiple of it. */
const PANEL: usize = 32;
/** Places of a dot product before they are added to its result. */
const DEPTH: usize = 128;
/** Columns of a group: a panel is packed as groups, in which the 8 values of one place stand side by side. */
const GROUP: usize = 8;

// Words (u32) of `control`:
const STOP: usize = 0; // not 0: everybody ends at once
const FAILED: usize = 4; // 1 + the row at which the matrix turned out not to be positive definite
const FACTORED: usize = 8; // threads that have all of their U
const BLOCKS: usize = 12; // blocks of rows done, of 2 n / PANEL: factored, then multiplied
const READY: usize = 16; // by panel: its rows of L are there

let n: usize = 0;
let row: usize = 0; // bytes of a row
let g: usize = 0;
let u: usize = 0;
let control: usize = 0;
let packed: usize = 0; // 4 groups x n x 8: columns of a panel
let even: usize = 0; // 2 x 8: sums of even places

/** First byte that no static data uses. */
export function heapBase(): usize {
  return __heap_base;
}

/** Bytes of working memory of a thread. */
export function scratchBytes(size: usize): usize {
  return (size * PANEL + 2 * GROUP) << 3;
}

@inline
function over(): bool {
  return atomic.load<u32>(control + STOP) != 0 || atomic.load<u32>(control + FAILED) != 0;
}

/** Waits until the word at `at` is at least `least`; false when everybody ends. */
function await_(at: usize, least: u32): bool {
  while (!over()) {
    const seen = atomic.load<u32>(at);
    if (seen >= least) return true;
    atomic.wait<i32>(at, <i32>seen, 50_000_000); // ns: STOP wakes nobody
  }
  return false;
}

function announce(at: usize): void {
  atomic.add<u32>(at, 1);
  atomic.notify(at, -1);
}

/** Packs places from .. to of the PANEL rows that begin at x. */
function pack(x: usize, from: usize, to: usize): void {
  for (let c: usize = 0; c < PANEL; c += 2) {
    const first = x + c * row;
    const second = first + row;
    let out = packed + (c / GROUP) * (n << 6) + (from << 6) + ((c % GROUP) << 3);
    for (let k = from << 3; k < to << 3; k += 8, out += 64) {
      store<f64>(out, load<f64>(first + k));
      store<f64>(out, load<f64>(second + k), 8);
    }
  }
}

/** Sums over every other place of 2 rows x 8 columns, to `out`; `b` is a group of a packed panel. */
@inline
function sums(a: usize, end: usize, b: usize, sign: f64, out: usize, outRow: usize, add: bool): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let t0 = s0;
  let t1 = s0;
  let t2 = s0;
  let t3 = s0;
  for (; a != end; a += 16, b += 128) {
    const p = v128.load(b, 0);
    const q = v128.load(b, 16);
    const r = v128.load(b, 32);
    const s = v128.load(b, 48);
    const f = v128.load64_splat(a);
    s0 = f64x2.add(s0, f64x2.mul(f, p));
    s1 = f64x2.add(s1, f64x2.mul(f, q));
    s2 = f64x2.add(s2, f64x2.mul(f, r));
    s3 = f64x2.add(s3, f64x2.mul(f, s));
    const h = v128.load64_splat(a + row);
    t0 = f64x2.add(t0, f64x2.mul(h, p));
    t1 = f64x2.add(t1, f64x2.mul(h, q));
    t2 = f64x2.add(t2, f64x2.mul(h, r));
    t3 = f64x2.add(t3, f64x2.mul(h, s));
  }
  if (add) {
    const by = f64x2.splat(sign);
    s0 = f64x2.add(v128.load(out, 0), f64x2.mul(by, f64x2.add(v128.load(even, 0), s0)));
    s1 = f64x2.add(v128.load(out, 16), f64x2.mul(by, f64x2.add(v128.load(even, 16), s1)));
    s2 = f64x2.add(v128.load(out, 32), f64x2.mul(by, f64x2.add(v128.load(even, 32), s2)));
    s3 = f64x2.add(v128.load(out, 48), f64x2.mul(by, f64x2.add(v128.load(even, 48), s3)));
    t0 = f64x2.add(v128.load(out + outRow, 0), f64x2.mul(by, f64x2.add(v128.load(even, 64), t0)));
    t1 = f64x2.add(v128.load(out + outRow, 16), f64x2.mul(by, f64x2.add(v128.load(even, 80), t1)));
    t2 = f64x2.add(v128.load(out + outRow, 32), f64x2.mul(by, f64x2.add(v128.load(even, 96), t2)));
    t3 = f64x2.add(v128.load(out + outRow, 48), f64x2.mul(by, f64x2.add(v128.load(even, 112), t3)));
  }
  store4(out, s0, s1, s2, s3);
  store4(out + outRow, t0, t1, t2, t3);
}

/** c (PANEL x PANEL) += sign * (PANEL rows at a) (packed panel)^T over places from .. to. */
function addDots(a: usize, from: usize, to: usize, c: usize, sign: f64): void {
  for (let k = from; k < to; k += DEPTH) {
    const begin = k << 3;
    const bytes = min(DEPTH, to - k) << 3;
    for (let q: usize = 0; q < PANEL / GROUP; q++) {
      const b = packed + q * (n << 6) + (k << 6);
      for (let r: usize = 0; r < PANEL; r += 2) {
        const x = a + r * row + begin;
        sums(x, x + bytes, b, sign, even, 64, false);
        sums(x + 8, x + 8 + bytes, b + 64, sign, c + r * row + (q << 6), row, true);
      }
    }
  }
}

/** x[j] = (x[j] - sum over m < j of x[m] l[m]) / l[j] */
@inline
function eliminate(x: usize, l: usize, j: usize): void {
  let pairs = f64x2.splat(0);
  const at = j << 3;
  const paired = at & ~15;
  for (let m: usize = 0; m < paired; m += 16)
    pairs = f64x2.add(pairs, f64x2.mul(v128.load(x + m), v128.load(l + m)));
  let sum = total(pairs);
  if (paired != at) sum += load<f64>(x + paired) * load<f64>(l + paired);
  store<f64>(x + at, (load<f64>(x + at) - sum) / load<f64>(l + at));
}

/** The lower Cholesky factor of a block, in place. Returns 0, or 1 + the row whose pivot is not positive. */
function factorBlock(block: usize): usize {
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

/** PANEL rows x with x L^T = x, in place, for the factor of a panel's block. */
function solveRows(x: usize, block: usize): void {
  for (let r: usize = 0; r < PANEL; r++, x += row)
    for (let j: usize = 0; j < PANEL; j++) eliminate(x, block + j * row, j);
}

/** Own blocks of L below panel j and of U above it, given the panel. False when everybody ends. */
function applyPanel(j: usize, thread: usize, threads: usize): bool {
  const column = j << 3;
  const block = g + j * row + column;
  const stride = threads * PANEL;
  pack(g + j * row, 0, j);
  for (let i = thread * PANEL; i < n; i += stride) {
    if (over()) return false;
    if (i > j) {
      addDots(g + i * row, 0, j, g + i * row + column, -1);
      solveRows(g + i * row + column, block);
    } else {
      addDots(u + i * row, i, j, u + i * row + column, -1); // U is upper triangular
      solveRows(u + i * row + column, block);
    }
  }
  return true;
}

/** The factor of the diagonal block of panel j. False when it is not positive definite. */
function factorPanel(j: usize): bool {
  const block = g + j * row + (j << 3);
  pack(g + j * row, 0, j);
  addDots(g + j * row, 0, j, block, -1);
  const failed = factorBlock(block);
  if (failed) atomic.store<u32>(control + FAILED, <u32>(j + failed));
  return !failed;
}

/** Blocks (j, i), j <= i, of U U^T and their transposes. False when everybody ends. */
function multiplyColumn(i: usize): bool {
  pack(u + i * row, i, n);
  for (let j: usize = 0; j <= i; j += PANEL) {
    if (over()) return false;
    const target = g + j * row + (i << 3);
    for (let r: usize = 0; r < PANEL; r++) memory.fill(target + r * row, 0, PANEL << 3);
    addDots(u + j * row, i, n, target, 1);
    if (j == i) continue;
    const mirror = g + i * row + (j << 3);
    for (let r: usize = 0; r < PANEL; r++)
      for (let s: usize = 0; s < PANEL; s++)
        store<f64>(mirror + s * row + (r << 3), load<f64>(target + r * row + (s << 3)));
  }
  return true;
}

/**
 * One thread's part of inverting the matrix at `gAt` (its lower triangle is read; the whole inverse stands
 * there when all threads are done), with n x n zeros at `uAt`, zeros at `controlAt` (16 + 4 n / PANEL bytes)
 * and `scratchBytes` of its own. Ends early when STOP or FAILED is set.
 */
export function invert(
  gAt: usize,
  uAt: usize,
  size: usize,
  controlAt: usize,
  scratch: usize,
  thread: usize,
  threads: usize,
): void {
  n = size;
  row = size << 3;
  g = gAt;
  u = uAt;
  control = controlAt;
  even = scratch;
  packed = scratch + ((2 * GROUP) << 3);
  const stride = threads * PANEL;
  for (let i = thread * PANEL; i < n; i += stride)
    for (let r = i; r < i + PANEL; r++) store<f64>(u + r * row + (r << 3), 1);
  for (let j: usize = 0; j < n; j += PANEL) {
    const ready = control + READY + (j / PANEL) * 4;
    if ((j / PANEL) % threads == thread) {
      if (!factorPanel(j)) return;
      announce(ready);
      atomic.add<u32>(control + BLOCKS, 1);
    } else if (!await_(ready, 1)) return;
    if (!applyPanel(j, thread, threads)) return;
  }
  announce(control + FACTORED);
  if (!await_(control + FACTORED, <u32>threads)) return;
  for (let i = thread * PANEL; i < n; i += stride) {
    if (!multiplyColumn(i)) return;
    atomic.add<u32>(control + BLOCKS, 1);
  }
}
