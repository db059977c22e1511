/**
 * Binary cross-entropy against labels y in [0, 1] with the prediction clipped to [1e-6, 1 - 1e-6]
 * (protocol.md, section 2): no logarithm diverges, and a clipped sample has no gradient.
 */

import { exp4, log4 } from "./math";

export const LEAST: f32 = 1e-6;
export const MOST: f32 = 0.999999;

@inline
export function clip4(p: v128): v128 {
  return f32x4.pmax(f32x4.pmin(p, f32x4.splat(MOST)), f32x4.splat(LEAST));
}

/** All ones where the loss has a gradient in p. */
@inline
export function inside4(p: v128): v128 {
  return v128.and(f32x4.ge(p, f32x4.splat(LEAST)), f32x4.le(p, f32x4.splat(MOST)));
}

/** Sum over `count` samples of -(y ln p + (1 - y) ln(1 - p)), in float64; p unclipped, both padded to 4. */
export function crossEntropy(predictions: usize, labels: usize, count: u32): f64 {
  const one = f32x4.splat(1);
  let sum: f64 = 0;
  for (let s: u32 = 0; s < count; s += 4) {
    const at = (<usize>s) << 2;
    const p = clip4(v128.load(predictions + at));
    const y = v128.load(labels + at);
    const t = f32x4.add(f32x4.mul(y, log4(p)), f32x4.mul(f32x4.sub(one, y), log4(f32x4.sub(one, p))));
    sum += <f64>f32x4.extract_lane(t, 0);
    if (s + 1 < count) sum += <f64>f32x4.extract_lane(t, 1);
    if (s + 2 < count) sum += <f64>f32x4.extract_lane(t, 2);
    if (s + 3 < count) sum += <f64>f32x4.extract_lane(t, 3);
  }
  return -sum;
}

/** 1 / (1 + e^-x); beyond +-80 the clip of the loss has long taken over. */
@inline
export function sigmoid4(x: v128): v128 {
  const bounded = f32x4.pmax(f32x4.pmin(x, f32x4.splat(80)), f32x4.splat(-80));
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(bounded))));
}
