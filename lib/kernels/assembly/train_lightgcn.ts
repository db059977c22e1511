/**
 * LightGCN (He et al., "LightGCN: simplifying and powering graph convolution network for recommendation",
 * 2020): score <e_u, e_i>, where e = (x + A x + A^2 x + A^3 x) / 4 of the embeddings x, and A is the
 * bipartite graph of the ratings with edges 1 / sqrt(degree of the user x degree of the item) (Eq. 3 to 7);
 * the loss of pairs; gradients; Adam. A is symmetric, so gradients go back through the very function that
 * made e. lib/model/lightgcn has the same mathematics in tensors; lib/engine/simd*.ts owns the memory and
 * checks every size before it calls in here.
 */

import { beginStep, moveBlock } from "./shared/adam";
import * as batch from "./shared/batch";
import * as epoch from "./shared/epoch";
import * as model from "./shared/model";
import { differentiateRows, item, lossOfPairs, rowBytes, setTables, user } from "./shared/product";

export { setAdam } from "./shared/adam";
export { setSlots } from "./shared/batch";
export { fillPairs, setBatches, setEpoch, setTrainingSet, shuffleEpoch } from "./shared/epoch";
export { heapBase, itemSlots, setActive, setSamples, settle, userSlots } from "./shared/model";
export { predictPairs, prepare, scoreBlock, sideAt } from "./shared/product";

const LAYERS = 3;

let width: u32 = 0;
let userOffsets: usize = 0; // u32, users + 1
let userItems: usize = 0; // u32, edges: items of each user, ascending
let itemOffsets: usize = 0; // u32, items + 1
let itemUsers: usize = 0; // u32, edges: users of each item, ascending
// Tables of users and behind them items, as the weights are:
let smoothed: usize = 0; // e; while a batch is differentiated, the gradient of e
let sent: usize = 0; // what a row sends to its neighbours: the row / sqrt(its degree)
let next: usize = 0; // the same of the layer behind it

export function setModel(
  w: usize,
  m: usize,
  v: usize,
  g: usize,
  userCount: u32,
  itemCount: u32,
  floats: u32,
): void {
  model.setWeights(w, m, v, g, userCount, itemCount);
  width = floats;
}

export function setGraph(
  userOffsetsAt: usize,
  userItemsAt: usize,
  itemOffsetsAt: usize,
  itemUsersAt: usize,
  smoothedAt: usize,
  sentAt: usize,
  nextAt: usize,
): void {
  userOffsets = userOffsetsAt;
  userItems = userItemsAt;
  itemOffsets = itemOffsetsAt;
  itemUsers = itemUsersAt;
  smoothed = smoothedAt;
  sent = sentAt;
  next = nextAt;
  setTables(smoothed, smoothed + ((<usize>model.users * width) << 2), width);
}

@inline
function tableBytes(): usize {
  return <usize>(model.users + model.items) * rowBytes;
}

/** 1 / sqrt(degree) of the row whose edges begin at `at`; 0 without any. */
@inline
function rootOf(at: usize): f32 {
  const degree = load<u32>(at, 4) - load<u32>(at);
  return degree == 0 ? 0 : 1 / sqrt<f32>(<f32>degree);
}

/** to = root * from, one row. */
@inline
function scaleRow(from: usize, to: usize, root: f32): void {
  const factor = f32x4.splat(root);
  for (let at: usize = 0; at < rowBytes; at += 16)
    v128.store(to + at, f32x4.mul(v128.load(from + at), factor));
}

/** sent = x / sqrt(degree) of each of `count` rows. */
function send(offsets: usize, count: u32, x: usize, to: usize): void {
  for (let row: u32 = 0; row < count; row++, x += rowBytes, to += rowBytes)
    scaleRow(x, to, rootOf(offsets + ((<usize>row) << 2)));
}

/** What the neighbours send goes into `total` and, times the root, on into `to`: 4 floats. */
@inline
function pass(sum: v128, factor: v128, total: usize, to: usize): void {
  const received = f32x4.mul(sum, factor);
  v128.store(total, f32x4.add(v128.load(total), received));
  v128.store(to, f32x4.mul(received, factor));
}

/**
 * 16 floats of a row: what its neighbours send, summed in their order, goes into `total` and on into `to`.
 */
@inline
function receivePart(edge: usize, end: usize, from: usize, total: usize, to: usize, root: f32): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (; edge != end; edge += 4) {
    const row = from + <usize>load<u32>(edge) * rowBytes;
    s0 = f32x4.add(s0, v128.load(row));
    s1 = f32x4.add(s1, v128.load(row, 16));
    s2 = f32x4.add(s2, v128.load(row, 32));
    s3 = f32x4.add(s3, v128.load(row, 48));
  }
  const factor = f32x4.splat(root);
  pass(s0, factor, total, to);
  pass(s1, factor, total + 16, to + 16);
  pass(s2, factor, total + 32, to + 32);
  pass(s3, factor, total + 48, to + 48);
}

/**
 * One layer for one side: rows of `count` nodes receive from the rows of the other side that begin at `from`.
 */
function receive(offsets: usize, edges: usize, count: u32, from: usize, total: usize, to: usize): void {
  for (let row: u32 = 0; row < count; row++, total += rowBytes, to += rowBytes) {
    const at = offsets + ((<usize>row) << 2);
    const begin = edges + ((<usize>load<u32>(at)) << 2);
    const end = edges + ((<usize>load<u32>(at, 4)) << 2);
    const root = rootOf(at);
    for (let part: usize = 0; part < rowBytes; part += 64)
      receivePart(begin, end, from + part, total + part, to + part, root);
  }
}

/** to = (x + A x + A^2 x + A^3 x) / 4, tables of all rows. */
function smooth(x: usize, to: usize): void {
  const itemsAt = <usize>model.users * rowBytes;
  const bytes = tableBytes();
  memory.copy(to, x, bytes);
  let from = sent;
  let onward = next;
  send(userOffsets, model.users, x, from);
  send(itemOffsets, model.items, x + itemsAt, from + itemsAt);
  for (let layer = 0; layer < LAYERS; layer++) {
    receive(userOffsets, userItems, model.users, from + itemsAt, to, onward);
    receive(itemOffsets, itemUsers, model.items, from, to + itemsAt, onward + itemsAt);
    const kept = from;
    from = onward;
    onward = kept;
  }
  const share = f32x4.splat(1 / <f32>(LAYERS + 1));
  for (let at = to; at != to + bytes; at += 16) v128.store(at, f32x4.mul(v128.load(at), share));
}

/** Puts the gradients of the batch's rows into their places in the table at `to`. */
function scatter(ids: usize, count: u32, gx: usize, to: usize): void {
  for (let slot: u32 = 0; slot < count; slot++, gx += rowBytes) {
    const row = load<u32>(ids + ((<usize>slot) << 2));
    memory.copy(to + <usize>row * rowBytes, gx, rowBytes);
  }
}

/** Adds factor * embedding to the gradient of a row that stands `place` bytes into the tables. */
@inline
function penaliseRow(place: usize, factor: f32): void {
  const f = f32x4.splat(factor);
  for (let at = place; at != place + rowBytes; at += 16) {
    const gradient = v128.load(model.gradient + at);
    v128.store(model.gradient + at, f32x4.add(gradient, f32x4.mul(f, v128.load(model.weights + at))));
  }
}

/**
 * Adds the ridge penalty's gradient, l2 * (samples of the row) / count * embedding: of the batch's rows
 * alone.
 */
function penalise(l2: f32, count: u32): void {
  const share = l2 / <f32>count;
  for (let slot: u32 = 0; slot < batch.userSlots; slot++) {
    const row = <usize>load<u32>(batch.distinctUsers + ((<usize>slot) << 2));
    penaliseRow(row * rowBytes, (share / 2) * batch.samplesOfUser(slot));
  }
  for (let slot: u32 = 0; slot < batch.itemSlots; slot++) {
    const row = <usize>model.users + <usize>load<u32>(batch.distinctItems + ((<usize>slot) << 2));
    penaliseRow(row * rowBytes, share * batch.samplesOfItem(slot));
  }
}

/**
 * The gradient of the mean loss over samples start .. start + count of the epoch, in the layout of the
 * weights, in `gradient`. Returns the summed loss when it is asked for.
 */
export function differentiate(start: u32, count: u32, l2: f32, track: bool): f64 {
  const at = (<usize>start) << 3;
  smooth(model.weights, smoothed);
  batch.openPairs(epoch.users + at, epoch.items + at, 2 * count);
  differentiateRows(count);
  memory.fill(smoothed, 0, tableBytes());
  scatter(batch.distinctUsers, batch.userSlots, user.gx, user.table);
  scatter(batch.distinctItems, batch.itemSlots, item.gx, item.table);
  smooth(smoothed, model.gradient);
  if (l2 != 0) penalise(l2, count);
  return track ? lossOfPairs(count) : 0;
}

/** Trains batches from .. to of an epoch of `samples` samples; their summed loss when it is asked for. */
export function train(from: u32, to: u32, batchSize: u32, samples: u32, l2: f32, track: bool): f64 {
  let loss: f64 = 0;
  for (let b = from; b < to; b++) {
    const start = b * batchSize;
    loss += differentiate(start, min(batchSize, samples - start), l2, track);
    beginStep();
    moveBlock(model.weights, model.first, model.second, model.gradient, tableBytes());
  }
  return loss;
}

/** Makes ready for scores after weights or graph have changed. */
export function openScoring(): void {
  smooth(model.weights, smoothed);
}
