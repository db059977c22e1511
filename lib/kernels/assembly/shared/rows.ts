/**
 * The one inner loop of all dense layers: 32 outputs in eight registers, one input at a time.
 *   out[0..31] = start[0..31] + sum over k of x[k] * w[k][0..31]
 * Forward passes, passes back to the input and weight gradients all have this form for suitable x, w and strides.
 * `dense` takes every k; `sparse` takes those whose bit is set, since ReLU makes half of all inputs zero.
 */

/** x: `xStep` bytes from one input to the next; w: `wStep` bytes from one row to the next. */
// @ts-ignore: decorator
@inline
export function dense(
  x: usize,
  xStep: usize,
  count: usize,
  w: usize,
  wStep: usize,
  start: usize,
  out: usize,
): void {
  let s0 = v128.load(start, 0);
  let s1 = v128.load(start, 16);
  let s2 = v128.load(start, 32);
  let s3 = v128.load(start, 48);
  let s4 = v128.load(start, 64);
  let s5 = v128.load(start, 80);
  let s6 = v128.load(start, 96);
  let s7 = v128.load(start, 112);
  for (const end = x + xStep * count; x != end; x += xStep) {
    const factor = v128.load32_splat(x);
    s7 = f32x4.add(s7, f32x4.mul(factor, v128.load(w, 112)));
    s6 = f32x4.add(s6, f32x4.mul(factor, v128.load(w, 96)));
    s5 = f32x4.add(s5, f32x4.mul(factor, v128.load(w, 80)));
    s4 = f32x4.add(s4, f32x4.mul(factor, v128.load(w, 64)));
    s3 = f32x4.add(s3, f32x4.mul(factor, v128.load(w, 48)));
    s2 = f32x4.add(s2, f32x4.mul(factor, v128.load(w, 32)));
    s1 = f32x4.add(s1, f32x4.mul(factor, v128.load(w, 16)));
    s0 = f32x4.add(s0, f32x4.mul(factor, v128.load(w, 0)));
    w += wStep;
  }
  v128.store(out, s0, 0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
  v128.store(out, s4, 64);
  v128.store(out, s5, 80);
  v128.store(out, s6, 96);
  v128.store(out, s7, 112);
}

/** As `dense`, over the set bits k of `bits`. */
// @ts-ignore: decorator
@inline
export function sparse(
  x: usize,
  xStep: usize,
  bits: u64,
  w: usize,
  wStep: usize,
  start: usize,
  out: usize,
): void {
  let s0 = v128.load(start, 0);
  let s1 = v128.load(start, 16);
  let s2 = v128.load(start, 32);
  let s3 = v128.load(start, 48);
  let s4 = v128.load(start, 64);
  let s5 = v128.load(start, 80);
  let s6 = v128.load(start, 96);
  let s7 = v128.load(start, 112);
  while (bits) {
    const k = <usize>ctz<u64>(bits);
    bits &= bits - 1;
    const factor = v128.load32_splat(x + k * xStep);
    const row = w + k * wStep;
    s7 = f32x4.add(s7, f32x4.mul(factor, v128.load(row, 112)));
    s6 = f32x4.add(s6, f32x4.mul(factor, v128.load(row, 96)));
    s5 = f32x4.add(s5, f32x4.mul(factor, v128.load(row, 80)));
    s4 = f32x4.add(s4, f32x4.mul(factor, v128.load(row, 64)));
    s3 = f32x4.add(s3, f32x4.mul(factor, v128.load(row, 48)));
    s2 = f32x4.add(s2, f32x4.mul(factor, v128.load(row, 32)));
    s1 = f32x4.add(s1, f32x4.mul(factor, v128.load(row, 16)));
    s0 = f32x4.add(s0, f32x4.mul(factor, v128.load(row, 0)));
  }
  v128.store(out, s0, 0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
  v128.store(out, s4, 64);
  v128.store(out, s5, 80);
  v128.store(out, s6, 96);
  v128.store(out, s7, 112);
}

/** As `sparse`, with 16 outputs. */
// @ts-ignore: decorator
@inline
export function sparse16(
  x: usize,
  xStep: usize,
  bits: u64,
  w: usize,
  wStep: usize,
  start: usize,
  out: usize,
): void {
  let s0 = v128.load(start, 0);
  let s1 = v128.load(start, 16);
  let s2 = v128.load(start, 32);
  let s3 = v128.load(start, 48);
  while (bits) {
    const k = <usize>ctz<u64>(bits);
    bits &= bits - 1;
    const factor = v128.load32_splat(x + k * xStep);
    const row = w + k * wStep;
    s3 = f32x4.add(s3, f32x4.mul(factor, v128.load(row, 48)));
    s2 = f32x4.add(s2, f32x4.mul(factor, v128.load(row, 32)));
    s1 = f32x4.add(s1, f32x4.mul(factor, v128.load(row, 16)));
    s0 = f32x4.add(s0, f32x4.mul(factor, v128.load(row, 0)));
  }
  v128.store(out, s0, 0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
}

/** sum[0 .. width) += the rows of a matrix; all counts in bytes, multiples of 16. */
export function addRows(matrix: usize, rows: u32, bytes: usize, sum: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    let s = v128.load(sum + at);
    for (let r: u32 = 0, p = matrix + at; r < rows; r++, p += bytes) s = f32x4.add(s, v128.load(p));
    v128.store(sum + at, s);
  }
}

/** to[c][r] = from[r][c]; rows and columns are multiples of 4, `step` the bytes from one row of `from` to the next. */
export function transpose(from: usize, step: usize, rows: usize, columns: usize, to: usize): void {
  const wide = rows << 2;
  for (let r: usize = 0; r < rows; r += 4) {
    for (let c: usize = 0; c < columns; c += 4) {
      const p = from + r * step + (c << 2);
      const r0 = v128.load(p);
      const r1 = v128.load(p + step);
      const r2 = v128.load(p + 2 * step);
      const r3 = v128.load(p + 3 * step);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      const q = to + c * wide + (r << 2);
      v128.store(q, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(q + wide, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
      v128.store(q + 2 * wide, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
      v128.store(q + 3 * wide, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
    }
  }
}

/** Copies rows table[ids[i]] of `bytes` (a multiple of 16) to consecutive rows. */
export function gather(table: usize, bytes: usize, ids: usize, count: u32, to: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const row = table + <usize>load<u32>(ids + ((<usize>i) << 2)) * bytes;
    for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, v128.load(row + at));
    to += bytes;
  }
}

/** In place transpose of a 64 x 64 bit matrix (u64, 64; bit c of word r is entry r, c). Warren, Hacker's Delight, 7-3. */
export function transposeBits(words: usize): void {
  let mask: u64 = 0x00000000ffffffff;
  for (let j: usize = 32; j != 0; j >>= 1) {
    for (let k: usize = 0; k < 64; k = ((k | j) + 1) & ~j) {
      const p = words + (k << 3);
      const q = words + ((k | j) << 3);
      const x = load<u64>(p);
      const y = load<u64>(q);
      const t = ((x >> j) ^ y) & mask;
      store<u64>(p, x ^ (t << j));
      store<u64>(q, y ^ t);
    }
    mask ^= mask << (j >> 1);
  }
}

/** gradient[i] += factor * counts[i] * row[i]: the ridge penalty of rows with `counts[i]` samples each. */
export function addPenalty(gradients: usize, rows: usize, bytes: usize, slot: u32, factor: f32): void {
  const by = f32x4.splat(factor);
  const at = <usize>slot * bytes;
  for (let i: usize = at; i < at + bytes; i += 16)
    v128.store(gradients + i, f32x4.add(v128.load(gradients + i), f32x4.mul(by, v128.load(rows + i))));
}
