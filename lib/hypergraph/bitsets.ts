/**
 * A table of bits, one row a user: who is within reach of whom. At MovieLens 1M's size a table users x users
 * is 4.6 MB; beyond `BITSET_LIMIT` the hypergraph works on the rating lists instead.
 */

/** Most bytes that bit tables of one hypergraph may take together. */
export const BITSET_LIMIT = 2 ** 27;

export class Bitsets {
  /** 32-bit words per row */
  readonly words: number;
  /** Uint32Array, rows x words */
  readonly bits: Uint32Array;

  constructor(
    readonly rows: number,
    readonly columns: number,
  ) {
    this.words = (columns + 31) >>> 5;
    this.bits = new Uint32Array(rows * this.words);
  }

  has(row: number, column: number): boolean {
    return ((this.bits[row * this.words + (column >>> 5)] >>> (column & 31)) & 1) === 1;
  }

  set(row: number, column: number): void {
    this.bits[row * this.words + (column >>> 5)] |= 1 << (column & 31);
  }

  clear(row: number, column: number): void {
    this.bits[row * this.words + (column >>> 5)] &= ~(1 << (column & 31));
  }

  /** row |= row `from` of `other`, which has as many columns. */
  add(row: number, other: Bitsets, from: number): void {
    const { words, bits } = this;
    const source = other.bits;
    let at = row * words;
    let there = from * words;
    for (const end = at + words; at < end; at++, there++) bits[at] |= source[there];
  }

  /** Number of bits set in a row. */
  count(row: number): number {
    let sum = 0;
    const start = row * this.words;
    for (let at = start; at < start + this.words; at++) sum += bitCount(this.bits[at]);
    return sum;
  }

  /** The columns that are set in a row, ascending. */
  members(row: number): Uint32Array {
    const result = new Uint32Array(this.count(row));
    let count = 0;
    for (let w = 0; w < this.words; w++) {
      for (let left = this.bits[row * this.words + w]; left !== 0; left &= left - 1)
        result[count++] = w * 32 + 31 - Math.clz32(left & -left);
    }
    return result;
  }
}

/** Bytes of a table of rows x columns bits. */
export const bitsetBytes = (rows: number, columns: number): number => rows * ((columns + 31) >>> 5) * 4;

/** Ones in a 32-bit word, summed in parallel. */
function bitCount(x: number): number {
  x -= (x >>> 1) & 0x55555555;
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
