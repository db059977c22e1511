/**
 * Symmetric matrices of items x items: products with a few columns (kernels/assembly/symmetric.ts), dot
 * products, small systems of equations. The inverse is in inverse.ts.
 */

import { instantiate } from "../../kernels/instantiate";

interface Kernel {
  allocate(bytes: number): number;
  multiply(a: number, b: number, out: number, n: number, count: number): void;
}

const PANEL = 32;
/** Rows are padded to a multiple of the kernels' blocks. */
export const padded = (n: number): number => Math.ceil(n / PANEL) * PANEL;

/** Rows of `stride` float64; `n` x `n` of them count. */
export interface Dense {
  readonly n: number;
  readonly stride: number;
  /** Float64Array, n x stride, row-major */
  readonly values: Float64Array;
}

/** Writes a matrix: both triangles for a product, the lower one for an inverse. All is 0 before. */
export type Fill = (values: Float64Array, stride: number) => void;

/** A symmetric matrix that is multiplied with columns, again and again. */
export class SymmetricMatrix {
  private readonly kernel = instantiate<Kernel>("symmetric");
  private readonly stride: number;
  private readonly matrix: number;
  private readonly columns: number;
  private readonly products: number;

  /** @param most columns that one product may have */
  constructor(
    readonly n: number,
    private readonly most: number,
    fill: Fill,
  ) {
    this.stride = padded(n);
    const bytes = 8 * this.stride;
    this.matrix = this.kernel.allocate(bytes * this.stride);
    this.columns = this.kernel.allocate(bytes * (most + 1));
    this.products = this.kernel.allocate(bytes * (most + 1));
    fill(new Float64Array(this.kernel.memory.buffer, this.matrix, this.stride * this.stride), this.stride);
  }

  /** A times each column (Float64Array, n). */
  multiply(columns: readonly Float64Array[]): Float64Array[] {
    if (columns.length > this.most) throw new RangeError(`${columns.length} columns, at most ${this.most}`);
    const { kernel, stride, n } = this;
    const count = columns.length + (columns.length & 1); // the kernel takes pairs
    const { buffer } = kernel.memory;
    const rows = new Float64Array(buffer, this.columns, count * stride).fill(0);
    columns.forEach((column, j) => {
      rows.set(column, j * stride);
    });
    kernel.multiply(this.matrix, this.columns, this.products, stride, count);
    const out = new Float64Array(buffer, this.products, stride * count);
    return columns.map((_, j) => Float64Array.from({ length: n }, (_, i) => out[i * count + j]));
  }
}

/** The dot product of two columns, in four partial sums: a processor adds them side by side. */
export function dot(x: Float64Array, y: Float64Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = x.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    a += x[i] * y[i];
    b += x[i + 1] * y[i + 1];
    c += x[i + 2] * y[i + 2];
    d += x[i + 3] * y[i + 3];
  }
  for (let i = whole; i < x.length; i++) a += x[i] * y[i];
  return a + b + (c + d);
}

/**
 * Solves A x = b in place for a small symmetric positive definite A (m x m, row-major; its lower triangle is
 * read and becomes the Cholesky factor).
 */
export function solveInPlace(a: Float64Array, b: Float64Array, m: number): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * m + j];
      for (let k = 0; k < j; k++) sum -= a[i * m + k] * a[j * m + k];
      a[i * m + j] = i === j ? Math.sqrt(sum) : sum / a[j * m + j];
    }
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= a[i * m + k] * b[k];
    b[i] = sum / a[i * m + i];
  }
  for (let i = m - 1; i >= 0; i--) {
    let sum = b[i];
    for (let k = i + 1; k < m; k++) sum -= a[k * m + i] * b[k];
    b[i] = sum / a[i * m + i];
  }
}
