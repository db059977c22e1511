/**
 * The distinct users and items of a batch. Each goes through its layers once, whatever the number of its
 * samples: the gradients of the samples are summed at its output first, which is the same sum in another
 * order. Membership is the sparse set of Briggs and Torczon 1993: slotOf[row] is believed only if
 * distinct[slotOf[row]] is row, so that nothing has to be cleared between batches.
 */

/** Of the batch that is open: */
export let userSlots: u32 = 0;
export let itemSlots: u32 = 0;
export let distinctUsers: usize = 0; // u32, userSlots: row numbers
export let distinctItems: usize = 0; // u32, itemSlots
export let runs: usize = 0; // u32, userSlots + 1: samples of slot s are runs[s] .. runs[s + 1]
export let sampleUsers: usize = 0; // u32, samples, padded to a multiple of 4: user slots
export let sampleItems: usize = 0; // u32, likewise: item slots
export let itemCounts: usize = 0; // u32, itemSlots: samples of each item
export let slotOfUser: usize = 0; // u32, users
export let slotOfItem: usize = 0; // u32, items

export function setSlots(
  slotOfUserAt: usize,
  slotOfItemAt: usize,
  distinctUsersAt: usize,
  distinctItemsAt: usize,
  runsAt: usize,
  sampleUsersAt: usize,
  sampleItemsAt: usize,
  itemCountsAt: usize,
): void {
  slotOfUser = slotOfUserAt;
  slotOfItem = slotOfItemAt;
  distinctUsers = distinctUsersAt;
  distinctItems = distinctItemsAt;
  runs = runsAt;
  sampleUsers = sampleUsersAt;
  sampleItems = sampleItemsAt;
  itemCounts = itemCountsAt;
}

/** Where in `distinct` row stands, or `count` when it is not there. */
@inline
export function slotOrCount(slotOf: usize, distinct: usize, count: u32, row: u32): u32 {
  const slot = load<u32>(slotOf + ((<usize>row) << 2));
  return slot < count && load<u32>(distinct + ((<usize>slot) << 2)) == row ? slot : count;
}

/** Scored pairs of a user's slot, and of an item's. */
@inline
export function samplesOfUser(slot: u32): f32 {
  const run = runs + ((<usize>slot) << 2);
  return <f32>(load<u32>(run, 4) - load<u32>(run));
}
@inline
export function samplesOfItem(slot: u32): f32 {
  return <f32>load<u32>(itemCounts + ((<usize>slot) << 2));
}

/** Numbers the distinct rows of `count` pairs in order of first appearance. */
export function openPairs(users: usize, items: usize, count: u32): void {
  let userCount: u32 = 0;
  let itemCount: u32 = 0;
  let userSlot: u32 = 0;
  let user: u32 = ~0; // no row has this number
  for (let s: u32 = 0; s < count; s++) {
    const at = (<usize>s) << 2;
    const row = load<u32>(users + at);
    if (row != user) {
      user = row;
      userSlot = slotOrCount(slotOfUser, distinctUsers, userCount, row);
      if (userSlot == userCount) {
        store<u32>(slotOfUser + ((<usize>row) << 2), userSlot);
        store<u32>(distinctUsers + ((<usize>userSlot) << 2), row);
        store<u32>(runs + ((<usize>userSlot) << 2), s);
        userCount++;
      }
    }
    store<u32>(sampleUsers + at, userSlot);
    const item = load<u32>(items + at);
    const slot = slotOrCount(slotOfItem, distinctItems, itemCount, item);
    if (slot == itemCount) {
      store<u32>(slotOfItem + ((<usize>item) << 2), slot);
      store<u32>(distinctItems + ((<usize>slot) << 2), item);
      store<u32>(itemCounts + ((<usize>slot) << 2), 0);
      itemCount++;
    }
    store<u32>(sampleItems + at, slot);
    const tally = itemCounts + ((<usize>slot) << 2);
    store<u32>(tally, load<u32>(tally) + 1);
  }
  store<u32>(runs + ((<usize>userCount) << 2), count);
  for (let s = count; s & 3; s++) {
    store<u32>(sampleUsers + ((<usize>s) << 2), 0);
    store<u32>(sampleItems + ((<usize>s) << 2), 0);
  }
  userSlots = userCount;
  itemSlots = itemCount;
}
