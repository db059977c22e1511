/**
 * RecEraser's aggregation (Chen et al. 2022, Section 4.3): what each shard's frozen model says of a row, its
 * vector a_s, is carried into a common space, x_s = a_s T_s + t_s, and the x_s are summed with weights
 * softmax_s(h . relu(x_s W + b)); T_s and t_s are the same for users and items, W, b and h are not. The sums
 * P and Q score: DMF, the cosine of both; others, sigmoid(<g, P * Q> + <o, relu(P' + Q')> + c), of a first
 * part, the factors, and NMF's second. Trained is all but the a_s. A batch handles each distinct row once:
 * its entries, one per shard that has a say, are sorted by shard, so that T_s is a dense product. Memory and
 * checks: lib/unlearning/rivals/aggregationKernel.ts; the same in float64: the test beside it.
 */

import { beginStep, moveBlock } from "./shared/adam";
import * as batch from "./shared/batch";
import * as epoch from "./shared/epoch";
import { clip4, crossEntropy, inside4, sigmoid4 } from "./shared/loss";
import { exp4, sum4, sums4 } from "./shared/math";
import { addRows, gemm, transpose } from "./shared/rows";

export { setAdam } from "./shared/adam";
export { setSlots } from "./shared/batch";
export { fillEpoch, setBatches, setEpoch, setTrainingSet, shuffleEpoch } from "./shared/epoch";

const FLOOR: f32 = 1e-8; // of the norm: protocol.md, section 2
/** Entries of one shard that are worked on together: their rows stay in the cache between two products. */
const TILE: u32 = 32;
let layered: bool = false; // whether there is an output layer; else the cosine scores
let factors: usize = 128; // bytes of the first part of a row
let hidden: usize = 0; // of the second: units of a layer, or none
let shards: u32 = 0;
let rowBytes: usize = 128; // of a, x, P: both parts
let attentionBytes: usize = 64; // of x W: half as wide
let shardBytes: usize = 0; // T_s (of the first part, then of the second; rows are inputs) and t_s
let weights: usize = 0; // of every shard, then W, b, h of users, of items, then g, o, c (padded to 4)
let first: usize = 0; // Adam's m, likewise
let second: usize = 0; // the root of its v
let gradient: usize = 0;
let weightBytes: usize = 0;
let room: usize = 0; // f32, shards padded to 4
let predictions: usize = 0; // f32, samples of a batch, padded to 4
let slopes: usize = 0; // likewise: dLoss / dCosine (DMF) or dLoss / dLogit

@unmanaged
class Side {
  offsets: usize; // u32, rows + 1: the entries of row r are offsets[r] .. offsets[r + 1]
  shards: usize; // u32, entries: ascending inside a row
  vectors: usize; // f32, entries x row: the a_s
  w: usize; // W (row x attention), b, h
  g: usize; // their gradient
  turned: usize; // f32, attention x row: W transposed
  // of the open rows, by shard:
  starts: usize; // u32, shards + 1: the entries of shard s stand at starts[s] .. starts[s + 1]
  cursors: usize; // u32, shards
  // by entry:
  places: usize; // u32, row after row: where the entry stands in what follows, shard after shard
  a: usize; // f32, row
  x: usize; // f32, row
  z: usize; // f32, attention: relu(x W + b)
  share: usize; // f32: the weight of the entry in its row
  gx: usize; // f32, row: gradient in x
  gShare: usize; // f32: gradient in the logit of the weight
  // by row:
  sum: usize; // f32, row: P, DMF brought to length 1
  scale: usize; // f32: 1 / max(|P|, 1e-8)
  gSum: usize; // f32, row: gradient in `sum`
}

const user = changetype<Side>(memory.data(80, 16));
const item = changetype<Side>(memory.data(80, 16));

/** First byte that no static data uses. */
export function heapBase(): usize {
  return __heap_base;
}

/** Floats of both parts, each a multiple of 16 or none. */
export function setParts(isLayered: bool, first: u32, second: u32): void {
  layered = isLayered;
  factors = (<usize>first) << 2;
  hidden = (<usize>second) << 2;
  rowBytes = factors + hidden;
  attentionBytes = rowBytes >> 1;
  shardBytes = ((factors * factors + hidden * hidden) >> 2) + rowBytes;
}

/** Behind `setParts`: pointers of the weights, Adam's moments and the gradient, each of `weightBytes`. */
export function setModel(shardCount: u32, w: usize, m: usize, s: usize, g: usize, roomAt: usize): void {
  shards = shardCount;
  weights = w;
  first = m;
  second = s;
  gradient = g;
  room = roomAt;
  const floats = rowBytes >> 2;
  const attention = floats * attentionBytes + 2 * attentionBytes;
  user.w = w + <usize>shardCount * shardBytes;
  user.g = g + <usize>shardCount * shardBytes;
  item.w = user.w + attention;
  item.g = user.g + attention;
  weightBytes = <usize>shardCount * shardBytes + 2 * attention + (layered ? rowBytes + 16 : 0);
}

/** The entries of one side (0 user, 1 item), and room for its W transposed. */
export function setEntries(side: i32, offsets: usize, shardsAt: usize, vectors: usize, turned: usize): void {
  const t = side ? item : user;
  t.offsets = offsets;
  t.shards = shardsAt;
  t.vectors = vectors;
  t.turned = turned;
}

/** Where the addresses of a side's workspace stand (0 user, 1 item): `Side` from `starts` on. */
export function sideAt(side: i32): usize {
  return changetype<usize>(side ? item : user) + offsetof<Side>("starts");
}

export function setSamples(predictionsAt: usize, slopesAt: usize): void {
  predictions = predictionsAt;
  slopes = slopesAt;
}

@inline
function word(at: usize, k: u32): u32 {
  return load<u32>(at + ((<usize>k) << 2));
}

/** Inner product of two rows. */
@inline
function dot(p: usize, q: usize): f32 {
  let s = f32x4.splat(0);
  for (let at: usize = 0; at < rowBytes; at += 16)
    s = f32x4.add(s, f32x4.mul(v128.load(p + at), v128.load(q + at)));
  return sum4(s);
}

/** to += f * from, of `bytes`. */
@inline
function lend(to: usize, f: v128, from: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16)
    v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.mul(f, v128.load(from + at))));
}

/** Copies the entries of rows `ids` together, shard after shard. */
function gatherEntries(t: Side, ids: usize, count: u32): void {
  memory.fill(t.starts, 0, (<usize>shards + 1) << 2);
  for (let r: u32 = 0; r < count; r++) {
    const row = word(ids, r);
    const end = word(t.offsets, row + 1);
    for (let e = word(t.offsets, row); e < end; e++) {
      const tally = t.starts + ((<usize>word(t.shards, e) + 1) << 2);
      store<u32>(tally, load<u32>(tally) + 1);
    }
  }
  for (let s: u32 = 0; s < shards; s++) {
    const start = word(t.starts, s);
    store<u32>(t.cursors + ((<usize>s) << 2), start);
    const next = t.starts + ((<usize>s + 1) << 2);
    store<u32>(next, load<u32>(next) + start);
  }
  let n = t.places;
  for (let r: u32 = 0; r < count; r++) {
    const row = word(ids, r);
    const end = word(t.offsets, row + 1);
    for (let e = word(t.offsets, row); e < end; e++, n += 4) {
      const cursor = t.cursors + ((<usize>word(t.shards, e)) << 2);
      const place = load<u32>(cursor);
      store<u32>(cursor, place + 1);
      store<u32>(n, place);
      memory.copy(t.a + <usize>place * rowBytes, t.vectors + <usize>e * rowBytes, rowBytes);
    }
  }
}

/** x, z and the logits (in `share`) of the entries of shard s. */
function transfer(t: Side, s: u32): void {
  const w = weights + <usize>s * shardBytes;
  const start = w + shardBytes - rowBytes;
  const b = t.w + (rowBytes >> 2) * attentionBytes;
  const h = b + attentionBytes;
  const end = word(t.starts, s + 1);
  for (let from = word(t.starts, s); from < end; from += TILE) {
    const rows = <usize>min(TILE, end - from);
    const a = t.a + <usize>from * rowBytes;
    const x = t.x + <usize>from * rowBytes;
    const z = t.z + <usize>from * attentionBytes;
    gemm(rows, factors >> 2, factors, a, rowBytes, 4, w, factors, start, 0, x, rowBytes);
    if (hidden) {
      const second = w + ((factors * factors) >> 2);
      gemm(
        rows, hidden >> 2, hidden, a + factors, rowBytes, 4,
        second, hidden, start + factors, 0, x + factors, rowBytes,
      );
    }
    gemm(rows, rowBytes >> 2, attentionBytes, x, rowBytes, 4, t.w, attentionBytes, b, 0, z, attentionBytes);
    for (let r: usize = 0; r < rows; r++) {
      const row = z + r * attentionBytes;
      let sum = f32x4.splat(0);
      for (let at: usize = 0; at < attentionBytes; at += 16) {
        const value = f32x4.pmax(f32x4.splat(0), v128.load(row + at));
        v128.store(row + at, value);
        sum = f32x4.add(sum, f32x4.mul(value, v128.load(h + at)));
      }
      store<f32>(t.share + ((<usize>from + r) << 2), sum4(sum));
    }
  }
}

/** Weights and sum of row r, whose `count` entries stand at n: softmax over the shards that have a say. */
function attend(t: Side, r: u32, n: usize, count: u32): void {
  let most: f32 = -Infinity;
  for (let j: u32 = 0; j < count; j++) {
    const logit = load<f32>(t.share + ((<usize>word(n, j)) << 2));
    store<f32>(room + ((<usize>j) << 2), logit);
    most = max<f32>(most, logit);
  }
  let total: f32 = 0;
  for (let j: u32 = 0; j < count; j += 4) {
    const at = room + ((<usize>j) << 2);
    // no smaller than e^-80; lanes behind the last entry hold anything and are not read
    const below = f32x4.pmin(f32x4.splat(0), f32x4.sub(v128.load(at), f32x4.splat(most)));
    v128.store(at, exp4(f32x4.pmax(f32x4.splat(-80), below)));
  }
  for (let j: u32 = 0; j < count; j++) total += load<f32>(room + ((<usize>j) << 2));
  const sum = t.sum + <usize>r * rowBytes;
  memory.fill(sum, 0, rowBytes);
  for (let j: u32 = 0; j < count; j++) {
    const place = <usize>word(n, j);
    const share = load<f32>(room + ((<usize>j) << 2)) / total;
    store<f32>(t.share + (place << 2), share);
    lend(sum, f32x4.splat(share), t.x + place * rowBytes, rowBytes);
  }
}

/** Brings P of row r to length 1. */
@inline
function normalise(t: Side, r: u32): void {
  const sum = t.sum + <usize>r * rowBytes;
  const scale: f32 = 1 / max<f32>(sqrt<f32>(dot(sum, sum)), FLOOR);
  store<f32>(t.scale + ((<usize>r) << 2), scale);
  for (let at: usize = 0; at < rowBytes; at += 16)
    v128.store(sum + at, f32x4.mul(v128.load(sum + at), f32x4.splat(scale)));
}

/** Fills everything up to `sum` of the rows `ids` (u32, count). */
function forward(t: Side, ids: usize, count: u32): void {
  gatherEntries(t, ids, count);
  for (let s: u32 = 0; s < shards; s++) transfer(t, s);
  let n = t.places;
  for (let r: u32 = 0; r < count; r++) {
    const row = word(ids, r);
    const entries = word(t.offsets, row + 1) - word(t.offsets, row);
    attend(t, r, n, entries);
    n += (<usize>entries) << 2;
    if (!layered) normalise(t, r);
  }
}

/** g of the output layer. */
@inline
function output(): usize {
  return weights + weightBytes - rowBytes - 16;
}

/** The score of rows p and q before the sigmoid, lane by lane, without c. */
@inline
function lanes(p: usize, q: usize): v128 {
  let s = f32x4.splat(0);
  if (!layered) {
    for (let at: usize = 0; at < rowBytes; at += 16)
    s = f32x4.add(s, f32x4.mul(v128.load(p + at), v128.load(q + at)));
    return s;
  }
  const out = output();
  for (let at: usize = 0; at < factors; at += 16)
    s = f32x4.add(s, f32x4.mul(v128.load(out + at), f32x4.mul(v128.load(p + at), v128.load(q + at))));
  for (let at: usize = factors; at < rowBytes; at += 16) {
    const z = f32x4.pmax(f32x4.splat(0), f32x4.add(v128.load(p + at), v128.load(q + at)));
    s = f32x4.add(s, f32x4.mul(v128.load(out + at), z));
  }
  return s;
}

/**
 * Predictions, unclipped, of `count` pairs: rows userIds[k] of `users` and itemIds[k] of `items`. Ids and
 * `out` are padded to a multiple of 4, the ids with valid ones.
 */
function predict(users: usize, items: usize, userIds: usize, itemIds: usize, count: u32, out: usize): void {
  const c = f32x4.splat(layered ? load<f32>(output() + rowBytes) : 0);
  for (let k: u32 = 0; k < count; k += 4) {
    const u = userIds + ((<usize>k) << 2);
    const i = itemIds + ((<usize>k) << 2);
    const s = sums4(
      lanes(users + <usize>load<u32>(u) * rowBytes, items + <usize>load<u32>(i) * rowBytes),
      lanes(users + <usize>load<u32>(u, 4) * rowBytes, items + <usize>load<u32>(i, 4) * rowBytes),
      lanes(users + <usize>load<u32>(u, 8) * rowBytes, items + <usize>load<u32>(i, 8) * rowBytes),
      lanes(users + <usize>load<u32>(u, 12) * rowBytes, items + <usize>load<u32>(i, 12) * rowBytes),
    );
    v128.store(out + ((<usize>k) << 2), layered ? sigmoid4(f32x4.add(s, c)) : s);
  }
}

/** slopes[s] = (p - y) / count, for DMF over p (1 - p); 0 where p was clipped. */
function slope(labels: usize, count: u32): void {
  const share = f32x4.splat(1 / <f32>count);
  const one = f32x4.splat(1);
  for (let s: u32 = 0; s < count; s += 4) {
    const at = (<usize>s) << 2;
    const raw = v128.load(predictions + at);
    const p = clip4(raw);
    let g = f32x4.mul(f32x4.sub(p, v128.load(labels + at)), share);
    if (!layered) g = f32x4.div(g, f32x4.mul(p, f32x4.sub(one, p)));
    v128.store(slopes + at, v128.and(g, inside4(raw)));
  }
}

/** gSum of both sides and the gradient of the output layer, from the slopes. */
function spread(count: u32): void {
  memory.fill(user.gSum, 0, <usize>batch.userSlots * rowBytes);
  memory.fill(item.gSum, 0, <usize>batch.itemSlots * rowBytes);
  const out = output();
  const gOut = gradient + weightBytes - rowBytes - 16;
  let total: f32 = 0;
  for (let s: u32 = 0; s < count; s++) {
    const slopeOf = load<f32>(slopes + ((<usize>s) << 2));
    const g = f32x4.splat(slopeOf);
    const u = <usize>word(batch.sampleUsers, s) * rowBytes;
    const i = <usize>word(batch.sampleItems, s) * rowBytes;
    const p = user.sum + u;
    const q = item.sum + i;
    if (!layered) {
      lend(user.gSum + u, g, q, rowBytes);
      lend(item.gSum + i, g, p, rowBytes);
      continue;
    }
    total += slopeOf;
    for (let at: usize = 0; at < factors; at += 16) {
      const ps = v128.load(p + at);
      const qs = v128.load(q + at);
      const weighed = f32x4.mul(g, v128.load(out + at));
      v128.store(gOut + at, f32x4.add(v128.load(gOut + at), f32x4.mul(g, f32x4.mul(ps, qs))));
      v128.store(user.gSum + u + at, f32x4.add(v128.load(user.gSum + u + at), f32x4.mul(weighed, qs)));
      v128.store(item.gSum + i + at, f32x4.add(v128.load(item.gSum + i + at), f32x4.mul(weighed, ps)));
    }
    for (let at: usize = factors; at < rowBytes; at += 16) {
      const z = f32x4.pmax(f32x4.splat(0), f32x4.add(v128.load(p + at), v128.load(q + at)));
      const open = v128.and(f32x4.mul(g, v128.load(out + at)), f32x4.gt(z, f32x4.splat(0)));
      v128.store(gOut + at, f32x4.add(v128.load(gOut + at), f32x4.mul(g, z)));
      v128.store(user.gSum + u + at, f32x4.add(v128.load(user.gSum + u + at), open));
      v128.store(item.gSum + i + at, f32x4.add(v128.load(item.gSum + i + at), open));
    }
  }
  if (layered) store<f32>(gOut + rowBytes, total);
}

/** DMF: the gradient in P from that in P / |P|, without its part along P (none is taken under the floor). */
function throughNorm(t: Side, r: u32): void {
  const sum = t.sum + <usize>r * rowBytes;
  const g = t.gSum + <usize>r * rowBytes;
  const scale = load<f32>(t.scale + ((<usize>r) << 2));
  const along = f32x4.splat(scale < 1 / FLOOR ? dot(sum, g) : 0);
  for (let at: usize = 0; at < rowBytes; at += 16) {
    const across = f32x4.sub(v128.load(g + at), f32x4.mul(along, v128.load(sum + at)));
    v128.store(g + at, f32x4.mul(across, f32x4.splat(scale)));
  }
}

/** From gSum of row r: what reaches its entries through the sum (gx) and through the softmax (gShare). */
function throughAttention(t: Side, r: u32, n: usize, count: u32): void {
  const g = t.gSum + <usize>r * rowBytes;
  let mean: f32 = 0;
  for (let j: u32 = 0; j < count; j++) {
    const place = <usize>word(n, j);
    const slopeOf = dot(g, t.x + place * rowBytes);
    store<f32>(t.gShare + (place << 2), slopeOf);
    mean += load<f32>(t.share + (place << 2)) * slopeOf;
  }
  for (let j: u32 = 0; j < count; j++) {
    const place = <usize>word(n, j);
    const share = load<f32>(t.share + (place << 2));
    const slopeOf = t.gShare + (place << 2);
    store<f32>(slopeOf, share * (load<f32>(slopeOf) - mean));
    const gx = t.gx + place * rowBytes;
    for (let at: usize = 0; at < rowBytes; at += 16)
      v128.store(gx + at, f32x4.mul(f32x4.splat(share), v128.load(g + at)));
  }
}

/**
 * Adds what the entries of shard s give to the gradient of W, b, h, T_s, t_s. Their z becomes its gradient.
 */
function throughTransfer(t: Side, s: u32): void {
  const g = gradient + <usize>s * shardBytes;
  const floats = rowBytes >> 2;
  const wide = floats * attentionBytes;
  const h = t.w + wide + attentionBytes;
  const gb = t.g + wide;
  const gh = gb + attentionBytes;
  const end = word(t.starts, s + 1);
  for (let from = word(t.starts, s); from < end; from += TILE) {
    const rows = <usize>min(TILE, end - from);
    const a = t.a + <usize>from * rowBytes;
    const x = t.x + <usize>from * rowBytes;
    const gx = t.gx + <usize>from * rowBytes;
    const z = t.z + <usize>from * attentionBytes;
    for (let r: usize = 0; r < rows; r++) {
      const row = z + r * attentionBytes;
      const slopeOf = v128.load32_splat(t.gShare + ((<usize>from + r) << 2));
      for (let at: usize = 0; at < attentionBytes; at += 16) {
        const value = v128.load(row + at);
        const open = v128.and(f32x4.mul(slopeOf, v128.load(h + at)), f32x4.gt(value, f32x4.splat(0)));
        v128.store(gh + at, f32x4.add(v128.load(gh + at), f32x4.mul(slopeOf, value)));
        v128.store(gb + at, f32x4.add(v128.load(gb + at), open));
        v128.store(row + at, open);
      }
    }
    gemm(
      floats, rows, attentionBytes, x, 4, rowBytes,
      z, attentionBytes, t.g, attentionBytes, t.g, attentionBytes,
    );
    gemm(
      rows, attentionBytes >> 2, rowBytes, z, attentionBytes, 4,
      t.turned, rowBytes, gx, rowBytes, gx, rowBytes,
    );
    gemm(factors >> 2, rows, factors, a, 4, rowBytes, gx, rowBytes, g, factors, g, factors);
    if (hidden) {
      const second = g + ((factors * factors) >> 2);
      gemm(
        hidden >> 2, rows, hidden, a + factors, 4, rowBytes,
        gx + factors, rowBytes, second, hidden, second, hidden,
      );
    }
    addRows(gx, <u32>rows, rowBytes, g + shardBytes - rowBytes);
  }
}

/** From gSum of `count` rows `ids`: adds to the gradient of all weights but the output layer. */
function backward(t: Side, ids: usize, count: u32): void {
  transpose(t.w, attentionBytes, rowBytes >> 2, attentionBytes >> 2, t.turned);
  let n = t.places;
  for (let r: u32 = 0; r < count; r++) {
    const row = word(ids, r);
    const entries = word(t.offsets, row + 1) - word(t.offsets, row);
    if (!layered) throughNorm(t, r);
    throughAttention(t, r, n, entries);
    n += (<usize>entries) << 2;
  }
  for (let s: u32 = 0; s < shards; s++) throughTransfer(t, s);
}

/** The gradient of the mean loss over samples start .. start + count; the summed loss where asked for. */
export function differentiate(start: u32, count: u32, track: bool): f64 {
  const at = (<usize>start) << 2;
  batch.openPairs(epoch.users + at, epoch.items + at, count);
  forward(user, batch.distinctUsers, batch.userSlots);
  forward(item, batch.distinctItems, batch.itemSlots);
  predict(user.sum, item.sum, batch.sampleUsers, batch.sampleItems, count, predictions);
  slope(epoch.labels + at, count);
  memory.fill(gradient, 0, weightBytes);
  spread(count);
  backward(user, batch.distinctUsers, batch.userSlots);
  backward(item, batch.distinctItems, batch.itemSlots);
  return track ? crossEntropy(predictions, epoch.labels + at, count) : 0;
}

/** Trains batches from .. to of an epoch of `samples` samples; their summed loss when it is asked for. */
export function train(from: u32, to: u32, batchSize: u32, samples: u32, _l2: f32, track: bool): f64 {
  let loss: f64 = 0;
  for (let b = from; b < to; b++) {
    const start = b * batchSize;
    loss += differentiate(start, min(batchSize, samples - start), track);
    beginStep();
    moveBlock(weights, first, second, gradient, weightBytes);
  }
  return loss;
}

/** `sum`, `places` and `share` of the rows `ids` of one side. */
export function prepare(side: i32, ids: usize, count: u32): void {
  forward(side ? item : user, ids, count);
}

/** Scores of `count` pairs of rows of two tables of sums; see `predict` for the padding. */
export function score(
  users: usize, items: usize, userIds: usize, itemIds: usize, count: u32, out: usize,
): void {
  predict(users, items, userIds, itemIds, count, out);
  for (let at = out; at < out + ((<usize>count) << 2); at += 16) v128.store(at, clip4(v128.load(at)));
}
