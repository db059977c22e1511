/**
 * What learning or unlearning cost (protocol section 5): gradient samples and Adam steps, which do not depend
 * on the machine, and seconds by stage, which do. C-SISA's shards run side by side, so its total work and its
 * longest path are both kept; for methods that run in sequence the two are equal. Eq. 7-11 speak of samples.
 */

/** What some work cost. */
export interface Cost {
  /** Gradient samples processed, all shards and groups together: the total work. */
  readonly samples: number;
  /** Adam steps, all shards and groups together. */
  readonly steps: number;
  /** Gradient samples on the longest path: those of the slowest shard. */
  readonly parallelSamples: number;
  /** Seconds by stage ("group", "train", "checkpoint", "load", "verify" ...), all shards together. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Seconds on the longest path. */
  readonly parallelSeconds: number;
}

/** The cost of one stage that runs alone. */
export function stageCost(
  stage: string,
  seconds: number,
  work: { samples?: number; steps?: number } = {},
): Cost {
  const samples = work.samples ?? 0;
  return {
    samples,
    steps: work.steps ?? 0,
    parallelSamples: samples,
    seconds: { [stage]: seconds },
    parallelSeconds: seconds,
  };
}

/** One after the other: everything adds up. */
export function inSequence(...costs: readonly Cost[]): Cost {
  return {
    ...totals(costs),
    parallelSamples: costs.reduce((sum, cost) => sum + cost.parallelSamples, 0),
    parallelSeconds: costs.reduce((sum, cost) => sum + cost.parallelSeconds, 0),
  };
}

/** Side by side: work adds up, the longest path is that of the slowest. */
export function inParallel(...costs: readonly Cost[]): Cost {
  return {
    ...totals(costs),
    parallelSamples: costs.reduce((most, cost) => Math.max(most, cost.parallelSamples), 0),
    parallelSeconds: costs.reduce((most, cost) => Math.max(most, cost.parallelSeconds), 0),
  };
}

function totals(costs: readonly Cost[]) {
  const seconds: Record<string, number> = {};
  for (const cost of costs) {
    for (const [stage, spent] of Object.entries(cost.seconds)) seconds[stage] = (seconds[stage] ?? 0) + spent;
  }
  return {
    samples: costs.reduce((sum, cost) => sum + cost.samples, 0),
    steps: costs.reduce((sum, cost) => sum + cost.steps, 0),
    seconds,
  };
}
