/**
 * Original ids, numbered as they are met: a hash table over bytes (FNV-1a, open addressing), so that a parser
 * makes one string per distinct user or item and none per rating.
 */

const LEAST = 1 << 12;

export class IdTable {
  /** ids one after another, as UTF-8 */
  private bytes = new Uint8Array(1 << 16);
  /** where id n begins; id n ends where n + 1 begins */
  private starts = new Uint32Array(LEAST);
  private hashes = new Uint32Array(LEAST);
  /** n + 1 of the id in this slot, 0 when free; a power of two in length, at most half full */
  private slots = new Uint32Array(2 * LEAST);
  /** distinct ids so far */
  size = 0;

  /** The number of the id `source[from .. to)`; a new id gets the next number. */
  number(source: Uint8Array, from: number, to: number): number {
    let hash = 0x811c9dc5;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ source[at], 0x01000193);
    hash = (hash ^ (hash >>> 15)) >>> 0;
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const n = this.slots[slot] - 1;
      if (n < 0) return this.add(slot, hash, source, from, to);
      if (this.hashes[n] === hash && this.equals(n, source, from, to)) return n;
    }
  }

  private equals(n: number, source: Uint8Array, from: number, to: number): boolean {
    const start = this.starts[n];
    if (this.starts[n + 1] - start !== to - from) return false;
    for (let at = from; at < to; at++) if (this.bytes[start + at - from] !== source[at]) return false;
    return true;
  }

  private add(slot: number, hash: number, source: Uint8Array, from: number, to: number): number {
    const n = this.size++;
    const start = this.starts[n];
    const end = start + (to - from);
    while (end > this.bytes.length) this.bytes = grown(this.bytes, 2 * this.bytes.length);
    if (n + 2 > this.starts.length) {
      this.starts = grown(this.starts, 2 * this.starts.length);
      this.hashes = grown(this.hashes, 2 * this.hashes.length);
    }
    for (let at = from; at < to; at++) this.bytes[start + at - from] = source[at];
    this.starts[n + 1] = end;
    this.hashes[n] = hash;
    this.slots[slot] = n + 1;
    if (2 * this.size > this.slots.length) this.spread();
    return n;
  }

  /** Twice the slots, every id put in anew. */
  private spread(): void {
    this.slots = new Uint32Array(2 * this.slots.length);
    const mask = this.slots.length - 1;
    for (let n = 0; n < this.size; n++) {
      let slot = this.hashes[n] & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = n + 1;
    }
  }

  /** The ids as strings, by number. */
  ids(): string[] {
    const text = Buffer.from(this.bytes.buffer, 0, this.starts[this.size]);
    return Array.from({ length: this.size }, (_, n) =>
      text.toString("utf8", this.starts[n], this.starts[n + 1]),
    );
  }
}

/** The same values in a longer array. */
export function grown<T extends Uint8Array | Uint32Array | Float32Array>(old: T, length: number): T {
  const wider = new (old.constructor as new (length: number) => T)(length);
  wider.set(old);
  return wider;
}

/** A whole number as it is written without sign, leading zero or loss of digits. */
const CANONICAL = /^(0|[1-9]\d{0,14})$/;

/**
 * The order of a catalogue: numeric when all ids are canonical integers, else by UTF-16 code unit. Returns
 * the sorted ids and, for each old number, the new one.
 */
export function catalogueOrder(ids: readonly string[]): { sorted: string[]; rank: Uint32Array } {
  const order = Uint32Array.from(ids, (_, n) => n);
  if (ids.every((id) => CANONICAL.test(id))) {
    const values = Float64Array.from(ids, Number);
    order.sort((x, y) => values[x] - values[y]);
  } else {
    order.sort((x, y) => (ids[x] < ids[y] ? -1 : ids[x] > ids[y] ? 1 : 0));
  }
  const rank = new Uint32Array(ids.length);
  for (let place = 0; place < order.length; place++) rank[order[place]] = place;
  return { sorted: Array.from(order, (n) => ids[n]), rank };
}
