/**
 * The memory of a kernel instance: a bump allocator with marks. Every size is checked here, in float64,
 * before use.
 */

import { InputError } from "../errors";

const PAGE = 65_536;
const MOST = 2 ** 32 - PAGE; // what 32-bit addresses reach
const LINE = 64; // of the cache: every array begins on one

export class Arena {
  private top: number;

  constructor(
    private readonly memory: WebAssembly.Memory,
    base: number,
  ) {
    this.top = base;
  }

  /**
   * Room for `bytes`, and for reading 16 bytes beyond them; the address.
   * @throws InputError when 4 GB, or the machine's memory, are not enough.
   */
  allocate(bytes: number): number {
    const start = Math.ceil(this.top / LINE) * LINE;
    const end = start + bytes + 16;
    if (end > MOST)
      throw new InputError(
        `engine simd: ${(end / 2 ** 30).toFixed(1)} GB are needed and a kernel has 4 GB at most; ` +
          "use smaller batches or data",
      );
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) {
      try {
        this.memory.grow(missing);
      } catch {
        const megabytes = Math.ceil((missing * PAGE) / 2 ** 20);
        throw new InputError(`engine simd: this machine has no further ${megabytes} MB for the kernel`);
      }
    }
    this.top = end;
    return start;
  }

  /** The place up to which memory is in use; `release` goes back to it. */
  mark(): number {
    return this.top;
  }

  /** Frees all that was allocated since `mark`. The contents stay as they are. */
  release(mark: number): void {
    this.top = mark;
  }

  // Views are made anew each time: growing the memory detaches older ones.

  floats(at: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, length);
  }

  words(at: number, length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, at, length);
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length);
  }

  /** Allocates and fills. */
  place(values: Float32Array | Uint32Array): number {
    const at = this.allocate(values.byteLength);
    if (values instanceof Uint32Array) this.words(at, values.length).set(values);
    else this.floats(at, values.length).set(values);
    return at;
  }
}
