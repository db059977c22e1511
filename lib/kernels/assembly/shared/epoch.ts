/**
 * The samples of one epoch, put into batches: the copy in WebAssembly of lib/engine/batches.ts (the
 * definition), equal to it bit for bit. Batch b holds places b * batchSize .. of `users`, `items`, `labels`,
 * in user order. A sample that is a pair takes two places: the user with the item rated, and the user with
 * the item drawn.
 */

import { below, seed } from "./random";

let setUsers: usize = 0; // u32, positives
let setItems: usize = 0; // u32, positives
let setLabels: usize = 0; // f32, positives
let positives: u32 = 0;
let negatives: u32 = 0;
let catalogue: u32 = 0; // number of items
let batchSize: u32 = 0;
let batches: u32 = 0;
let marks: usize = 0; // the batch of each sample: u8, u16 or u32
let markBytes: u32 = 0;
let cursors: usize = 0; // u32, batches: the next free place of each
let observed: usize = 0; // bit set over the items of the current user

/** The epoch in batch order: what a batch reads. */
export let users: usize = 0; // u32, samples
export let items: usize = 0; // u32, samples
export let labels: usize = 0; // f32, samples

export function setTrainingSet(
  usersAt: usize,
  itemsAt: usize,
  labelsAt: usize,
  count: u32,
  perPositive: u32,
  itemCount: u32,
  observedAt: usize,
): void {
  setUsers = usersAt;
  setItems = itemsAt;
  setLabels = labelsAt;
  positives = count;
  negatives = perPositive;
  catalogue = itemCount;
  observed = observedAt;
}

export function setBatches(size: u32, count: u32, marksAt: usize, bytes: u32, cursorsAt: usize): void {
  batchSize = size;
  batches = count;
  marks = marksAt;
  markBytes = bytes;
  cursors = cursorsAt;
}

/**
 * Where the epoch goes: arrays of their own, or the training set itself when an epoch is one batch as it
 * stands.
 */
export function setEpoch(usersAt: usize, itemsAt: usize, labelsAt: usize): void {
  users = usersAt;
  items = itemsAt;
  labels = labelsAt;
}

@inline
function shuffle<T>(n: u32): void {
  for (let place: u32 = 0, b: u32 = 0; place < n; b++) {
    const end = min(n, place + batchSize);
    for (; place < end; place++) store<T>(marks + <usize>place * sizeof<T>(), <T>b);
  }
  for (let last = n - 1; last > 0; last--) {
    const x = marks + <usize>last * sizeof<T>();
    const y = marks + <usize>below(last + 1) * sizeof<T>();
    const kept = load<T>(x);
    store<T>(x, load<T>(y));
    store<T>(y, kept);
  }
}

/** Draws the batch of each sample; the words are the state of stream (..., "shuffle", epoch). */
export function shuffleEpoch(s0: u32, s1: u32, s2: u32, s3: u32): void {
  seed(s0, s1, s2, s3);
  const n = positives * (1 + negatives);
  if (markBytes == 1) shuffle<u8>(n);
  else if (markBytes == 2) shuffle<u16>(n);
  else shuffle<u32>(n);
}

/** The next free place of the batch that holds `sample`. */
@inline
function placeOf(sample: u32): u32 {
  let batch: u32 = 0;
  if (markBytes == 1) batch = load<u8>(marks + sample);
  else if (markBytes == 2) batch = load<u16>(marks + ((<usize>sample) << 1));
  else if (markBytes == 4) batch = load<u32>(marks + ((<usize>sample) << 2));
  const cursor = cursors + ((<usize>batch) << 2);
  const place = load<u32>(cursor);
  store<u32>(cursor, place + 1);
  return place;
}

@inline
function put(sample: u32, user: u32, item: u32, label: f32): void {
  const at = (<usize>placeOf(sample)) << 2;
  store<u32>(users + at, user);
  store<u32>(items + at, item);
  store<f32>(labels + at, label);
}

@inline
function isObserved(item: u32): bool {
  return ((<u32>load<u8>(observed + (item >> 3)) >> (item & 7)) & 1) != 0;
}

/** Every batch is empty. */
function emptyBatches(): void {
  for (let b: u32 = 0; b < batches; b++) store<u32>(cursors + ((<usize>b) << 2), b * batchSize);
}

/**
 * Puts the items of the user of positive `p`, the first of them, into the bit set, in place of those before;
 * their end.
 */
function observe(p: u32): u32 {
  const user = load<u32>(setUsers + ((<usize>p) << 2));
  if (p) clearObserved(load<u32>(setUsers + ((<usize>p) << 2) - 4), p);
  let end = p;
  for (; end < positives && load<u32>(setUsers + ((<usize>end) << 2)) == user; end++) {
    const item = load<u32>(setItems + ((<usize>end) << 2));
    const byte = observed + (item >> 3);
    store<u8>(byte, load<u8>(byte) | <u8>(<u32>1 << (item & 7)));
  }
  return end;
}

/** An item that the current user has not: uniform, by rejection. */
@inline
function drawItem(): u32 {
  let item = below(catalogue);
  while (isObserved(item)) item = below(catalogue);
  return item;
}

/** Puts every sample into its batch, drawing the negatives on the way: stream (..., "negatives", epoch). */
export function fillEpoch(s0: u32, s1: u32, s2: u32, s3: u32): void {
  seed(s0, s1, s2, s3);
  emptyBatches();
  let sample: u32 = 0;
  let end: u32 = 0; // where the current user's positives end
  for (let p: u32 = 0; p < positives; p++) {
    const at = (<usize>p) << 2;
    const user = load<u32>(setUsers + at);
    if (negatives && p == end) end = observe(p);
    put(sample++, user, load<u32>(setItems + at), load<f32>(setLabels + at));
    for (let j: u32 = 0; j < negatives; j++) put(sample++, user, drawItem(), 0);
  }
  if (negatives) clearObserved(load<u32>(setUsers + ((<usize>(positives - 1)) << 2)), positives);
}

/** The same for pairs: each positive with one item drawn for it, side by side. */
export function fillPairs(s0: u32, s1: u32, s2: u32, s3: u32): void {
  seed(s0, s1, s2, s3);
  emptyBatches();
  let end: u32 = 0;
  for (let p: u32 = 0; p < positives; p++) {
    if (p == end) end = observe(p);
    const user = load<u32>(setUsers + ((<usize>p) << 2));
    const at = (<usize>placeOf(p)) << 3;
    store<u32>(users + at, user);
    store<u32>(users + at, user, 4);
    store<u32>(items + at, load<u32>(setItems + ((<usize>p) << 2)));
    store<u32>(items + at, drawItem(), 4);
  }
  clearObserved(load<u32>(setUsers + ((<usize>(positives - 1)) << 2)), positives);
}

/** Takes the items of `user`, whose positives end before `end`, out of the bit set. */
function clearObserved(user: u32, end: u32): void {
  for (let p = end; p-- > 0; ) {
    const at = (<usize>p) << 2;
    if (load<u32>(setUsers + at) != user) break;
    store<u8>(observed + (load<u32>(setItems + at) >> 3), 0);
  }
}
