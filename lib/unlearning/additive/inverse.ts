/**
 * The inverse of a symmetric positive definite matrix (kernels/assembly/inverse.ts): at once in this thread,
 * or on all cores beside it, where it can be watched and stopped. Both give the same bits. Rows are padded to
 * a multiple of the kernel's blocks; the padding is a unit matrix and changes nothing.
 */

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { InputError, StoppedError } from "../../errors";
import { instance, type Kernel, kernelModule, sharedMemory } from "../../kernels/instantiate";
import { type Fill, padded } from "./dense";

interface Inverse {
  heapBase(): number;
  scratchBytes(n: number): number;
  invert(
    g: number,
    u: number,
    n: number,
    control: number,
    scratch: number,
    thread: number,
    threads: number,
  ): void;
}

/** Rows of `stride` float64; `n` x `n` of them count. */
export interface Dense {
  readonly n: number;
  readonly stride: number;
  /** Float64Array, n x stride, row-major */
  readonly values: Float64Array;
}

/** How a long computation is watched and stopped. */
export interface Watch {
  readonly signal?: AbortSignal;
  /** Called now and then with the share that is done. */
  readonly onProgress?: (done: number) => void;
}

const NAME = "inverse";
const PAGE = 65_536;
const BLOCK = 32; // rows: kernels/assembly/inverse.ts
const [STOP, FAILED, BLOCKS] = [0, 1, 3]; // words of the kernel's control
const ALONE = 512; // rows up to which threads cost more than they bring
const LOOK = 100; // ms between two looks at how far the threads are

/** What a thread runs. */
const PART = `const { module, memory, args } = require("node:worker_threads").workerData;
new WebAssembly.Instance(module, { env: { memory, abort() {} } }).exports.invert(...args);`;

/**
 * The inverse, in this thread. @throws RangeError when the matrix is not positive definite; InputError beyond
 * 4 GB.
 */
export function invertSymmetric(n: number, fill: Fill): Dense {
  const task = new Task(n, fill, 1);
  task.kernel.invert(...task.part(0));
  return task.result();
}

/**
 * The inverse, by `threads` threads.
 * @throws RangeError when the matrix is not positive definite; InputError beyond 4 GB; StoppedError on the
 * signal.
 */
export async function invertOnAllCores(
  n: number,
  fill: Fill,
  { signal, onProgress }: Watch = {},
  threads = n <= ALONE ? 1 : Math.min(16, availableParallelism()),
): Promise<Dense> {
  if (signal?.aborted) throw new StoppedError("inverse: stopped before it began");
  if (n <= ALONE && threads === 1) {
    const inverse = invertSymmetric(n, fill);
    onProgress?.(1);
    return inverse;
  }
  const task = new Task(n, fill, threads);
  const stop = () => Atomics.store(task.control, STOP, 1);
  const look = setInterval(() => onProgress?.(task.done()), LOOK);
  signal?.addEventListener("abort", stop);
  try {
    await Promise.all(Array.from({ length: threads }, (_, thread) => task.run(thread, stop)));
  } finally {
    clearInterval(look);
    signal?.removeEventListener("abort", stop);
  }
  if (signal?.aborted) throw new StoppedError("inverse: stopped");
  onProgress?.(1);
  return task.result();
}

/** A matrix in a memory that threads share. */
class Task {
  readonly control: Int32Array;
  readonly kernel: Kernel<Inverse>;
  private readonly memory = sharedMemory();
  private readonly module = kernelModule<Inverse>(NAME, probe);
  private readonly stride: number;
  private readonly matrix: Float64Array;
  /** addresses of the matrix, of the working matrix, of the threads' control and of their working memory */
  private readonly at: { g: number; u: number; control: number; scratch: number };

  constructor(
    readonly n: number,
    fill: Fill,
    private readonly threads: number,
  ) {
    this.kernel = instance(NAME, this.module, this.memory);
    const stride = padded(n);
    const line = (at: number) => Math.ceil(at / 64) * 64;
    const bytes = 8 * stride * stride;
    const g = line(this.kernel.heapBase());
    const control = g + 2 * bytes;
    const scratch = line(control + 16 + (4 * stride) / BLOCK);
    const end = scratch + threads * this.kernel.scratchBytes(stride);
    try {
      this.memory.grow(Math.ceil(end / PAGE));
    } catch {
      throw new InputError(
        `${n} items: their inverse takes ${(end / 2 ** 30).toFixed(1)} GB of memory, of which 4 GB can be used at most`,
      );
    }
    this.stride = stride;
    this.at = { g, u: g + bytes, control, scratch };
    this.control = new Int32Array(this.memory.buffer, control, 4);
    this.matrix = new Float64Array(this.memory.buffer, g, stride * stride);
    fill(this.matrix, stride);
    for (let i = n; i < stride; i++) this.matrix[i * stride + i] = 1;
  }

  /** Arguments of `invert` for one thread. */
  part(thread: number): Parameters<Inverse["invert"]> {
    const { g, u, control, scratch } = this.at;
    const own = scratch + thread * this.kernel.scratchBytes(this.stride);
    return [g, u, this.stride, control, own, thread, this.threads];
  }

  /** One thread's part, beside this one. The others are told to `stop` when it breaks down. */
  run(thread: number, stop: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const workerData = { module: this.module, memory: this.memory, args: this.part(thread) };
      const worker = new Worker(PART, { eval: true, workerData, execArgv: [] });
      worker.once("error", (error) => {
        stop();
        reject(error);
      });
      worker.once("exit", () => resolve());
    });
  }

  done(): number {
    return Atomics.load(this.control, BLOCKS) / ((2 * this.stride) / BLOCK);
  }

  result(): Dense {
    const { n, stride } = this;
    const failed = Atomics.load(this.control, FAILED);
    if (failed > 0) throw new RangeError(`matrix of ${n} rows: not positive definite at row ${failed - 1}`);
    return { n, stride, values: this.matrix.slice(0, n * stride) };
  }
}

/** The inverse of a small matrix of three blocks: what packing must not change. */
function probe(kernel: Kernel<Inverse>): Uint8Array {
  const n = 3 * BLOCK;
  const g = Math.ceil(kernel.heapBase() / 64) * 64;
  const control = g + 16 * n * n;
  const scratch = control + 64;
  kernel.memory.grow(Math.ceil((scratch + kernel.scratchBytes(n)) / PAGE));
  const matrix = new Float64Array(kernel.memory.buffer, g, n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++)
      matrix[i * n + j] = i === j ? 40 + i / 7 : ((i * 31 + j * 17) % 23) / 23 - 0.4;
  kernel.invert(g, g + 8 * n * n, n, control, scratch, 0, 1);
  return new Uint8Array(matrix.slice().buffer);
}
