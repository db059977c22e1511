/**
 * The one source of chance in the suite: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom
 * number generators", 2021) with named, independent streams. A stream is named by a path such as (seed,
 * "shuffle", group, epoch): its state is the head of SHA-256 of the path, so any stream can be opened anew
 * without its forerunners, and no draw anywhere depends on how many draws were made elsewhere.
 */

import { createHash } from "node:crypto";
import { normalQuantile } from "./numeric";

/** A generator of random numbers, opened by name. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  private constructor(state: ArrayLike<number>) {
    this.a = state[0] >>> 0;
    this.b = state[1] >>> 0;
    this.c = state[2] >>> 0;
    this.d = state[3] >>> 0;
    if ((this.a | this.b | this.c | this.d) === 0) this.d = 1; // the one state that xoshiro cannot leave
  }

  /** The stream of this path, as `Random.stream(7, "walk")`: independent of that of any other path. */
  static stream(...path: readonly (string | number)[]): Random {
    const digest = createHash("sha256").update(JSON.stringify(path), "utf8").digest();
    return new Random([0, 4, 8, 12].map((at) => digest.readUInt32LE(at)));
  }

  /** A generator that goes on from `state()`. */
  static from(state: ArrayLike<number>): Random {
    return new Random(state);
  }

  /** Uint32Array of 4: all there is to the generator. */
  state(): Uint32Array {
    return Uint32Array.of(this.a, this.b, this.c, this.d);
  }

  /**
   * The stream of one member of a large family (a user, an item), keyed by its name: cheaper than `stream`,
   * and independent of how far this generator has been read only if it has not been read at all.
   */
  fork(key: string | number): Random {
    let x = this.a ^ 0x9e3779b9;
    let y = this.b ^ 0x85ebca6b;
    const text = typeof key === "number" ? `#${key}` : key;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      x = Math.imul(x ^ code, 0x01000193);
      x ^= x >>> 15;
      y = Math.imul(y ^ code, 0x5bd1e995);
      y ^= y >>> 13;
    }
    return new Random([mix(x ^ this.c), mix(y + this.d), mix(x + Math.imul(y, 3)), mix(y ^ Math.imul(x, 5))]);
  }

  /** An unsigned 32-bit integer. */
  next(): number {
    const result = Math.imul(rotate(Math.imul(this.b, 5), 7), 9) >>> 0;
    const t = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= t;
    this.d = rotate(this.d, 11);
    return result;
  }

  /** Uniform on [0, 1), a multiple of 2^-32. */
  uniform(): number {
    return this.next() / 4294967296;
  }

  /** Uniform on 0 .. n - 1 without bias (Lemire 2019: multiply, and reject). n in [1, 2^32). */
  below(n: number): number {
    const threshold = ((4294967296 - n) >>> 0) % n;
    for (;;) {
      const product = wideProduct(this.next(), n);
      if (product.low >= threshold) return product.high;
    }
  }

  /** Standard normal, by inversion of one uniform draw (53 bits). */
  normal(): number {
    const high = this.next() >>> 5;
    const low = this.next() >>> 6;
    return normalQuantile((high * 67108864 + low + 0.5) / 9007199254740992);
  }

  /** Puts `array` in random order, in place (Fisher and Yates, last place first), and returns it. */
  shuffle<T extends { length: number; [index: number]: unknown }>(array: T): T {
    for (let last = array.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const kept = array[last];
      array[last] = array[other];
      array[other] = kept;
    }
    return array;
  }

  /** `count` distinct members of 0 .. n - 1, ascending. */
  sample(n: number, count: number): Uint32Array {
    const all = this.shuffle(Uint32Array.from({ length: n }, (_, i) => i));
    return all.subarray(0, count).slice().sort();
  }
}

const scratch = { high: 0, low: 0 };

/** The 64-bit product of two unsigned 32-bit integers, as two halves in an object that is used again. */
function wideProduct(x: number, y: number): { high: number; low: number } {
  const xLow = x & 0xffff;
  const xHigh = x >>> 16;
  const low = xLow * y; // < 2^48: exact
  const middle = xHigh * y + Math.floor(low / 65536); // < 2^49: exact
  scratch.high = Math.floor(middle / 65536);
  scratch.low = ((middle % 65536) * 65536 + (low % 65536)) >>> 0;
  return scratch;
}

function rotate(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

/** The finalizer of MurmurHash3 (Appleby): every bit of the input moves every bit of the output. */
function mix(x: number): number {
  x ^= x >>> 16;
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
