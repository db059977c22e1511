/**
 * BPR matrix factorisation (Rendle et al. 2009): score <p_u, q_i>; the loss of pairs; gradients; Adam.
 * lib/model/bpr has the same mathematics in tensors; lib/engine/simd*.ts owns the memory and checks every
 * size before it calls in here.
 */

import { beginStep } from "./shared/adam";
import * as batch from "./shared/batch";
import * as epoch from "./shared/epoch";
import * as model from "./shared/model";
import { differentiateRows, item, lossOfPairs, rowBytes, setTables, user } from "./shared/product";
import { addPenalty } from "./shared/rows";

export { setAdam } from "./shared/adam";
export { setSlots } from "./shared/batch";
export { fillPairs, setBatches, setEpoch, setTrainingSet, shuffleEpoch } from "./shared/epoch";
export { heapBase, itemSlots, setActive, setSamples, settle, userSlots } from "./shared/model";
export { predictPairs, prepare, scoreBlock, sideAt } from "./shared/product";

/** Pointers of the model: the table of the users, behind it that of the items. */
export function setModel(
  w: usize,
  m: usize,
  v: usize,
  g: usize,
  userCount: u32,
  itemCount: u32,
  width: u32,
): void {
  model.setWeights(w, m, v, g, userCount, itemCount);
  setTables(w, w + ((<usize>userCount * width) << 2), width);
  model.addTable(false, rowBytes);
  model.addTable(true, rowBytes);
}

/** Adds the ridge penalty's gradient; a sample is two scored pairs of its user. */
function penalise(share: f32): void {
  addPenalty(false, user.gx, user.x, rowBytes, share / 2);
  addPenalty(true, item.gx, item.x, rowBytes, share);
}

/**
 * The gradient of the mean loss over samples start .. start + count of the epoch, of the rows of `distinct*`
 * in gx. Returns the summed loss when it is asked for.
 */
export function differentiate(start: u32, count: u32, l2: f32, track: bool): f64 {
  const at = (<usize>start) << 3;
  batch.openPairs(epoch.users + at, epoch.items + at, 2 * count);
  model.catchUp();
  differentiateRows(count);
  if (l2 != 0) penalise(l2 / <f32>count);
  return track ? lossOfPairs(count) : 0;
}

/** Trains batches from .. to of an epoch of `samples` samples; their summed loss when it is asked for. */
export function train(from: u32, to: u32, batchSize: u32, samples: u32, l2: f32, track: bool): f64 {
  let loss: f64 = 0;
  for (let b = from; b < to; b++) {
    const start = b * batchSize;
    loss += differentiate(start, min(batchSize, samples - start), l2, track);
    beginStep();
    model.move(0, user.gx);
    model.move(1, item.gx);
    model.endStep();
  }
  return loss;
}

/** Scores are read from the weights themselves: there is nothing to make ready. */
export function openScoring(): void {}
