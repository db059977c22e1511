/**
 * Sizes of reach sets (Appendix A.1, l = 4) by bits: for each user, how many users of a slab of 1,024 rated
 * one of their items. A row of the table is an item's raters in the slab, 1,024 bits: the OR of the rows of a
 * user's items stays in eight registers, and its ones are counted there. The caller
 * (lib/hypergraph/reachCounts.ts) checks offsets and columns and lays out the memory.
 */

/** `bytes` of fresh memory, on a 16-byte boundary. */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

/** Bytes of a row: 1,024 users. */
const ROW: usize = 128;

/** counts[user] += users of the slab that `user` reaches, for the users from .. to - 1. */
export function addCounts(
  offsets: usize, // u32, users + 1
  columns: usize, // u32, items ascending
  table: usize, // items x 128 bytes
  from: u32,
  to: u32,
  counts: usize, // u32, users
): void {
  for (let user = from; user < to; user++) {
    const first = columns + (<usize>load<u32>(offsets + (<usize>user << 2)) << 2);
    const last = columns + (<usize>load<u32>(offsets + (<usize>user << 2), 4) << 2);
    let a = i64x2.splat(0);
    let b = i64x2.splat(0);
    let c = i64x2.splat(0);
    let d = i64x2.splat(0);
    let e = i64x2.splat(0);
    let f = i64x2.splat(0);
    let g = i64x2.splat(0);
    let h = i64x2.splat(0);
    for (let at = first; at != last; at += 4) {
      const row = table + <usize>load<u32>(at) * ROW;
      a = v128.or(a, v128.load(row));
      b = v128.or(b, v128.load(row, 16));
      c = v128.or(c, v128.load(row, 32));
      d = v128.or(d, v128.load(row, 48));
      e = v128.or(e, v128.load(row, 64));
      f = v128.or(f, v128.load(row, 80));
      g = v128.or(g, v128.load(row, 96));
      h = v128.or(h, v128.load(row, 112));
    }
    const ones = i8x16.add(
      i8x16.add(i8x16.add(i8x16.popcnt(a), i8x16.popcnt(b)), i8x16.add(i8x16.popcnt(c), i8x16.popcnt(d))),
      i8x16.add(i8x16.add(i8x16.popcnt(e), i8x16.popcnt(f)), i8x16.add(i8x16.popcnt(g), i8x16.popcnt(h))),
    );
    const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(ones));
    const count =
      i32x4.extract_lane(sums, 0) +
      i32x4.extract_lane(sums, 1) +
      i32x4.extract_lane(sums, 2) +
      i32x4.extract_lane(sums, 3);
    const place = counts + (<usize>user << 2);
    store<u32>(place, load<u32>(place) + count);
  }
}
