/** Closed forms: exact statistics of items, and the half-step of a user. */

import { describe, expect, it } from "vitest";
import { Random } from "../../../lib/random";
import {
  addRating,
  correction,
  emptyStatistics,
  fixed,
  fixedFeatures,
  solveRidge,
} from "../../../lib/unlearning/foldIn/ridge";
import { itemVectors, solveUser } from "../../../lib/unlearning/foldIn/userStep";

describe("ridge statistics", () => {
  const random = Random.stream(1, "ridge");
  const width = 6;
  const ratings = Array.from({ length: 40 }, () => ({
    features: fixedFeatures(Float32Array.from({ length: width - 1 }, () => 20 * random.uniform() - 10)),
    residual: fixed(2 * random.uniform() - 1),
  }));
  const sum = (list: typeof ratings, statistics = emptyStatistics(width), sign: 1 | -1 = 1) => {
    for (const { features, residual } of list) addRating(statistics, features, residual, sign);
    return statistics;
  };

  it("are the same integers in any order of additions and subtractions", () => {
    const all = sum(ratings);
    expect(all.every(Number.isInteger)).toBe(true);
    const mixed = sum(random.shuffle([...ratings]));
    expect(mixed).toEqual(all);
    expect(sum(ratings.slice(0, 13), sum(ratings), -1)).toEqual(sum(ratings.slice(13)));
    expect(sum(ratings, all.slice(), -1)).toEqual(emptyStatistics(width));
  });

  it("are those of features within +-8, and give the ridge solution", () => {
    expect(fixed(100)).toBe(fixed(8));
    expect(fixed(-1e9)).toBe(-8 * 4096);
    const lambda = 0.7;
    const beta = solveRidge(sum(ratings), width, lambda);
    for (let i = 0; i < width; i++) {
      let slope = -lambda * beta[i];
      for (const { features, residual } of ratings) {
        let left = residual / 4096;
        for (let j = 0; j < width; j++) left -= (features[j] / 4096) * beta[j];
        slope += (features[i] / 4096) * left;
      }
      expect(Math.abs(slope)).toBeLessThan(1e-4);
    }
    expect(solveRidge(emptyStatistics(width), width, lambda)).toEqual(new Float32Array(width));
  });
});

describe("the user step", () => {
  const width = 4;
  const random = Random.stream(2, "user step");
  const items = 9;
  const draw = (count: number, scale = 1) =>
    Float32Array.from({ length: count }, () => scale * random.normal());
  const betas = draw(items * width, 0.1);
  const vectors = itemVectors(draw(items * (width - 1)), betas, items);
  const own = Uint32Array.of(0, 2, 3, 7, 8);
  const features = fixedFeatures(draw(width - 1));
  const predicted = Float64Array.from(draw(own.length));
  const labels = draw(own.length);
  const residual = (k: number) => labels[k] - predicted[k] - correction(features, betas, own[k] * width);

  it("ends where the gradient of the penalised squares is 0", () => {
    for (const lambda of [0.1, 3]) {
      const delta = solveUser({ items: own, labels, predicted, features }, vectors, betas, lambda);
      for (let d = 0; d < width; d++) {
        let gradient = lambda * delta[d];
        own.forEach((item, k) => {
          const v = vectors.subarray(item * width, (item + 1) * width);
          const sum = delta.reduce((total, value, j) => total + value * v[j], 0);
          gradient -= v[d] * (residual(k) - sum);
        });
        expect(gradient).toBeCloseTo(0, 10);
      }
    }
  });

  it("moves along a constant 1 and the corrected vectors, and nobody without ratings", () => {
    for (let item = 0; item < items; item++) expect(vectors[item * width]).toBe(1);
    const nothing = {
      items: new Uint32Array(0),
      labels: new Float32Array(0),
      predicted: new Float64Array(0),
    };
    expect([...solveUser({ ...nothing, features }, vectors, betas, 1)]).toEqual([0, 0, 0, 0]);
  });
});
