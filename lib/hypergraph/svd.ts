/**
 * A control for the collaborative embedding: the truncated singular value decomposition of the user-centred
 * ratings, C[u][i] = rating - mean of u where u rated i, else 0. The embedding of a user is their row of U
 * Sigma = C V, the best rank-k picture of their ratings (Eckart and Young 1936). V comes from a block Krylov
 * method with restarts on C^T C (Golub and Underwood 1977; Musco and Musco 2015), which passes over the
 * ratings and keeps no users x items matrix.
 */

import type { Interactions } from "../data/interactions";
import { Random } from "../random";
import { addProduct, orthonormalColumns, symmetricEigen, transposeProduct } from "./linear";
import { pause, type WorkOptions } from "./pause";

/** The leading singular vectors and values. */
export interface TruncatedSvd {
  /** Float32Array, users x dim, row-major: U Sigma; columns beyond the rank of C are 0 */
  readonly embedding: Float32Array;
  /** Float64Array, dim: singular values, descending */
  readonly singularValues: Float64Array;
}

/** Columns beyond `dim` that the iteration carries along, so that the last one wanted converges too. */
const OVERSAMPLING = 8;
/** Blocks of a Krylov space between restarts: 96 columns for dim = 16. */
const DEPTH = 4;
/** |C^T C v - sigma^2 v| at which a vector is done, as a share of the largest sigma^2. */
const TOLERANCE = 1e-7;
const MOST_RESTARTS = 60;

/**
 * Deterministic for a given seed. The sign of each column makes the entry of V that is largest in magnitude
 * positive.
 */
export async function truncatedSvd(
  data: Interactions,
  dim: number,
  seed: number,
  options: WorkOptions = {},
): Promise<TruncatedSvd> {
  const items = data.itemIds.length;
  const centred = centredValues(data);
  const family = Random.stream(seed, "svd");
  const width = Math.min(dim + OVERSAMPLING, items);
  const start = new Float64Array(items * width);
  for (let i = 0; i < items; i++) {
    const random = family.fork(data.itemIds[i]);
    for (let j = 0; j < width; j++) start[i * width + j] = random.normal();
  }

  let { columns: block, count } = orthonormalColumns(start, width);
  let values = new Float64Array(count);
  for (let restart = 0; restart < MOST_RESTARTS && count > 0; restart++) {
    const space = krylovSpace(data, centred, block, count, items);
    await pause(options, "svd", restart / MOST_RESTARTS);
    if (restart > 0 && largestResidual(block, space.firstImage, values, count, dim) <= TOLERANCE * values[0])
      break;
    const size = space.count;
    const eigen = symmetricEigen(space.projected, size);
    const next = Math.min(width, size);
    block = new Float64Array(items * next);
    let row = 0;
    for (const { columns, count: wide } of space.blocks) {
      const part = new Float64Array(wide * next);
      for (let r = 0; r < wide; r++)
        for (let j = 0; j < next; j++) part[r * next + j] = eigen.vectors[(row + r) * size + j];
      addProduct(block, columns, part, wide, next, 1);
      row += wide;
    }
    values = eigen.values.slice(0, next);
    count = next;
  }
  return project(data, centred, block, count, dim);
}

/** Ratings less their user's mean, in the order of `byUser`. */
function centredValues(data: Interactions): Float64Array {
  const { offsets, values } = data.byUser;
  const centred = new Float64Array(values.length);
  for (let u = 0; u + 1 < offsets.length; u++) {
    let sum = 0;
    for (let k = offsets[u]; k < offsets[u + 1]; k++) sum += values[k];
    const mean = sum / (offsets[u + 1] - offsets[u]);
    for (let k = offsets[u]; k < offsets[u + 1]; k++) centred[k] = values[k] - mean;
  }
  return centred;
}

interface Block {
  /** Float64Array, items x count */
  readonly columns: Float64Array;
  readonly count: number;
}

/** An orthonormal basis of [X, G X, G^2 X, ...], G = C^T C, block by block, and Q^T G Q. */
function krylovSpace(
  data: Interactions,
  centred: Float64Array,
  x: Float64Array,
  width: number,
  items: number,
) {
  const blocks: Block[] = [{ columns: x, count: width }];
  const products: Float64Array[][] = [];
  let firstImage = x;
  let total = width;
  for (let d = 0; d < DEPTH; d++) {
    const { columns, count } = blocks[d];
    const image = applyGram(data, centred, columns, count, items);
    if (d === 0) firstImage = image.slice();
    products.push(blocks.map((q) => transposeProduct(q.columns, image, q.count, count)));
    if (d + 1 === DEPTH) break;
    for (let pass = 0; pass < 2; pass++)
      for (const q of blocks)
        addProduct(image, q.columns, transposeProduct(q.columns, image, q.count, count), q.count, count, -1);
    const fresh = orthonormalColumns(image, count);
    if (fresh.count === 0 || total + fresh.count > items) break;
    blocks.push(fresh);
    total += fresh.count;
  }
  const used = blocks.slice(0, products.length);
  const size = used.reduce((sum, { count }) => sum + count, 0);
  const starts = used.map((_, d) => used.slice(0, d).reduce((sum, { count }) => sum + count, 0));
  const projected = new Float64Array(size * size);
  products.forEach((above, d) => {
    above.forEach((product, e) => {
      for (let r = 0; r < used[e].count; r++)
        for (let j = 0; j < used[d].count; j++) {
          const value = product[r * used[d].count + j];
          projected[(starts[e] + r) * size + starts[d] + j] = value;
          projected[(starts[d] + j) * size + starts[e] + r] = value;
        }
    });
  });
  return { blocks: used, count: size, projected, firstImage };
}

/** C^T C X, a user at a time: y = c_u X, then each rated item's row += c y. */
function applyGram(
  data: Interactions,
  centred: Float64Array,
  x: Float64Array,
  width: number,
  items: number,
): Float64Array {
  const { offsets, columns } = data.byUser;
  const result = new Float64Array(items * width);
  const y = new Float64Array(width);
  for (let u = 0; u + 1 < offsets.length; u++) {
    y.fill(0);
    for (let k = offsets[u]; k < offsets[u + 1]; k++) {
      const at = columns[k] * width;
      const c = centred[k];
      for (let j = 0; j < width; j++) y[j] += c * x[at + j];
    }
    for (let k = offsets[u]; k < offsets[u + 1]; k++) {
      const at = columns[k] * width;
      const c = centred[k];
      for (let j = 0; j < width; j++) result[at + j] += c * y[j];
    }
  }
  return result;
}

/** The greatest |G v - lambda v| over the first `dim` columns. */
function largestResidual(
  x: Float64Array,
  image: Float64Array,
  values: Float64Array,
  width: number,
  dim: number,
): number {
  let most = 0;
  for (let j = 0; j < Math.min(dim, width); j++) {
    let sum = 0;
    for (let at = j; at < x.length; at += width) sum += (image[at] - values[j] * x[at]) ** 2;
    most = Math.max(most, Math.sqrt(sum));
  }
  return most;
}

/** C V with the signs fixed. */
function project(
  data: Interactions,
  centred: Float64Array,
  v: Float64Array,
  width: number,
  dim: number,
): TruncatedSvd {
  const { offsets, columns } = data.byUser;
  const users = data.userIds.length;
  const embedding = new Float32Array(users * dim);
  const squares = new Float64Array(dim);
  for (let j = 0; j < Math.min(dim, width); j++) {
    let peak = 0;
    for (let at = j; at < v.length; at += width) if (Math.abs(v[at]) > Math.abs(peak)) peak = v[at];
    const sign = peak < 0 ? -1 : 1;
    for (let u = 0; u < users; u++) {
      let sum = 0;
      for (let k = offsets[u]; k < offsets[u + 1]; k++) sum += centred[k] * v[columns[k] * width + j];
      embedding[u * dim + j] = sign * sum;
      squares[j] += sum * sum;
    }
  }
  return { embedding, singularValues: squares.map(Math.sqrt) };
}
