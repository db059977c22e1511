/**
 * Adam (Kingma and Ba 2015, Algorithm 1), dense: m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
 * w -= lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps), with the corrections drawn out of the loop:
 * w -= rate m / (sqrt(v) + floor), rate = lr sqrt(1 - b2^t) / (1 - b1^t), floor = eps sqrt(1 - b2^t).
 * The powers are products, one factor a step, in float64. |m| < 1e-30 becomes 0: a moment that nothing feeds would
 * otherwise decay into denormal numbers, which are slow.
 * A row with m = v = 0 does not move, so only rows that ever had a gradient are visited: the same bits, less work.
 */

import { slotOrCount } from "./batch";

const VANISHING: f32 = 1e-30;
const LEAST_FLOOR: f32 = 1e-37; // keeps 0 / 0 away from rows that never moved, however small epsilon is

let learningRate: f64 = 0;
let beta1: f64 = 0;
let beta2: f64 = 0;
let epsilon: f64 = 0;
let power1: f64 = 1;
let power2: f64 = 1;
let rate: f32 = 0;
let floor: f32 = 0;

/** `p1`, `p2`: beta1^t and beta2^t of the t steps behind. */
export function setAdam(lr: f64, b1: f64, b2: f64, eps: f64, p1: f64, p2: f64): void {
  learningRate = lr;
  beta1 = b1;
  beta2 = b2;
  epsilon = eps;
  power1 = p1;
  power2 = p2;
}

/** Begins a step. */
export function beginStep(): void {
  power1 *= beta1;
  power2 *= beta2;
  const root = sqrt<f64>(1 - power2);
  rate = <f32>((learningRate * root) / (1 - power1));
  floor = max<f32>(<f32>(epsilon * root), LEAST_FLOOR);
}

/** One step of `bytes` (a multiple of 16) of weights, beginning at w, m, v, with gradient at g. */
// @ts-ignore: decorator
@inline
function move(w: usize, m: usize, v: usize, g: usize, bytes: usize): void {
  const keep1 = f32x4.splat(<f32>beta1);
  const take1 = f32x4.splat(<f32>(1 - beta1));
  const keep2 = f32x4.splat(<f32>beta2);
  const take2 = f32x4.splat(<f32>(1 - beta2));
  const scale = f32x4.splat(rate);
  const least = f32x4.splat(floor);
  const vanishing = f32x4.splat(VANISHING);
  for (let at: usize = 0; at < bytes; at += 16) {
    const slope = v128.load(g + at);
    let first = f32x4.add(f32x4.mul(v128.load(m + at), keep1), f32x4.mul(slope, take1));
    first = v128.and(first, f32x4.ge(f32x4.abs(first), vanishing));
    const second = f32x4.add(f32x4.mul(v128.load(v + at), keep2), f32x4.mul(f32x4.mul(slope, slope), take2));
    v128.store(m + at, first);
    v128.store(v + at, second);
    const change = f32x4.div(f32x4.mul(first, scale), f32x4.add(f32x4.sqrt(second), least));
    v128.store(w + at, f32x4.sub(v128.load(w + at), change));
  }
}

/** Steps a whole block: `bytes` may be any multiple of 4 if the arrays have room up to the next multiple of 16. */
export function moveBlock(w: usize, m: usize, v: usize, g: usize, bytes: usize): void {
  move(w, m, v, g, bytes);
}

const zeros: usize = memory.data(128, 16);

/**
 * Steps the `activeCount` rows of a table listed in `active`, of `bytes` each. A row of the open batch takes its
 * gradient from gradients[slot]; for any other row the gradient is zero.
 */
export function moveRows(
  w: usize,
  m: usize,
  v: usize,
  bytes: usize,
  active: usize,
  activeCount: u32,
  slotOf: usize,
  distinct: usize,
  distinctCount: u32,
  gradients: usize,
): void {
  for (let i: u32 = 0; i < activeCount; i++) {
    const row = load<u32>(active + ((<usize>i) << 2));
    const slot = slotOrCount(slotOf, distinct, distinctCount, row);
    const at = <usize>row * bytes;
    move(w + at, m + at, v + at, slot < distinctCount ? gradients + <usize>slot * bytes : zeros, bytes);
  }
}
