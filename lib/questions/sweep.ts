/**
 * A sweep beyond one machine: the trials that are missing, cut into chunks for the jobs of a cluster. A chunk is whole runs
 * (trials that share a learning stay together) of one data set, in the order that keeps splits and embeddings in memory,
 * and it is named by a hash of its keys, so that what was done under a name is done for good. Nothing is shared between
 * jobs: each computes into a store of its own, and the stores are merged.
 */

import { sha256 } from "../json";
import type { Job } from "../runs/handler";
import type { Durations } from "./duration";
import type { DataIdentity, TrialTask } from "./plan";
import { jobOf } from "./questions";
import { LEARNING, type Trial } from "./trial";

export interface Chunk {
  /** 16 hexadecimal digits: a hash of the keys */
  readonly id: string;
  readonly trials: readonly { readonly key: string; readonly trial: Trial }[];
  readonly dataset: string;
  /** checksum of the ratings */
  readonly data: string;
  /** estimated, on one core */
  readonly seconds: number;
  /** estimated peak of memory */
  readonly megabytes: number;
  /** whether seconds are measured: it must have its node for itself */
  readonly exclusive: boolean;
}

/** Of a process, and for each rating: measured on MovieLens 100K and 1M, with room for half as much again. */
const MEGABYTES = 900;
const BYTES_PER_RATING = 700;

/** Seconds to start a process and read a data set, in which it goes through some of these ratings a second. */
const START = 3;
const READ = 2e6;

/**
 * Cuts jobs into chunks of about so many seconds; a run that takes longer is a chunk by itself.
 * @param jobs of `planJobs`, without what is there already
 * @param seconds of a chunk, starting included
 */
export function chunksOf(
  jobs: { readonly shared: readonly Job<TrialTask>[]; readonly alone: readonly Job<TrialTask>[] },
  data: ReadonlyMap<string, DataIdentity>,
  durations: Durations,
  seconds: number,
): Chunk[] {
  const cut = (list: readonly Job<TrialTask>[], exclusive: boolean): Chunk[] => {
    const chunks: Chunk[] = [];
    let trials: Chunk["trials"] = [];
    let sum = 0;
    const close = () => {
      if (trials.length > 0) chunks.push(chunkOf(trials, sum, data, exclusive));
      trials = [];
    };
    for (const { wanted } of [...list].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      const own = wanted.map(({ key, trial }) => ({ key, trial: trial as Trial }));
      const { dataset } = own[0].trial;
      const time = secondsOf(own[0].trial, own, durations);
      if (trials.length > 0 && (trials[0].trial.dataset !== dataset || sum + time > seconds)) close();
      if (trials.length === 0) sum = START + (data.get(dataset)?.ratings ?? 0) / READ;
      trials = [...trials, ...own];
      sum += time;
    }
    close();
    return chunks;
  };
  return [...cut(jobs.shared, false), ...cut(jobs.alone, true)];
}

/** Of a run: its trials, and the learning that they share where that is none of them. */
function secondsOf(first: Trial, trials: Chunk["trials"], durations: Durations): number {
  const learns = !jobOf(first.job).joins || trials.some(({ trial }) => trial.request === LEARNING);
  const wanted = [...trials.map(({ trial }) => trial), ...(learns ? [] : [{ ...first, request: LEARNING }])];
  return wanted.reduce((sum, trial) => sum + durations.of(trial).seconds, 0);
}

function chunkOf(
  trials: Chunk["trials"],
  seconds: number,
  data: ReadonlyMap<string, DataIdentity>,
  exclusive: boolean,
): Chunk {
  const keys = trials.map(({ key }) => key).sort();
  const { dataset } = trials[0].trial;
  const { checksum = "", ratings = 0 } = data.get(dataset) ?? {};
  return {
    id: sha256(keys.join("\n")).slice(0, 16),
    trials,
    dataset,
    data: checksum,
    seconds: Math.ceil(seconds),
    megabytes: MEGABYTES + Math.ceil((BYTES_PER_RATING * ratings) / 1e6),
    exclusive,
  };
}
