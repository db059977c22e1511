/**
 * Users as points: one small interface over dense rows (an embedding) and sparse rating rows (never
 * densified), so that every clustering method is written once. Appendix B.3 of LASER speaks of "N centroids";
 * there are S, one per group. All arithmetic is float64 in a fixed order, whatever the width of the stored
 * values.
 */

/** Compressed sparse rows; the `Csr` of lib/data has this shape. Columns ascend within a row. */
export interface SparseRows {
  /** Uint32Array, users + 1 */
  readonly offsets: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float32Array;
}

/** Users as points: what a clustering asks of a space. */
export interface Points {
  readonly count: number;
  readonly dim: number;
  /** out[i * groups + j] = |x_i - c_j|^2 (>= 0); centroids: groups x dim. */
  squaredDistances(centroids: Float64Array, groups: number, out: Float64Array): void;
  /** out[i * groups + j] = sum_d (x_id - m_jd)^2 p_jd; means and precisions: groups x dim. */
  weightedSquares(means: Float64Array, precisions: Float64Array, groups: number, out: Float64Array): void;
  /** first[j, d] += sum_i w_ij x_id and second[j, d] += sum_i w_ij x_id^2; weights: count x groups. */
  addMoments(weights: Float64Array, groups: number, first: Float64Array, second: Float64Array): void;
  /** into[at + d] += x_id for every d. */
  addRow(user: number, into: Float64Array, at: number): void;
  /** x_a . x_b */
  dot(a: number, b: number): number;
  /** |x_a - x_b|^2 (>= 0) */
  squaredDistance(a: number, b: number): number;
}

/**
 * The mean of each group's rows, groups x dim. A group without users keeps its row of `former`, or, where
 * there is none, stands at the mean of all users.
 */
export function groupMeans(
  points: Points,
  labels: Uint32Array,
  groups: number,
  former?: Float64Array,
): Float64Array {
  const { count, dim } = points;
  const means = new Float64Array(groups * dim);
  const sizes = groupSizes(labels, groups);
  for (let i = 0; i < count; i++) points.addRow(i, means, labels[i] * dim);
  let overall: Float64Array | undefined;
  for (let j = 0; j < groups; j++) {
    const row = means.subarray(j * dim, (j + 1) * dim);
    if (sizes[j] > 0) {
      for (let d = 0; d < dim; d++) row[d] /= sizes[j];
    } else if (former) {
      row.set(former.subarray(j * dim, (j + 1) * dim));
    } else {
      overall ??= groupMeans(points, new Uint32Array(count), 1);
      row.set(overall);
    }
  }
  return means;
}

/** Number of users with each label. */
export function groupSizes(labels: Uint32Array, groups: number): Uint32Array {
  const sizes = new Uint32Array(groups);
  for (let i = 0; i < labels.length; i++) sizes[labels[i]]++;
  return sizes;
}

/** k-means inertia: the sum over users of the squared distance to the mean of their own group. */
export function inertiaOf(points: Points, labels: Uint32Array, groups: number): number {
  const distances = new Float64Array(points.count * groups);
  points.squaredDistances(groupMeans(points, labels, groups), groups, distances);
  let sum = 0;
  for (let i = 0; i < points.count; i++) sum += distances[i * groups + labels[i]];
  return sum;
}
