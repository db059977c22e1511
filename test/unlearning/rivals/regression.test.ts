/** UltraRE's regression: the minimum of a convex loss, found to the last digits. */

import { describe, expect, it } from "vitest";
import { StoppedError } from "../../../lib/errors";
import { Random } from "../../../lib/random";
import { regress, sigmoid } from "../../../lib/unlearning/rivals/regression";

const random = Random.stream(5, "regression");
const TRUTH = [2, -1, 0.5, -0.3]; // the constant last
const COUNT = 4000;
const features = [0, 1, 2].map(() => Float32Array.from({ length: COUNT }, () => random.normal()));
const mean = (n: number, weights: ArrayLike<number>) =>
  1 / (1 + Math.exp(-(features.reduce((sum, x, f) => sum + weights[f] * x[n], 0) + weights[3])));
const coins = Float32Array.from({ length: COUNT }, (_, n) => (random.uniform() < mean(n, TRUTH) ? 1 : 0));

describe("logistic regression", () => {
  it("recovers what made fractional labels", async () => {
    const labels = Float32Array.from({ length: COUNT }, (_, n) => mean(n, TRUTH));
    const { weights } = await regress(features, labels, 1e-9);
    weights.forEach((weight, k) => {
      expect(weight).toBeCloseTo(TRUTH[k], 5);
    });
  });

  it("ends where the gradient is 0, ridge included and the constant left out of it", async () => {
    for (const ridge of [1e-3, 1, 500]) {
      const { weights, passes, steps } = await regress(features, coins, ridge);
      const gradient = [0, 1, 2, 3].map((f) => {
        let sum = f < 3 ? ridge * weights[f] : 0;
        for (let n = 0; n < COUNT; n++) sum += (mean(n, weights) - coins[n]) * (f < 3 ? features[f][n] : 1);
        return sum;
      });
      for (const slope of gradient) expect(Math.abs(slope)).toBeLessThan(1e-3);
      expect(steps).toBeGreaterThan(2);
      expect(passes).toBeGreaterThanOrEqual(2 * steps);
      expect(passes).toBeLessThan(40);
    }
  });

  it("draws weights together as the ridge grows, and is steady where features are the same", async () => {
    const one = await regress([features[0], features[0]], coins, 1);
    expect(one.weights[0]).toBe(one.weights[1]);
    expect(one.weights[0]).toBeGreaterThan(0.2);
    const strong = await regress(features, coins, 1e6);
    for (const weight of strong.weights.subarray(0, 3)) expect(Math.abs(weight)).toBeLessThan(0.01);
  });

  it("ends with finite weights where there is no minimum", async () => {
    for (const label of [0, 1]) {
      const { weights } = await regress(
        features,
        coins.map(() => label),
        1,
      );
      expect(weights.every(Number.isFinite)).toBe(true);
      for (let n = 0; n < COUNT; n++) expect(Math.abs(mean(n, weights) - label)).toBeLessThan(1e-6);
    }
  });

  it("gives the same bits again, and stops when told", async () => {
    const [one, other] = await Promise.all([1, 1].map((ridge) => regress(features, coins, ridge)));
    expect([...one.weights]).toEqual([...other.weights]);
    const stopping = regress(features, coins, 1, async () => {
      throw new StoppedError("stop");
    });
    await expect(stopping).rejects.toThrow(StoppedError);
  });

  it("its sigmoid is that of the numbers", () => {
    for (const x of [-800, -30, -1, 0, 2, 40, 800])
      expect(sigmoid(x)).toBeCloseTo(1 / (1 + Math.exp(-x)), 14);
  });
});
