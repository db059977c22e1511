/**
 * exp and log of four floats at once, from f32x4 +, -, *, / alone, so that they give the same bits on every
 * machine. Range reduction and minimax polynomials in the manner of Cephes (Moshier); relative error below
 * 2e-7.
 */

@inline
function mulAdd(a: v128, b: v128, c: f32): v128 {
  return f32x4.add(f32x4.mul(a, b), f32x4.splat(c)); // two roundings: no relaxed SIMD
}

/** e^x for |x| <= 87. */
@inline
export function exp4(x: v128): v128 {
  // n = round(x / ln 2): adding 1.5 * 2^23 leaves the integer in the low bits of the mantissa
  const shifted = mulAdd(x, f32x4.splat(1.44269504), 12582912);
  const n = f32x4.sub(shifted, f32x4.splat(12582912));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375))); // leading bits of ln 2: exact
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let sum = mulAdd(f32x4.splat(1.9875691500e-4), r, 1.3981999507e-3);
  sum = mulAdd(sum, r, 8.3334519073e-3);
  sum = mulAdd(sum, r, 4.1665795894e-2);
  sum = mulAdd(sum, r, 1.6666665459e-1);
  sum = mulAdd(sum, r, 5.0000001201e-1);
  sum = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(sum, r), r), r), f32x4.splat(1));
  return i32x4.add(sum, i32x4.shl(shifted, 23)); // times 2^n: the high bits of `shifted` are shifted out
}

/** Natural logarithm of normal x > 0. */
@inline
export function log4(x: v128): v128 {
  // x = m * 2^k, m in [sqrt(1/2), sqrt(2))
  const bits = i32x4.sub(x, i32x4.splat(0x3f3504f3));
  const k = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
  const m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const f = f32x4.sub(m, f32x4.splat(1));
  const z = f32x4.mul(f, f);
  let sum = mulAdd(f32x4.splat(7.0376836292e-2), f, -1.1514610310e-1);
  sum = mulAdd(sum, f, 1.1676998740e-1);
  sum = mulAdd(sum, f, -1.2420140846e-1);
  sum = mulAdd(sum, f, 1.4249322787e-1);
  sum = mulAdd(sum, f, -1.6668057665e-1);
  sum = mulAdd(sum, f, 2.0000714765e-1);
  sum = mulAdd(sum, f, -2.4999993993e-1);
  sum = mulAdd(sum, f, 3.3333331174e-1);
  let y = f32x4.mul(f32x4.mul(sum, f), z);
  y = f32x4.add(y, f32x4.mul(k, f32x4.splat(-2.12194440e-4)));
  y = f32x4.sub(y, f32x4.mul(z, f32x4.splat(0.5)));
  return f32x4.add(f32x4.add(f, y), f32x4.mul(k, f32x4.splat(0.693359375)));
}

/** Sum of the lanes, in the order (0 + 1) + (2 + 3). */
@inline
export function sum4(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) +
    f32x4.extract_lane(x, 1) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

/** The lane sums of four vectors as one vector: lane i is (v_i[0] + v_i[2]) + (v_i[1] + v_i[3]). */
@inline
export function sums4(v0: v128, v1: v128, v2: v128, v3: v128): v128 {
  const low01 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
  const a = f32x4.add(low01, high01); // v0[0]+v0[2], v1[0]+v1[2], v0[1]+v0[3], v1[1]+v1[3]
  const b = f32x4.add(low23, high23);
  return f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
}

/**
 * `sums4` of four vectors in memory. A long sum goes through memory when four of them are taken side by side:
 * held in registers, V8 would load the terms of all four first and spill them.
 */
@inline
export function storedSums4(at: usize): v128 {
  return sums4(v128.load(at, 0), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48));
}

/** Inner product of two vectors of 32, lane by lane. */
@inline
export function lanes32(a: usize, b: usize): v128 {
  let s = f32x4.mul(v128.load(a, 0), v128.load(b, 0));
  s = f32x4.add(s, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
  s = f32x4.add(s, f32x4.mul(v128.load(a, 32), v128.load(b, 32)));
  s = f32x4.add(s, f32x4.mul(v128.load(a, 48), v128.load(b, 48)));
  s = f32x4.add(s, f32x4.mul(v128.load(a, 64), v128.load(b, 64)));
  s = f32x4.add(s, f32x4.mul(v128.load(a, 80), v128.load(b, 80)));
  s = f32x4.add(s, f32x4.mul(v128.load(a, 96), v128.load(b, 96)));
  return f32x4.add(s, f32x4.mul(v128.load(a, 112), v128.load(b, 112)));
}

/** Stores four vectors side by side. */
@inline
export function store4(at: usize, v0: v128, v1: v128, v2: v128, v3: v128): void {
  v128.store(at, v0, 0);
  v128.store(at, v1, 16);
  v128.store(at, v2, 32);
  v128.store(at, v3, 48);
}

/** Stores eight vectors side by side. */
@inline
export function store8(
  at: usize, v0: v128, v1: v128, v2: v128, v3: v128, v4: v128, v5: v128, v6: v128, v7: v128,
): void {
  store4(at, v0, v1, v2, v3);
  store4(at + 64, v4, v5, v6, v7);
}

/** Sum of the two float64 lanes. */
@inline
export function total(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}
