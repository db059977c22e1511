/**
 * A control for the collaborative embedding: Gaussian noise with its mean and covariance. Whatever a grouping
 * gains on the embedding but not on this, it gains from who is near whom; whatever both gain comes from the
 * shape of the cloud.
 */

import { InputError } from "../errors";
import { Random } from "../random";
import { symmetricEigen } from "./linear";

/** Mean (dim) and covariance (dim x dim, divisor N) of the rows of an embedding. */
export function moments(values: Float32Array, dim: number): { mean: Float64Array; covariance: Float64Array } {
  const rows = values.length / dim;
  const mean = new Float64Array(dim);
  for (let at = 0; at < values.length; at++) mean[at % dim] += values[at];
  for (let j = 0; j < dim; j++) mean[j] /= rows;
  const covariance = new Float64Array(dim * dim);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < dim; i++) {
      const x = values[r * dim + i] - mean[i];
      for (let j = 0; j <= i; j++) covariance[i * dim + j] += x * (values[r * dim + j] - mean[j]);
    }
  }
  for (let i = 0; i < dim; i++)
    for (let j = 0; j <= i; j++) covariance[j * dim + i] = covariance[i * dim + j] /= rows;
  return { mean, covariance };
}

/**
 * Float32Array, ids x dim: each row mean + A z, A A^T the covariance of `values`, z standard normal from a
 * stream of the row's own id.
 * @throws InputError when `values` does not have a row for each id.
 */
export function matchingNoise(
  values: Float32Array,
  dim: number,
  ids: readonly string[],
  seed: number,
): Float32Array {
  if (values.length !== ids.length * dim)
    throw new InputError(`noise: ${values.length} values are not ${ids.length} rows of ${dim}`);
  const { mean, covariance } = moments(values, dim);
  const eigen = symmetricEigen(covariance, dim);
  const spread = eigen.values.map((value) => Math.sqrt(Math.max(value, 0)));
  const family = Random.stream(seed, "noise");
  const noise = new Float32Array(values.length);
  const z = new Float64Array(dim);
  for (let r = 0; r < ids.length; r++) {
    const random = family.fork(ids[r]);
    for (let j = 0; j < dim; j++) z[j] = spread[j] * random.normal();
    for (let i = 0; i < dim; i++) {
      let sum = mean[i];
      for (let j = 0; j < dim; j++) sum += eigen.vectors[i * dim + j] * z[j];
      noise[r * dim + i] = sum;
    }
  }
  return noise;
}
