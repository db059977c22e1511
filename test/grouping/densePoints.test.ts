import { describe, expect, it } from "vitest";
import { DensePoints } from "../../lib/grouping/densePoints";
import { Random } from "../../lib/random";

describe("distances by the kernel", () => {
  const random = Random.stream(1, "distances");
  it.each([
    [1, 1, 1],
    [7, 16, 16],
    [50, 3, 5],
    [40_000, 16, 11], // several blocks, eights, twos and a column of padding
  ])("%i rows of %i in %i groups: to the bit the scalar sums", (count, dim, groups) => {
    const values = Float32Array.from({ length: count * dim }, () => random.normal());
    const points = new DensePoints(values, dim);
    for (const asked of [groups, groups + 3]) {
      const centroids = Float64Array.from({ length: asked * dim }, () => random.normal());
      const out = new Float64Array(count * asked);
      points.squaredDistances(centroids, asked, out);
      let different = 0;
      for (let i = 0; i < count; i++)
        for (let j = 0; j < asked; j++) {
          let sum = 0;
          for (let d = 0; d < dim; d++) sum += (values[i * dim + d] - centroids[j * dim + d]) ** 2;
          if (out[i * asked + j] !== sum) different++;
        }
      expect(different).toBe(0);
    }
  });
});
