/**
 * Fold-in: rows of one side (users or items) fitted to their own samples while everything else stands still.
 * Each row by itself: full-batch Adam on (sum of the cross-entropies + ridge/2 |row - anchor|^2) / samples,
 * with a rate that falls linearly. The other side enters as a table of what it gives to a prediction: DMF,
 * the normalised output of a tower (32); NMF, the factors (16) and the part of the hidden layer (32). A row's
 * bits depend on nothing but its own samples. Models: train_dmf.ts, train_nmf.ts. Memory and checks:
 * lib/unlearning/foldIn/kernel.ts.
 */

import { clip4, inside4, sigmoid4 } from "./shared/loss";
import { lanes32, store4, store8, storedSums4, sum4 } from "./shared/math";
import { transpose } from "./shared/rows";

/** Bytes of a tower before b1, W2 and b2: W1 64 x 16, b1 64, W2 32 x 64, b2 32. */
const B1: usize = 4096;
const W2: usize = 4352;
const B2: usize = 12544;
const LEAST_NORM: f32 = 1e-8;
const LEAST_FLOOR: f32 = 1e-37; // keeps 0 / 0 away from weights that never moved, however small epsilon is

let nmf: bool = false;
/** bytes of a row: DMF 64, NMF 64 (factors) + 128 (perceptron); of the other side's: 128, 192 */
let rowBytes: usize = 64;
let otherBytes: usize = 128;
let tower: usize = 0; // DMF: the tower of the side that moves
let half: usize = 0; // NMF: its half of W, 32 rows of 256 bytes; W x + start is its part
let start: usize = 0;
let factors: usize = 0; // NMF: wg (16), then wh (32), then c
const turned1: usize = memory.data(4096, 16); // W1 transposed 16 x 64, or the half of W transposed 32 x 32
const turned2: usize = memory.data(8192, 16); // W2 transposed 64 x 32

let steps: u32 = 0;
let learningRate: f64 = 0;
let beta1: f64 = 0;
let beta2: f64 = 0;
let epsilon: f64 = 0;
let ridge: f64 = 0;
let anchor: usize = 0;
let anchorStep: usize = 0; // bytes from one row's anchor to the next: 0 where all have the same

const hidden: usize = memory.data(256, 16); // DMF: h (64)
const gradHidden: usize = memory.data(256, 16);
const made: usize = memory.data(192, 16); // what the row gives: DMF a (32); NMF factors (16) and part (32)
const gradMade: usize = memory.data(192, 16);
const gradRow: usize = memory.data(192, 16);
const moment: usize = memory.data(192, 16);
const square: usize = memory.data(192, 16);

/** First byte that no static data uses. */
export function heapBase(): usize {
  return __heap_base;
}

/** DMF: the tower of the side that moves. */
export function setDmf(towerAt: usize): void {
  nmf = false;
  rowBytes = 64;
  otherBytes = 128;
  tower = towerAt;
  transpose(tower, 64, 64, 16, turned1);
  transpose(tower + W2, 256, 32, 64, turned2);
}

/** NMF: the half of W (rows of 256 bytes) and the bias of the side that moves; wg, wh, c in a row. */
export function setNmf(halfAt: usize, startAt: usize, factorsAt: usize): void {
  nmf = true;
  rowBytes = 192;
  otherBytes = 192;
  half = halfAt;
  start = startAt;
  factors = factorsAt;
  transpose(half, 256, 32, 32, turned1);
}

export function setFit(
  stepCount: u32,
  rate: f64,
  b1: f64,
  b2: f64,
  eps: f64,
  ridgeWeight: f64,
): void {
  steps = stepCount;
  learningRate = rate;
  beta1 = b1;
  beta2 = b2;
  epsilon = eps;
  ridge = ridgeWeight;
}

/** The wide row that each row is drawn to, `step` bytes apart. */
export function setAnchor(at: usize, step: usize): void {
  anchor = at;
  anchorStep = step;
}

/** to (16 n floats) = from + sum over k < count of x[k] w[k], w count x floats; zeros are left out. */
@inline
function combine(
  floats: usize, count: usize, x: usize, w: usize, stride: usize, from: usize, to: usize,
): void {
  for (let at: usize = 0; at < floats << 2; at += 64) {
    let s0 = v128.load(from + at, 0);
    let s1 = v128.load(from + at, 16);
    let s2 = v128.load(from + at, 32);
    let s3 = v128.load(from + at, 48);
    let row = w + at;
    for (let k: usize = 0; k < count; k++, row += stride) {
      if (load<f32>(x + (k << 2)) == 0) continue;
      const by = v128.load32_splat(x + (k << 2));
      s0 = f32x4.add(s0, f32x4.mul(by, v128.load(row, 0)));
      s1 = f32x4.add(s1, f32x4.mul(by, v128.load(row, 16)));
      s2 = f32x4.add(s2, f32x4.mul(by, v128.load(row, 32)));
      s3 = f32x4.add(s3, f32x4.mul(by, v128.load(row, 48)));
    }
    store4(to + at, s0, s1, s2, s3);
  }
}

const zeros: usize = memory.data(256, 16);

@inline
function relu(x: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16)
    v128.store(x + at, f32x4.pmax(f32x4.splat(0), v128.load(x + at)));
}

/** DMF: the normalised output of the row at x; returns 1 / max(|o|, 1e-8). */
function forwardDmf(x: usize, out: usize): f32 {
  combine(64, 16, x, turned1, 256, tower + B1, hidden);
  relu(hidden, 256);
  combine(32, 64, hidden, turned2, 128, tower + B2, out);
  relu(out, 128);
  const norm = sqrt<f32>(sum4(lanes32(out, out)));
  const scale: f32 = 1 / (norm > LEAST_NORM ? norm : LEAST_NORM);
  for (let at: usize = 0; at < 128; at += 16)
    v128.store(out + at, f32x4.mul(v128.load(out + at), f32x4.splat(scale)));
  return scale;
}

/** Gradient in the row from that in its output. */
function backwardDmf(scale: f32): void {
  const along = f32x4.splat(scale < 1 / LEAST_NORM ? sum4(lanes32(made, gradMade)) : 0);
  for (let at: usize = 0; at < 128; at += 16) {
    const a = v128.load(made + at);
    const slope = f32x4.mul(f32x4.sub(v128.load(gradMade + at), f32x4.mul(along, a)), f32x4.splat(scale));
    v128.store(gradMade + at, v128.and(slope, f32x4.gt(a, f32x4.splat(0))));
  }
  combine(64, 32, gradMade, tower + W2, 256, zeros, gradHidden);
  for (let at: usize = 0; at < 256; at += 16) {
    const live = f32x4.gt(v128.load(hidden + at), f32x4.splat(0));
    v128.store(gradHidden + at, v128.and(v128.load(gradHidden + at), live));
  }
  combine(16, 64, gradHidden, tower, 64, zeros, gradRow);
}

/**
 * Samples are taken in parts that stay in the first cache: predictions of all of a part, then their slopes,
 * then what they add to the gradient, so that no processor waits for one sample's slope. In each, eight stand
 * side by side.
 */
const PART: usize = 64;
const lanes: usize = memory.data(1024, 16); // of a part: sums lane by lane, 16 bytes a sample
const slopes: usize = memory.data(256, 16);

/** dLoss/d(a . b) of four samples from their inner products, in `slopes` at `at`. */
@inline
function slopeDmf4(at: usize, y: usize, weights: usize): void {
  const one = f32x4.splat(1);
  const raw = storedSums4(lanes + (at << 2));
  const p = clip4(raw);
  const top = f32x4.mul(f32x4.sub(p, v128.load(y + at)), v128.load(weights + at));
  const slope = v128.and(f32x4.div(top, f32x4.mul(p, f32x4.sub(one, p))), inside4(raw));
  v128.store(slopes + at, slope);
}

/** Inner products of eight samples, lane by lane. */
@inline
function lanesDmf(b: usize, to: usize): void {
  let a = v128.load(made);
  let d0 = f32x4.mul(a, v128.load(b, 0));
  let d1 = f32x4.mul(a, v128.load(b, 128));
  let d2 = f32x4.mul(a, v128.load(b, 256));
  let d3 = f32x4.mul(a, v128.load(b, 384));
  let d4 = f32x4.mul(a, v128.load(b, 512));
  let d5 = f32x4.mul(a, v128.load(b, 640));
  let d6 = f32x4.mul(a, v128.load(b, 768));
  let d7 = f32x4.mul(a, v128.load(b, 896));
  for (let at: usize = 16; at < 128; at += 16) {
    a = v128.load(made + at);
    d0 = f32x4.add(d0, f32x4.mul(a, v128.load(b + at, 0)));
    d1 = f32x4.add(d1, f32x4.mul(a, v128.load(b + at, 128)));
    d2 = f32x4.add(d2, f32x4.mul(a, v128.load(b + at, 256)));
    d3 = f32x4.add(d3, f32x4.mul(a, v128.load(b + at, 384)));
    d4 = f32x4.add(d4, f32x4.mul(a, v128.load(b + at, 512)));
    d5 = f32x4.add(d5, f32x4.mul(a, v128.load(b + at, 640)));
    d6 = f32x4.add(d6, f32x4.mul(a, v128.load(b + at, 768)));
    d7 = f32x4.add(d7, f32x4.mul(a, v128.load(b + at, 896)));
  }
  store8(to, d0, d1, d2, d3, d4, d5, d6, d7);
}

/** to (bytes) += sum over eight rows, `stride` bytes apart, of slope (at `by`) x row, in order. */
@inline
function addWeighed(bytes: usize, stride: usize, by: usize, rows: usize, to: usize): void {
  const g0 = v128.load32_splat(by, 0);
  const g1 = v128.load32_splat(by, 4);
  const g2 = v128.load32_splat(by, 8);
  const g3 = v128.load32_splat(by, 12);
  const g4 = v128.load32_splat(by, 16);
  const g5 = v128.load32_splat(by, 20);
  const g6 = v128.load32_splat(by, 24);
  const g7 = v128.load32_splat(by, 28);
  for (let at: usize = 0; at < bytes; at += 16) {
    const row = rows + at;
    let sum = v128.load(to + at);
    sum = f32x4.add(sum, f32x4.mul(g0, v128.load(row)));
    sum = f32x4.add(sum, f32x4.mul(g1, v128.load(row + stride)));
    sum = f32x4.add(sum, f32x4.mul(g2, v128.load(row + 2 * stride)));
    sum = f32x4.add(sum, f32x4.mul(g3, v128.load(row + 3 * stride)));
    sum = f32x4.add(sum, f32x4.mul(g4, v128.load(row + 4 * stride)));
    sum = f32x4.add(sum, f32x4.mul(g5, v128.load(row + 5 * stride)));
    sum = f32x4.add(sum, f32x4.mul(g6, v128.load(row + 6 * stride)));
    sum = f32x4.add(sum, f32x4.mul(g7, v128.load(row + 7 * stride)));
    v128.store(to + at, sum);
  }
}

/** NMF: the factors of the row at x as they are, and its part of the hidden layer. */
function forwardNmf(x: usize, out: usize): void {
  memory.copy(out, x, 64);
  combine(32, 32, x + 64, turned1, 128, start, out + 64);
}

/** Four floats of relu(own part + other part) * wh. */
@inline
function gate(own: v128, other: v128, wh: v128): v128 {
  return f32x4.mul(f32x4.pmax(f32x4.splat(0), f32x4.add(own, other)), wh);
}

/** Four slopes where own + other part > 0, else 0. A sum is rounded to 0 only if it is 0: none is needed. */
@inline
function open(g: v128, other: v128, minusOwn: v128): v128 {
  return v128.and(g, f32x4.gt(other, minusOwn));
}

/** dLoss/dlogit of four samples from the sums of their logits without c, in `slopes` at `at`. */
@inline
function slopeNmf4(at: usize, y: usize, weights: usize): void {
  const logit = f32x4.add(storedSums4(lanes + (at << 2)), v128.load32_splat(factors + 192));
  const p = sigmoid4(logit);
  const slope = f32x4.mul(f32x4.sub(p, v128.load(y + at)), v128.load(weights + at));
  v128.store(slopes + at, v128.and(slope, inside4(p)));
}

/** The sums of the open gates: `addWeighed` where a sample's hidden unit is above 0. */
@inline
function addOpen(by: usize, rows: usize, to: usize): void {
  const g0 = v128.load32_splat(by, 0);
  const g1 = v128.load32_splat(by, 4);
  const g2 = v128.load32_splat(by, 8);
  const g3 = v128.load32_splat(by, 12);
  const g4 = v128.load32_splat(by, 16);
  const g5 = v128.load32_splat(by, 20);
  const g6 = v128.load32_splat(by, 24);
  const g7 = v128.load32_splat(by, 28);
  for (let at: usize = 64; at < 192; at += 16) {
    const least = f32x4.neg(v128.load(made + at));
    const row = rows + at;
    let sum = v128.load(to + at);
    sum = f32x4.add(sum, open(g0, v128.load(row, 0), least));
    sum = f32x4.add(sum, open(g1, v128.load(row, 192), least));
    sum = f32x4.add(sum, open(g2, v128.load(row, 384), least));
    sum = f32x4.add(sum, open(g3, v128.load(row, 576), least));
    sum = f32x4.add(sum, open(g4, v128.load(row, 768), least));
    sum = f32x4.add(sum, open(g5, v128.load(row, 960), least));
    sum = f32x4.add(sum, open(g6, v128.load(row, 1152), least));
    sum = f32x4.add(sum, open(g7, v128.load(row, 1344), least));
    v128.store(to + at, sum);
  }
}

/**
 * gradMade = sums over the samples of what they add to it; NMF: the other side's factors hold wg already.
 * Count, y and weights are padded to 8.
 */
function gradientOfMade(count: usize, other: usize, y: usize, weights: usize): void {
  memory.fill(gradMade, 0, otherBytes);
  for (let s: usize = 0; s < count; s += PART, y += 4 * PART, weights += 4 * PART) {
    const part = min(PART, count - s);
    if (nmf) {
      for (let k: usize = 0; k < part; k += 8) lanesNmf(other + k * 192, lanes + (k << 4));
      for (let at: usize = 0; at < part << 2; at += 16) slopeNmf4(at, y, weights);
      for (let k: usize = 0; k < part; k += 8, other += 1536) {
        addWeighed(64, 192, slopes + (k << 2), other, gradMade);
        addOpen(slopes + (k << 2), other, gradMade);
      }
    } else {
      for (let k: usize = 0; k < part; k += 8) lanesDmf(other + (k << 7), lanes + (k << 4));
      for (let at: usize = 0; at < part << 2; at += 16) slopeDmf4(at, y, weights);
      for (let k: usize = 0; k < part; k += 8, other += 1024)
        addWeighed(128, 128, slopes + (k << 2), other, gradMade);
    }
  }
  if (!nmf) return;
  const wh = factors + 64;
  for (let at: usize = 0; at < 128; at += 16)
    v128.store(gradMade + at, f32x4.mul(v128.load(gradMade + at, 64), v128.load(wh + at)), 64);
}

/** Logits of eight samples without c, lane by lane. */
@inline
function lanesNmf(other: usize, to: usize): void {
  const wh = factors + 64;
  let own = v128.load(made, 64);
  let by = v128.load(wh);
  let d0 = gate(own, v128.load(other, 64), by);
  let d1 = gate(own, v128.load(other, 256), by);
  let d2 = gate(own, v128.load(other, 448), by);
  let d3 = gate(own, v128.load(other, 640), by);
  let d4 = gate(own, v128.load(other, 832), by);
  let d5 = gate(own, v128.load(other, 1024), by);
  let d6 = gate(own, v128.load(other, 1216), by);
  let d7 = gate(own, v128.load(other, 1408), by);
  for (let at: usize = 16; at < 128; at += 16) {
    own = v128.load(made + at, 64);
    by = v128.load(wh + at);
    d0 = f32x4.add(d0, gate(own, v128.load(other + at, 64), by));
    d1 = f32x4.add(d1, gate(own, v128.load(other + at, 256), by));
    d2 = f32x4.add(d2, gate(own, v128.load(other + at, 448), by));
    d3 = f32x4.add(d3, gate(own, v128.load(other + at, 640), by));
    d4 = f32x4.add(d4, gate(own, v128.load(other + at, 832), by));
    d5 = f32x4.add(d5, gate(own, v128.load(other + at, 1024), by));
    d6 = f32x4.add(d6, gate(own, v128.load(other + at, 1216), by));
    d7 = f32x4.add(d7, gate(own, v128.load(other + at, 1408), by));
  }
  for (let at: usize = 0; at < 64; at += 16) {
    own = v128.load(made + at);
    d0 = f32x4.add(d0, f32x4.mul(own, v128.load(other + at, 0)));
    d1 = f32x4.add(d1, f32x4.mul(own, v128.load(other + at, 192)));
    d2 = f32x4.add(d2, f32x4.mul(own, v128.load(other + at, 384)));
    d3 = f32x4.add(d3, f32x4.mul(own, v128.load(other + at, 576)));
    d4 = f32x4.add(d4, f32x4.mul(own, v128.load(other + at, 768)));
    d5 = f32x4.add(d5, f32x4.mul(own, v128.load(other + at, 960)));
    d6 = f32x4.add(d6, f32x4.mul(own, v128.load(other + at, 1152)));
    d7 = f32x4.add(d7, f32x4.mul(own, v128.load(other + at, 1344)));
  }
  store8(to, d0, d1, d2, d3, d4, d5, d6, d7);
}

function backwardNmf(): void {
  memory.copy(gradRow, gradMade, 64);
  combine(32, 32, gradMade + 64, half, 256, zeros, gradRow + 64);
}

/** What `count` rows give to a prediction; `weigh`: NMF's factors times wg, as the other side's are used. */
export function outputs(rows: usize, count: u32, weigh: bool, out: usize): void {
  for (let r: u32 = 0; r < count; r++, rows += rowBytes, out += otherBytes) {
    if (!nmf) {
      forwardDmf(rows, out);
      continue;
    }
    forwardNmf(rows, out);
    if (!weigh) continue;
    for (let at: usize = 0; at < 64; at += 16)
      v128.store(out + at, f32x4.mul(v128.load(out + at), v128.load(factors + at)));
  }
}

/** One step of Adam on the row at x, whose anchor is at `to`. */
@inline
function move(x: usize, to: usize, share: f32, rate: f32, floor: f32): void {
  const keep1 = f32x4.splat(<f32>beta1);
  const take1 = f32x4.splat(<f32>(1 - beta1));
  const keep2 = f32x4.splat(<f32>beta2);
  const take2 = f32x4.splat(<f32>(1 - beta2));
  const pull = f32x4.splat(<f32>ridge * share);
  for (let at: usize = 0; at < rowBytes; at += 16) {
    const w = v128.load(x + at);
    const away = f32x4.sub(w, v128.load(to + at));
    const g = f32x4.add(v128.load(gradRow + at), f32x4.mul(pull, away));
    const m = f32x4.add(f32x4.mul(v128.load(moment + at), keep1), f32x4.mul(g, take1));
    const v = f32x4.add(f32x4.mul(v128.load(square + at), keep2), f32x4.mul(f32x4.mul(g, g), take2));
    v128.store(moment + at, m);
    v128.store(square + at, v);
    const by = f32x4.add(f32x4.sqrt(v), f32x4.splat(floor));
    v128.store(x + at, f32x4.sub(w, f32x4.div(f32x4.mul(m, f32x4.splat(rate)), by)));
  }
}

/** The gradient of the row at x, in gradRow, without the ridge. */
function differentiate(x: usize, padded: usize, gathered: usize, y: usize, weights: usize): void {
  let scale: f32 = 0;
  if (nmf) forwardNmf(x, made);
  else scale = forwardDmf(x, made);
  gradientOfMade(padded, gathered, y, weights);
  if (nmf) backwardNmf();
  else backwardDmf(scale);
}

/** A row of the other side, 64 bytes at a time: a call of memory.copy costs more than these few loads. */
@inline
function copyRow(to: usize, from: usize): void {
  for (let at: usize = 0; at < otherBytes; at += 64) {
    const row = from + at;
    store4(to + at, v128.load(row), v128.load(row, 16), v128.load(row, 32), v128.load(row, 48));
  }
}

/**
 * The other side's rows, labels and weights (1 / samples; 0 in the padding) of a row. Returns the padded
 * count.
 */
function gatherSamples(
  from: u32, to: u32, partners: usize, labels: usize, other: usize, room: usize, y: usize, weights: usize,
): usize {
  const count = <usize>(to - from);
  const padded = (count + 7) & ~7;
  const share: f32 = 1 / <f32>count;
  for (let s: usize = 0; s < padded; s++) {
    const inside = s < count;
    const place = ((<usize>from) + (inside ? s : 0)) << 2; // padding counts for nothing
    copyRow(room + s * otherBytes, other + <usize>load<u32>(partners + place) * otherBytes);
    store<f32>(y + (s << 2), load<f32>(labels + place));
    store<f32>(weights + (s << 2), inside ? share : 0);
  }
  return padded;
}

/**
 * Fits `count` rows in place; samples offsets[r] .. offsets[r + 1] (u32) belong to row r. A row without
 * samples stays. `room`, `y`, `weights`: space for the largest row's samples, padded to 8.
 */
export function fit(
  rows: usize,
  count: u32,
  offsets: usize,
  partners: usize,
  labels: usize,
  other: usize,
  room: usize,
  y: usize,
  weights: usize,
): void {
  for (let r: u32 = 0; r < count; r++, rows += rowBytes) {
    const from = load<u32>(offsets + ((<usize>r) << 2));
    const to = load<u32>(offsets + ((<usize>r) << 2), 4);
    if (from == to) continue;
    const padded = gatherSamples(from, to, partners, labels, other, room, y, weights);
    const share: f32 = 1 / <f32>(to - from);
    memory.fill(moment, 0, rowBytes);
    memory.fill(square, 0, rowBytes);
    let power1: f64 = 1;
    let power2: f64 = 1;
    for (let step: u32 = 0; step < steps; step++) {
      differentiate(rows, padded, room, y, weights);
      power1 *= beta1;
      power2 *= beta2;
      const root = sqrt<f64>(1 - power2);
      const falling = <f64>(steps - step) / <f64>steps;
      move(
        rows,
        anchor + <usize>r * anchorStep,
        share,
        <f32>((learningRate * falling * root) / (1 - power1)),
        max<f32>(<f32>(epsilon * root), LEAST_FLOOR),
      );
    }
  }
}

/** The gradient of one row's mean cross-entropy at the row as it stands, to `out`: for tests. */
export function gradient(
  row: usize,
  count: u32,
  partners: usize,
  labels: usize,
  other: usize,
  room: usize,
  y: usize,
  weights: usize,
  out: usize,
): void {
  differentiate(row, gatherSamples(0, count, partners, labels, other, room, y, weights), room, y, weights);
  memory.copy(out, gradRow, rowBytes);
}
