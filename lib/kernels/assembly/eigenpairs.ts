/**
 * The leading eigenpairs of a symmetric matrix in float64, for lib/unlearning/additive/subspace.ts, by
 * several threads on one shared memory: products with a block of columns (which lie as rows, so that all is
 * dot products of rows), Gram and Schmidt, Jacobi's rotations in the space of the block, Ritz vectors. What
 * can be cut by rows is; the first thread does the rest alone while the others wait. The order of every sum
 * is fixed whatever the number of threads, and no multiply-add is fused: the same bits on every machine.
 */

import { store4, total } from "./shared/math";

/** Rows of a share of work; a matrix has a multiple of it. */
const PANEL: usize = 32;
/** Terms of a dot product of `multiply` before the next tile's turn: blocks of rows stay in the cache. */
const DEPTH: usize = 128;
/** Blocks of a Krylov space. */
const BLOCKS: usize = 4;
/** |A v - value v| at which a vector is done, as a share of the largest value. */
const TOLERANCE: f64 = 1e-5;
const MOST_RESTARTS: i32 = 40;
/** What is left of a column within the span of others, as a share of its length before. */
const DEPENDENT: f64 = 1e-10;
const MOST_SWEEPS: i32 = 60;

// Words (u32) of `control`:
const STOP: usize = 0; // not 0: everybody ends at once
const ARRIVED: usize = 4; // threads that have come to a barrier, ever
const LENGTH: usize = 8; // vectors of the basis; in the end, eigenpairs
const FINISHED: usize = 12;
const RESIDUAL: usize = 16; // f64: the largest |A v - value v| so far, as a share of the largest value

let n: usize = 0;
let row: usize = 0; // bytes of a row: n, padded to PANEL
let side: usize = 0; // bytes of a row of the projected matrix
let matrix: usize = 0;
let basis: usize = 0;
let images: usize = 0; // of the basis, a row each
let ritz: usize = 0; // the start; then the next block
let ritzImages: usize = 0;
let projected: usize = 0;
let rotations: usize = 0; // eigenvectors of the projected matrix, a row each
let values: usize = 0;
let order: usize = 0; // u32: rows of `rotations` by descending value
let control: usize = 0;
let own: usize = 0; // this thread
let threads: usize = 1;
let barriers: u32 = 0;

/** First byte that no static data uses. */
export function heapBase(): usize {
  return __heap_base;
}

/** The most vectors that a basis can have: blocks may be incomplete, and the last one begins below the limit. */
export function mostVectors(size: usize, width: usize): usize {
  return min((BLOCKS + 1) * width, size);
}

@inline
function even(count: usize): usize {
  return (count + 1) & ~1;
}

/** Bytes of working memory. */
export function roomBytes(size: usize, stride: usize, width: usize): usize {
  const most = mostVectors(size, width);
  const rows = ((most + 1) << 1) + (width << 1);
  return (rows * stride + ((most + 1) << 1) * even(most)) << 3;
}

@inline
function over(): bool {
  return atomic.load<u32>(control + STOP) != 0;
}

/** Waits for all threads. False when everybody ends. */
function together(): bool {
  barriers += <u32>threads;
  const last = atomic.add<u32>(control + ARRIVED, 1) + 1 == barriers;
  if (last) atomic.notify(control + ARRIVED, -1);
  while (!over()) {
    const seen = atomic.load<u32>(control + ARRIVED);
    if (seen >= barriers) return true;
    atomic.wait<i32>(control + ARRIVED, <i32>seen, 50_000_000); // ns: STOP wakes nobody
  }
  return false;
}

/** Says how many vectors there are: the first thread does before a barrier, and all read it after. */
function say(length: usize): void {
  atomic.store<u32>(control + LENGTH, <u32>length);
}

@inline
function lengthNow(): usize {
  return atomic.load<u32>(control + LENGTH);
}

/** c[s][r] += sum over k of a[r][k] b[s][k], for 4 rows r and 2 rows s; c has a row for each s. */
function tile(a: usize, b: usize, bytes: usize, c: usize): void {
  let s00 = f64x2.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  for (const end = b + bytes; b != end; a += 16, b += 16) {
    const u = v128.load(b);
    const v = v128.load(b + row);
    let at = a;
    const f0 = v128.load(at);
    s00 = f64x2.add(s00, f64x2.mul(f0, u));
    s01 = f64x2.add(s01, f64x2.mul(f0, v));
    at += row;
    const f1 = v128.load(at);
    s10 = f64x2.add(s10, f64x2.mul(f1, u));
    s11 = f64x2.add(s11, f64x2.mul(f1, v));
    at += row;
    const f2 = v128.load(at);
    s20 = f64x2.add(s20, f64x2.mul(f2, u));
    s21 = f64x2.add(s21, f64x2.mul(f2, v));
    at += row;
    const f3 = v128.load(at);
    s30 = f64x2.add(s30, f64x2.mul(f3, u));
    s31 = f64x2.add(s31, f64x2.mul(f3, v));
  }
  store<f64>(c, load<f64>(c) + total(s00));
  store<f64>(c, load<f64>(c, 8) + total(s10), 8);
  store<f64>(c, load<f64>(c, 16) + total(s20), 16);
  store<f64>(c, load<f64>(c, 24) + total(s30), 24);
  c += row;
  store<f64>(c, load<f64>(c) + total(s01));
  store<f64>(c, load<f64>(c, 8) + total(s11), 8);
  store<f64>(c, load<f64>(c, 16) + total(s21), 16);
  store<f64>(c, load<f64>(c, 24) + total(s31), 24);
}

/** Own places of the images of vectors from .. to of the basis; of one more where their number is odd. */
function multiply(from: usize, to: usize): void {
  const step = threads * PANEL;
  for (let i = own * PANEL; i << 3 < row; i += step) {
    if (over()) return;
    for (let s = from; s < from + even(to - from); s++) memory.fill(images + s * row + (i << 3), 0, PANEL << 3);
    for (let k: usize = 0; k < row; k += DEPTH << 3) {
      const bytes = min(DEPTH << 3, row - k);
      for (let r = i; r < i + PANEL; r += 4)
        for (let s = from; s < to; s += 2)
          tile(matrix + r * row + k, basis + s * row + k, bytes, images + s * row + (r << 3));
    }
  }
}

/** The dot product of two rows, in four partial sums. */
function dot(x: usize, y: usize): f64 {
  let low = f64x2.splat(0);
  let high = low;
  const end = x + (n << 3);
  for (const whole = x + ((n & ~3) << 3); x != whole; x += 32, y += 32) {
    low = f64x2.add(low, f64x2.mul(v128.load(x), v128.load(y)));
    high = f64x2.add(high, f64x2.mul(v128.load(x, 16), v128.load(y, 16)));
  }
  let first = f64x2.extract_lane(low, 0);
  for (; x != end; x += 8, y += 8) first += load<f64>(x) * load<f64>(y);
  return first + f64x2.extract_lane(low, 1) + total(high);
}

/** Takes the part within the first `count` vectors of the basis out of x, four vectors in one sweep over it. */
function project(x: usize, count: usize): void {
  const end = x + (n << 3);
  let p = basis;
  for (const whole = basis + (count & ~3) * row; p != whole; p += 4 * row) {
    const q = p + row;
    const s = q + row;
    const t = s + row;
    let a: f64 = 0;
    let b: f64 = 0;
    let c: f64 = 0;
    let d: f64 = 0;
    for (let at = x, k: usize = 0; at != end; at += 8, k += 8) {
      const value = load<f64>(at);
      a += load<f64>(p + k) * value;
      b += load<f64>(q + k) * value;
      c += load<f64>(s + k) * value;
      d += load<f64>(t + k) * value;
    }
    const pa = f64x2.splat(a);
    const pb = f64x2.splat(b);
    const pc = f64x2.splat(c);
    const pd = f64x2.splat(d);
    for (let at = x, k: usize = 0; at < end; at += 16, k += 16) {
      const first = f64x2.add(f64x2.mul(pa, v128.load(p + k)), f64x2.mul(pb, v128.load(q + k)));
      const second = f64x2.add(f64x2.mul(pc, v128.load(s + k)), f64x2.mul(pd, v128.load(t + k)));
      v128.store(at, f64x2.sub(v128.load(at), f64x2.add(first, second)));
    }
  }
  for (const last = basis + count * row; p != last; p += row) {
    const part = dot(p, x);
    for (let k: usize = 0; k < n << 3; k += 8)
      store<f64>(x + k, load<f64>(x + k) - part * load<f64>(p + k));
  }
}

/**
 * Adds `count` columns to an orthonormal basis of `length` vectors, by Gram and Schmidt, twice over; dependent
 * ones are left out. Returns how many vectors there are then.
 */
function extend(columns: usize, count: usize, length: usize): usize {
  for (let c: usize = 0; c < count && length < n && !over(); c++) {
    const x = basis + length * row;
    memory.copy(x, columns + c * row, row);
    const before = Math.sqrt(dot(x, x));
    project(x, length);
    project(x, length);
    const norm = Math.sqrt(dot(x, x));
    if (!(norm > DEPENDENT * before)) continue;
    for (let at = x; at < x + (n << 3); at += 8) store<f64>(at, load<f64>(at) / norm);
    length++;
  }
  return length;
}

/** Own rows of the projected matrix Q^T A Q, symmetric to the bit. */
function projectMatrix(m: usize): void {
  for (let i = own; i < m && !over(); i += threads)
    for (let j: usize = 0; j <= i; j++) {
      const product = dot(basis + i * row, images + j * row);
      store<f64>(projected + i * side + (j << 3), product);
      store<f64>(projected + j * side + (i << 3), product);
    }
}

/** Turns two rows: (x, y) to (c x - s y, s x + c y). */
@inline
function turn(x: usize, y: usize, c: f64, s: f64): void {
  const cosine = f64x2.splat(c);
  const sine = f64x2.splat(s);
  for (const end = x + side; x != end; x += 16, y += 16) {
    const u = v128.load(x);
    const v = v128.load(y);
    v128.store(x, f64x2.sub(f64x2.mul(cosine, u), f64x2.mul(sine, v)));
    v128.store(y, f64x2.add(f64x2.mul(sine, u), f64x2.mul(cosine, v)));
  }
}

/** One rotation in the plane (p, q) that makes the place p, q of the projected m x m matrix zero. */
function rotate(p: usize, q: usize, m: usize): void {
  const rowP = projected + p * side;
  const rowQ = projected + q * side;
  const pq = load<f64>(rowP + (q << 3));
  if (pq == 0) return;
  const theta = (load<f64>(rowQ + (q << 3)) - load<f64>(rowP + (p << 3))) / (2 * pq);
  const t = <f64>(theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  const end = projected + m * side;
  for (let x = projected + (p << 3), y = projected + (q << 3); x < end; x += side, y += side) {
    const u = load<f64>(x);
    const v = load<f64>(y);
    store<f64>(x, c * u - s * v);
    store<f64>(y, s * u + c * v);
  }
  turn(rowP, rowQ, c, s);
  turn(rotations + p * side, rotations + q * side, c, s);
}

@inline
function diagonal(i: usize): f64 {
  return load<f64>(projected + i * side + (i << 3));
}

/**
 * Eigenvectors of the projected m x m matrix by Jacobi's rotations, cyclic, until nothing is left off the
 * diagonal; its eigenvalues, descending. The same operations in the same order as `symmetricEigen` of
 * lib/hypergraph/linear.ts.
 */
function diagonalise(m: usize): void {
  let scale: f64 = 0;
  for (let i: usize = 0; i < m; i++) {
    memory.fill(rotations + i * side, 0, side);
    store<f64>(rotations + i * side + (i << 3), 1);
    for (let j: usize = 0; j < m; j++) {
      const x = load<f64>(projected + i * side + (j << 3));
      scale += x * x;
    }
  }
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let off: f64 = 0;
    for (let i: usize = 0; i < m; i++)
      for (let j = i + 1; j < m; j++) {
        const x = load<f64>(projected + i * side + (j << 3));
        off += x * x;
      }
    if (off <= 1e-30 * scale) break;
    for (let p: usize = 0; p < m && !over(); p++) for (let q = p + 1; q < m; q++) rotate(p, q, m);
  }
  for (let i: usize = 0; i < m; i++) {
    let place = i; // insertion: of equal values the first comes first
    for (; place > 0 && diagonal(load<u32>(order + ((place - 1) << 2))) < diagonal(i); place--)
      store<u32>(order + (place << 2), load<u32>(order + ((place - 1) << 2)));
    store<u32>(order + (place << 2), <u32>i);
  }
  for (let j: usize = 0; j < m; j++) store<f64>(values + (j << 3), diagonal(load<u32>(order + (j << 2))));
}

/** Own places of the first `count` combinations of m rows, by the eigenvectors. */
function combine(rows: usize, m: usize, count: usize, out: usize): void {
  const step = threads * PANEL;
  for (let i = own * PANEL; i << 3 < row; i += step) {
    if (over()) return;
    for (let j: usize = 0; j < count; j++) {
      const factors = rotations + <usize>load<u32>(order + (j << 2)) * side;
      for (let k = i << 3; k < (i + PANEL) << 3; k += 64) {
        let s0 = f64x2.splat(0);
        let s1 = s0;
        let s2 = s0;
        let s3 = s0;
        for (let r: usize = 0, at = rows + k; r < m; r++, at += row) {
          const factor = v128.load64_splat(factors + (r << 3));
          s0 = f64x2.add(s0, f64x2.mul(factor, v128.load(at)));
          s1 = f64x2.add(s1, f64x2.mul(factor, v128.load(at, 16)));
          s2 = f64x2.add(s2, f64x2.mul(factor, v128.load(at, 32)));
          s3 = f64x2.add(s3, f64x2.mul(factor, v128.load(at, 48)));
        }
        store4(out + j * row + k, s0, s1, s2, s3);
      }
    }
  }
}

/** The largest |A v - value v| of the first `count` Ritz vectors. */
function largestResidual(count: usize): f64 {
  let largest: f64 = 0;
  for (let j: usize = 0; j < count; j++) {
    const value = load<f64>(values + (j << 3));
    let sum: f64 = 0;
    for (let at = j * row; at < j * row + (n << 3); at += 8) {
      const difference = load<f64>(ritzImages + at) - value * load<f64>(ritz + at);
      sum += difference * difference;
    }
    largest = max(largest, Math.sqrt(sum));
  }
  return largest;
}

/** The first thread's end of a round: the Ritz vectors are the next block, or the result. */
function judge(restart: i32, count: usize, wanted: usize): void {
  const residual = largestResidual(min(wanted, count));
  const largest = Math.abs(load<f64>(values));
  const done = residual <= TOLERANCE * largest || restart == MOST_RESTARTS;
  store<f64>(control + RESIDUAL, residual / largest);
  memory.copy(basis, ritz, count * row);
  say(done ? min(wanted, count) : count);
  atomic.store<u32>(control + FINISHED, done ? 1 : 0);
}

/** Makes the Krylov space [X, A X, A^2 X, A^3 X] of the block X. Returns its vectors; 0 when everybody ends. */
function span(width: usize): usize {
  let from: usize = 0;
  let length = lengthNow();
  while (true) {
    multiply(from, length);
    if (!together()) return 0;
    if (length >= min(BLOCKS * width, n)) return length;
    if (own == 0) say(extend(images + from * row, length - from, length));
    if (!together()) return 0;
    from = length;
    length = lengthNow();
    if (length == from) return length;
  }
}

/**
 * One thread's part. The matrix at `matrixAt` has rows of `stride` float64, a multiple of PANEL, of which
 * `size` count, and zeros beyond. `roomAt`: `width` rows to start from, which become the eigenvectors; then
 * eigenvalues, descending, and working memory, `roomBytes` of it in all. `controlAt`: 24 bytes of zeros; how
 * many pairs there are stands in LENGTH. Ends early when STOP is set.
 */
export function solve(
  matrixAt: usize, size: usize, stride: usize, roomAt: usize, width: usize, wanted: usize, controlAt: usize,
  thread: usize, all: usize,
): void {
  const most = mostVectors(size, width);
  n = size;
  row = stride << 3;
  side = even(most) << 3;
  matrix = matrixAt;
  control = controlAt;
  own = thread;
  threads = all;
  barriers = 0;
  ritz = roomAt;
  values = ritz + width * row;
  order = values + side;
  ritzImages = order + side;
  basis = ritzImages + width * row;
  images = basis + (most + 1) * row;
  projected = images + (most + 1) * row;
  rotations = projected + most * side;
  if (own == 0) say(extend(ritz, width, 0));
  if (!together()) return;
  for (let restart = 0; ; restart++) {
    const m = span(width);
    if (m == 0) return;
    projectMatrix(m);
    if (!together()) return;
    if (own == 0) diagonalise(m);
    if (!together()) return;
    const count = min(width, m);
    combine(basis, m, count, ritz);
    combine(images, m, min(wanted, count), ritzImages);
    if (!together()) return;
    if (own == 0) judge(restart, count, wanted);
    if (!together()) return;
    if (atomic.load<u32>(control + FINISHED)) return;
  }
}
