/**
 * Whether a second, independent run says the same: trials are computed anew in an empty store of their own, and each
 * record is held against the stored one, byte for byte of its canonical JSON, apart from the members in which two runs
 * may differ (record.ts).
 */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../disk/folders";
import { canonicalJson, sha256 } from "../json";
import { type Failure, type StoredRecord, withoutTimings } from "../runs/record";
import type { RunSummary } from "../runs/runner";
import { RunStore } from "../runs/store";
import { type DataIdentity, type ErasableRecord, identifyAll, keyOf } from "./plan";
import { type ComputeOptions, compute, distinctTrials } from "./suite";
import type { Trial } from "./trial";

/** A member in which two records differ, such as "outcome.metrics.loss"; values as JSON, "absent" where there is none. */
export interface Difference {
  readonly member: string;
  readonly stored: string;
  readonly repeated: string;
}

export interface Disagreement {
  readonly key: string;
  readonly trial: Trial;
  readonly differences: readonly Difference[];
}

/** Trials that are repeated together, such as those of one question. */
export interface Part {
  readonly name: string;
  readonly trials: readonly Trial[];
}

/** What a part took. Records that an earlier part made are counted there. */
export interface PartCost {
  readonly name: string;
  readonly records: number;
  /** gradient samples */
  readonly samples: number;
  /** of wall clock */
  readonly seconds: number;
  /** of processor time, all threads together */
  readonly processorSeconds: number;
  /** the records' own seconds by stage: of all workers together */
  readonly stages: Readonly<Record<string, number>>;
}

export interface Repetition {
  /** Records that a second run gave to the byte, and those that it did not. */
  readonly identical: number;
  readonly different: readonly Disagreement[];
  /** Trials that cannot be compared: the store has no record of them on this data and by this code. */
  readonly unrecorded: readonly Trial[];
  /** Trials that could not be computed, one entry each, and the number of those that the run was stopped before. */
  readonly failures: readonly Failure[];
  readonly unfinished: number;
  readonly stopped: boolean;
  readonly storeError?: string;
  /** SHA-256 over the compared lines of both runs, sorted by key. */
  readonly digests: { readonly stored: string; readonly repeated: string };
  readonly samples: number;
  readonly seconds: number;
  readonly parts: readonly PartCost[];
}

/**
 * Computes, part after part, the trials that `store` has records of in an empty temporary store, and compares. `store` is
 * only read.
 * @throws InputError when a data set is not on this machine; DiskError when the temporary store cannot be read
 */
export async function repeat(
  parts: readonly Part[],
  store: RunStore<ErasableRecord>,
  options: Omit<ComputeOptions, "force"> = {},
): Promise<Repetition> {
  const all = distinctTrials(parts.flatMap(({ trials }) => trials));
  const data = await identifyAll(all);
  const has = (trial: Trial) => store.has(keyOf(trial, data.get(trial.dataset) as DataIdentity));
  const folder = temporaryFolder("erasable-repeat-");
  const second = new RunStore<ErasableRecord>(join(folder, "runs"));
  try {
    const summaries: RunSummary[] = [];
    const costs: PartCost[] = [];
    for (const { name, trials } of parts) {
      const before = new Set(second.records().map(({ key }) => key));
      const start = process.cpuUsage();
      const own = await compute(trials.filter(has), second, options);
      const { user, system } = process.cpuUsage(start);
      const made = second.records().filter(({ key }) => !before.has(key));
      summaries.push(...own);
      costs.push({ name, ...costOf(own, made), processorSeconds: (user + system) / 1e6 });
      if (own.some(({ stopped, storeError }) => stopped || storeError !== undefined)) break;
    }
    const pairs = second.records().map((repeated) => ({
      stored: store.get(repeated.key) as ErasableRecord,
      repeated,
    }));
    const different = pairs
      .map(({ stored, repeated }) => ({
        key: repeated.key,
        trial: repeated.trial,
        differences: differences(stored, repeated),
      }))
      .filter((pair) => pair.differences.length > 0);
    // A trial that several parts want is tried by each of them: it has failed, once, if none could compute it.
    const tried = new Map(
      summaries.flatMap(({ failures }) => failures).map((failure) => [failure.key, failure]),
    );
    const failures = [...tried.values()].filter(({ key }) => !second.has(key));
    const unrecorded = all.filter((trial) => !has(trial));
    return {
      identical: pairs.length - different.length,
      different,
      unrecorded,
      failures,
      unfinished: all.length - unrecorded.length - pairs.length - failures.length,
      stopped: summaries.some(({ stopped }) => stopped),
      storeError: summaries.find(({ storeError }) => storeError !== undefined)?.storeError,
      digests: {
        stored: sha256(pairs.map(({ stored }) => line(stored)).join("")),
        repeated: sha256(pairs.map(({ repeated }) => line(repeated)).join("")),
      },
      samples: sumOf(costs.map(({ samples }) => samples)),
      seconds: sumOf(costs.map(({ seconds }) => seconds)),
      parts: costs,
    };
  } finally {
    second.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function costOf(
  summaries: readonly RunSummary[],
  records: readonly ErasableRecord[],
): Omit<PartCost, "name" | "processorSeconds"> {
  const stages: Record<string, number> = {};
  for (const { timings } of records)
    for (const [stage, seconds] of Object.entries(timings)) stages[stage] = (stages[stage] ?? 0) + seconds;
  return {
    records: records.length,
    samples: sumOf(summaries.map(({ samples }) => samples)),
    seconds: sumOf(summaries.map(({ seconds }) => seconds)),
    stages,
  };
}

const line = (record: StoredRecord): string => `${canonicalJson(withoutTimings(record))}\n`;

/** Where two records differ, apart from timings, machine and versions; empty when their lines are the same bytes. */
export function differences(stored: StoredRecord, repeated: StoredRecord): Difference[] {
  return line(stored) === line(repeated)
    ? []
    : [...differing("", withoutTimings(stored), withoutTimings(repeated))];
}

const ABSENT = "absent";
const text = (value: unknown): string => (value === undefined ? ABSENT : canonicalJson(value));
const isBranch = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

function* differing(path: string, stored: unknown, repeated: unknown): Generator<Difference> {
  const alike = isBranch(stored) && isBranch(repeated) && Array.isArray(stored) === Array.isArray(repeated);
  if (!alike) {
    if (text(stored) !== text(repeated))
      yield { member: path, stored: text(stored), repeated: text(repeated) };
    return;
  }
  for (const member of new Set([...Object.keys(stored), ...Object.keys(repeated)].sort()))
    yield* differing(path === "" ? member : `${path}.${member}`, stored[member], repeated[member]);
}
