/**
 * The leading eigenvectors of a large symmetric matrix: a block Krylov method with restarts (Golub and
 * Underwood 1977; Musco and Musco 2015). The space [X, A X, A^2 X, A^3 X] is made orthonormal, A is
 * diagonalised in it (Rayleigh and Ritz), and the best vectors are the next X. The start is fixed, and so is
 * the order of all sums: the same matrix has the same vectors to the bit.
 */

import { symmetricEigen } from "../../hypergraph/linear";
import { Random } from "../../random";
import { dot, type SymmetricMatrix } from "./dense";

export interface Eigenpairs {
  /** Float64Array: the largest eigenvalues, descending */
  readonly values: Float64Array;
  /** one for each value: Float64Array, n, of length 1; its component of largest magnitude is positive */
  readonly vectors: readonly Float64Array[];
}

/** Vectors beyond those wanted, so that the last one wanted converges too. */
export const OVERSAMPLING = 8;
/** Blocks of a Krylov space. */
const DEPTH = 4;
/** |A v - value v| at which a vector is done, as a share of the largest value. */
const TOLERANCE = 1e-5;
const MOST_RESTARTS = 40;
/** What is left of a column within the span of others, as a share of its length before. */
const DEPENDENT = 1e-10;

/** The `count` algebraically largest eigenvalues, or all there are, and their vectors. */
export function leadingEigenpairs(matrix: SymmetricMatrix, count: number): Eigenpairs {
  const { n } = matrix;
  const wanted = Math.min(count, n);
  const width = Math.min(wanted + OVERSAMPLING, n);
  let block: Float64Array[] = [];
  extend(block, startColumns(n, width));
  for (let restart = 0; ; restart++) {
    const basis = block.slice();
    const images = matrix.multiply(block);
    let last = images;
    while (basis.length < Math.min(DEPTH * width, n)) {
      const before = basis.length;
      extend(basis, last);
      if (basis.length === before) break;
      last = matrix.multiply(basis.slice(before));
      images.push(...last);
    }
    const { values, vectors } = symmetricEigen(projected(basis, images), basis.length);
    const best = Array.from({ length: Math.min(width, basis.length) }, (_, j) => j);
    block = best.map((j) => combination(basis, vectors, j));
    const leading = best.slice(0, wanted);
    const residual = Math.max(
      ...leading.map((j) => distance(combination(images, vectors, j), block[j], values[j])),
    );
    if (residual <= TOLERANCE * Math.abs(values[0]) || restart === MOST_RESTARTS)
      return {
        values: values.slice(0, leading.length),
        vectors: leading.map((j) => withSign(block[j])),
      };
  }
}

function startColumns(n: number, width: number): Float64Array[] {
  const random = Random.stream("leading eigenpairs", n);
  return Array.from({ length: width }, () => Float64Array.from({ length: n }, () => random.normal()));
}

/** Adds columns to an orthonormal basis, by Gram and Schmidt, twice over; dependent ones are left out. */
function extend(basis: Float64Array[], columns: readonly Float64Array[]): void {
  for (const given of columns) {
    if (basis.length === given.length) return;
    const column = given.slice();
    const before = Math.sqrt(dot(column, column));
    for (let pass = 0; pass < 2; pass++) project(column, basis);
    const length = Math.sqrt(dot(column, column));
    if (!(length > DEPENDENT * before)) continue;
    for (let r = 0; r < column.length; r++) column[r] /= length;
    basis.push(column);
  }
}

/** Takes the part within an orthonormal basis out of a column, four vectors in one sweep over it. */
function project(column: Float64Array, basis: readonly Float64Array[]): void {
  const whole = basis.length & ~3;
  for (let m = 0; m < whole; m += 4) {
    const [p, q, s, t] = basis.slice(m, m + 4);
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let r = 0; r < column.length; r++) {
      const x = column[r];
      a += p[r] * x;
      b += q[r] * x;
      c += s[r] * x;
      d += t[r] * x;
    }
    for (let r = 0; r < column.length; r++) column[r] -= a * p[r] + b * q[r] + (c * s[r] + d * t[r]);
  }
  for (const other of basis.slice(whole)) {
    const part = dot(other, column);
    for (let r = 0; r < column.length; r++) column[r] -= part * other[r];
  }
}

/** Q^T A Q, symmetric to the bit. */
function projected(basis: readonly Float64Array[], images: readonly Float64Array[]): Float64Array {
  const m = basis.length;
  const result = new Float64Array(m * m);
  for (let i = 0; i < m; i++)
    for (let j = 0; j <= i; j++) result[i * m + j] = result[j * m + i] = dot(basis[i], images[j]);
  return result;
}

/** sum over r of columns[r] * vectors[r][j] */
function combination(columns: readonly Float64Array[], vectors: Float64Array, j: number): Float64Array {
  const sum = new Float64Array(columns[0].length);
  const m = columns.length;
  columns.forEach((column, r) => {
    const factor = vectors[r * m + j];
    for (let i = 0; i < sum.length; i++) sum[i] += factor * column[i];
  });
  return sum;
}

function distance(image: Float64Array, vector: Float64Array, value: number): number {
  let sum = 0;
  for (let i = 0; i < image.length; i++) {
    const difference = image[i] - value * vector[i];
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

function withSign(vector: Float64Array): Float64Array {
  let largest = 0;
  for (let i = 1; i < vector.length; i++) if (Math.abs(vector[i]) > Math.abs(vector[largest])) largest = i;
  return vector[largest] < 0 ? vector.map((x) => -x) : vector;
}
