/**
 * A little dense linear algebra in float64 with one fixed order of operations, for tall matrices with few
 * columns. Matrices are row-major.
 */

/** A^T B (p x q), for A rows x p and B rows x q. */
export function transposeProduct(a: Float64Array, b: Float64Array, p: number, q: number): Float64Array {
  const result = new Float64Array(p * q);
  for (let r = 0; r * p < a.length; r++) {
    for (let i = 0; i < p; i++) {
      const factor = a[r * p + i];
      for (let j = 0; j < q; j++) result[i * q + j] += factor * b[r * q + j];
    }
  }
  return result;
}

/** C += sign * A B, for A rows x p, B p x q, C rows x q. */
export function addProduct(
  c: Float64Array,
  a: Float64Array,
  b: Float64Array,
  p: number,
  q: number,
  sign: number,
): void {
  for (let r = 0; r * p < a.length; r++) {
    for (let i = 0; i < p; i++) {
      const factor = sign * a[r * p + i];
      for (let j = 0; j < q; j++) c[r * q + j] += factor * b[i * q + j];
    }
  }
}

/** A column that keeps less than this share of its length is taken to depend on those before it. */
const DEPENDENT = 1e-10;

/**
 * Orthonormal columns with the span of A (rows x p), by Gram and Schmidt, twice over; dependent columns are
 * left out.
 */
export function orthonormalColumns(a: Float64Array, p: number): { columns: Float64Array; count: number } {
  const rows = p === 0 ? 0 : a.length / p;
  const kept: Float64Array[] = [];
  for (let j = 0; j < p; j++) {
    const column = Float64Array.from({ length: rows }, (_, r) => a[r * p + j]);
    const before = Math.sqrt(dot(column, column));
    for (let pass = 0; pass < 2; pass++) {
      for (const other of kept) {
        const projection = dot(other, column);
        for (let r = 0; r < rows; r++) column[r] -= projection * other[r];
      }
    }
    const length = Math.sqrt(dot(column, column));
    if (!(length > DEPENDENT * before)) continue;
    for (let r = 0; r < rows; r++) column[r] /= length;
    kept.push(column);
  }
  const columns = new Float64Array(rows * kept.length);
  kept.forEach((column, j) => {
    for (let r = 0; r < rows; r++) columns[r * kept.length + j] = column[r];
  });
  return { columns, count: kept.length };
}

export function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

/**
 * Eigenvalues, descending, and eigenvectors (column j belongs to value j) of a symmetric n x n matrix:
 * Jacobi's rotations, cyclic, until nothing is left off the diagonal (Golub and Van Loan, "Matrix
 * Computations", 8.5).
 */
export function symmetricEigen(
  matrix: Float64Array,
  n: number,
): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const scale = dot(a, a);
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) off += a[i * n + j] ** 2;
    if (off <= 1e-30 * scale) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i] || i - j);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let r = 0; r < n; r++) vectors[r * n + to] = v[r * n + from];
  });
  return { values: Float64Array.from(order, (i) => a[i * n + i]), vectors };
}

/** One rotation in the plane (p, q) that makes a[p][q] zero. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q];
  if (apq === 0) return;
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const x = a[k * n + p];
    const y = a[k * n + q];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
  }
  for (let k = 0; k < n; k++) {
    const x = a[p * n + k];
    const y = a[q * n + k];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
    const vx = v[k * n + p];
    const vy = v[k * n + q];
    v[k * n + p] = c * vx - s * vy;
    v[k * n + q] = s * vx + c * vy;
  }
}
