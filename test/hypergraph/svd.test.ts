import { describe, expect, it } from "vitest";
import type { Interactions } from "../../lib/data/interactions";
import { orthonormalColumns, symmetricEigen, transposeProduct } from "../../lib/hypergraph/linear";
import { matchingNoise, moments } from "../../lib/hypergraph/noise";
import { truncatedSvd } from "../../lib/hypergraph/svd";
import { Random } from "../../lib/random";
import { randomRatings, ratings } from "./helpers";

/** The user-centred ratings as a dense matrix, users x items. */
function centred(data: Interactions): Float64Array {
  const items = data.itemIds.length;
  const { offsets, columns, values } = data.byUser;
  const result = new Float64Array(data.userIds.length * items);
  data.userIds.forEach((_, u) => {
    const row = values.slice(offsets[u], offsets[u + 1]);
    const mean = row.reduce((a, b) => a + b, 0) / row.length;
    row.forEach((value, k) => {
      result[u * items + columns[offsets[u] + k]] = value - mean;
    });
  });
  return result;
}

describe("the symmetric eigenproblem", () => {
  it("gives orthonormal vectors, descending values, and the matrix back", () => {
    const n = 23;
    const random = Random.stream(1, "eigen");
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = random.normal();
    const { values, vectors } = symmetricEigen(a, n);
    for (let j = 1; j < n; j++) expect(values[j]).toBeLessThanOrEqual(values[j - 1]);
    const gram = transposeProduct(vectors, vectors, n, n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        expect(gram[i * n + j]).toBeCloseTo(i === j ? 1 : 0, 12);
        let sum = 0;
        for (let k = 0; k < n; k++) sum += vectors[i * n + k] * values[k] * vectors[j * n + k];
        expect(sum).toBeCloseTo(a[i * n + j], 11);
      }
    }
  });

  it("has the known values of a path's Laplacian", () => {
    const n = 6;
    const a = new Float64Array(n * n);
    for (let i = 0; i + 1 < n; i++) {
      a[i * n + i] += 1;
      a[(i + 1) * n + i + 1] += 1;
      a[i * n + i + 1] = a[(i + 1) * n + i] = -1;
    }
    const { values } = symmetricEigen(a, n);
    for (let k = 0; k < n; k++)
      expect(values[k]).toBeCloseTo(2 - 2 * Math.cos((Math.PI * (n - 1 - k)) / n), 12);
  });
});

describe("orthonormal columns", () => {
  it("leave out those that depend on others", () => {
    const a = Float64Array.of(1, 2, 0, 1, 0, 0, 0, 3, 1, 2, 0, 4); // 3 x 4: column 1 = 2 x column 0, column 2 = 0 twice
    const { columns, count } = orthonormalColumns(
      Float64Array.from(a, (x, at) => (at % 4 === 1 ? 2 * a[at - 1] : x)),
      4,
    );
    expect(count).toBe(3 - Number(a[2] === 0 && a[6] === 0 && a[10] === 0));
    const gram = transposeProduct(columns, columns, count, count);
    for (let i = 0; i < count * count; i++) expect(gram[i]).toBeCloseTo(i % (count + 1) === 0 ? 1 : 0, 12);
  });
});

describe("the truncated singular value decomposition", () => {
  it.each([
    [60, 45, 0.4, 16],
    [45, 90, 0.15, 8],
    [150, 80, 0.1, 16],
  ])("of %i x %i ratings is the dense one's head", async (users, items, density, dim) => {
    const data = randomRatings(users, items, density, 7);
    const c = centred(data);
    const exact = symmetricEigen(transposeProduct(c, c, items, items), items);
    const { embedding, singularValues } = await truncatedSvd(data, dim, 1);
    for (let j = 0; j < dim; j++) expect(singularValues[j] ** 2).toBeCloseTo(exact.values[j], 6);
    // rows of U Sigma up to sign: C times the exact right vectors
    for (let j = 0; j < dim; j++) {
      const column = (u: number) => {
        let sum = 0;
        for (let i = 0; i < items; i++) sum += c[u * items + i] * exact.vectors[i * items + j];
        return sum;
      };
      const sign = Math.sign(column(0) * embedding[j]);
      for (let u = 0; u < users; u++)
        expect(Math.abs(embedding[u * dim + j] - sign * column(u))).toBeLessThan(2e-3 * singularValues[0]);
    }
  });

  it("does not depend on the seed that it starts from, sign included", async () => {
    const data = randomRatings(80, 60, 0.3, 2);
    const [a, b] = [await truncatedSvd(data, 4, 1), await truncatedSvd(data, 4, 2)];
    for (let at = 0; at < a.embedding.length; at++) expect(a.embedding[at]).toBeCloseTo(b.embedding[at], 3);
  });

  it("fills with zeros beyond the rank, and places users of one opinion at the origin", async () => {
    const data = ratings(
      [
        [0, 0, 5],
        [0, 1, 1],
        [1, 0, 3],
        [1, 1, 3],
        [2, 0, 4],
      ],
      3,
      2,
    );
    const { embedding, singularValues } = await truncatedSvd(data, 16, 1);
    expect(singularValues[0]).toBeCloseTo(Math.sqrt(8), 6);
    expect(Array.from(singularValues.slice(1)).every((value) => value < 1e-6)).toBe(true);
    expect(Math.abs(embedding[0])).toBeCloseTo(Math.sqrt(8), 5);
    expect(Array.from(embedding.slice(16)).every((x) => Math.abs(x) < 1e-6)).toBe(true);
  });
});

describe("noise of the same covariance", () => {
  const rows = 4000;
  const dim = 4;
  const random = Random.stream(1, "cloud");
  const cloud = new Float32Array(rows * dim);
  for (let r = 0; r < rows; r++) {
    const [x, y] = [random.normal(), random.normal()];
    cloud.set([3 * x + 1, x + 0.1 * y, -2, y], r * dim); // third column constant, first two close to dependent
  }
  const ids = Array.from({ length: rows }, (_, r) => String(r));

  it("has the mean and covariance of the embedding, and nothing of its rows", () => {
    const noise = matchingNoise(cloud, dim, ids, 5);
    const [want, got] = [moments(cloud, dim), moments(noise, dim)];
    for (let j = 0; j < dim; j++) expect(Math.abs(got.mean[j] - want.mean[j])).toBeLessThan(0.2);
    for (let at = 0; at < dim * dim; at++) {
      const [i, j] = [Math.floor(at / dim), at % dim];
      const scale = Math.sqrt(want.covariance[i * dim + i] * want.covariance[j * dim + j]);
      expect(Math.abs(got.covariance[at] - want.covariance[at])).toBeLessThanOrEqual(0.08 * scale + 1e-6);
    }
    let product = 0;
    for (let r = 0; r < rows; r++) product += ((cloud[r * dim] - 1) * (noise[r * dim] - 1)) / 9 / rows;
    expect(Math.abs(product)).toBeLessThan(0.08);
  });

  it("belongs to the ids, not to the order", () => {
    const reversed = [...ids].reverse();
    const noise = matchingNoise(cloud, dim, ids, 5);
    const other = matchingNoise(cloud, dim, reversed, 5);
    expect(other.slice(0, dim)).toEqual(noise.slice((rows - 1) * dim));
    expect(() => matchingNoise(cloud, dim, ["1"], 5)).toThrow(/rows of 4/);
  });
});
