/** Where the weights of a model, Adam's moments and the rows that Adam visits stand; all models use it. */

import { moveRows, moveTable } from "./adam";
import * as batch from "./batch";
import * as deferred from "./deferred";

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
let madeByUsers: usize = 0; // u32, users: Adam's steps behind each row
let madeByItems: usize = 0;
let putsOff: bool = false; // rows that a batch does not hold make their steps when they are next needed

/** Tables whose rows Adam moves: bytes into the weights, bytes of a row, and whether its rows are items. */
@unmanaged
class Table {
  offset: usize;
  bytes: usize;
  ofItems: usize;
}
const tables: usize = memory.data(96, 16); // 8
let tableCount: usize = 0;

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
  tableCount = 0;
}

/** Tells of a table, behind those told of before; rows of `bytes`, a multiple of 64. */
export function addTable(ofItems: bool, bytes: usize): void {
  const before = tableAt(tableCount - 1);
  const table = tableAt(tableCount);
  table.offset = tableCount ? before.offset + before.bytes * <usize>(before.ofItems ? items : users) : 0;
  table.bytes = bytes;
  table.ofItems = <usize>ofItems;
  tableCount++;
}

@inline
function tableAt(k: usize): Table {
  return changetype<Table>(tables + k * offsetof<Table>());
}

export function setSamples(predictionsAt: usize, slopesAt: usize): void {
  predictions = predictionsAt;
  slopes = slopesAt;
}

/**
 * Rows that have or may get a moment, and, where rows are put off, room for the steps that each user's and
 * each item's row has made (u32).
 */
export function setActive(
  usersAt: usize,
  userCount: u32,
  itemsAt: usize,
  itemCount: u32,
  madeByUsersAt: usize,
  madeByItemsAt: usize,
  putOff: bool,
): void {
  activeUsers = usersAt;
  activeUserCount = userCount;
  activeItems = itemsAt;
  activeItemCount = itemCount;
  madeByUsers = madeByUsersAt;
  madeByItems = madeByItemsAt;
  putsOff = putOff;
  restart();
}

/** All rows are up to date: counting begins anew. */
function restart(): void {
  deferred.restart();
  if (!putsOff) return;
  memory.fill(madeByUsers, 0, (<usize>users) << 2);
  memory.fill(madeByItems, 0, (<usize>items) << 2);
}

function catchUpTables(userRows: usize, userCount: u32, itemRows: usize, itemCount: u32): void {
  for (let k: usize = 0; k < tableCount; k++) {
    const table = tableAt(k);
    const at = table.offset;
    const rows = table.ofItems ? itemRows : userRows;
    const count = table.ofItems ? itemCount : userCount;
    const made = table.ofItems ? madeByItems : madeByUsers;
    deferred.catchUpRows(weights + at, first + at, second + at, table.bytes, rows, count, made);
  }
}

/** Brings the rows of the open batch up to date. */
export function catchUp(): void {
  if (putsOff) catchUpTables(batch.distinctUsers, batch.userSlots, batch.distinctItems, batch.itemSlots);
}

/** Brings all rows up to date: before anybody but the training reads them. */
export function settle(): void {
  if (putsOff) catchUpTables(activeUsers, activeUserCount, activeItems, activeItemCount);
  restart();
}

/** Adam on the rows of table k; `gradients` by slot of the open batch. */
export function move(k: usize, gradients: usize): void {
  const table = tableAt(k);
  const at = table.offset;
  const w = weights + at;
  const m = first + at;
  const s = second + at;
  const rows = table.ofItems ? batch.distinctItems : batch.distinctUsers;
  const count = table.ofItems ? batch.itemSlots : batch.userSlots;
  const slotOf = table.ofItems ? batch.slotOfItem : batch.slotOfUser;
  const active = table.ofItems ? activeItems : activeUsers;
  const activeCount = table.ofItems ? activeItemCount : activeUserCount;
  if (putsOff) moveRows(w, m, s, table.bytes, rows, count, gradients);
  else moveTable(w, m, s, table.bytes, active, activeCount, slotOf, rows, count, gradients);
}

/** Ends a step: the rows of the open batch have made it. */
export function endStep(): void {
  if (!putsOff) return;
  deferred.remember();
  deferred.mark(batch.distinctUsers, batch.userSlots, madeByUsers);
  deferred.mark(batch.distinctItems, batch.itemSlots, madeByItems);
  if (deferred.steps == deferred.MOST_STEPS) settle();
}

/** Slots of the batch that was opened last. */
export function userSlots(): u32 {
  return batch.userSlots;
}
export function itemSlots(): u32 {
  return batch.itemSlots;
}
