/**
 * Models that score by the product <x_u, x_i> of two rows of one width, trained on pairs (Rendle et al.
 * 2009): scores, the slopes of -ln sigmoid(x_ui - x_uj), and the gradients of the rows, by the slots of a
 * batch. Each sample is two scored pairs, side by side: even places hold the item rated, odd places the item
 * drawn. Rows are read from the tables that the model names: its embeddings, or what it makes of them. The
 * width is a multiple of 16 floats.
 */

import * as batch from "./batch";
import { exp4, log4, store4, storedSums4 } from "./math";
import * as model from "./model";

@unmanaged
class Rows {
  table: usize; // f32, rows x width
  x: usize; // f32, slots x width: rows of the batch
  gx: usize; // f32, slots x width: their gradients
}

const lanes: usize = memory.data(64, 16); // f32, 4 x 4: the lane sums of four scores
export const user = changetype<Rows>(memory.data(12, 16));
export const item = changetype<Rows>(memory.data(12, 16));
export let rowBytes: usize = 0;

/** Where rows are read from, of `width` floats each. */
export function setTables(users: usize, items: usize, width: u32): void {
  user.table = users;
  item.table = items;
  rowBytes = (<usize>width) << 2;
}

/** Where the addresses of a side's workspace stand (0 user, 1 item): `x` and `gx`. */
export function sideAt(side: i32): usize {
  return changetype<usize>(side ? item : user) + offsetof<Rows>("x");
}

/** Copies rows `ids` of a side's table into slots 0 .. count - 1. */
function gather(t: Rows, ids: usize, count: u32): void {
  let to = t.x;
  for (let slot: u32 = 0; slot < count; slot++, to += rowBytes) {
    const row = load<u32>(ids + ((<usize>slot) << 2));
    memory.copy(to, t.table + <usize>row * rowBytes, rowBytes);
  }
}

/** The representations of rows `ids` of one side in slots 0 .. count - 1 of its workspace. */
export function prepare(side: i32, ids: usize, count: u32): void {
  gather(side ? item : user, ids, count);
}

/** Lanes of <a, b>, to be summed. */
@inline
function lanesOf(a: usize, b: usize, to: usize): void {
  let low = f32x4.splat(0);
  let high = low;
  const end = a + rowBytes;
  for (; a != end; a += 32, b += 32) {
    low = f32x4.add(low, f32x4.mul(v128.load(a), v128.load(b)));
    high = f32x4.add(high, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
  }
  v128.store(to, f32x4.add(low, high));
}

/** Where the row of the slot that stands at `at` begins in `x`. */
@inline
function rowAt(x: usize, at: usize): usize {
  return x + <usize>load<u32>(at) * rowBytes;
}

/** predictions[s] = <x_u, x_i> of the open pairs. */
function predict(count: u32): void {
  for (let s: u32 = 0; s < count; s += 4) {
    const at = (<usize>s) << 2;
    for (let k: usize = 0; k < 16; k += 4) {
      const u = batch.sampleUsers + at + k;
      const i = batch.sampleItems + at + k;
      lanesOf(rowAt(user.x, u), rowAt(item.x, i), lanes + (k << 2));
    }
    v128.store(model.predictions + at, storedSums4(lanes));
  }
}

/** Scores of `count` pairs, as predictions[0 .. count). */
export function predictPairs(usersAt: usize, itemsAt: usize, count: u32): void {
  batch.openPairs(usersAt, itemsAt, count);
  gather(user, batch.distinctUsers, batch.userSlots);
  gather(item, batch.distinctItems, batch.itemSlots);
  predict(count);
}

/**
 * Scores of user slots 0 .. count - 1 against item slots 0 .. itemCount - 1 (padded to 4): out is count x
 * padded.
 */
export function scoreBlock(count: u32, itemCount: u32, out: usize): void {
  for (let slot: u32 = 0; slot < count; slot++) {
    const a = user.x + <usize>slot * rowBytes;
    let b = item.x;
    for (let i: u32 = 0; i < itemCount; i += 4, out += 16) {
      for (let k: usize = 0; k < 64; k += 16, b += rowBytes) lanesOf(a, b, lanes + k);
      v128.store(out, storedSums4(lanes));
    }
  }
}

/** Differences x_ui - x_uj of four samples, whose scores stand at `at`, kept within what exp4 takes. */
@inline
function differences4(at: usize): v128 {
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const rated = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
  const drawn = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
  return f32x4.pmax(f32x4.pmin(f32x4.sub(rated, drawn), f32x4.splat(80)), f32x4.splat(-80));
}

/** slopes = -+ sigmoid(x_uj - x_ui) / samples, for the item rated and the item drawn. */
function slopesOfPairs(samples: u32): void {
  const share = f32x4.splat(1 / <f32>samples);
  for (let s: u32 = 0; s < samples; s += 4) {
    const at = (<usize>s) << 3;
    const e = exp4(differences4(model.predictions + at));
    const drawn = f32x4.div(share, f32x4.add(f32x4.splat(1), e));
    const rated = f32x4.neg(drawn);
    v128.store(model.slopes + at, v128.shuffle<f32>(rated, drawn, 0, 4, 1, 5));
    v128.store(model.slopes + at, v128.shuffle<f32>(rated, drawn, 2, 6, 3, 7), 16);
  }
}

/** Sum over `samples` pairs of ln(1 + e^-d) = max(-d, 0) + ln(1 + e^-|d|), in float64. */
export function lossOfPairs(samples: u32): f64 {
  const zero = f32x4.splat(0);
  let sum: f64 = 0;
  for (let s: u32 = 0; s < samples; s += 4) {
    const d = differences4(model.predictions + ((<usize>s) << 3));
    const e = exp4(f32x4.neg(f32x4.abs(d)));
    const t = f32x4.add(f32x4.pmax(f32x4.neg(d), zero), log4(f32x4.add(f32x4.splat(1), e)));
    sum += <f64>f32x4.extract_lane(t, 0);
    if (s + 1 < samples) sum += <f64>f32x4.extract_lane(t, 1);
    if (s + 2 < samples) sum += <f64>f32x4.extract_lane(t, 2);
    if (s + 3 < samples) sum += <f64>f32x4.extract_lane(t, 3);
  }
  return sum;
}

/** to += g * a, for 4 floats. */
@inline
function accumulate(to: usize, g: v128, a: v128): void {
  v128.store(to, f32x4.add(v128.load(to), f32x4.mul(g, a)));
}

/** gx of both sides, from `samples` pairs of the open batch. */
export function differentiateRows(samples: u32): void {
  gather(user, batch.distinctUsers, batch.userSlots);
  gather(item, batch.distinctItems, batch.itemSlots);
  predict(2 * samples);
  slopesOfPairs(samples);
  gradientsOfRows();
}

/** gx of both sides: each scored pair adds slope * x_i to its user's and slope * x_u to its item's. */
function gradientsOfRows(): void {
  memory.fill(item.gx, 0, <usize>batch.itemSlots * rowBytes);
  for (let slot: u32 = 0; slot < batch.userSlots; slot++)
    for (let part: usize = 0; part < rowBytes; part += 64) gradientOfUser(slot, part);
}

/** The same for the 16 floats from byte `part` on of one user's row, and what they give to the items'. */
@inline
function gradientOfUser(slot: u32, part: usize): void {
  const run = batch.runs + ((<usize>slot) << 2);
  const place = <usize>slot * rowBytes + part;
  const a0 = v128.load(user.x + place);
  const a1 = v128.load(user.x + place, 16);
  const a2 = v128.load(user.x + place, 32);
  const a3 = v128.load(user.x + place, 48);
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const end = load<u32>(run, 4);
  for (let s = load<u32>(run); s < end; s++) {
    const g = v128.load32_splat(model.slopes + ((<usize>s) << 2));
    const at = <usize>load<u32>(batch.sampleItems + ((<usize>s) << 2)) * rowBytes + part;
    const b = item.x + at;
    const gb = item.gx + at;
    s0 = f32x4.add(s0, f32x4.mul(g, v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(g, v128.load(b, 16)));
    s2 = f32x4.add(s2, f32x4.mul(g, v128.load(b, 32)));
    s3 = f32x4.add(s3, f32x4.mul(g, v128.load(b, 48)));
    accumulate(gb, g, a0);
    accumulate(gb + 16, g, a1);
    accumulate(gb + 32, g, a2);
    accumulate(gb + 48, g, a3);
  }
  const gx = user.gx + place;
  store4(gx, s0, s1, s2, s3);
}
