/**
 * How long trials will take on one core, from the seconds of records: those of the same trial with other seeds, else the mean
 * of its kind (job, method, model) by gradient samples, else samples by a rate. Seeds of one trial differ little (within
 * 1.1 times in half of the published records, 2.1 in nine of ten), kinds by a factor of 300 in samples a second.
 */

import { canonicalJson } from "../json";
import { estimatedSamples, learningsOf } from "./plan";
import { LEARNING, type Trial } from "./trial";

/** Gradient samples a second where no record tells better, by the root of the batch size (bench/README.md). */
const RATE = { samples: 1.5e6, batchSize: 1024 };
/** Of a trial: to read data and start, where nothing else is known. */
const LEAST = 0.2;

/** What the records tell: trials with the seconds that they took. */
export interface Timed {
  readonly trial: Trial;
  readonly timings: Readonly<Record<string, number>>;
}

/** Whether seconds are known of the trial itself, of its kind, or guessed. */
export type Source = "seeds" | "kind" | "rate";

export interface Duration {
  readonly seconds: number;
  readonly source: Source;
}

interface Sum {
  seconds: number;
  count: number;
  samples: number;
}

const seedless = (trial: Trial): string => canonicalJson({ ...trial, seed: 0 });
const kindOf = ({ job, system }: Trial): string =>
  [job, system?.method, system?.model].filter((part) => part !== undefined).join(" ");

/** Seconds of timings that name stages, which leave out the candidates of a search; trials that measure other things have none. */
const secondsOf = ({ trial, timings }: Timed): number =>
  Object.values(timings).reduce((sum, seconds) => sum + seconds, 0) *
  (trial.request === LEARNING ? learningsOf(trial) : 1);

/** @param ratings of each data set that trials will name: its number of ratings */
export class Durations {
  private readonly byTrial = new Map<string, Sum>();
  private readonly byKind = new Map<string, Sum>();

  constructor(
    records: readonly Timed[],
    private readonly ratings: ReadonlyMap<string, number>,
  ) {
    for (const record of records) {
      const seconds = secondsOf(record);
      if (seconds === 0) continue;
      add(this.byTrial, seedless(record.trial), seconds, 0);
      const known = ratings.get(record.trial.dataset);
      if (known !== undefined)
        add(this.byKind, kindOf(record.trial), seconds, estimatedSamples(record.trial, known));
    }
  }

  of(trial: Trial): Duration {
    const same = this.byTrial.get(seedless(trial));
    if (same) return { seconds: same.seconds / same.count, source: "seeds" };
    const samples = estimatedSamples(trial, this.ratings.get(trial.dataset) ?? 0);
    const kind = this.byKind.get(kindOf(trial));
    if (kind && kind.samples > 0)
      return { seconds: Math.max(LEAST, (samples * kind.seconds) / kind.samples), source: "kind" };
    return { seconds: Math.max(LEAST, samples / rateOf(trial)), source: "rate" };
  }
}

function rateOf({ system }: Trial): number {
  const { batchSize = RATE.batchSize } = (system?.settings ?? {}) as Record<string, number>;
  return RATE.samples * Math.sqrt(batchSize / RATE.batchSize);
}

function add(sums: Map<string, Sum>, key: string, seconds: number, samples: number): void {
  const sum = sums.get(key) ?? { seconds: 0, count: 0, samples: 0 };
  sum.seconds += seconds;
  sum.count++;
  sum.samples += samples;
  sums.set(key, sum);
}
