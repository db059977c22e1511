/** Arrays in the memory of a kernel that gives it out: what callers of a kernel with `allocate` share. */

/** A kernel that gives out memory, on 16-byte boundaries. */
export interface Allocating {
  readonly memory: WebAssembly.Memory;
  allocate(bytes: number): number;
}

/** Copies an array into the kernel's memory, and says where it lies. */
export function copiedInto(kernel: Allocating, array: Uint32Array | Float32Array): number {
  const at = kernel.allocate(Math.max(16, array.byteLength)) >>> 0;
  new Uint8Array(kernel.memory.buffer, at, array.byteLength).set(
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
  );
  return at;
}
