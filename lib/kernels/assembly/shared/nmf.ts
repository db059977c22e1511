/**
 * The forward half of NMF (LASER, Eq. 2): the layout of its shared weights, what each distinct user and item
 * brings to its samples, and the logit of a sample. train_nmf.ts has the gradients.
 */

import * as model from "./model";
import { gather, gemm, transpose } from "./rows";

/** Bytes of a row of the two tables. */
export const GMF: usize = 64;
export const MLP: usize = 128;
/** Bytes of the shared weights before b, (wg, wh) and c, and in all (padded to 16). */
export const BIAS: usize = 8192;
export const OUT: usize = 8320;
export const CONSTANT: usize = 8512;
export const SHARED_BYTES: usize = 8528;

/** One side of the model: its tables, its half of W and, by slot, the rows of the open batch. */
@unmanaged
export class Side {
  gmfTable: usize;
  mlpTable: usize;
  half: usize; // bytes to its half of each row of W
  turned: usize; // f32, 32 x 32: that half, transposed
  start: usize; // f32, 32: what the part begins with, b for users and 0 for items
  // by slot:
  gmf: usize; // f32, 16: p or q
  mlp: usize; // f32, 32: x or y
  part: usize; // f32, 32: Wu x + b, or -Wi y (negated, so that "z > 0" is one comparison)
  weighted: usize; // f32, 16: wg * p (users only)
  gGmf: usize; // f32, 16: gradient in p or q
  gPart: usize; // f32, 32: gradient in the part
  gMlp: usize; // f32, 32: gradient in x or y
}

export const user = changetype<Side>(memory.data(48, 16));
export const item = changetype<Side>(memory.data(48, 16));
const userTurned: usize = memory.data(4096, 16);
const itemTurned: usize = memory.data(4096, 16);
export const zeros: usize = memory.data(128, 16);

@inline
export function shared(): usize {
  return <usize>(model.users + model.items) * (GMF + MLP);
}

/** Pointers of the model; the shared weights stand behind the four tables. */
export function setModel(w: usize, m: usize, v: usize, g: usize, userCount: u32, itemCount: u32): void {
  model.setWeights(w, m, v, g, userCount, itemCount);
  model.addTable(false, GMF);
  model.addTable(true, GMF);
  model.addTable(false, MLP);
  model.addTable(true, MLP);
  const rows = <usize>(userCount + itemCount);
  user.gmfTable = w;
  item.gmfTable = w + <usize>userCount * GMF;
  user.mlpTable = w + rows * GMF;
  item.mlpTable = w + rows * GMF + <usize>userCount * MLP;
  user.half = 0;
  item.half = 128;
  user.turned = userTurned;
  item.turned = itemTurned;
  user.start = w + shared() + BIAS;
  item.start = zeros;
}

/** Where the addresses of a side's workspace stand (0 user, 1 item): what `Side` has by slot. */
export function sideAt(side: i32): usize {
  return changetype<usize>(side ? item : user) + offsetof<Side>("gmf");
}

/** Makes the transposed copies of W. */
export function openScoring(): void {
  const w = model.weights + shared();
  transpose(w, 256, 32, 32, user.turned);
  transpose(w + 128, 256, 32, 32, item.turned);
}

/** Fills gmf, mlp, part (and weighted) of the rows `ids` (u32, count). */
export function forward(t: Side, ids: usize, count: u32): void {
  gather(t.gmfTable, GMF, ids, count, t.gmf);
  gather(t.mlpTable, MLP, ids, count, t.mlp);
  gemm(<usize>count, 32, 128, t.mlp, 128, 4, t.turned, 128, t.start, 0, t.part, 128);
  if (t === item) {
    const end = t.part + ((<usize>count) << 7);
    for (let p = t.part; p < end; p += 16) v128.store(p, f32x4.neg(v128.load(p)));
    return;
  }
  const wg = model.weights + shared() + OUT;
  for (let r: usize = 0; r < <usize>count; r++)
    for (let at: usize = 0; at < GMF; at += 16)
      v128.store(t.weighted + (r << 6) + at, f32x4.mul(v128.load(wg + at), v128.load(t.gmf + (r << 6) + at)));
}

/** 4 floats of relu(z) times 4 of wh; item parts are negated. */
@inline
function hidden(u: usize, i: usize, wh: usize): v128 {
  const z = f32x4.pmax(f32x4.splat(0), f32x4.sub(v128.load(u), v128.load(i)));
  return f32x4.mul(z, v128.load(wh));
}

/** The logit without c, lane by lane. u, i: user and item parts; p: weighted user row; q: item row. */
@inline
export function lanes48(u: usize, i: usize, p: usize, q: usize, wh: usize): v128 {
  let s = hidden(u, i, wh);
  s = f32x4.add(s, hidden(u + 16, i + 16, wh + 16));
  s = f32x4.add(s, hidden(u + 32, i + 32, wh + 32));
  s = f32x4.add(s, hidden(u + 48, i + 48, wh + 48));
  s = f32x4.add(s, hidden(u + 64, i + 64, wh + 64));
  s = f32x4.add(s, hidden(u + 80, i + 80, wh + 80));
  s = f32x4.add(s, hidden(u + 96, i + 96, wh + 96));
  s = f32x4.add(s, hidden(u + 112, i + 112, wh + 112));
  s = f32x4.add(s, f32x4.mul(v128.load(p, 0), v128.load(q, 0)));
  s = f32x4.add(s, f32x4.mul(v128.load(p, 16), v128.load(q, 16)));
  s = f32x4.add(s, f32x4.mul(v128.load(p, 32), v128.load(q, 32)));
  return f32x4.add(s, f32x4.mul(v128.load(p, 48), v128.load(q, 48)));
}

/** Lanes of the pair whose slots stand at `sampleUser`, `sampleItem`. */
@inline
export function lanesOf(sampleUser: usize, sampleItem: usize, wh: usize): v128 {
  const u = <usize>load<u32>(sampleUser);
  const i = <usize>load<u32>(sampleItem);
  const p = user.weighted + (u << 6);
  return lanes48(user.part + (u << 7), item.part + (i << 7), p, item.gmf + (i << 6), wh);
}
