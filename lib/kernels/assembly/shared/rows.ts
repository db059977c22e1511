/**
 * The inner loops of all layers. Forward passes, passes back to the input and weight gradients all have one
 * form for suitable x, w and strides:
 *   out[r][0 .. n) = start[r][0 .. n) + sum over k of x[r][k] * w[k][0 .. n), in the order of k.
 * `gemm` takes every k, with 2 rows x 16 columns of the result in registers. `sparse32` takes the k on a
 * list, with 32 columns of one row in registers: after ReLU half of all inputs are zero, and leaving them out
 * changes no sum. The order of the statements matters for speed: V8 keeps the sums in registers as they stand
 * here, and packs two neighbours of 128 bits into one of 256 (lib/kernels/packing.ts) where loads, sums and
 * stores of both stand side by side.
 */

import * as batch from "./batch";
import { store4, store8 } from "./math";

/** A tile of `gemm`: 2 rows, 16 columns. `end` is where x stands after the last k. */
@inline
function tile(
  x: usize,
  xRow: usize,
  xStep: usize,
  end: usize,
  w: usize,
  wStep: usize,
  start: usize,
  startRow: usize,
  out: usize,
  outRow: usize,
): void {
  let a0 = v128.load(start, 0);
  let b0 = v128.load(start, 16);
  let c0 = v128.load(start, 32);
  let d0 = v128.load(start, 48);
  start += startRow;
  let a1 = v128.load(start, 0);
  let b1 = v128.load(start, 16);
  let c1 = v128.load(start, 32);
  let d1 = v128.load(start, 48);
  while (x != end) {
    const p = v128.load(w, 0);
    const q = v128.load(w, 16);
    const r = v128.load(w, 32);
    const s = v128.load(w, 48);
    const f0 = v128.load32_splat(x);
    a0 = f32x4.add(a0, f32x4.mul(f0, p));
    b0 = f32x4.add(b0, f32x4.mul(f0, q));
    c0 = f32x4.add(c0, f32x4.mul(f0, r));
    d0 = f32x4.add(d0, f32x4.mul(f0, s));
    const f1 = v128.load32_splat(x + xRow);
    a1 = f32x4.add(a1, f32x4.mul(f1, p));
    b1 = f32x4.add(b1, f32x4.mul(f1, q));
    c1 = f32x4.add(c1, f32x4.mul(f1, r));
    d1 = f32x4.add(d1, f32x4.mul(f1, s));
    x += xStep;
    w += wStep;
  }
  store4(out, a0, b0, c0, d0);
  out += outRow;
  store4(out, a1, b1, c1, d1);
}

/** One row, 8 columns: what the tiles leave over. */
@inline
function strip(x: usize, xStep: usize, end: usize, w: usize, wStep: usize, start: usize, out: usize): void {
  let a = v128.load(start);
  let b = v128.load(start, 16);
  while (x != end) {
    const f = v128.load32_splat(x);
    a = f32x4.add(a, f32x4.mul(f, v128.load(w)));
    b = f32x4.add(b, f32x4.mul(f, v128.load(w, 16)));
    x += xStep;
    w += wStep;
  }
  v128.store(out, a);
  v128.store(out, b, 16);
}

/**
 * The dense product. `xRow`, `startRow` and `outRow` are bytes from one row to the next (0 repeats a row),
 * `xStep` and `wStep` from one k to the next; `inner` counts k; `columnBytes` is a multiple of 32. `start`
 * may be `out`.
 */
export function gemm(
  rows: usize,
  inner: usize,
  columnBytes: usize,
  x: usize,
  xRow: usize,
  xStep: usize,
  w: usize,
  wStep: usize,
  start: usize,
  startRow: usize,
  out: usize,
  outRow: usize,
): void {
  const span = inner * xStep;
  const wide = columnBytes & ~63;
  let left = rows;
  for (; left >= 2; left -= 2) {
    for (let c: usize = 0; c < wide; c += 64)
      tile(x, xRow, xStep, x + span, w + c, wStep, start + c, startRow, out + c, outRow);
    if (wide != columnBytes) {
      strip(x, xStep, x + span, w + wide, wStep, start + wide, out + wide);
      const next = x + xRow;
      strip(next, xStep, next + span, w + wide, wStep, start + startRow + wide, out + outRow + wide);
    }
    x += 2 * xRow;
    start += 2 * startRow;
    out += 2 * outRow;
  }
  if (left)
    for (let c: usize = 0; c < columnBytes; c += 32)
      strip(x, xStep, x + span, w + c, wStep, start + c, out + c);
}

/** The index k is kept as 64 k: a power of two from which every stride in use is one shift away. */
const UNIT: u32 = 64;
const places: usize = memory.data(4096, 16); // u16, 256 x 8: the set bits of a byte, ascending, as 64 k
let placesReady: bool = false;

function fillPlaces(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let at = places + ((<usize>byte) << 4);
    for (let bit: u32 = 0; bit < 8; bit++) {
      if (!((byte >> bit) & 1)) continue;
      store<u16>(at, <u16>(bit * UNIT));
      at += 2;
    }
  }
  placesReady = true;
}

@inline
function listByte(bits: u64, byte: u64, to: usize): void {
  const before = <usize>popcnt<u64>(bits & ((<u64>1 << (byte << 3)) - 1));
  const found = v128.load(places + ((<usize>((bits >> (byte << 3)) & 255)) << 4));
  v128.store(to + (before << 1), i16x8.add(found, i16x8.splat(<i16>(<u32>byte * 8 * UNIT))));
}

/** Lists the set bits k of `bits`, ascending, as u16 64 k; `to` has room for 72. Returns their number. */
@inline
export function listBits(bits: u64, to: usize): usize {
  if (!placesReady) fillPlaces();
  listByte(bits, 0, to);
  listByte(bits, 1, to);
  listByte(bits, 2, to);
  listByte(bits, 3, to);
  if (bits >> 32) {
    listByte(bits, 4, to);
    listByte(bits, 5, to);
    listByte(bits, 6, to);
    listByte(bits, 7, to);
  }
  return <usize>popcnt<u64>(bits);
}

/**
 * `sparse32`, `sparse16`: 32 or 16 columns of one row, over the `count` indices k of a list of `listBits`.
 * The strides are powers of two from 4 to 256 bytes, `xShift` and `wShift` their binary logarithms. The list
 * is worth its making: finding the next bit in the loop itself costs arithmetic on the ports that multiply.
 */
@inline
export function sparse32(
  xShift: usize,
  wShift: usize,
  list: usize,
  count: usize,
  x: usize,
  w: usize,
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
  const end = list + (count << 1);
  if (count & 1) {
    const k = <usize>load<u16>(list);
    const f = v128.load32_splat(x + scaled(k, xShift));
    const row = w + scaled(k, wShift);
    s0 = f32x4.add(s0, f32x4.mul(f, v128.load(row, 0)));
    s1 = f32x4.add(s1, f32x4.mul(f, v128.load(row, 16)));
    s2 = f32x4.add(s2, f32x4.mul(f, v128.load(row, 32)));
    s3 = f32x4.add(s3, f32x4.mul(f, v128.load(row, 48)));
    s4 = f32x4.add(s4, f32x4.mul(f, v128.load(row, 64)));
    s5 = f32x4.add(s5, f32x4.mul(f, v128.load(row, 80)));
    s6 = f32x4.add(s6, f32x4.mul(f, v128.load(row, 96)));
    s7 = f32x4.add(s7, f32x4.mul(f, v128.load(row, 112)));
    list += 2;
  }
  while (list != end) {
    const k = <usize>load<u16>(list);
    const f = v128.load32_splat(x + scaled(k, xShift));
    const row = w + scaled(k, wShift);
    s0 = f32x4.add(s0, f32x4.mul(f, v128.load(row, 0)));
    s1 = f32x4.add(s1, f32x4.mul(f, v128.load(row, 16)));
    s2 = f32x4.add(s2, f32x4.mul(f, v128.load(row, 32)));
    s3 = f32x4.add(s3, f32x4.mul(f, v128.load(row, 48)));
    s4 = f32x4.add(s4, f32x4.mul(f, v128.load(row, 64)));
    s5 = f32x4.add(s5, f32x4.mul(f, v128.load(row, 80)));
    s6 = f32x4.add(s6, f32x4.mul(f, v128.load(row, 96)));
    s7 = f32x4.add(s7, f32x4.mul(f, v128.load(row, 112)));
    const next = <usize>load<u16>(list, 2);
    const g = v128.load32_splat(x + scaled(next, xShift));
    const nextRow = w + scaled(next, wShift);
    s0 = f32x4.add(s0, f32x4.mul(g, v128.load(nextRow, 0)));
    s1 = f32x4.add(s1, f32x4.mul(g, v128.load(nextRow, 16)));
    s2 = f32x4.add(s2, f32x4.mul(g, v128.load(nextRow, 32)));
    s3 = f32x4.add(s3, f32x4.mul(g, v128.load(nextRow, 48)));
    s4 = f32x4.add(s4, f32x4.mul(g, v128.load(nextRow, 64)));
    s5 = f32x4.add(s5, f32x4.mul(g, v128.load(nextRow, 80)));
    s6 = f32x4.add(s6, f32x4.mul(g, v128.load(nextRow, 96)));
    s7 = f32x4.add(s7, f32x4.mul(g, v128.load(nextRow, 112)));
    list += 4;
  }
  store8(out, s0, s1, s2, s3, s4, s5, s6, s7);
}

/** 64 k as k << shift. */
@inline
function scaled(k: usize, shift: usize): usize {
  return shift > 6 ? k << (shift - 6) : k >> (6 - shift);
}

/** Terms are added in pairs, (first + second) to the sum: four sums alone would wait for each other. */
@inline
export function sparse16(
  xShift: usize,
  wShift: usize,
  list: usize,
  count: usize,
  x: usize,
  w: usize,
  start: usize,
  out: usize,
): void {
  let s0 = v128.load(start, 0);
  let s1 = v128.load(start, 16);
  let s2 = v128.load(start, 32);
  let s3 = v128.load(start, 48);
  const end = list + (count << 1);
  if (count & 1) {
    const k = <usize>load<u16>(list);
    const f = v128.load32_splat(x + scaled(k, xShift));
    const row = w + scaled(k, wShift);
    s0 = f32x4.add(s0, f32x4.mul(f, v128.load(row, 0)));
    s1 = f32x4.add(s1, f32x4.mul(f, v128.load(row, 16)));
    s2 = f32x4.add(s2, f32x4.mul(f, v128.load(row, 32)));
    s3 = f32x4.add(s3, f32x4.mul(f, v128.load(row, 48)));
    list += 2;
  }
  while (list != end) {
    const k = <usize>load<u16>(list);
    const f = v128.load32_splat(x + scaled(k, xShift));
    const row = w + scaled(k, wShift);
    const next = <usize>load<u16>(list, 2);
    const g = v128.load32_splat(x + scaled(next, xShift));
    const nextRow = w + scaled(next, wShift);
    s0 = f32x4.add(s0, f32x4.add(f32x4.mul(f, v128.load(row, 0)), f32x4.mul(g, v128.load(nextRow, 0))));
    s1 = f32x4.add(s1, f32x4.add(f32x4.mul(f, v128.load(row, 16)), f32x4.mul(g, v128.load(nextRow, 16))));
    s2 = f32x4.add(s2, f32x4.add(f32x4.mul(f, v128.load(row, 32)), f32x4.mul(g, v128.load(nextRow, 32))));
    s3 = f32x4.add(s3, f32x4.add(f32x4.mul(f, v128.load(row, 48)), f32x4.mul(g, v128.load(nextRow, 48))));
    list += 4;
  }
  store4(out, s0, s1, s2, s3);
}

/** sum += the rows of a matrix; `bytes` of a row are a multiple of 64; four sums at a time: none waits. */
export function addRows(matrix: usize, rows: u32, bytes: usize, sum: usize): void {
  for (let at: usize = 0; at < bytes; at += 64) {
    let s0 = v128.load(sum + at, 0);
    let s1 = v128.load(sum + at, 16);
    let s2 = v128.load(sum + at, 32);
    let s3 = v128.load(sum + at, 48);
    let p = matrix + at;
    for (let r: u32 = 0; r < rows; r++) {
      s0 = f32x4.add(s0, v128.load(p, 0));
      s1 = f32x4.add(s1, v128.load(p, 16));
      s2 = f32x4.add(s2, v128.load(p, 32));
      s3 = f32x4.add(s3, v128.load(p, 48));
      p += bytes;
    }
    store4(sum + at, s0, s1, s2, s3);
  }
}

/** to[c][r] = from[r][c]; rows and columns are multiples of 4, `step` the bytes of a row of `from`. */
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

/** Copies rows table[ids[i]] of `bytes` (a multiple of 32) to consecutive rows. */
export function gather(table: usize, bytes: usize, ids: usize, count: u32, to: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const row = table + <usize>load<u32>(ids + ((<usize>i) << 2)) * bytes;
    for (let at: usize = 0; at < bytes; at += 32) {
      const low = v128.load(row + at);
      const high = v128.load(row + at, 16);
      v128.store(to + at, low);
      v128.store(to + at, high, 16);
    }
    to += bytes;
  }
}

/** Transposes 64 x 64 bits (u64, 64; bit c of word r is entry r, c). Warren, Hacker's Delight, 7-3. */
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

/** to += g * a, 8 floats. */
@inline
export function lend(to: usize, g: v128, a: usize): void {
  const low = f32x4.add(v128.load(to), f32x4.mul(g, v128.load(a)));
  const high = f32x4.add(v128.load(to, 16), f32x4.mul(g, v128.load(a, 16)));
  v128.store(to, low);
  v128.store(to, high, 16);
}

/**
 * The ridge penalty of the rows of one side of the open batch: gradients[slot] += share * scored pairs of the
 * slot * rows[slot]; `bytes` of a row are a multiple of 32.
 */
export function addPenalty(ofItems: bool, gradients: usize, rows: usize, bytes: usize, share: f32): void {
  const slots = ofItems ? batch.itemSlots : batch.userSlots;
  for (let slot: u32 = 0; slot < slots; slot++) {
    const by = f32x4.splat(share * (ofItems ? batch.samplesOfItem(slot) : batch.samplesOfUser(slot)));
    const at = <usize>slot * bytes;
    for (let i: usize = at; i < at + bytes; i += 32) lend(gradients + i, by, rows + i);
  }
}
