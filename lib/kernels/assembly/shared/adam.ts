/**
 * Adam (Kingma and Ba 2015, Algorithm 1), dense: m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; w -= lr (m /
 * (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps), with the corrections drawn out of the loop: w -= rate m / (s +
 * floor), s = sqrt(v), rate = lr sqrt(1 - b2^t) / (1 - b1^t), floor = eps sqrt(1 - b2^t). The powers are
 * products, one factor a step, in float64.
 *
 * What is kept is s, not v: a row without gradient needs s = sqrt(b2) s and no square root, which halves the
 * time of the many rows that a batch does not hold. v = s^2 goes out and comes in again without loss, since
 * sqrt(fl(s^2)) = s in binary arithmetic (Boldo 2015) as long as s^2 does not underflow: s < 1e-18 becomes 0.
 * |m| < 1e-30 becomes 0: a moment that nothing feeds would decay into denormal numbers, which are slow.
 * A row with m = s = 0 does not move, so only rows that ever had a gradient are visited: the same bits, less
 * work.
 */

import { slotOrCount } from "./batch";

export const VANISHING: f32 = 1e-30;
export const LEAST_ROOT: f32 = 1e-18;
const LEAST_FLOOR: f32 = 1e-37; // keeps 0 / 0 away from rows that never moved, however small epsilon is

let learningRate: f64 = 0;
let beta1: f64 = 0;
let beta2: f64 = 0;
let epsilon: f64 = 0;
let power1: f64 = 1;
let power2: f64 = 1;
/** Of the step that was begun last. */
export let rate: f32 = 0;
export let floor: f32 = 0;
// the factors of the settings, rounded once
export let keep1: f32 = 0; // b1
let take1: f32 = 0; // 1 - b1
let keep2: f32 = 0; // b2
let take2: f32 = 0; // 1 - b2
export let keepRoot: f32 = 0; // sqrt(b2)

/** `p1`, `p2`: beta1^t and beta2^t of the t steps behind. */
export function setAdam(lr: f64, b1: f64, b2: f64, eps: f64, p1: f64, p2: f64): void {
  learningRate = lr;
  beta1 = b1;
  beta2 = b2;
  epsilon = eps;
  power1 = p1;
  power2 = p2;
  keep1 = <f32>b1;
  take1 = <f32>(1 - b1);
  keep2 = <f32>b2;
  take2 = <f32>(1 - b2);
  keepRoot = <f32>sqrt<f64>(b2);
}

/** Begins a step. */
export function beginStep(): void {
  power1 *= beta1;
  power2 *= beta2;
  const root = sqrt<f64>(1 - power2);
  rate = <f32>((learningRate * root) / (1 - power1));
  floor = max<f32>(<f32>(epsilon * root), LEAST_FLOOR);
}

/** A moment, or 0 in its place. */
@inline
function keptMoment(moment: v128): v128 {
  return v128.and(moment, f32x4.ge(f32x4.abs(moment), f32x4.splat(VANISHING)));
}

/** A root, or 0 in its place. */
@inline
function keptRootOf(root: v128): v128 {
  return v128.and(root, f32x4.ge(root, f32x4.splat(LEAST_ROOT)));
}

/** w less scale m / (s + least). */
@inline
export function moved(w: v128, moment: v128, root: v128, scale: v128, least: v128): v128 {
  return f32x4.sub(w, f32x4.div(f32x4.mul(moment, scale), f32x4.add(root, least)));
}

/** m of 4 weights with gradient `slope`. */
@inline
function momentWith(moment: v128, slope: v128): v128 {
  return keptMoment(
    f32x4.add(f32x4.mul(moment, f32x4.splat(keep1)), f32x4.mul(slope, f32x4.splat(take1))),
  );
}

/** s of 4 weights with gradient `slope`. */
@inline
function rootWith(root: v128, slope: v128): v128 {
  const kept = f32x4.mul(f32x4.mul(root, root), f32x4.splat(keep2));
  return keptRootOf(f32x4.sqrt(f32x4.add(kept, f32x4.mul(f32x4.mul(slope, slope), f32x4.splat(take2)))));
}

/** One step of 4 weights. */
@inline
function moveFour(w: usize, m: usize, s: usize, g: usize): void {
  const slope = v128.load(g);
  const moment = momentWith(v128.load(m), slope);
  const root = rootWith(v128.load(s), slope);
  v128.store(m, moment);
  v128.store(s, root);
  v128.store(w, moved(v128.load(w), moment, root, f32x4.splat(rate), f32x4.splat(floor)));
}

// Eight weights a turn, loads before stores: V8 packs the two halves.

/** One step of `bytes` (a multiple of 32) of weights, beginning at w, m, s, with gradient at g. */
@inline
function move(w: usize, m: usize, s: usize, g: usize, bytes: usize): void {
  const scale = f32x4.splat(rate);
  const least = f32x4.splat(floor);
  const end = w + bytes;
  for (; w != end; w += 32, m += 32, s += 32, g += 32) {
    const lowSlope = v128.load(g);
    const highSlope = v128.load(g, 16);
    const lowMoment = momentWith(v128.load(m), lowSlope);
    const highMoment = momentWith(v128.load(m, 16), highSlope);
    const lowRoot = rootWith(v128.load(s), lowSlope);
    const highRoot = rootWith(v128.load(s, 16), highSlope);
    const low = moved(v128.load(w), lowMoment, lowRoot, scale, least);
    const high = moved(v128.load(w, 16), highMoment, highRoot, scale, least);
    v128.store(m, lowMoment);
    v128.store(m, highMoment, 16);
    v128.store(s, lowRoot);
    v128.store(s, highRoot, 16);
    v128.store(w, low);
    v128.store(w, high, 16);
  }
}

/** One step of `bytes` (a multiple of 32) of weights without gradient. */
@inline
export function decay(w: usize, m: usize, s: usize, bytes: usize, scale: v128, least: v128): void {
  const end = w + bytes;
  for (; w != end; w += 32, m += 32, s += 32) {
    const lowMoment = keptMoment(f32x4.mul(v128.load(m), f32x4.splat(keep1)));
    const highMoment = keptMoment(f32x4.mul(v128.load(m, 16), f32x4.splat(keep1)));
    const lowRoot = keptRootOf(f32x4.mul(v128.load(s), f32x4.splat(keepRoot)));
    const highRoot = keptRootOf(f32x4.mul(v128.load(s, 16), f32x4.splat(keepRoot)));
    const low = moved(v128.load(w), lowMoment, lowRoot, scale, least);
    const high = moved(v128.load(w, 16), highMoment, highRoot, scale, least);
    v128.store(m, lowMoment);
    v128.store(m, highMoment, 16);
    v128.store(s, lowRoot);
    v128.store(s, highRoot, 16);
    v128.store(w, low);
    v128.store(w, high, 16);
  }
}

/** Steps a block of weights that every sample uses; `bytes` is a multiple of 16. */
export function moveBlock(w: usize, m: usize, s: usize, g: usize, bytes: usize): void {
  const paired = bytes & ~31;
  move(w, m, s, g, paired);
  if (paired != bytes) moveFour(w + paired, m + paired, s + paired, g + paired);
}

/**
 * Steps the `activeCount` rows listed in `active`. A row of the open batch, which lists `count` of them in
 * `distinct`, takes its gradient from gradients[slot]; for any other row the gradient is zero.
 */
export function moveTable(
  w: usize,
  m: usize,
  s: usize,
  bytes: usize,
  active: usize,
  activeCount: u32,
  slotOf: usize,
  distinct: usize,
  count: u32,
  gradients: usize,
): void {
  const scale = f32x4.splat(rate);
  const least = f32x4.splat(floor);
  for (let i: u32 = 0; i < activeCount; i++) {
    const row = load<u32>(active + ((<usize>i) << 2));
    const slot = slotOrCount(slotOf, distinct, count, row);
    const at = <usize>row * bytes;
    if (slot < count) move(w + at, m + at, s + at, gradients + <usize>slot * bytes, bytes);
    else decay(w + at, m + at, s + at, bytes, scale, least);
  }
}

/** Steps the `count` rows listed in `rows`, which are up to date, with the gradients of consecutive rows. */
export function moveRows(
  w: usize,
  m: usize,
  s: usize,
  bytes: usize,
  rows: usize,
  count: u32,
  gradients: usize,
): void {
  for (let i: u32 = 0; i < count; i++, gradients += bytes) {
    const at = <usize>load<u32>(rows + ((<usize>i) << 2)) * bytes;
    move(w + at, m + at, s + at, gradients, bytes);
  }
}
