/**
 * DMF (LASER, Eq. 1; Xue et al. 2017): prediction = <a, b> of the normalised outputs of two towers, clipped;
 * binary cross-entropy; gradients; Adam. lib/model/dmf/forward.ts has the same mathematics in tensors;
 * lib/engine/simd*.ts owns the memory and checks every size before it calls in here. Layout of the weights:
 * lib/model/dmf/model.ts.
 */

import { beginStep, moveBlock } from "./shared/adam";
import * as batch from "./shared/batch";
import * as epoch from "./shared/epoch";
import { clip4, crossEntropy, inside4 } from "./shared/loss";
import { lanes32, store4, store8, storedSums4 } from "./shared/math";
import * as model from "./shared/model";
import { addPenalty, lend } from "./shared/rows";
import { backward, forward, Tower, TOWER_BYTES, turn } from "./shared/tower";

export { setAdam } from "./shared/adam";
export { setSlots } from "./shared/batch";
export { sparseInput, sparseInputWeights, sparseOutput } from "./shared/tower";
export { heapBase, itemSlots, setActive, setSamples, settle, userSlots } from "./shared/model";
export { fillEpoch, setBatches, setEpoch, setTrainingSet, shuffleEpoch } from "./shared/epoch";

const ROW: usize = 64; // bytes of an embedding
const lanes: usize = memory.data(64, 16); // f32, 4 x 4: the lane sums of four samples
const user = changetype<Tower>(memory.data(48, 16));
const item = changetype<Tower>(memory.data(48, 16));
const userTurned: usize = memory.data(12288, 16);
const itemTurned: usize = memory.data(12288, 16);

/** Pointers of the model; the shared weights stand behind both tables. */
export function setModel(w: usize, m: usize, v: usize, g: usize, userCount: u32, itemCount: u32): void {
  model.setWeights(w, m, v, g, userCount, itemCount);
  model.addTable(false, ROW);
  model.addTable(true, ROW);
  const shared = w + sharedOffset();
  bind(user, w, shared, g, userTurned);
  bind(item, w + <usize>userCount * ROW, shared + TOWER_BYTES, g + TOWER_BYTES, itemTurned);
}

@inline
function sharedOffset(): usize {
  return <usize>(model.users + model.items) * ROW;
}

function bind(t: Tower, table: usize, w: usize, g: usize, turned: usize): void {
  t.table = table;
  t.w = w;
  t.g = g;
  t.turned1 = turned;
  t.turned2 = turned + 4096;
}

/** Where the addresses of a side's workspace stand (0 user, 1 item): what `Tower` has by slot. */
export function sideAt(side: i32): usize {
  return changetype<usize>(side ? item : user) + offsetof<Tower>("x");
}

/** Lanes of <a, b> of the pair whose slots stand at `sampleUser`, `sampleItem`. */
@inline
function lanesOf(sampleUser: usize, sampleItem: usize): v128 {
  const a = user.a + ((<usize>load<u32>(sampleUser)) << 7);
  return lanes32(a, item.a + ((<usize>load<u32>(sampleItem)) << 7));
}

/** predictions[s] = <a_u, b_i> of the open pairs, unclipped. */
function predict(count: u32): void {
  for (let s: u32 = 0; s < count; s += 4) {
    const at = (<usize>s) << 2;
    const u = batch.sampleUsers + at;
    const i = batch.sampleItems + at;
    v128.store(lanes, lanesOf(u, i), 0);
    v128.store(lanes, lanesOf(u + 4, i + 4), 16);
    v128.store(lanes, lanesOf(u + 8, i + 8), 32);
    v128.store(lanes, lanesOf(u + 12, i + 12), 48);
    v128.store(model.predictions + at, storedSums4(lanes));
  }
}

/** slopes[s] = (p - y) / (p (1 - p)) / count, 0 where p was clipped. */
function slope(labels: usize, count: u32): void {
  const share = f32x4.splat(1 / <f32>count);
  const one = f32x4.splat(1);
  for (let s: u32 = 0; s < count; s += 4) {
    const at = (<usize>s) << 2;
    const raw = v128.load(model.predictions + at);
    const p = clip4(raw);
    const top = f32x4.mul(f32x4.sub(p, v128.load(labels + at)), share);
    const g = f32x4.div(top, f32x4.mul(p, f32x4.sub(one, p)));
    v128.store(model.slopes + at, v128.and(g, inside4(raw)));
  }
}


/** ga of both towers: each sample adds slope * b to its user's and slope * a to its item's. */
function spread(): void {
  memory.fill(item.ga, 0, (<usize>batch.itemSlots) << 7);
  const slots = batch.userSlots;
  for (let slot: u32 = 0; slot < slots; slot++) {
    const run = batch.runs + ((<usize>slot) << 2);
    const a = user.a + ((<usize>slot) << 7);
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let s4 = s0;
    let s5 = s0;
    let s6 = s0;
    let s7 = s0;
    const end = load<u32>(run, 4);
    for (let s = load<u32>(run); s < end; s++) {
      const g = v128.load32_splat(model.slopes + ((<usize>s) << 2));
      const at = (<usize>load<u32>(batch.sampleItems + ((<usize>s) << 2))) << 7;
      const b = item.a + at;
      const gb = item.ga + at;
      s0 = f32x4.add(s0, f32x4.mul(g, v128.load(b, 0)));
      s1 = f32x4.add(s1, f32x4.mul(g, v128.load(b, 16)));
      s2 = f32x4.add(s2, f32x4.mul(g, v128.load(b, 32)));
      s3 = f32x4.add(s3, f32x4.mul(g, v128.load(b, 48)));
      s4 = f32x4.add(s4, f32x4.mul(g, v128.load(b, 64)));
      s5 = f32x4.add(s5, f32x4.mul(g, v128.load(b, 80)));
      s6 = f32x4.add(s6, f32x4.mul(g, v128.load(b, 96)));
      s7 = f32x4.add(s7, f32x4.mul(g, v128.load(b, 112)));
      lend(gb, g, a);
      lend(gb + 32, g, a + 32);
      lend(gb + 64, g, a + 64);
      lend(gb + 96, g, a + 96);
    }
    const ga = user.ga + ((<usize>slot) << 7);
    store8(ga, s0, s1, s2, s3, s4, s5, s6, s7);
  }
}

/** Adds the ridge penalty's gradient, l2 * (samples of the row) / count * row. */
function penalise(share: f32): void {
  addPenalty(false, user.gx, user.x, ROW, share);
  addPenalty(true, item.gx, item.x, ROW, share);
}

/**
 * The gradient of the mean loss over samples start .. start + count of the epoch: of the shared weights in
 * `gradient`, of the rows of `distinct*` in gx. Returns the summed loss when it is asked for.
 */
export function differentiate(start: u32, count: u32, l2: f32, track: bool): f64 {
  const at = (<usize>start) << 2;
  batch.openPairs(epoch.users + at, epoch.items + at, count);
  model.catchUp();
  turn(user);
  turn(item);
  forward(user, batch.distinctUsers, batch.userSlots);
  forward(item, batch.distinctItems, batch.itemSlots);
  predict(count);
  slope(epoch.labels + at, count);
  spread();
  memory.fill(model.gradient, 0, 2 * TOWER_BYTES);
  backward(user, batch.userSlots);
  backward(item, batch.itemSlots);
  if (l2 != 0) penalise(l2 / <f32>count);
  return track ? crossEntropy(model.predictions, epoch.labels + at, count) : 0;
}

function step(): void {
  beginStep();
  const shared = sharedOffset();
  moveBlock(
    model.weights + shared,
    model.first + shared,
    model.second + shared,
    model.gradient,
    2 * TOWER_BYTES,
  );
  model.move(0, user.gx);
  model.move(1, item.gx);
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

/** Makes ready for `prepare` and `predictPairs` after the weights have changed. */
export function openScoring(): void {
  turn(user);
  turn(item);
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
  for (let slot: u32 = 0; slot < count; slot++) {
    const a = user.a + ((<usize>slot) << 7);
    let b = item.a;
    for (let i: u32 = 0; i < itemCount; i += 4, b += 512, out += 16) {
      v128.store(lanes, lanes32(a, b), 0);
      v128.store(lanes, lanes32(a, b + 128), 16);
      v128.store(lanes, lanes32(a, b + 256), 32);
      v128.store(lanes, lanes32(a, b + 384), 48);
      v128.store(out, clip4(storedSums4(lanes)));
    }
  }
}
