/** Where the weights of a model, Adam's moments and the rows that Adam visits stand; both models use it. */

import { moveRows } from "./adam";
import * as batch from "./batch";

export let weights: usize = 0;
export let first: usize = 0; // Adam's m, in the layout of the weights
export let second: usize = 0; // likewise the root of its v
export let gradient: usize = 0; // of the shared weights
export let users: u32 = 0;
export let items: u32 = 0;
export let predictions: usize = 0; // f32, samples of a batch, padded to 4
export let slopes: usize = 0; // f32, likewise: dLoss / dPrediction (DMF) or dLoss / dLogit (NMF)

let activeUsers: usize = 0; // u32
let activeUserCount: u32 = 0;
let activeItems: usize = 0;
let activeItemCount: u32 = 0;

/** First byte that no static data uses. */
export function heapBase(): usize {
  return __heap_base;
}

export function setWeights(w: usize, m: usize, v: usize, g: usize, userCount: u32, itemCount: u32): void {
  weights = w;
  first = m;
  second = v;
  gradient = g;
  users = userCount;
  items = itemCount;
}

export function setSamples(predictionsAt: usize, slopesAt: usize): void {
  predictions = predictionsAt;
  slopes = slopesAt;
}

/** Rows that have or may get a moment. */
export function setActive(usersAt: usize, userCount: u32, itemsAt: usize, itemCount: u32): void {
  activeUsers = usersAt;
  activeUserCount = userCount;
  activeItems = itemsAt;
  activeItemCount = itemCount;
}

/** Adam on the user table that begins `offset` bytes into the weights; `gradients` by user slot. */
export function moveUsers(offset: usize, bytes: usize, gradients: usize): void {
  moveRows(
    weights + offset,
    first + offset,
    second + offset,
    bytes,
    activeUsers,
    activeUserCount,
    batch.slotOfUser,
    batch.distinctUsers,
    batch.userSlots,
    gradients,
  );
}

/** Likewise on an item table. */
export function moveItems(offset: usize, bytes: usize, gradients: usize): void {
  moveRows(
    weights + offset,
    first + offset,
    second + offset,
    bytes,
    activeItems,
    activeItemCount,
    batch.slotOfItem,
    batch.distinctItems,
    batch.itemSlots,
    gradients,
  );
}

/** Slots of the batch that was opened last. */
export function userSlots(): u32 {
  return batch.userSlots;
}
export function itemSlots(): u32 {
  return batch.itemSlots;
}
