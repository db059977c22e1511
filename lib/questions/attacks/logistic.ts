/** A small logistic regression on standardised features, with a ridge: gradient descent in portable arithmetic. */

import { exp } from "../../numeric";
import { mean } from "../../statistics/statistics";

const SETTINGS = { steps: 500, rate: 0.5, ridge: 0.1 } as const;

/** Learns to tell `members` from `others`; both are lists of feature vectors. @returns a score, higher for members */
export function logisticScorer(
  members: readonly (readonly number[])[],
  others: readonly (readonly number[])[],
): (features: readonly number[]) => number {
  const all = [...members, ...others];
  const width = all[0].length;
  const centres = Array.from({ length: width }, (_, d) => mean(all.map((row) => row[d])));
  const scales = centres.map((centre, d) => {
    const spread = Math.sqrt(mean(all.map((row) => (row[d] - centre) ** 2)));
    return spread > 0 ? spread : 1; // a feature that is the same for all says nothing
  });
  const standard = (row: readonly number[]) => row.map((value, d) => (value - centres[d]) / scales[d]);
  const inputs = all.map(standard);
  const weights = new Array<number>(width).fill(0);
  let bias = 0;
  const linear = (row: readonly number[]) => row.reduce((sum, value, d) => sum + value * weights[d], bias);
  for (let step = 0; step < SETTINGS.steps; step++) {
    const gradient = weights.map((weight) => SETTINGS.ridge * weight);
    let inBias = 0;
    inputs.forEach((row, k) => {
      const error = (1 / (1 + exp(-linear(row))) - (k < members.length ? 1 : 0)) / inputs.length;
      for (let d = 0; d < width; d++) gradient[d] += error * row[d];
      inBias += error;
    });
    for (let d = 0; d < width; d++) weights[d] -= SETTINGS.rate * gradient[d];
    bias -= SETTINGS.rate * inBias;
  }
  return (features) => linear(standard(features));
}
