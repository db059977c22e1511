/**
 * NMF (LASER, Eq. 2; He et al. 2017): logit = <wg, p * q> + <wh, relu(W [x; y] + b)> + c with p, q of 16 and
 * x, y of 32. W [x; y] = Wu x + Wi y, so each distinct user and item gives its part once, and a sample is 32
 * additions, a ReLU, a product of 48 and a sigmoid. The gradients of the samples are summed by row before
 * they go back through W. lib/model/nmf/forward.ts has the same mathematics in tensors; layout of the
 * weights: lib/model/nmf/model.ts.
 */

import { beginStep, moveBlock } from "./shared/adam";
import * as batch from "./shared/batch";
import * as epoch from "./shared/epoch";
import { clip4, crossEntropy, inside4, sigmoid4 } from "./shared/loss";
import { store4, store8, storedSums4, sum4 } from "./shared/math";
import * as model from "./shared/model";
import {
  BIAS,
  CONSTANT,
  forward,
  GMF,
  item,
  lanes48,
  lanesOf,
  MLP,
  openScoring,
  OUT,
  shared,
  SHARED_BYTES,
  Side,
  user,
  zeros,
} from "./shared/nmf";
import { addPenalty, addRows, gemm, lend } from "./shared/rows";

export { setAdam } from "./shared/adam";
export { setSlots } from "./shared/batch";
export { openScoring, setModel, sideAt } from "./shared/nmf";
export { fillEpoch, setBatches, setEpoch, setTrainingSet, shuffleEpoch } from "./shared/epoch";
export { heapBase, itemSlots, setActive, setSamples, settle, userSlots } from "./shared/model";

/** Rows of a tile whose weight gradients are summed in registers. */
const TILE: u32 = 64;
const lanes: usize = memory.data(64, 16); // f32, 4 x 4: the lane sums of four samples

/** predictions[s] of the open pairs, unclipped. */
function predict(count: u32): void {
  const out = model.weights + shared() + OUT;
  const wh = out + GMF;
  const c = f32x4.splat(load<f32>(out + GMF + MLP));
  for (let s: u32 = 0; s < count; s += 4) {
    const at = (<usize>s) << 2;
    const u = batch.sampleUsers + at;
    const i = batch.sampleItems + at;
    v128.store(lanes, lanesOf(u, i, wh), 0);
    v128.store(lanes, lanesOf(u + 4, i + 4, wh), 16);
    v128.store(lanes, lanesOf(u + 8, i + 8, wh), 32);
    v128.store(lanes, lanesOf(u + 12, i + 12, wh), 48);
    v128.store(model.predictions + at, sigmoid4(f32x4.add(storedSums4(lanes), c)));
  }
}

/** slopes[s] = (p - y) / count, 0 where p was clipped; returns their sum, the gradient of c. */
function slope(labels: usize, count: u32): f32 {
  const share = f32x4.splat(1 / <f32>count);
  let sum = f32x4.splat(0);
  for (let s: u32 = 0; s < count; s += 4) {
    const at = (<usize>s) << 2;
    const p = v128.load(model.predictions + at);
    const g = v128.and(f32x4.mul(f32x4.sub(p, v128.load(labels + at)), share), inside4(p));
    v128.store(model.slopes + at, g);
    if (s + 4 <= count) sum = f32x4.add(sum, g);
  }
  let total = sum4(sum);
  for (let s = count & ~3; s < count; s++) total += load<f32>(model.slopes + ((<usize>s) << 2));
  return total;
}

/** g where z > 0, else 0. */
@inline
function gate(g: v128, u: v128, i: v128): v128 {
  return v128.and(g, f32x4.gt(u, i));
}

/**
 * Sums over the samples of each row: gPart = sum of g [z > 0] (wh is multiplied in later, once a row), gGmf =
 * sum of g q for users (wg later) and of g wg p for items.
 */
function spread(): void {
  memory.fill(item.gGmf, 0, (<usize>batch.itemSlots) << 6);
  memory.fill(item.gPart, 0, (<usize>batch.itemSlots) << 7);
  const slots = batch.userSlots;
  for (let slot: u32 = 0; slot < slots; slot++) {
    const run = batch.runs + ((<usize>slot) << 2);
    const u = user.part + ((<usize>slot) << 7);
    const p = user.weighted + ((<usize>slot) << 6);
    let z0 = f32x4.splat(0);
    let z1 = z0;
    let z2 = z0;
    let z3 = z0;
    let z4 = z0;
    let z5 = z0;
    let z6 = z0;
    let z7 = z0;
    let p0 = z0;
    let p1 = z0;
    let p2 = z0;
    let p3 = z0;
    const end = load<u32>(run, 4);
    for (let s = load<u32>(run); s < end; s++) {
      const g = v128.load32_splat(model.slopes + ((<usize>s) << 2));
      const slotOfItem = <usize>load<u32>(batch.sampleItems + ((<usize>s) << 2));
      const i = item.part + (slotOfItem << 7);
      const to = item.gPart + (slotOfItem << 7);
      const o0 = gate(g, v128.load(u, 0), v128.load(i, 0));
      const o1 = gate(g, v128.load(u, 16), v128.load(i, 16));
      const t0 = f32x4.add(v128.load(to, 0), o0);
      const t1 = f32x4.add(v128.load(to, 16), o1);
      v128.store(to, t0, 0);
      v128.store(to, t1, 16);
      z0 = f32x4.add(z0, o0);
      z1 = f32x4.add(z1, o1);
      const o2 = gate(g, v128.load(u, 32), v128.load(i, 32));
      const o3 = gate(g, v128.load(u, 48), v128.load(i, 48));
      const t2 = f32x4.add(v128.load(to, 32), o2);
      const t3 = f32x4.add(v128.load(to, 48), o3);
      v128.store(to, t2, 32);
      v128.store(to, t3, 48);
      z2 = f32x4.add(z2, o2);
      z3 = f32x4.add(z3, o3);
      const o4 = gate(g, v128.load(u, 64), v128.load(i, 64));
      const o5 = gate(g, v128.load(u, 80), v128.load(i, 80));
      const t4 = f32x4.add(v128.load(to, 64), o4);
      const t5 = f32x4.add(v128.load(to, 80), o5);
      v128.store(to, t4, 64);
      v128.store(to, t5, 80);
      z4 = f32x4.add(z4, o4);
      z5 = f32x4.add(z5, o5);
      const o6 = gate(g, v128.load(u, 96), v128.load(i, 96));
      const o7 = gate(g, v128.load(u, 112), v128.load(i, 112));
      const t6 = f32x4.add(v128.load(to, 96), o6);
      const t7 = f32x4.add(v128.load(to, 112), o7);
      v128.store(to, t6, 96);
      v128.store(to, t7, 112);
      z6 = f32x4.add(z6, o6);
      z7 = f32x4.add(z7, o7);
      const q = item.gmf + (slotOfItem << 6);
      const gq = item.gGmf + (slotOfItem << 6);
      p0 = f32x4.add(p0, f32x4.mul(g, v128.load(q, 0)));
      p1 = f32x4.add(p1, f32x4.mul(g, v128.load(q, 16)));
      p2 = f32x4.add(p2, f32x4.mul(g, v128.load(q, 32)));
      p3 = f32x4.add(p3, f32x4.mul(g, v128.load(q, 48)));
      lend(gq, g, p);
      lend(gq + 32, g, p + 32);
    }
    const gPart = user.gPart + ((<usize>slot) << 7);
    store8(gPart, z0, z1, z2, z3, z4, z5, z6, z7);
    const gGmf = user.gGmf + ((<usize>slot) << 6);
    store4(gGmf, p0, p1, p2, p3);
  }
}

/** wg: its gradient is the sum over users of p * (sum of g q), and the user's own is wg * (sum of g q). */
function backGmf(): void {
  const wg = model.weights + shared() + OUT;
  const to = model.gradient + OUT;
  for (let at: usize = 0; at < GMF; at += 32) {
    const low = v128.load(wg + at);
    const high = v128.load(wg + at, 16);
    let lowSum = f32x4.splat(0);
    let highSum = lowSum;
    for (let r: usize = 0; r < <usize>batch.userSlots; r++) {
      const row = user.gGmf + (r << 6) + at;
      const p = user.gmf + (r << 6) + at;
      const g0 = v128.load(row);
      const g1 = v128.load(row, 16);
      lowSum = f32x4.add(lowSum, f32x4.mul(g0, v128.load(p)));
      highSum = f32x4.add(highSum, f32x4.mul(g1, v128.load(p, 16)));
      v128.store(row, f32x4.mul(g0, low));
      v128.store(row, f32x4.mul(g1, high), 16);
    }
    v128.store(to + at, lowSum);
    v128.store(to + at, highSum, 16);
  }
}

/**
 * gPart becomes wh * gPart. relu(z) = [z > 0] (user part + item part), so the gradient of wh is the sum over
 * users of part * gPart, plus the same over items.
 */
function scaleParts(t: Side, count: u32): void {
  const wh = model.weights + shared() + OUT + GMF;
  const to = model.gradient + OUT + GMF;
  const sign: f32 = t === item ? -1 : 1; // item parts are stored negated
  for (let at: usize = 0; at < MLP; at += 32) {
    const low = v128.load(wh + at);
    const high = v128.load(wh + at, 16);
    let lowSum = f32x4.splat(0);
    let highSum = lowSum;
    for (let r: usize = 0; r < <usize>count; r++) {
      const row = t.gPart + (r << 7) + at;
      const part = t.part + (r << 7) + at;
      const g0 = v128.load(row);
      const g1 = v128.load(row, 16);
      lowSum = f32x4.add(lowSum, f32x4.mul(g0, v128.load(part)));
      highSum = f32x4.add(highSum, f32x4.mul(g1, v128.load(part, 16)));
      v128.store(row, f32x4.mul(g0, low));
      v128.store(row, f32x4.mul(g1, high), 16);
    }
    v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.mul(lowSum, f32x4.splat(sign))));
    v128.store(to + at, f32x4.add(v128.load(to + at, 16), f32x4.mul(highSum, f32x4.splat(sign))), 16);
  }
}

/** Through W: fills gMlp, and adds to the gradient of this half of W. */
function backward(t: Side, count: u32): void {
  scaleParts(t, count);
  const w = model.weights + shared() + t.half;
  const to = model.gradient + t.half;
  for (let start: u32 = 0; start < count; start += TILE) {
    const rows = min(TILE, count - start);
    const g = t.gPart + ((<usize>start) << 7);
    const x = t.mlp + ((<usize>start) << 7);
    const gx = t.gMlp + ((<usize>start) << 7);
    gemm(<usize>rows, 32, 128, g, 128, 4, w, 256, zeros, 0, gx, 128);
    gemm(32, <usize>rows, 128, g, 4, 128, x, 128, to, 256, to, 256);
  }
}

/** Adds the ridge penalty's gradient, l2 * (samples of the row) / count * row. */
function penalise(share: f32): void {
  addPenalty(false, user.gGmf, user.gmf, GMF, share);
  addPenalty(false, user.gMlp, user.mlp, MLP, share);
  addPenalty(true, item.gGmf, item.gmf, GMF, share);
  addPenalty(true, item.gMlp, item.mlp, MLP, share);
}

/**
 * The gradient of the mean loss over samples start .. start + count of the epoch: of the shared weights in
 * `gradient`, of the rows of `distinct*` in gGmf and gMlp. Returns the summed loss when it is asked for.
 */
export function differentiate(start: u32, count: u32, l2: f32, track: bool): f64 {
  const at = (<usize>start) << 2;
  batch.openPairs(epoch.users + at, epoch.items + at, count);
  model.catchUp();
  openScoring();
  forward(user, batch.distinctUsers, batch.userSlots);
  forward(item, batch.distinctItems, batch.itemSlots);
  predict(count);
  memory.fill(model.gradient, 0, SHARED_BYTES);
  store<f32>(model.gradient + CONSTANT, slope(epoch.labels + at, count));
  spread();
  backGmf();
  backward(user, batch.userSlots);
  backward(item, batch.itemSlots);
  addRows(user.gPart, batch.userSlots, MLP, model.gradient + BIAS);
  if (l2 != 0) penalise(l2 / <f32>count);
  return track ? crossEntropy(model.predictions, epoch.labels + at, count) : 0;
}

function step(): void {
  beginStep();
  const at = shared();
  moveBlock(model.weights + at, model.first + at, model.second + at, model.gradient, SHARED_BYTES);
  model.move(0, user.gGmf);
  model.move(1, item.gGmf);
  model.move(2, user.gMlp);
  model.move(3, item.gMlp);
  model.endStep();
}

/** Trains batches from .. to of an epoch of `samples` samples; their summed loss when it is asked for. */
export function train(from: u32, to: u32, batchSize: u32, samples: u32, l2: f32, track: bool): f64 {
  let loss: f64 = 0;
  for (let b = from; b < to; b++) {
    const start = b * batchSize;
    loss += differentiate(start, min(batchSize, samples - start), l2, track);
    step();
  }
  return loss;
}

/** The representations of rows `ids` of one side in slots 0 .. count - 1 of its workspace. */
export function prepare(side: i32, ids: usize, count: u32): void {
  forward(side ? item : user, ids, count);
}

/** Scores of `count` pairs, as predictions[0 .. count). */
export function predictPairs(usersAt: usize, itemsAt: usize, count: u32): void {
  batch.openPairs(usersAt, itemsAt, count);
  forward(user, batch.distinctUsers, batch.userSlots);
  forward(item, batch.distinctItems, batch.itemSlots);
  predict(count);
  for (let at: usize = 0; at < (<usize>count) << 2; at += 16)
    v128.store(model.predictions + at, clip4(v128.load(model.predictions + at)));
}

/**
 * Scores of the first `count` user slots against the first `itemCount` item slots: out is count x padded to
 * 4.
 */
export function scoreBlock(count: u32, itemCount: u32, out: usize): void {
  const head = model.weights + shared() + OUT;
  const wh = head + GMF;
  const c = f32x4.splat(load<f32>(head + GMF + MLP));
  for (let slot: usize = 0; slot < <usize>count; slot++) {
    const u = user.part + (slot << 7);
    const p = user.weighted + (slot << 6);
    let i = item.part;
    let q = item.gmf;
    for (let k: u32 = 0; k < itemCount; k += 4, i += 512, q += 256, out += 16) {
      v128.store(lanes, lanes48(u, i, p, q, wh), 0);
      v128.store(lanes, lanes48(u, i + 128, p, q + 64, wh), 16);
      v128.store(lanes, lanes48(u, i + 256, p, q + 128, wh), 32);
      v128.store(lanes, lanes48(u, i + 384, p, q + 192, wh), 48);
      v128.store(out, clip4(sigmoid4(f32x4.add(storedSums4(lanes), c))));
    }
  }
}
