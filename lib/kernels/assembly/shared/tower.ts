/**
 * One tower of DMF (Eq. 1): x (16) -> h = relu(W1 x + b1) (64) -> o = relu(W2 h + b2) (32) -> a = o /
 * max(|o|, 1e-8). Each distinct row of a batch goes through once in each direction. About half of h and o is
 * zero after ReLU; the loops go over the set bits of a mask and leave the zeros out, which changes no sum.
 */

import { lanes32, sums4 } from "./math";
import { gather, gemm, listBits, sparse16, sparse32, transpose, transposeBits } from "./rows";

const FLOOR: f32 = 1e-8; // of the norm: protocol.md, section 2
/** Rows of a tile of the backward pass: the bits of a word. */
const TILE: u32 = 64;

@unmanaged
export class Tower {
  table: usize; // f32, rows x 16: embeddings
  w: usize; // W1 64 x 16, b1 64, W2 32 x 64, b2 32, one after the other
  g: usize; // their gradient, likewise
  turned1: usize; // f32, 16 x 64: W1 transposed
  turned2: usize; // f32, 64 x 32: W2 transposed
  // by slot:
  x: usize; // f32, 16: embedding
  h: usize; // f32, 64
  active: usize; // u64: the bits of h > 0
  a: usize; // f32, 32: normalised output
  scale: usize; // f32: 1 / max(|o|, 1e-8)
  ga: usize; // f32, 32: gradient of the loss in a
  gx: usize; // f32, 16: gradient in the embedding
}

/** Bytes of w before b1, W2 and b2, and in all. */
const B1: usize = 4096;
const W2: usize = 4352;
const B2: usize = 12544;
export const TOWER_BYTES: usize = 12672;

const zeros: usize = memory.data(128, 16);
const gradO: usize = memory.data(8192, 16); // f32, TILE x 32
const gradH: usize = memory.data(16384, 16); // f32, TILE x 64
const along: usize = memory.data(256, 16); // f32, TILE
const list: usize = memory.data(160, 16); // u16: what the sparse loops go over
const rowsOfO: usize = memory.data(512, 16); // u64, TILE, then transposed: rows in which an output is active
const rowsOfH: usize = memory.data(512, 16); // u64, TILE, likewise for h

/** Makes the transposed copies of the weights, which the forward pass reads. */
export function turn(t: Tower): void {
  transpose(t.w, 64, 64, 16, t.turned1);
  transpose(t.w + W2, 256, 32, 64, t.turned2);
}

/** ReLU in place of `count` floats, a multiple of 4 up to 64; returns the bits of those above zero. */
@inline
function relu(x: usize, count: usize): u64 {
  const zero = f32x4.splat(0);
  let bits: u64 = 0;
  for (let k: usize = 0; k < count; k += 4) {
    const at = x + (k << 2);
    const value = f32x4.pmax(zero, v128.load(at));
    v128.store(at, value);
    bits |= (<u64>i32x4.bitmask(f32x4.gt(value, zero))) << (<u64>k);
  }
  return bits;
}

/** Inner products of four rows of 32 with four others. */
@inline
function dots(a: usize, b: usize): v128 {
  return sums4(
    lanes32(a, b),
    lanes32(a + 128, b + 128),
    lanes32(a + 256, b + 256),
    lanes32(a + 384, b + 384),
  );
}

/** Fills x, h, active, a and scale of the rows `ids` (u32, count). */
export function forward(t: Tower, ids: usize, count: u32): void {
  gather(t.table, 64, ids, count, t.x);
  const rows = <usize>count;
  for (let first: usize = 0; first < rows; first += 32) {
    const end = min(first + 32, rows);
    const x = t.x + (first << 6);
    gemm(end - first, 16, 256, x, 64, 4, t.turned1, 256, t.w + B1, 0, t.h + (first << 8), 256);
    for (let r = first; r < end; r++) forwardOutput(t, r);
    for (let r = first; r < end; r += 4) normalise(t, r, min(end - r, 4));
  }
}

/** The second layer of the row in slot r, from W1 x + b1 in h. */
@inline
function forwardOutput(t: Tower, r: usize): void {
  const h = t.h + (r << 8);
  const a = t.a + (r << 7);
  const active = relu(h, 64);
  store<u64>(t.active + (r << 3), active);
  sparseOutput(listBits(active, list), h, t.turned2, t.w + B2, a);
  relu(a, 32);
}

/** Brings a of `rows` (1 .. 4) rows from slot r on to length 1: four roots and divisions at once. */
@inline
function normalise(t: Tower, r: usize, rows: usize): void {
  const a = t.a + (r << 7);
  const norm = f32x4.pmax(f32x4.sqrt(dots(a, a)), f32x4.splat(FLOOR));
  const scale = t.scale + (r << 2);
  v128.store(scale, f32x4.div(f32x4.splat(1), norm));
  for (let k: usize = 0; k < rows; k++) {
    const by = v128.load32_splat(scale + (k << 2));
    const row = a + (k << 7);
    for (let at: usize = row; at < row + 128; at += 32) {
      const low = f32x4.mul(v128.load(at), by);
      const high = f32x4.mul(v128.load(at, 16), by);
      v128.store(at, low);
      v128.store(at, high, 16);
    }
  }
}

// Functions of their own, not inlined: inside further loops V8 would unroll these and spill their sums.

/** Second layer: 32 sums over the active h. */
export function sparseOutput(count: usize, x: usize, w: usize, start: usize, out: usize): void {
  sparse32(2, 7, list, count, x, w, start, out);
}

/** Back through the second layer: 32 of the 64 sums over the active o. */
function sparseHidden(count: usize, x: usize, w: usize, out: usize): void {
  sparse32(2, 8, list, count, x, w, zeros, out);
}

/** Weight gradient of the second layer: 32 of 64 columns, sums over the rows in which output o is active. */
function sparseWeights(count: usize, x: usize, h: usize, g: usize): void {
  sparse32(7, 8, list, count, x, h, g, g);
}

/** Back through the first layer: 16 sums over the active h. */
export function sparseInput(count: usize, x: usize, w: usize, out: usize): void {
  sparse16(2, 6, list, count, x, w, zeros, out);
}

/** Weight gradient of the first layer: 16 columns, sums over the rows in which h is active. */
export function sparseInputWeights(count: usize, x: usize, w: usize, g: usize): void {
  sparse16(8, 6, list, count, x, w, g, g);
}

/** <a, ga> of the rows of a tile: what the normalisation takes off their gradients. */
@inline
function measureAlong(t: Tower, first: usize, rows: usize): void {
  for (let i: usize = 0; i < rows; i += 4) {
    const r = first + i;
    // Under the floor the norm is a constant, and nothing is taken off.
    const above = f32x4.lt(v128.load(t.scale + (r << 2)), f32x4.splat(1 / FLOOR));
    v128.store(along + (i << 2), v128.and(dots(t.a + (r << 7), t.ga + (r << 7)), above));
  }
}

/**
 * Gradient in o of the row in slot r, row i of its tile, through the normalisation (d|o| takes off the part
 * along a) and ReLU; added to the gradient of b2 on the way. Returns the bits of o > 0.
 */
@inline
function throughNorm(t: Tower, r: usize, i: usize, out: usize): u64 {
  const a = t.a + (r << 7);
  const ga = t.ga + (r << 7);
  const g2 = t.g + B2;
  const by = v128.load32_splat(t.scale + (r << 2));
  const off = v128.load32_splat(along + (i << 2));
  let bits: u64 = 0;
  for (let at: usize = 0; at < 128; at += 16) {
    const value = v128.load(a + at);
    const live = f32x4.gt(value, f32x4.splat(0));
    const slope = v128.and(f32x4.mul(f32x4.sub(v128.load(ga + at), f32x4.mul(off, value)), by), live);
    v128.store(out + at, slope);
    v128.store(g2 + at, f32x4.add(v128.load(g2 + at), slope));
    bits |= (<u64>i32x4.bitmask(live)) << (<u64>(at >> 2));
  }
  return bits;
}

/** Adds the gradient in h, where h > 0, to that of b1. What gh holds elsewhere is never read. */
@inline
function addBias(gh: usize, h: usize, g1: usize): void {
  const end = h + 256;
  for (; h != end; h += 32, gh += 32, g1 += 32) {
    const low = v128.and(v128.load(gh), f32x4.gt(v128.load(h), f32x4.splat(0)));
    const high = v128.and(v128.load(gh, 16), f32x4.gt(v128.load(h, 16), f32x4.splat(0)));
    const lowSum = f32x4.add(v128.load(g1), low);
    const highSum = f32x4.add(v128.load(g1, 16), high);
    v128.store(g1, lowSum);
    v128.store(g1, highSum, 16);
  }
}

/** From ga: adds to the gradient of the weights, and fills gx. */
export function backward(t: Tower, count: u32): void {
  for (let first: u32 = 0; first < count; first += TILE) {
    const rows = min(TILE, count - first);
    measureAlong(t, <usize>first, <usize>rows);
    memory.fill(rowsOfO, 0, 512);
    memory.fill(rowsOfH, 0, 512);
    for (let i: usize = 0; i < <usize>rows; i++) {
      const r = <usize>first + i;
      const go = gradO + (i << 7);
      const gh = gradH + (i << 8);
      const liveO = throughNorm(t, r, i, go);
      const liveH = load<u64>(t.active + (r << 3));
      store<u64>(rowsOfO + (i << 3), liveO);
      store<u64>(rowsOfH + (i << 3), liveH);
      const outputs = listBits(liveO, list);
      sparseHidden(outputs, go, t.w + W2, gh);
      sparseHidden(outputs, go, t.w + W2 + 128, gh + 128);
      addBias(gh, t.h + (r << 8), t.g + B1);
      sparseInput(listBits(liveH, list), gh, t.w, t.gx + (r << 6));
    }
    transposeBits(rowsOfO);
    transposeBits(rowsOfH);
    const h = t.h + ((<usize>first) << 8);
    for (let o: usize = 0; o < 32; o++) {
      const active = listBits(load<u64>(rowsOfO + (o << 3)), list);
      const g = t.g + W2 + (o << 8);
      sparseWeights(active, gradO + (o << 2), h, g);
      sparseWeights(active, gradO + (o << 2), h + 128, g + 128);
    }
    const x = t.x + ((<usize>first) << 6);
    for (let k: usize = 0; k < 64; k++) {
      const active = listBits(load<u64>(rowsOfH + (k << 3)), list);
      sparseInputWeights(active, gradH + (k << 2), x, t.g + (k << 6));
    }
  }
}
