/**
 * Bootstrap intervals: bias-corrected and accelerated (Efron, "Better bootstrap confidence intervals", JASA 1987) and plain
 * percentile. Paired differences are bootstrapped as differences, which keeps the pairs together.
 */

import { requireNumber } from "../errors";
import { normalQuantile } from "../numeric";
import { Random } from "../random";
import { normalCdf } from "./distributions";
import { type Interval, mean, requireAtLeast } from "./statistics";

/** Settings of a bootstrap interval. */
export interface BootstrapOptions {
  /** Names the stream of resamples. */
  readonly seed: number;
  readonly level?: number;
  readonly resamples?: number;
  readonly method?: "bca" | "percentile";
}

/**
 * Interval of a statistic of `values` (default: their mean).
 * Values that are all the same give an interval of width 0. At least two values.
 */
export function bootstrapInterval(
  values: readonly number[],
  options: BootstrapOptions,
  statistic: (sample: readonly number[]) => number = mean,
): Interval {
  requireAtLeast(values, 2, "bootstrapInterval");
  const { seed, level = 0.95, resamples = 10_000, method = "bca" } = options;
  requireNumber(level, 0.01, 0.9999, "bootstrapInterval: level");
  const random = Random.stream(seed, "bootstrap");
  const sample = new Array<number>(values.length);
  const replicates = Float64Array.from({ length: resamples }, () => {
    for (let i = 0; i < sample.length; i++) sample[i] = values[random.below(values.length)];
    return statistic(sample);
  }).sort();
  const tails = [(1 - level) / 2, (1 + level) / 2];
  const [low, high] = method === "bca" ? corrected(values, statistic, replicates, tails) : tails;
  return { low: quantile(replicates, low), high: quantile(replicates, high) };
}

/** The tail probabilities after correction for bias (z0) and for skewness (the acceleration, from the jackknife). */
function corrected(
  values: readonly number[],
  statistic: (sample: readonly number[]) => number,
  replicates: Float64Array,
  tails: readonly number[],
): readonly number[] {
  const observed = statistic(values);
  let below = 0;
  for (const replicate of replicates) below += replicate < observed ? 1 : replicate === observed ? 0.5 : 0;
  if (below === 0 || below === replicates.length) return tails; // no spread to correct
  const z0 = normalQuantile(below / replicates.length);
  const left = values.map((_, out) => statistic(values.filter((_, i) => i !== out)));
  const centre = mean(left);
  const deviations = left.map((value) => centre - value);
  const squares = deviations.reduce((sum, d) => sum + d * d, 0);
  const cubes = deviations.reduce((sum, d) => sum + d * d * d, 0);
  const acceleration = squares > 0 ? cubes / (6 * squares * Math.sqrt(squares)) : 0;
  return tails.map((tail) => {
    const z = z0 + normalQuantile(tail);
    return normalCdf(z0 + z / (1 - acceleration * z));
  });
}

/** Linear interpolation between order statistics. */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  const at = p * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}
