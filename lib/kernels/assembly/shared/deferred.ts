/**
 * Adam's steps put off: a row that a batch does not hold is left where it is, and its steps are made up when
 * it is next needed, in registers. They are the operations of `decay` (adam.ts) in the same order, so every
 * bit is the same; but a large table no longer travels through the caches in every step. Of each step its
 * rate and floor are kept.
 */

import { decay, floor, keep1, keepRoot, LEAST_ROOT, moved, rate, VANISHING } from "./adam";
import { store4 } from "./math";

/** Steps since all rows were up to date, and the most that there is room for. */
export let steps: u32 = 0;
export const MOST_STEPS: u32 = 4096;
const history: usize = memory.data(32768, 64); // f32, MOST_STEPS x (rate, floor)
let greatestRate: f32 = 0; // of them
let leastFloor: f32 = 0;

/** Steps about which it is asked at once what they can do. */
const SPAN: usize = 32;
/** The most that a root keeps over a span, and the least |m| and s that no flush reaches within one. */
let fade: f32 = 0;
let safeMoment: f32 = 0;
let safeRoot: f32 = 0;

/** Rows that the first cache holds, with their moments. */
const NEAR: u32 = 64;
const touched: usize = memory.data(16, 16); // written, so that the loads of `touch` stay

/** All rows are up to date. */
export function restart(): void {
  steps = 0;
}

/** Keeps the step that was begun last. */
export function remember(): void {
  if (steps == 0) setBounds();
  const at = history + ((<usize>steps) << 3);
  store<f32>(at, rate);
  store<f32>(at, floor, 4);
  greatestRate = max<f32>(greatestRate, rate);
  leastFloor = min<f32>(leastFloor, floor);
  steps++;
}

function setBounds(): void {
  greatestRate = 0;
  leastFloor = f32.MAX_VALUE;
  fade = 0.999; // 1 less more than roundings take
  safeMoment = VANISHING;
  safeRoot = LEAST_ROOT;
  for (let k: usize = 0; k < SPAN; k++) {
    fade *= keepRoot;
    safeMoment /= keep1;
    safeRoot /= keepRoot;
  }
  safeMoment /= 0.999;
  safeRoot /= 0.999;
}

// Steps that were put off, of 16 weights at w, m, s: those whose rate and floor stand from `p` to `end`.

/** Any steps: with a flush after each. */
function walk(w: usize, m: usize, s: usize, p: usize, end: usize): void {
  for (; p != end; p += 8) decay(w, m, s, 64, v128.load32_splat(p), v128.load32_splat(p, 4));
}

/** Steps that flush nothing, in registers; `moves`: whether the weights are more than left where they are. */
@inline
function advance(moves: bool, w: usize, m: usize, s: usize, p: usize, end: usize): void {
  const keepMoment = f32x4.splat(keep1);
  const keep = f32x4.splat(keepRoot);
  let m0 = v128.load(m, 0);
  let m1 = v128.load(m, 16);
  let m2 = v128.load(m, 32);
  let m3 = v128.load(m, 48);
  let s0 = v128.load(s, 0);
  let s1 = v128.load(s, 16);
  let s2 = v128.load(s, 32);
  let s3 = v128.load(s, 48);
  let w0 = v128.load(w, 0);
  let w1 = v128.load(w, 16);
  let w2 = v128.load(w, 32);
  let w3 = v128.load(w, 48);
  do {
    const scale = v128.load32_splat(p);
    const least = v128.load32_splat(p, 4);
    m0 = f32x4.mul(m0, keepMoment);
    m1 = f32x4.mul(m1, keepMoment);
    m2 = f32x4.mul(m2, keepMoment);
    m3 = f32x4.mul(m3, keepMoment);
    s0 = f32x4.mul(s0, keep);
    s1 = f32x4.mul(s1, keep);
    s2 = f32x4.mul(s2, keep);
    s3 = f32x4.mul(s3, keep);
    if (moves) {
      w0 = moved(w0, m0, s0, scale, least);
      w1 = moved(w1, m1, s1, scale, least);
      w2 = moved(w2, m2, s2, scale, least);
      w3 = moved(w3, m3, s3, scale, least);
    }
    p += 8;
  } while (p != end);
  store4(m, m0, m1, m2, m3);
  store4(s, s0, s1, s2, s3);
  if (moves) store4(w, w0, w1, w2, w3);
}

function run(w: usize, m: usize, s: usize, p: usize, end: usize): void {
  advance(true, w, m, s, p, end);
}

function rest(w: usize, m: usize, s: usize, p: usize, end: usize): void {
  advance(false, w, m, s, p, end);
}

/** All ones where 4 moments and roots are 0 or stay above the flush for a span. */
@inline
function safe4(m: usize, s: usize): v128 {
  const moment = v128.load(m);
  const root = v128.load(s);
  const zero = f32x4.splat(0);
  return v128.and(
    v128.or(f32x4.ge(f32x4.abs(moment), f32x4.splat(safeMoment)), f32x4.eq(moment, zero)),
    v128.or(f32x4.ge(root, f32x4.splat(safeRoot)), f32x4.eq(root, zero)),
  );
}

@inline
function isSafe(m: usize, s: usize): bool {
  const low = v128.and(safe4(m, s), safe4(m + 16, s + 16));
  return i32x4.all_true(v128.and(low, v128.and(safe4(m + 32, s + 32), safe4(m + 48, s + 48))));
}

/**
 * All ones where no step of a safe span moves 4 weights: |m| falls, s keeps `fade` of itself, and roundings
 * are monotone, so no step passes u. Compared as bits, since a step of -0 makes +0 of a weight of -0.
 */
@inline
function still4(w: usize, m: usize, s: usize): v128 {
  const least = f32x4.add(f32x4.mul(v128.load(s), f32x4.splat(fade)), f32x4.splat(leastFloor));
  const u = f32x4.div(f32x4.mul(v128.load(m), f32x4.splat(greatestRate)), least);
  const weight = v128.load(w);
  return v128.and(i32x4.eq(f32x4.sub(weight, u), weight), i32x4.eq(f32x4.add(weight, u), weight));
}

@inline
function isStill(w: usize, m: usize, s: usize): bool {
  const low = v128.and(still4(w, m, s), still4(w + 16, m + 16, s + 16));
  const high = v128.and(still4(w + 32, m + 32, s + 32), still4(w + 48, m + 48, s + 48));
  return i32x4.all_true(v128.and(low, high));
}

/** Whether 16 floats are +0. */
@inline
function isZero(x: usize): bool {
  const low = v128.or(v128.load(x, 0), v128.load(x, 16));
  return !v128.any_true(v128.or(low, v128.or(v128.load(x, 32), v128.load(x, 48))));
}

/** Steps from .. `steps` of `bytes` (a multiple of 64) of weights without gradient. */
function catchUp(w: usize, m: usize, s: usize, bytes: usize, from: u32): void {
  const end = history + ((<usize>steps) << 3);
  const stop = w + bytes;
  for (; w != stop; w += 64, m += 64, s += 64) {
    if (isZero(m) && isZero(s)) continue;
    for (let p = history + ((<usize>from) << 3); p != end; ) {
      const pause = min(end, p + (SPAN << 3));
      if (!isSafe(m, s)) walk(w, m, s, p, pause);
      else if (pause - p == SPAN << 3 && isStill(w, m, s)) rest(w, m, s, p, pause);
      else run(w, m, s, p, pause);
      p = pause;
    }
  }
}

/** Fetches rows from wherever they lie, many at a time: one after the other each would be waited for. */
function touch(table: usize, bytes: usize, rows: usize, count: u32): void {
  let all: u64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const row = table + <usize>load<u32>(rows + ((<usize>i) << 2)) * bytes;
    for (let at: usize = 0; at < bytes; at += 64) all |= load<u64>(row + at);
  }
  store<u64>(touched, all);
}

/**
 * Brings the `count` rows listed in `rows` up to date: `bytes` (a multiple of 64) of each, in the table that
 * begins at w, m, s; made[row] steps are behind it.
 */
export function catchUpRows(
  w: usize,
  m: usize,
  s: usize,
  bytes: usize,
  rows: usize,
  count: u32,
  made: usize,
): void {
  for (let first: u32 = 0; first < count; first += NEAR) {
    const list = rows + ((<usize>first) << 2);
    const near = min(NEAR, count - first);
    touch(w, bytes, list, near);
    touch(m, bytes, list, near);
    touch(s, bytes, list, near);
    for (let i: u32 = 0; i < near; i++) {
      const row = <usize>load<u32>(list + ((<usize>i) << 2));
      const from = load<u32>(made + (row << 2));
      const at = row * bytes;
      if (from != steps) catchUp(w + at, m + at, s + at, bytes, from);
    }
  }
}

/** The `count` rows listed in `rows` have made all steps. */
export function mark(rows: usize, count: u32, made: usize): void {
  for (let i: u32 = 0; i < count; i++)
    store<u32>(made + ((<usize>load<u32>(rows + ((<usize>i) << 2))) << 2), steps);
}
