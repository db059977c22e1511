/** What the callers of grouping kernels share: arrays copied into a kernel's memory once, and room that grows. */

/** A kernel that gives out memory, on 16-byte boundaries. */
export interface Allocating {
  readonly memory: WebAssembly.Memory;
  allocate(bytes: number): number;
}

/** Doubles that come out of a kernel at a time: 1 MB stays in the second-level cache. */
export const BLOCK = 131_072;

/** Copies an array into the kernel's memory, and says where it lies. */
export function copiedInto(kernel: Allocating, array: Uint32Array | Float32Array): number {
  const at = kernel.allocate(Math.max(16, array.byteLength));
  new Uint8Array(kernel.memory.buffer, at, array.byteLength).set(
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
  );
  return at;
}

/** Room for doubles in a kernel's memory, kept for later calls. */
export class Room {
  private at = 0;
  private size = 0;

  constructor(private readonly kernel: Allocating) {}

  /** Where `size` doubles have room. */
  for(size: number): number {
    if (size > this.size) {
      this.at = this.kernel.allocate(8 * size);
      this.size = size;
    }
    return this.at;
  }
}

/**
 * Calls `compute` for blocks of rows from .. to - 1, and copies what it left at `place`, `width` doubles a row, of which
 * the first `groups` count, into `out`, rows x groups.
 */
export function byBlocks(
  kernel: Allocating,
  { rows, width, groups, place }: Record<"rows" | "width" | "groups" | "place", number>,
  out: Float64Array,
  compute: (from: number, to: number) => void,
): void {
  const block = Math.max(1, Math.floor(BLOCK / width));
  const results = new Float64Array(kernel.memory.buffer, place, Math.min(block, rows) * width);
  for (let from = 0; from < rows; from += block) {
    const to = Math.min(rows, from + block);
    compute(from, to);
    if (width === groups) out.set(results.subarray(0, (to - from) * width), from * groups);
    else
      for (let i = from, at = 0; i < to; i++, at += width)
        for (let j = 0; j < groups; j++) out[i * groups + j] = results[at + j];
  }
}
