/** The order of many doubles by radix sort, which is linear and stable: equal keys stay in their order. */

const BITS = 11;
const BUCKETS = 1 << BITS;
const PASSES = 6; // 66 bits hold the 64 of a double
/** Fewer keys than this are sorted by comparison: a pass over the buckets would cost more. */
const FEW = 4 * BUCKETS;

/**
 * `members` in ascending order of `keys[member]`, equal keys in the order in which they stand. No key may be
 * NaN. Returns the array given or one of the same length.
 */
export function ascending(keys: Float64Array, members: Uint32Array): Uint32Array {
  if (members.length < FEW) {
    const place = new Uint32Array(keys.length);
    members.forEach((member, at) => {
      place[member] = at;
    });
    return members.sort((a, b) => keys[a] - keys[b] || place[a] - place[b]);
  }
  const { low, high } = sortableBits(keys);
  let from = members;
  let to: Uint32Array = new Uint32Array(members.length);
  const next = new Uint32Array(BUCKETS);
  for (let pass = 0; pass < PASSES; pass++) {
    const shift = pass * BITS;
    next.fill(0);
    for (let k = 0; k < from.length; k++) next[digit(low[from[k]], high[from[k]], shift)]++;
    if (next[digit(low[from[0]], high[from[0]], shift)] === from.length) continue; // all share this digit
    for (let bucket = 0, sum = 0; bucket < BUCKETS; bucket++) {
      const count = next[bucket];
      next[bucket] = sum;
      sum += count;
    }
    for (let k = 0; k < from.length; k++) {
      const member = from[k];
      to[next[digit(low[member], high[member], shift)]++] = member;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** The eleven bits from `shift` of a number of two words. */
function digit(low: number, high: number, shift: number): number {
  if (shift >= 32) return (high >>> (shift - 32)) & (BUCKETS - 1);
  const bits = low >>> shift;
  return (shift > 32 - BITS ? bits | (high << (32 - shift)) : bits) & (BUCKETS - 1);
}

/** The bits of doubles as unsigned integers of the same order: negative ones turned over. */
function sortableBits(keys: Float64Array): { low: Uint32Array; high: Uint32Array } {
  const low = new Uint32Array(keys.length);
  const high = new Uint32Array(keys.length);
  const view = new DataView(new ArrayBuffer(8));
  for (let k = 0; k < keys.length; k++) {
    view.setFloat64(0, keys[k] + 0); // -0 becomes 0
    const top = view.getUint32(0);
    const turn = top >>> 31 === 1 ? 0xffffffff : 0;
    high[k] = (top ^ (turn | 0x80000000)) >>> 0;
    low[k] = (view.getUint32(4) ^ turn) >>> 0;
  }
  return { low, high };
}
