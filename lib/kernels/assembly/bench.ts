/**
 * What the benchmark measures apart: the f32x4 multiply-add peak of the machine, and the inner loops of the
 * engines on their own, so that a compiler update that spoils one of them shows.
 */

import { gemm } from "./shared/rows";
import { backward, forward, Tower, TOWER_BYTES, turn } from "./shared/tower";

export { sparseInput, sparseInputWeights, sparseOutput } from "./shared/tower";

/**
 * Twelve sums in registers, each fed by its neighbour's last value, `n` times: 92 n floating-point operations
 * that no load, store or chain of dependences holds up.
 */
export function peak(n: i32): f32 {
  const f = f32x4.splat(0.001);
  const fade = f32x4.splat(0.9999999);
  let s0 = f32x4.splat(1);
  let s1 = f32x4.splat(2);
  let s2 = f32x4.splat(3);
  let s3 = f32x4.splat(4);
  let s4 = f32x4.splat(5);
  let s5 = f32x4.splat(6);
  let s6 = f32x4.splat(7);
  let s7 = f32x4.splat(8);
  let s8 = f32x4.splat(9);
  let s9 = f32x4.splat(10);
  let s10 = f32x4.splat(11);
  let s11 = f32x4.splat(12);
  for (let i = 0; i < n; i++) {
    s11 = f32x4.add(s11, f32x4.mul(s10, f));
    s10 = f32x4.add(s10, f32x4.mul(s9, f));
    s9 = f32x4.add(s9, f32x4.mul(s8, f));
    s8 = f32x4.add(s8, f32x4.mul(s7, f));
    s7 = f32x4.add(s7, f32x4.mul(s6, f));
    s6 = f32x4.add(s6, f32x4.mul(s5, f));
    s5 = f32x4.add(s5, f32x4.mul(s4, f));
    s4 = f32x4.add(s4, f32x4.mul(s3, f));
    s3 = f32x4.add(s3, f32x4.mul(s2, f));
    s2 = f32x4.add(s2, f32x4.mul(s1, f));
    s1 = f32x4.add(s1, f32x4.mul(s0, f));
    s0 = f32x4.mul(s0, fade);
  }
  const low = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  s0 = f32x4.add(low, f32x4.add(f32x4.add(s4, s5), f32x4.add(s6, s7)));
  s0 = f32x4.add(s0, f32x4.add(f32x4.add(s8, s9), f32x4.add(s10, s11)));
  return f32x4.extract_lane(s0, 0);
}

const ROWS: u32 = 256;
const memoryOf: usize = memory.data(720896, 64); // by row: what a tower has by slot
const ids: usize = memory.data(1024, 64);
const weights: usize = memory.data(12672, 64);
const gradients: usize = memory.data(12672, 64);
const turned: usize = memory.data(12288, 64);
const table: usize = memory.data(16384, 64);
const tower = changetype<Tower>(memory.data(48, 16));

/** `gemm` with 256 rows, 64 inputs and 32 outputs, `n` times: 2 * 256 * 64 * 32 n operations. */
export function product(n: i32): void {
  for (let i = 0; i < n; i++)
    gemm(<usize>ROWS, 64, 128, memoryOf, 256, 4, weights, 128, weights, 0, memoryOf + 131072, 128);
}

/** Fills weights, embeddings and gradients with small values of both signs: ReLU stops about half. */
export function prepareTower(): void {
  let state: u32 = 1;
  for (let i: usize = 0; i < 12672 + 16384; i += 4) {
    state = state * 1664525 + 1013904223;
    const value = (<f32>(state >> 8) / 8388608 - 1) * 0.2;
    if (i < 12672) store<f32>(weights + i, value);
    else store<f32>(table + i - 12672, value);
  }
  for (let r: u32 = 0; r < ROWS; r++) store<u32>(ids + ((<usize>r) << 2), r);
  tower.table = table;
  tower.w = weights;
  tower.g = gradients;
  tower.turned1 = turned;
  tower.turned2 = turned + 4096;
  const n = <usize>ROWS;
  tower.x = memoryOf;
  tower.h = tower.x + n * 64;
  tower.active = tower.h + n * 256;
  tower.a = tower.active + n * 8;
  tower.scale = tower.a + n * 128;
  tower.ga = tower.scale + n * 4;
  tower.gx = tower.ga + n * 128;
  for (let i: usize = 0; i < n * 128; i += 4) {
    state = state * 1664525 + 1013904223;
    store<f32>(tower.ga + i, (<f32>(state >> 8) / 8388608 - 1) * 0.01);
  }
}

/** A tower there and back for 256 rows, `n` times: 6 * 256 * (16 * 64 + 64 * 32) n operations. */
export function towers(n: i32): void {
  for (let i = 0; i < n; i++) {
    memory.fill(gradients, 0, TOWER_BYTES);
    turn(tower);
    forward(tower, ids, ROWS);
    backward(tower, ROWS);
  }
}
