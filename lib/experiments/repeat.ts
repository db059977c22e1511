/**
 * Whether a second, independent run says the same: cells are computed anew in an empty store of their own, and each
 * record is held against the stored one, byte for byte of its canonical JSON, apart from the members in which two runs
 * may differ (record.ts).
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalJson, sha256 } from "../json";
import type { Cell } from "./cell";
import { type DataIdentity, type ErasableRecord, identifyAll, keyOf } from "./plan";
import { type Failure, type StoredRecord, withoutTimings } from "./record";
import { RunStore } from "./store";
import { type ComputeOptions, compute } from "./suite";

/** A member in which two records differ, such as "outcome.metrics.loss"; values as JSON, "absent" where there is none. */
export interface Difference {
  readonly member: string;
  readonly stored: string;
  readonly repeated: string;
}

export interface Disagreement {
  readonly key: string;
  readonly cell: Cell;
  readonly differences: readonly Difference[];
}

export interface Repetition {
  /** Records that a second run gave to the byte, and those that it did not. */
  readonly identical: number;
  readonly different: readonly Disagreement[];
  /** Cells that cannot be compared: the store has no record of them on this data and by this code. */
  readonly unrecorded: readonly Cell[];
  /** Cells that could not be computed, and those that the run was stopped before. */
  readonly failures: readonly Failure[];
  readonly unfinished: number;
  readonly stopped: boolean;
  readonly storeError?: string;
  /** SHA-256 over the compared lines of both runs, sorted by key. */
  readonly digests: { readonly stored: string; readonly repeated: string };
  readonly samples: number;
  readonly seconds: number;
}

/**
 * Computes the cells that `store` has records of in an empty temporary store, and compares. `store` is only read.
 * @throws InputError when a data set is not on this machine; StoreError when the temporary store cannot be read
 */
export async function repeat(
  cells: readonly Cell[],
  store: RunStore<ErasableRecord>,
  options: Omit<ComputeOptions, "force"> = {},
): Promise<Repetition> {
  const data = await identifyAll(cells);
  const key = (cell: Cell) => keyOf(cell, data.get(cell.dataset) as DataIdentity);
  const recorded = cells.filter((cell) => store.has(key(cell)));
  const folder = mkdtempSync(join(tmpdir(), "erasable-repeat-"));
  const second = new RunStore<ErasableRecord>(join(folder, "runs"));
  try {
    const summaries = await compute(recorded, second, options);
    const pairs = second.records().map((repeated) => ({
      stored: store.get(repeated.key) as ErasableRecord,
      repeated,
    }));
    const different = pairs
      .map(({ stored, repeated }) => ({
        key: repeated.key,
        cell: repeated.cell,
        differences: differences(stored, repeated),
      }))
      .filter((pair) => pair.differences.length > 0);
    const failures = summaries.flatMap((summary) => summary.failures);
    return {
      identical: pairs.length - different.length,
      different,
      unrecorded: cells.filter((cell) => !store.has(key(cell))),
      failures,
      unfinished: recorded.length - pairs.length - failures.length,
      stopped: summaries.some(({ stopped }) => stopped),
      storeError: summaries.find(({ storeError }) => storeError !== undefined)?.storeError,
      digests: {
        stored: sha256(pairs.map(({ stored }) => line(stored)).join("")),
        repeated: sha256(pairs.map(({ repeated }) => line(repeated)).join("")),
      },
      samples: summaries.reduce((sum, { samples }) => sum + samples, 0),
      seconds: summaries.reduce((sum, { seconds }) => sum + seconds, 0),
    };
  } finally {
    second.close();
    rmSync(folder, { recursive: true, force: true });
  }
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
