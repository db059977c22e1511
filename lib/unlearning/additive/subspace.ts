/**
 * The leading eigenvectors of a large symmetric matrix: a block Krylov method with restarts (Golub and
 * Underwood 1977; Musco and Musco 2015), kernels/assembly/eigenpairs.ts. The space [X, A X, A^2 X, A^3 X] is
 * made orthonormal, A is diagonalised in it (Rayleigh and Ritz), and the best vectors are the next X. The
 * start is fixed, and so is the order of all sums: the same matrix has the same vectors to the bit, computed
 * at once in this thread or on all cores beside it, where that can be watched and stopped.
 */

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { InputError, StoppedError } from "../../errors";
import { instance, type Kernel, kernelModule, sharedMemory } from "../../kernels/instantiate";
import { log } from "../../numeric";
import { Random } from "../../random";
import { yieldToEventLoop } from "../../yield";
import { padded } from "./dense";
import type { Watch } from "./inverse";

export interface Eigenpairs {
  /** Float64Array: the largest eigenvalues, descending */
  readonly values: Float64Array;
  /** one for each value: Float64Array, n, of length 1; its component of largest magnitude is positive */
  readonly vectors: readonly Float64Array[];
}

interface Solver {
  heapBase(): number;
  roomBytes(n: number, stride: number, width: number): number;
  solve(
    matrix: number,
    n: number,
    stride: number,
    room: number,
    width: number,
    wanted: number,
    control: number,
    thread: number,
    threads: number,
  ): void;
}

const NAME = "eigenpairs";
const PAGE = 65_536;
/** Vectors beyond those wanted, so that the last one wanted converges too. */
const OVERSAMPLING = 8;
const TOLERANCE = 1e-5; // kernels/assembly/eigenpairs.ts
const CONTROL = 64; // bytes
const [STOP, LENGTH, RESIDUAL] = [0, 2, 2]; // words of the control; the last of 8 bytes
const ALONE = 512; // rows up to which threads cost more than they bring
const CHUNK = 30; // ms
const LOOK = 100; // ms between two looks at how far the threads are

/** What a thread runs. */
const PART = `const { module, memory, args } = require("node:worker_threads").workerData;
new WebAssembly.Instance(module, { env: { memory, abort() {} } }).exports.solve(...args);`;

/** A symmetric matrix, to be filled in, of which the `count` algebraically largest eigenvalues are wanted. */
export class Eigenproblem {
  /** Both triangles, n rows of `stride` float64. All is 0 before. */
  readonly matrix: Float64Array;
  readonly stride: number;
  private readonly memory = sharedMemory();
  private readonly module = kernelModule<Solver>(NAME);
  private readonly kernel: Kernel<Solver>;
  private readonly wanted: number;
  private readonly width: number;
  private readonly room: number;
  private readonly control: number;

  /** @throws InputError beyond 4 GB. */
  constructor(
    readonly n: number,
    count: number,
  ) {
    this.wanted = Math.min(count, n);
    this.width = Math.min(this.wanted + OVERSAMPLING, n);
    this.stride = padded(n);
    this.kernel = instance(NAME, this.module, this.memory);
    this.control = Math.ceil(this.kernel.heapBase() / CONTROL) * CONTROL;
    const at = this.control + CONTROL;
    this.room = at + 8 * this.stride ** 2;
    const end = this.room + (this.kernel.roomBytes(n, this.stride, this.width) >>> 0);
    try {
      this.memory.grow(Math.ceil(end / PAGE));
    } catch {
      throw new InputError(
        `${n} items: ${this.wanted} components take ${(end / 2 ** 30).toFixed(1)} GB of memory, of which 4 GB can ` +
          "be used at most",
      );
    }
    this.matrix = new Float64Array(this.memory.buffer, at, this.stride ** 2);
  }

  /** The eigenpairs, in this thread. */
  solve(): Eigenpairs {
    atOnce(this.start());
    this.kernel.solve(...this.part(0, 1));
    return this.result();
  }

  /** The same, by `threads` threads. @throws StoppedError on the signal. */
  async solveOnAllCores(
    { signal, onProgress }: Watch = {},
    threads = this.n <= ALONE ? 1 : Math.min(16, availableParallelism()),
  ): Promise<Eigenpairs> {
    await inChunks(this.start(), signal);
    const control = new Int32Array(this.memory.buffer, this.control, CONTROL / 4);
    const stop = () => Atomics.store(control, STOP, 1);
    const look = setInterval(() => onProgress?.(this.done()), LOOK);
    signal?.addEventListener("abort", stop);
    try {
      await Promise.all(Array.from({ length: threads }, (_, k) => this.run(this.part(k, threads), stop)));
    } finally {
      clearInterval(look);
      signal?.removeEventListener("abort", stop);
    }
    if (signal?.aborted) throw new StoppedError("eigenvectors: stopped");
    onProgress?.(1);
    return this.result();
  }

  /** Draws the columns to start from, one after another. */
  private *start(): Iterable<void> {
    const random = Random.stream("leading eigenpairs", this.n);
    for (let j = 0; j < this.width; j++) {
      const column = new Float64Array(this.memory.buffer, this.room + 8 * j * this.stride, this.n);
      for (let i = 0; i < this.n; i++) column[i] = random.normal();
      yield;
    }
  }

  /** Arguments of the kernel for one thread. */
  private part(thread: number, threads: number): Parameters<Solver["solve"]> {
    const { matrix, n, stride, room, width, wanted, control } = this;
    return [matrix.byteOffset, n, stride, room, width, wanted, control, thread, threads];
  }

  /** One thread's part, beside this one. The others are told to `stop` when it breaks down. */
  private run(args: Parameters<Solver["solve"]>, stop: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const workerData = { module: this.module, memory: this.memory, args };
      const worker = new Worker(PART, { eval: true, workerData, execArgv: [] });
      worker.once("error", (error) => {
        stop();
        reject(error);
      });
      worker.once("exit", () => resolve());
    });
  }

  /** How far the largest residual is on its way from 1 to the tolerance, by orders of magnitude. */
  private done(): number {
    const residual = new Float64Array(this.memory.buffer, this.control, CONTROL / 8)[RESIDUAL];
    return residual > 0 ? Math.min(1, Math.max(0, log(residual) / log(TOLERANCE))) : 0;
  }

  private result(): Eigenpairs {
    const { buffer } = this.memory;
    const count = new Int32Array(buffer, this.control, CONTROL / 4)[LENGTH];
    const values = new Float64Array(buffer, this.room + 8 * this.width * this.stride, count).slice();
    const vectors = Array.from({ length: count }, (_, j) =>
      withSign(new Float64Array(buffer, this.room + 8 * j * this.stride, this.n)),
    );
    return { values, vectors };
  }
}

/** Work in steps of some milliseconds each, done without a pause. */
export function atOnce(steps: Iterable<void>): void {
  for (const _ of steps);
}

/** The same, with a look at the event loop now and then. @throws StoppedError on the signal. */
export async function inChunks(steps: Iterable<void>, signal?: AbortSignal): Promise<void> {
  await yieldToEventLoop(signal, "model");
  let since = performance.now();
  for (const _ of steps) {
    if (performance.now() - since < CHUNK) continue;
    await yieldToEventLoop(signal, "model");
    since = performance.now();
  }
}

/** A copy of a vector whose component of largest magnitude is positive. */
function withSign(vector: Float64Array): Float64Array {
  let largest = 0;
  for (let i = 1; i < vector.length; i++) if (Math.abs(vector[i]) > Math.abs(vector[largest])) largest = i;
  const sign = vector[largest] < 0 ? -1 : 1;
  return Float64Array.from(vector, (x) => sign * x);
}
